// Work on a whole map, done by a worker, so that the page never stands still: growing, shrinking, packing into a file.
//
// What a worker makes of a copy of the map comes back as what differs, which is undone like any other change.

import { copyPart } from "./edit.js";
import { Patch } from "./patch.js";
import { expand, intersect, isEmpty, moved } from "./rect.js";

/** @typedef {import("./bitmap.js").Bitmap} Bitmap */
/** @typedef {import("./rect.js").Rect} Rect */
/**
 * @typedef {{number: number, what: "grow" | "shrink" | "encode", radius: number, width: number, height: number,
 *   values: Uint8Array}} Order
 */

const worker = new Worker(new URL("./map-worker.js", import.meta.url), { type: "module" });
/** @type {Map<number, {resolve: (value: any) => void, reject: (error: Error) => void}>} orders that are under way */
const waiting = new Map();
let orders = 0;

worker.onmessage = ({ data: { number, value } }) => {
  waiting.get(number)?.resolve(value);
  waiting.delete(number);
};
worker.onerror = ({ message }) => {
  for (const { reject } of waiting.values()) reject(new Error(`The mask could not be worked on: ${message || "the browser refused"}.`));
  waiting.clear();
};

/**
 * @param {Order["what"]} what
 * @param {Bitmap} map
 * @param {Rect} part of the map
 * @param {number} [radius]
 * @returns {Promise<any>}
 */
function order(what, map, part, radius = 0) {
  const values = copyPart(map, part);
  /** @type {Order} */
  const message = { number: orders++, what, radius, width: part.x1 - part.x0, height: part.y1 - part.y0, values };
  return new Promise((resolve, reject) => {
    waiting.set(message.number, { resolve, reject });
    worker.postMessage(message, [values.buffer]);
  });
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
  const tiles = await order(how, map, part, radius);
  return tiles.length ? new Patch(tiles.map(({ rect, bits }) => ({ rect: moved(rect, part.x0, part.y0), bits }))) : null;
}

/**
 * See `encodeMask`.
 * @param {Bitmap} map
 * @returns {Promise<Blob>}
 */
export const encoded = (map) => order("encode", map, map.bounds);
