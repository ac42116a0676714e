// A picture-sized map of zeros and ones: the mask (one in the hole), or the edge lines.
//
// One byte a pixel, so that a row is filled by one native call. It never holds gray: what is saved is exactly what
// was drawn.

import { EMPTY } from "./rect.js";

/** @typedef {import("./rect.js").Rect} Rect */

export class Bitmap {
  /**
   * @param {number} width
   * @param {number} height
   * @param {Uint8Array} [data] its values; all zero when left out
   */
  constructor(width, height, data = new Uint8Array(width * height)) {
    this.width = width;
    this.height = height;
    this.data = data;
    /** How many pixels are one; kept up to date by edits, see edit.js. */
    this.count = 0;
    /** @type {Set<(rect: Rect) => void>} */
    this.listeners = new Set();
  }

  /** @returns {Rect} */
  get bounds() {
    return { x0: 0, y0: 0, x1: this.width, y1: this.height };
  }

  /** @returns {number} share of ones, 0 to 1 */
  get coverage() {
    return this.count / this.data.length;
  }

  /**
   * @param {number} x
   * @param {number} y
   * @returns {0 | 1} zero outside
   */
  get(x, y) {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return 0;
    return /** @type {0 | 1} */ (this.data[y * this.width + x]);
  }

  /**
   * Tell those who show this map that a part of it is different now.
   * @param {Rect} rect
   */
  changed(rect) {
    for (const listener of this.listeners) listener(rect);
  }

  /**
   * Take over all values of another map of the same size.
   * @param {Uint8Array} data zeros and ones
   */
  replace(data) {
    this.data.set(data);
    this.recount();
    this.changed(this.bounds);
  }

  /** Recount the ones, after `data` was written directly. */
  recount() {
    let count = 0;
    for (let i = 0; i < this.data.length; i++) count += this.data[i];
    this.count = count;
  }

  /** @returns {Rect} the smallest rectangle around all ones, empty when there are none */
  extent() {
    return extentOf(this.data, this.width, this.height);
  }
}

/**
 * @param {Uint8Array} data zeros and ones, row by row
 * @param {number} width
 * @param {number} height
 * @returns {Rect} the smallest rectangle around all ones, empty when there are none
 */
export function extentOf(data, width, height) {
  const first = data.indexOf(1);
  if (first < 0) return EMPTY;
  const y0 = Math.floor(first / width);
  const y1 = Math.floor(data.lastIndexOf(1) / width) + 1;
  let [x0, x1] = [width, 0];
  for (let y = y0; y < y1 && y < height; y++) {
    const row = data.subarray(y * width, (y + 1) * width);
    const left = row.subarray(0, x0).indexOf(1);
    if (left >= 0) x0 = left;
    const right = row.subarray(x1).lastIndexOf(1);
    if (right >= 0) x1 += right + 1;
  }
  return { x0, y0, x1, y1 };
}
