// Work on a whole map that would hold the page up: see map-work.js.

import { Bitmap } from "./bitmap.js";
import { Edit } from "./edit.js";
import { decodeMap, encodeMask } from "./mask-file.js";
import { grow, shrink } from "./morph.js";

/** @typedef {import("./map-work.js").MapPart} MapPart */
/** @typedef {{value: any, transfer?: Transferable[]}} Answer */

/** @param {MapPart} part @param {typeof grow} change @returns {Answer} the tiles that differ */
function reshape({ width, height, values, radius }, change) {
  const map = new Bitmap(width, height, values);
  const edit = new Edit(map);
  edit.replace(change(map, radius));
  const value = edit.commit()?.tiles ?? [];
  return { value, transfer: value.flatMap(({ bits }) => (bits ? [bits.buffer] : [])) };
}

/** @type {Record<string, (given: any) => Answer | Promise<Answer>>} */
const WORK = {
  grow: (part) => reshape(part, grow),
  shrink: (part) => reshape(part, shrink),
  encode: async ({ width, height, values }) => ({ value: await encodeMask(new Bitmap(width, height, values)) }),
  decode: async ({ blob, width, height, how }) => {
    const value = await decodeMap(blob, width, height, how);
    return { value, transfer: [value.data.buffer] };
  },
};

self.onmessage = async ({ data: { number, what, given } }) => {
  try {
    const { value, transfer = [] } = await WORK[what](given);
    self.postMessage({ number, value }, { transfer });
  } catch (error) {
    self.postMessage({ number, problem: /** @type {Error} */ (error).message });
  }
};
