// What the three inference pages share: the picture and checkpoint in the address, and the header of steps.

import { byId, el } from "../js/dom.js";
import { errorText, showError } from "../js/shell.js";

/** @typedef {"upload" | "mask" | "fill" | "folder"} StepName */

const PAGES = { upload: "upload-image.html", mask: "mask_image.html", fill: "fill_missing_regions.html", folder: "fill_folder.html" };

const PICTURE_KEY = "inpaintgan-picture";

const query = new URLSearchParams(location.search);

/** The picture this page is about, and the checkpoint that was chosen; both travel in the address. */
export const chosen = { picture: query.get("picture") ?? "", checkpoint: query.get("checkpoint") ?? "" };

/**
 * @param {StepName} step
 * @param {Record<string, string>} [more] further parts of the query
 * @returns {string} address of a step for the chosen picture
 */
export function stepUrl(step, more = {}) {
  const parts = new URLSearchParams();
  for (const [key, value] of Object.entries({ ...chosen, ...more })) if (value) parts.set(key, value);
  const text = parts.toString();
  return `/inference/${PAGES[step]}${text ? `?${text}` : ""}`;
}

/** The picture that was worked on last in this tab. */
export const lastPicture = () => sessionStorage.getItem(PICTURE_KEY) ?? "";

/** Write the choice into this page's address, so that a reload and the way back keep it, and the picture into this tab. */
export function rememberChoice() {
  const page = /** @type {StepName} */ (document.body.dataset.step);
  history.replaceState(null, "", stepUrl(page));
  pointLinks();
  if (chosen.picture) sessionStorage.setItem(PICTURE_KEY, chosen.picture);
}

/**
 * Say in the picture's place that it is on its way.
 * @param {string} name of the picture; nothing once it is there or refused
 */
export function showOpening(name) {
  const note = byId("opening");
  note.textContent = `Opening ${name}…`;
  note.hidden = !name;
}

/** @param {{name: string, width: number, height: number}} picture is named in the header: a long name loses its middle only */
export function showTitle({ name, width, height }) {
  const { stem, suffix } = splitName(name);
  const title = byId("picture-name");
  title.title = `${name} · ${width} × ${height}`;
  title.replaceChildren(el("span", {}, stem), el("span", {}, `${suffix} · ${width} × ${height}`));
}

/** @returns {"undo" | "redo" | null} what this page was opened to undo or redo */
export function askedWay() {
  const way = query.get("history");
  return way === "undo" || way === "redo" ? way : null;
}

/** Steps that can be gone to, with further parts of the query. @type {Map<StepName, Record<string, string>>} */
let reachable = new Map();

/**
 * Make those steps links that can be gone to.
 * @param {{mask?: boolean, fill?: boolean | "run"}} can "run" where the hole is filled on the way
 */
export function linkSteps({ mask = false, fill = false }) {
  reachable = new Map([["upload", {}]]);
  if (mask) reachable.set("mask", {});
  if (fill) reachable.set("fill", fill === "run" ? { run: "1" } : {});
  pointLinks();
}

/** Links to steps lead there with what is chosen now. */
function pointLinks() {
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll("a[data-to]"))) {
    const step = /** @type {StepName} */ (link.dataset.to);
    if (reachable.has(step)) link.href = stepUrl(step, reachable.get(step));
    else link.removeAttribute("href");
  }
}

/** @param {string} text @param {StepName} step @returns {HTMLElement} a way on from what went wrong */
export const linkTo = (text, step) =>
  el("a", { class: step === "upload" ? "button primary" : "button", href: stepUrl(step, step === "upload" ? { picture: "" } : {}) }, text);

/**
 * Say over the picture, or in its place while there is none, what went wrong, with ways on. Without a picture, what works on
 * one cannot be used.
 * @param {unknown} error
 * @param {(HTMLElement | null)[]} ways
 * @param {boolean} [hasPicture]
 */
export function showMessage(error, ways, hasPicture = false) {
  showOpening("");
  const message = byId("message");
  message.replaceChildren(el("p", {}, errorText(error)), el("div", { class: "row" }, ...ways));
  message.toggleAttribute("data-card", hasPicture);
  message.hidden = false;
  if (!hasPicture) for (const part of document.querySelectorAll(".rail, .zoom-bar, .panel")) part.toggleAttribute("inert", true);
  showError(error);
}

/**
 * Have something finished before a link takes this window to another page.
 * @param {() => Promise<void>} finish the page is left even when this fails
 */
export function beforeLeaving(finish) {
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[href]:not([href^='#'], [target], [download])") : null;
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    finish().catch(() => {}).finally(() => location.assign(link.getAttribute("href") ?? ""));
  });
}

/**
 * @param {string} url of the program
 * @returns {Promise<Blob>}
 * @throws {Error} in words, when it is not there any more
 */
export async function fetched(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error("The picture could not be fetched from the program. Reload this page.");
  return response.blob();
}

/** @param {string} name @returns {{stem: string, suffix: string}} "a.b.jpg" is "a.b" and ".jpg" */
export function splitName(name) {
  const dot = name.lastIndexOf(".");
  return dot > 0 ? { stem: name.slice(0, dot), suffix: name.slice(dot) } : { stem: name, suffix: "" };
}
