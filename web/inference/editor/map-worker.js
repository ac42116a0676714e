// Work on a whole map that would hold the page up: see map-work.js.

import { Bitmap } from "./bitmap.js";
import { Edit } from "./edit.js";
import { encodeMask } from "./mask-file.js";
import { grow, shrink } from "./morph.js";

/** @param {MessageEvent<import("./map-work.js").Order>} event */
self.onmessage = async ({ data: { number, what, radius, width, height, values } }) => {
  const map = new Bitmap(width, height, values);
  /** @param {any} value @param {Transferable[]} [transfer] */
  const answer = (value, transfer = []) => self.postMessage({ number, value }, { transfer });
  if (what === "encode") {
    answer(await encodeMask(map));
    return;
  }
  const edit = new Edit(map);
  edit.replace((what === "grow" ? grow : shrink)(map, radius));
  const tiles = edit.commit()?.tiles ?? [];
  answer(tiles, tiles.flatMap(({ bits }) => (bits ? [bits.buffer] : [])));
};
