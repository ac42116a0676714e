// From hole to hole: of specks all over a picture, what is around all of them is the picture itself.

import { plural } from "../js/format.js";
import { say } from "../js/shell.js";
import { holesOf } from "./editor/holes.js";
import { letter } from "./editor/keyboard.js";
import { around } from "./editor/rect.js";

/** @typedef {import("./editor/bitmap.js").Bitmap} Bitmap */
/** @typedef {import("./editor/keyboard.js").Binding} Binding */
/** @typedef {import("./editor/view.js").View} View */

const USEFUL = 1.5; // times the scale of the whole picture

/**
 * @param {View} view
 * @param {() => Bitmap} mask asked each time
 * @returns {() => void} shows all holes, where that is nearer than the whole picture, and then one after the other
 */
export function holeTour(view, mask) {
  let at = -1;
  return () => {
    const map = mask();
    const holes = holesOf(map);
    if (!holes.length) return;
    const all = around(map.extent(), map.bounds);
    const tour = holes.length > 1 ? holes.map((hole) => around(hole, map.bounds)) : [];
    const closest = Math.max(0, ...tour.map((part) => view.partScale(part)));
    const first = view.partScale(all) >= Math.min(closest, USEFUL * view.fitScale) ? 1 : 0;
    if (first) tour.unshift(all);
    at = view.fitted ? 0 : (at + 1) % tour.length; // after a look at the whole picture from the start
    view.fitPart(tour[at]);
    if (tour.length > 1) say(at < first ? `All ${plural(holes.length, "hole")}.` : `Hole ${at - first + 1} of ${holes.length}.`);
  };
}

/** @param {() => void} run goes on to the next hole @returns {Binding} */
export const holeKey = (run) => ({
  group: "View", keys: ["2"], text: "Zoom to the hole; again: to the next one", match: letter("2"), run,
});
