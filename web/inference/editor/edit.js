// One undoable change of a map: a stroke, a rectangle, an inversion.
//
// Before pixels are written, the tiles they lie in are copied once. At the end the copies are compared with the map:
// what differs becomes a patch of single bits, which takes itself back when it is applied again. A stroke on a
// 50-megapixel picture so costs some kilobytes.

import { extentOf } from "./bitmap.js";
import { onesIn, Patch } from "./patch.js";
import { area, EMPTY, intersect, isEmpty, union } from "./rect.js";

/** @typedef {import("./rect.js").Rect} Rect */
/** @typedef {import("./bitmap.js").Bitmap} Bitmap */
/** @typedef {import("./raster.js").Span} Span */

const TILE = 128;

export class Edit {
  /**
   * @param {Bitmap} map
   * @param {Bitmap | null} [clip] where writing is allowed; everywhere when left out
   */
  constructor(map, clip = null) {
    this.map = map;
    this.clip = clip;
    this.columns = Math.ceil(map.width / TILE);
    /** Whether a shape lay where writing is allowed, at least in part. */
    this.wrote = false;
    /** @type {Map<number, Uint8Array>} tile number -> its values before the edit */
    this.before = new Map();
  }

  /**
   * Write a shape.
   * @param {Rect} bounds what the shape can touch
   * @param {0 | 1} value
   * @param {(span: Span) => void} shape hands over its spans, all inside `bounds`
   */
  paint(bounds, value, shape) {
    const rect = intersect(bounds, this.map.bounds);
    if (isEmpty(rect)) return;
    this.keep(rect);
    const { data, width } = this.map;
    const allowed = this.clip?.data;
    shape((y, x0, x1) => {
      if (!allowed) {
        data.fill(value, y * width + x0, y * width + x1);
        this.wrote = true;
        return;
      }
      for (let i = y * width + x0; i < y * width + x1; i++) {
        if (!allowed[i]) continue;
        data[i] = value;
        this.wrote = true;
      }
    });
    this.map.changed(rect);
  }

  /**
   * Replace all values.
   * @param {Uint8Array} values zeros and ones, as many as the map has
   */
  replace(values) {
    const touched = union(this.map.extent(), extentOf(values, this.map.width, this.map.height));
    this.keep(touched);
    this.map.data.set(values);
    this.map.changed(touched);
  }

  /**
   * @param {Rect} rect
   */
  keep(rect) {
    for (let row = Math.floor(rect.y0 / TILE); row * TILE < rect.y1; row++) {
      for (let column = Math.floor(rect.x0 / TILE); column * TILE < rect.x1; column++) {
        const number = row * this.columns + column;
        if (!this.before.has(number)) this.before.set(number, copyPart(this.map, tileRect(this.map, this.columns, number)));
      }
    }
  }

  /** @returns {Patch | null} the change, or null when nothing differs */
  commit() {
    /** @type {Patch["tiles"]} */
    const tiles = [];
    let delta = 0;
    for (const [number, before] of this.before) {
      const rect = tileRect(this.map, this.columns, number);
      const { bits, changed, gained } = difference(before, copyPart(this.map, rect));
      delta += gained;
      if (changed) tiles.push({ rect, bits: changed === area(rect) ? null : bits });
    }
    this.map.count += delta;
    this.before.clear();
    return tiles.length ? new Patch(tiles) : null;
  }

  /** Take everything back, as if the edit had never begun. */
  abort() {
    let touched = /** @type {Rect} */ (EMPTY);
    for (const [number, before] of this.before) {
      const rect = tileRect(this.map, this.columns, number);
      const wide = rect.x1 - rect.x0;
      for (let y = rect.y0; y < rect.y1; y++) {
        const from = (y - rect.y0) * wide;
        this.map.data.set(before.subarray(from, from + wide), y * this.map.width + rect.x0);
      }
      touched = union(touched, rect);
    }
    this.before.clear();
    if (!isEmpty(touched)) this.map.changed(touched);
  }
}

/**
 * @param {Bitmap} map
 * @param {number} columns
 * @param {number} number
 * @returns {Rect}
 */
function tileRect(map, columns, number) {
  const x0 = (number % columns) * TILE;
  const y0 = Math.floor(number / columns) * TILE;
  return { x0, y0, x1: Math.min(map.width, x0 + TILE), y1: Math.min(map.height, y0 + TILE) };
}

/**
 * @param {Bitmap} map
 * @param {Rect} rect
 * @returns {Uint8Array} its values, row by row, in a buffer of whole words
 */
export function copyPart(map, rect) {
  const wide = rect.x1 - rect.x0;
  const size = area(rect);
  const part = new Uint8Array(new ArrayBuffer((size + 3) & ~3), 0, size);
  for (let y = rect.y0; y < rect.y1; y++) {
    const from = y * map.width + rect.x0;
    part.set(map.data.subarray(from, from + wide), (y - rect.y0) * wide);
  }
  return part;
}

/**
 * Compare two states of a tile, four pixels at a time: an inverted mask of fifty megapixels must not hold the page up.
 * @param {Uint8Array} before from `copyPart`
 * @param {Uint8Array} after
 * @returns {{bits: Uint8Array, changed: number, gained: number}} a bit for each pixel, set where they differ; how many do,
 *   and how many more ones there are
 */
function difference(before, after) {
  const bits = new Uint8Array(Math.ceil(before.length / 8));
  const [was, is] = [new Uint32Array(before.buffer), new Uint32Array(after.buffer)];
  let [changed, gained] = [0, 0];
  for (let i = 0; i < was.length; i++) {
    const differ = was[i] ^ is[i];
    if (!differ) continue;
    bits[i >> 1] |= ((differ | (differ >>> 7) | (differ >>> 14) | (differ >>> 21)) & 15) << (4 * (i & 1));
    changed += onesIn(differ);
    gained += onesIn(is[i]) - onesIn(was[i]);
  }
  return { bits, changed, gained };
}
