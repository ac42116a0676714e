// What a change of all of the mask did, in words: from how many pixels it had and has, not from what was pressed.

import { plural } from "../js/format.js";

/**
 * @param {number} n pixels of the mask, some
 * @param {number} share of the picture
 * @returns {string} never none, nor all, of what is some
 */
export function coverageWords(n, share) {
  const percent = (100 * share).toFixed(share < 0.1 ? 1 : 0);
  const words = percent === "0.0" ? "Less than 0.1 %" : percent === "100" ? "Over 99 %" : `${percent} %`;
  return `${words} masked, ${plural(n, "pixel")}`;
}

/**
 * @param {"clear" | "invert" | "grow" | "shrink"} what
 * @param {number} by pixels, where it grows or shrinks
 * @param {number} before pixels of the mask
 * @param {number} after
 * @returns {string}
 */
export function changeWords(what, by, before, after) {
  if (what === "invert") return "The mask is inverted.";
  if (!before) return what === "clear" ? "The mask is empty already." : `Nothing is masked yet: there is nothing to ${what}.`;
  if (what === "clear") return "The mask is empty. Undo brings it back.";
  const pixels = plural(by, "pixel");
  if (!after) return `Nothing is left of the mask: it was thin enough to go when shrunk by ${pixels}. Undo brings it back.`;
  if (after === before) return `The mask covers the whole picture: it has no border to ${what} from.`;
  return `The mask has ${what === "grow" ? "grown" : "shrunk"} by ${pixels}.`;
}
