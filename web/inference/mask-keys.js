// The keys of the mask page.

import { byId } from "../js/dom.js";
import { say } from "../js/shell.js";
import { control, letter, listen, named } from "./editor/keyboard.js";
import { holeKey, holeTour } from "./hole-tour.js";
import { viewKeys } from "./panel.js";

/** @typedef {import("./editor/keyboard.js").Binding} Binding */
/** @typedef {import("./editor/drawing.js").Drawing} Drawing */
/** @typedef {import("./editor/editor.js").InpaintEditor} InpaintEditor */
/** @typedef {import("./editor/pointer.js").Pointer} Pointer */

export const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * Drawing by keyboard: what a mouse does with press, drag and release.
 * @param {Drawing} drawing
 * @param {Pointer} pointer
 * @returns {Binding[]}
 */
export function drawingKeys(drawing, pointer) {
  const group = "Draw by keyboard";
  return [
    {
      group, keys: ["Arrows"], text: "Move the crosshair; with Shift, by one picture pixel", scope: "canvas", repeats: true,
      match: (event) => event.key in ARROWS && !event.ctrlKey && !event.altKey && !event.metaKey,
      run: (event) => {
        const [dx, dy] = ARROWS[/** @type {keyof typeof ARROWS} */ (event.key)];
        drawing.crosshair.move(dx, dy, event.shiftKey);
      },
    },
    {
      group, keys: ["Space"], text: "Start drawing at the crosshair; press again to end", scope: "canvas",
      match: (event) => event.key === " " && drawing.crosshair.at !== null,
      run: () => {
        if (drawing.changes.busy) return;
        if (drawing.current) say("Drawn."); // which may turn out to be in vain
        if (drawing.crosshair.press()) say(`${drawing.toolName(drawing.tool)}: drawing. Arrows move, Space ends, Escape cancels.`);
      },
    },
    {
      group, keys: ["Esc"], text: "Cancel what is being drawn", scope: "canvas",
      match: named("Escape"), run: () => drawing.cancel(),
    },
    {
      // Not for a button that was reached by keyboard: there Space presses it.
      group: "", keys: [], text: "",
      match: ({ key, target }) => key === " " && (drawing.pointerAt !== null || target === pointer.stage.host)
        && !(target instanceof Element && target.matches("button:focus-visible, input:focus-visible, a:focus-visible")),
      run: () => {
        pointer.setPanKey(true);
        if (drawing.pointerAt || !drawing.enabled) return;
        drawing.crosshair.show(); // nothing is drawn where nobody has pointed
        say("Arrows move the crosshair, Space draws.");
      },
      release: () => pointer.setPanKey(false),
    },
  ];
}

/**
 * @param {(way: "undo" | "redo") => void} go
 * @returns {Binding[]}
 */
export function historyKeys(go) {
  const group = "History";
  return [
    { group, keys: ["Ctrl+Z"], text: "Undo: strokes, mask, edges and fills", match: control("z"), run: () => go("undo"), repeats: true },
    {
      group, keys: ["Ctrl+Shift+Z", "Ctrl+Y"], text: "Redo",
      match: (event) => control("z", true)(event) || control("y")(event), run: () => go("redo"), repeats: true,
    },
  ];
}

/**
 * @param {InpaintEditor} editor
 * @param {Drawing} drawing
 * @param {{go: (way: "undo" | "redo") => void, fill: () => void}} actions
 */
export function bindMaskKeys(editor, drawing, { go, fill }) {
  const { stage } = editor;
  const press = (/** @type {string} */ id) => () => byId(id).click();
  const about = () => {
    const at = drawing.crosshair.at ?? drawing.pointerAt;
    return at ? stage.view.toScreen(at) : undefined;
  };
  /** @type {Binding[]} */
  const bindings = [
    { group: "Tools", keys: ["B"], text: "Brush", match: letter("b"), run: press("tool-brush") },
    { group: "Tools", keys: ["E"], text: "Eraser", match: letter("e"), run: press("tool-eraser") },
    { group: "Tools", keys: ["R"], text: "Rectangle", match: letter("r"), run: press("tool-rectangle") },
    { group: "Tools", keys: ["L"], text: "Lasso", match: letter("l"), run: press("tool-lasso") },
    { group: "Tools", keys: ["["], text: "Thinner line", match: named("[", "{"), run: () => drawing.stepWidth(-1), repeats: true },
    { group: "Tools", keys: ["]"], text: "Thicker line", match: named("]", "}"), run: () => drawing.stepWidth(1), repeats: true },
    { group: "Tools", keys: ["Right button"], text: "Erase with any tool" },
    { group: "Tools", keys: ["Shift+Click"], text: "Straight line from the last point" },
    ...historyKeys(go),
    { group: "Mask", keys: ["Delete"], text: "Clear Area", match: named("Delete"), run: press("clear"), scope: "canvas" },
    { group: "Mask", keys: ["I"], text: "Invert", match: letter("i"), run: press("invert"), scope: "canvas" },
    { group: "Mask", keys: ["G"], text: "Grow", match: letter("g"), run: press("grow"), scope: "canvas" },
    { group: "Mask", keys: ["S"], text: "Shrink", match: letter("s"), run: press("shrink"), scope: "canvas" },
    { group: "Mask", keys: ["Ctrl+S"], text: "Save mask", match: control("s"), run: press("save-mask") },
    {
      group: "Mask", keys: ["H"], text: "Hold to hide the mask", match: letter("h"),
      run: () => editor.hideMask(true), release: () => editor.hideMask(false),
    },
    { group: "Mask", keys: ["Enter"], text: "Fill missing regions", match: named("Enter"), run: fill, scope: "canvas" },
    ...drawingKeys(drawing, /** @type {Pointer} */ (editor.pointer)),
    ...viewKeys(stage, about),
    holeKey(holeTour(stage.view, () => editor.mask)),
  ];
  listen(bindings, editor);
}
