// The difference between two states of a map: which pixels of which tiles differ. Applying it goes from either state to
// the other, so that the same patch undoes and redoes.

import { EMPTY, union } from "./rect.js";

/** @typedef {import("./rect.js").Rect} Rect */
/** @typedef {import("./bitmap.js").Bitmap} Bitmap */

export class Patch {
  /**
   * @param {{rect: Rect, bits: Uint8Array | null}[]} tiles the differing pixels of each tile; null means all of them
   */
  constructor(tiles) {
    this.tiles = tiles;
    /** What this takes in memory. */
    this.bytes = tiles.reduce((sum, { bits }) => sum + 64 + (bits?.length ?? 0), 0);
  }

  /** @param {Bitmap} map */
  apply(map) {
    const { data, width } = map;
    let touched = /** @type {Rect} */ (EMPTY);
    let delta = 0;
    for (const { rect, bits } of this.tiles) {
      const wide = rect.x1 - rect.x0;
      const n = wide * (rect.y1 - rect.y0);
      for (let i = 0; i < n; i++) {
        if (bits && !(bits[i >> 3] & (1 << (i & 7)))) continue;
        const at = (rect.y0 + Math.floor(i / wide)) * width + rect.x0 + (i % wide);
        data[at] ^= 1;
        delta += data[at] ? 1 : -1;
      }
      touched = union(touched, rect);
    }
    map.count += delta;
    map.changed(touched);
  }

  /** @returns {any[]} plain JSON: a tile is its rectangle and its bits as text, null for all of them */
  toJSON() {
    return this.tiles.map(({ rect: { x0, y0, x1, y1 }, bits }) => [x0, y0, x1, y1, bits && packed(bits)]);
  }

  /** @param {any[]} tiles from `toJSON` @returns {Patch} */
  static fromJSON(tiles) {
    return new Patch(tiles.map(([x0, y0, x1, y1, text]) => {
      const length = Math.ceil(((x1 - x0) * (y1 - y0)) / 8);
      return { rect: { x0, y0, x1, y1 }, bits: text === null ? null : unpacked(text, length) };
    }));
  }
}

const ESCAPE = 0; // followed by a count: so many bytes of zero, which most of a tile is

/** @param {Uint8Array} bits @returns {string} */
function packed(bits) {
  const bytes = [];
  for (let i = 0; i < bits.length; i++) {
    if (bits[i] !== ESCAPE) {
      bytes.push(bits[i]);
      continue;
    }
    let run = 1;
    while (run < 255 && bits[i + run] === ESCAPE) run++;
    bytes.push(ESCAPE, run);
    i += run - 1;
  }
  return btoa(String.fromCharCode(...bytes));
}

/** @param {string} text @param {number} length @returns {Uint8Array} */
function unpacked(text, length) {
  const bits = new Uint8Array(length);
  const bytes = atob(text);
  for (let i = 0, at = 0; i < bytes.length; i++) {
    const byte = bytes.charCodeAt(i);
    if (byte === ESCAPE) at += bytes.charCodeAt(++i);
    else bits[at++] = byte;
  }
  return bits;
}
