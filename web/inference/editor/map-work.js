// Work on a whole map, done by a worker, so that the page never stands still: growing, shrinking, writing and reading files.
//
// What a worker makes of a copy of the map comes back as what differs, which is undone like any other change.

import { copyPart } from "./edit.js";
import { Patch } from "./patch.js";
import { expand, intersect, isEmpty, moved } from "./rect.js";

/** @typedef {import("./bitmap.js").Bitmap} Bitmap */
/** @typedef {import("./rect.js").Rect} Rect */
/** @typedef {{width: number, height: number, values: Uint8Array, radius: number}} MapPart a copy of a part of a map */

const worker = new Worker(new URL("./map-worker.js", import.meta.url), { type: "module" });
/** @type {Map<number, {resolve: (value: any) => void, reject: (error: Error) => void}>} what is under way */
const waiting = new Map();
let asked = 0;

worker.onmessage = ({ data: { number, value, problem } }) => {
  const { resolve, reject } = /** @type {any} */ (waiting.get(number));
  waiting.delete(number);
  if (problem) reject(new Error(problem));
  else resolve(value);
};
worker.onerror = ({ message }) => {
  for (const { reject } of waiting.values()) reject(new Error(`The mask could not be processed: ${message || "the browser refused"}.`));
  waiting.clear();
};

/**
 * @param {"grow" | "shrink" | "encode" | "decode"} what
 * @param {object} given
 * @param {Transferable[]} [transfer]
 * @returns {Promise<any>}
 */
function ask(what, given, transfer = []) {
  const number = asked++;
  return new Promise((resolve, reject) => {
    waiting.set(number, { resolve, reject });
    worker.postMessage({ number, what, given }, transfer);
  });
}

/**
 * @param {"grow" | "shrink" | "encode"} what
 * @param {Bitmap} map
 * @param {Rect} part of the map
 * @param {number} [radius]
 */
function askAbout(what, map, part, radius = 0) {
  const values = copyPart(map, part);
  /** @type {MapPart} */
  const given = { width: part.x1 - part.x0, height: part.y1 - part.y0, values, radius };
  return ask(what, given, [values.buffer]);
}

/**
 * What grows or shrinks a map, see morph.js; good for the map as it is now.
 * @param {Bitmap} map
 * @param {"grow" | "shrink"} how
 * @param {number} radius pixels
 * @returns {Promise<Patch | null>} null when nothing changes
 */
export async function reshaped(map, how, radius) {
  const extent = map.extent();
  if (isEmpty(extent)) return null;
  // Shrinking has to look as far around the ones as growing: zeros eat into them from there.
  const part = intersect(expand(extent, radius), map.bounds);
  /** @type {Patch["tiles"]} */
  const tiles = await askAbout(how, map, part, radius);
  return tiles.length ? new Patch(tiles.map(({ rect, bits }) => ({ rect: moved(rect, part.x0, part.y0), bits }))) : null;
}

/**
 * See `encodeMask`.
 * @param {Bitmap} map
 * @returns {Promise<Blob>}
 */
export const encoded = (map) => askAbout("encode", map, map.bounds);

/**
 * See `decodeMap`.
 * @param {Blob} blob
 * @param {number} width
 * @param {number} height
 * @param {{byShape?: boolean}} [how]
 * @returns {ReturnType<typeof import("./mask-file.js").decodeMap>}
 */
export const decoded = (blob, width, height, how = {}) => ask("decode", { blob, width, height, how });
