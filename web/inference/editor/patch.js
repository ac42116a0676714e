// The difference between two states of a map: which pixels of which tiles differ. Applying it goes from either state to
// the other, so that the same patch undoes and redoes.

import { area, EMPTY, union } from "./rect.js";

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

  /** @param {Bitmap} map @returns {Patch} what swaps its zeros and ones */
  static inversion(map) {
    return new Patch([{ rect: map.bounds, bits: null }]);
  }

  /** @param {Bitmap} map */
  apply(map) {
    const { data, width } = map;
    const words = new Uint32Array(data.buffer, 0, data.length >> 2);
    let touched = /** @type {Rect} */ (EMPTY);
    let gained = 0;
    for (const { rect, bits } of this.tiles) {
      const wide = rect.x1 - rect.x0;
      const start = rect.y0 * width + rect.x0;
      if (bits) {
        for (let at = 0; at < bits.length; at++) {
          for (let [i, rest] = [8 * at, bits[at]]; rest; i++, rest >>= 1) {
            if (rest & 1) gained += flipOne(data, start + Math.floor(i / wide) * width + (i % wide));
          }
        }
      } else if (wide === width) {
        gained += flip(data, words, start, start + area(rect));
      } else {
        for (let y = rect.y0; y < rect.y1; y++) gained += flip(data, words, y * width + rect.x0, y * width + rect.x1);
      }
      touched = union(touched, rect);
    }
    map.count += gained;
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

/** @param {number} word of four zeros and ones @returns {number} */
export const onesIn = (word) => Math.imul(word, 0x01010101) >>> 24;

/** @param {Uint8Array} data @param {number} at @returns {number} how many more ones there are */
function flipOne(data, at) {
  data[at] ^= 1;
  return 2 * data[at] - 1;
}

/**
 * Swap zeros and ones, four at a time where they are a word.
 * @param {Uint8Array} data
 * @param {Uint32Array} words the same memory
 * @param {number} from
 * @param {number} to past the last
 * @returns {number} how many more ones there are
 */
function flip(data, words, from, to) {
  const first = Math.min(to, (from + 3) & ~3);
  const last = Math.max(first, to & ~3);
  let gained = 0;
  for (let i = from; i < first; i++) gained += flipOne(data, i);
  for (let i = first >> 2; i < last >> 2; i++) {
    words[i] ^= 0x01010101;
    gained += 2 * onesIn(words[i]) - 4;
  }
  for (let i = last; i < to; i++) gained += flipOne(data, i);
  return gained;
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
