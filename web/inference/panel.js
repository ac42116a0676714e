// Controls that the mask page and the filling page share: line width, look of the mask, zoom.

import { byId } from "../js/dom.js";
import { count } from "../js/format.js";
import { say } from "../js/shell.js";
import { MAX_WIDTH } from "./editor/drawing.js";
import { control, letter, named } from "./editor/keyboard.js";

/** @typedef {import("./editor/drawing.js").Drawing} Drawing */
/** @typedef {import("./editor/stage.js").Stage} Stage */
/** @typedef {import("./editor/editor.js").InpaintEditor} InpaintEditor */

const WIDTH_KEY = "inpaintgan-line-width";
const PRESSURE_KEY = "inpaintgan-pen-pressure";
const LOOK_KEY = "inpaintgan-mask-look";
const PLACE_KEY = "inpaintgan-view";
const TOOL_KEY = "inpaintgan-tool";
const ZOOM_STEP = 1.25;

/**
 * The buttons of the tools.
 * @param {(tool: any) => void} take gets the tool's name
 * @returns {(inHand: string) => void} shows which tool is in hand
 */
export function toolButtons(take) {
  const buttons = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-tool]"));
  for (const button of buttons) button.addEventListener("click", () => take(button.dataset.tool));
  return (inHand) => {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.tool === inHand));
  };
}

/**
 * After a press with a pointer the keys are the picture's again: Enter fills, and presses no button anew. Who works by keyboard stays.
 * @param {string} buttons selector
 * @param {HTMLElement} picture
 */
export function givesKeysBack(buttons, picture) {
  document.addEventListener("click", ({ detail, target }) => {
    if (detail && target instanceof Element && target.closest(buttons)) picture.focus({ preventScroll: true });
  });
}

/**
 * Take up what was left of this picture by a page of this tab, and leave it for the next one.
 * @template T
 * @param {string} picture
 * @param {string} key
 * @param {(left: T) => void} takeUp
 * @param {() => T} current
 */
function keepFor(picture, key, takeUp, current) {
  const kept = JSON.parse(sessionStorage.getItem(key) ?? "null");
  if (kept?.picture === picture) takeUp(kept.left);
  addEventListener("pagehide", () => sessionStorage.setItem(key, JSON.stringify({ picture, left: current() })), { once: true });
}

/**
 * Take up the tool that was in hand when this picture's mask was left in this tab, to be filled and looked at.
 * @param {Drawing} drawing
 * @param {string} picture
 */
export function keepTool(drawing, picture) {
  keepFor(picture, TOOL_KEY, (tool) => drawing.setTool(tool), () => drawing.tool);
}

/**
 * Keep what was left of a picture for another that was made of it, once this page is left.
 * @param {string} from
 * @param {string} to
 */
export function handOn(from, to) {
  addEventListener("pagehide", () => { // after those of `keepFor`, which came first
    for (const key of [PLACE_KEY, TOOL_KEY]) {
      const kept = JSON.parse(sessionStorage.getItem(key) ?? "null");
      if (kept?.picture === from) sessionStorage.setItem(key, JSON.stringify({ ...kept, picture: to }));
    }
  }, { once: true });
}

/**
 * A slider from 1 to the largest width in equal ratios, as a pixel matters in thin lines only.
 * @param {HTMLInputElement} range from 0 to 100
 * @param {Drawing} drawing
 */
export function widthSlider(range, drawing) {
  const meant = () => Math.round(MAX_WIDTH ** (range.valueAsNumber / 100));
  range.addEventListener("input", () => drawing.setWidth(meant()));
  drawing.settingListeners.add(() => {
    // Where it stands for this width already it stays: put back to the width's place, arrow keys would never get away.
    if (meant() !== drawing.width) range.value = String((100 * Math.log(drawing.width)) / Math.log(MAX_WIDTH));
    range.setAttribute("aria-valuetext", `${drawing.width} pixels`);
  });
}

/**
 * The number is exact; the slider beside it is for the hand.
 * @param {Drawing} drawing
 * @param {number} usual width to begin with, unless another was set in this tab
 */
export function lineControls(drawing, usual) {
  const number = byId("line-width", HTMLInputElement);
  const show = () => {
    if (document.activeElement !== number || Math.round(number.valueAsNumber) !== drawing.width) number.value = String(drawing.width);
  };
  number.addEventListener("input", () => {
    if (number.valueAsNumber >= 1 && number.valueAsNumber <= MAX_WIDTH) drawing.setWidth(number.valueAsNumber);
  });
  number.addEventListener("change", () => {
    const typed = number.valueAsNumber;
    drawing.setWidth(Number.isFinite(typed) ? typed : drawing.width);
    number.value = String(drawing.width);
    if (typed !== drawing.width) say(`A line is 1 to ${count(MAX_WIDTH)} whole pixels wide: ${count(drawing.width)} is used.`);
  });
  widthSlider(byId("line-range", HTMLInputElement), drawing);
  drawing.settingListeners.add(show);
  drawing.setWidth(Number(sessionStorage.getItem(WIDTH_KEY)) || usual);
  let known = drawing.width;
  drawing.settingListeners.add(() => {
    if (drawing.width === known) return; // a tool was taken
    known = drawing.width;
    sessionStorage.setItem(WIDTH_KEY, String(known)); // only what a person has set: another picture has its own usual width
  });
  const pressure = byId("pen-pressure", HTMLInputElement);
  pressure.checked = drawing.pressure = usesPressure();
  pressure.addEventListener("change", () => {
    drawing.pressure = pressure.checked;
    sessionStorage.setItem(PRESSURE_KEY, pressure.checked ? "on" : "off");
  });
}

/** @returns {boolean} whether a pen's pressure is to change the line's width */
export const usesPressure = () => sessionStorage.getItem(PRESSURE_KEY) === "on";

/** @param {InpaintEditor} editor */
export function lookControls(editor) {
  const colour = byId("mask-colour", HTMLInputElement);
  const opacity = byId("mask-opacity", HTMLInputElement);
  const buttons = /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll(".colour-button"));
  const show = () => {
    editor.setMaskLook(colour.value, opacity.valueAsNumber / 100);
    byId("mask-opacity-value").textContent = `${opacity.value} %`;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.colour === colour.value));
    sessionStorage.setItem(LOOK_KEY, JSON.stringify([colour.value, opacity.value]));
  };
  const kept = JSON.parse(sessionStorage.getItem(LOOK_KEY) ?? "null");
  if (Array.isArray(kept)) [colour.value, opacity.value] = kept;
  for (const button of buttons) {
    button.style.background = button.dataset.colour ?? "";
    button.addEventListener("click", () => {
      colour.value = button.dataset.colour ?? "#ffffff";
      show();
    });
  }
  colour.addEventListener("input", show);
  opacity.addEventListener("input", show);
  show();
}

/**
 * Zoom, beginning with what was seen of this picture when a page of this tab was left: work on a detail goes on from page to page.
 * @param {Stage} stage
 * @param {string} picture
 */
export function zoomControls(stage, picture) {
  const { view } = stage;
  keepFor(picture, PLACE_KEY, (place) => view.show(place), () => view.place);
  const value = byId("zoom-value");
  const show = () => {
    value.textContent = `${view.scale < 0.1 ? (100 * view.scale).toFixed(1) : Math.round(100 * view.scale)} %`;
  };
  view.listeners.add(show);
  show();
  byId("zoom-in").addEventListener("click", () => view.zoomTo(view.scale * ZOOM_STEP));
  byId("zoom-out").addEventListener("click", () => view.zoomTo(view.scale / ZOOM_STEP));
  byId("zoom-fit").addEventListener("click", () => view.fit());
  byId("zoom-actual").addEventListener("click", () => view.zoomTo(1));
}

/**
 * The keys that move the view, for the table of a page.
 * @param {Stage} stage
 * @param {() => import("./editor/raster.js").Point | undefined} [about] the place zooming keeps; the middle when left out
 * @returns {import("./editor/keyboard.js").Binding[]}
 */
export function viewKeys({ view }, about = () => undefined) {
  const group = "View";
  return [
    { group, keys: ["Wheel", "Two fingers"], text: "Zoom about the cursor" },
    { group, keys: ["Space+Drag", "Middle button"], text: "Move the picture" },
    { group, keys: ["Shift+Wheel"], text: "Move sideways, as a trackpad does by itself" },
    { group, keys: ["+"], text: "Zoom in", match: named("+", "="), run: () => view.zoomTo(view.scale * ZOOM_STEP, about()), repeats: true },
    { group, keys: ["-"], text: "Zoom out", match: named("-", "_"), run: () => view.zoomTo(view.scale / ZOOM_STEP, about()), repeats: true },
    { group, keys: ["Ctrl+0", "0"], text: "Whole picture", match: (event) => control("0")(event) || letter("0")(event), run: () => view.fit() },
    { group, keys: ["Ctrl+1", "1"], text: "100 %", match: (event) => control("1")(event) || letter("1")(event), run: () => view.zoomTo(1, about()) },
  ];
}
