// Shows a map of zeros and ones over the picture, in one colour, at any zoom.
//
// Smaller copies of the map (each half the size of the one before, holding the covered share) are kept up to date for
// the changed part only, so a frame costs as much as there are pixels on the screen, whatever the size of the picture.
// When all of a large map changes, that is spread over some frames.

import { EMPTY, expand, intersect, isEmpty, union } from "./rect.js";

/** @typedef {import("./rect.js").Rect} Rect */
/** @typedef {import("./bitmap.js").Bitmap} Bitmap */
/** @typedef {import("./view.js").View} View */
/** @typedef {{width: number, height: number, data: Uint8Array}} Level the map, or a smaller copy of it */

const SMALLEST_SIDE = 128;
/** An outline is seen on any ground: the hole's last pixels are light, those around it dark. */
const LIGHT = 0xffffffff, DARK = 0xff282828; // ABGR
const PIXELS_A_FRAME = 8e6; // of the map, brought into the smaller copies

export class BitmapLayer {
  /**
   * @param {Bitmap} map
   */
  constructor(map) {
    this.map = map;
    /** @type {Level[]} */
    this.levels = [map];
    while (Math.max(this.#last.width, this.#last.height) > SMALLEST_SIDE) {
      const [width, height] = [Math.ceil(this.#last.width / 2), Math.ceil(this.#last.height / 2)];
      this.levels.push({ width, height, data: new Uint8Array(width * height) });
    }
    /** @type {Rect} changed in the map, not yet in the smaller copies */
    this.stale = map.bounds;
    /** @type {Rect} changed in the map, not yet on the screen */
    this.unseen = map.bounds;
    this.colours = new Uint32Array(256);
    this.setColour([255, 255, 255], 1);
    /** Whether the map is outlined, on the screen's pixels. */
    this.outlined = false;
    /** @type {ImageData | null} */
    this.screen = null;
    /** One where the map is seen on the screen; rows of whole words. */
    this.cover = new Uint8Array();
    this.stride = 0;
  }

  get #last() {
    return this.levels[this.levels.length - 1];
  }

  /** @param {Rect} rect */
  changed(rect) {
    this.stale = union(this.stale, rect);
    this.unseen = union(this.unseen, rect);
  }

  /**
   * @param {number[]} rgb 0 to 255
   * @param {number} opacity 0 to 1
   */
  setColour([r, g, b], opacity) {
    for (let share = 0; share < 256; share++) {
      const alpha = Math.round(share * opacity);
      this.colours[share] = ((alpha << 24) | (b << 16) | (g << 8) | r) >>> 0; // little-endian RGBA
    }
    this.unseen = this.map.bounds;
  }

  /**
   * Draw what has changed, or all of it.
   * @param {CanvasRenderingContext2D} context of a canvas as large as the window
   * @param {View} view
   * @param {boolean} all whether the view itself has changed
   * @returns {boolean} whether there is more to draw in the next frame
   */
  draw(context, view, all) {
    this.#refreshLevels();
    const { width, height } = context.canvas;
    if (!this.screen || this.screen.width !== width || this.screen.height !== height) {
      this.screen = new ImageData(width, height);
      this.stride = (width + 3) & ~3;
      this.cover = new Uint8Array(this.stride * height);
      all = true;
    }
    const window = { x0: 0, y0: 0, x1: width, y1: height };
    let part = window;
    if (!all) {
      if (isEmpty(this.unseen)) return false;
      const a = view.toScreen({ x: this.unseen.x0, y: this.unseen.y0 });
      const b = view.toScreen({ x: this.unseen.x1, y: this.unseen.y1 });
      part = intersect(window, expand({ x0: Math.floor(a.x), y0: Math.floor(a.y), x1: Math.ceil(b.x), y1: Math.ceil(b.y) }, 2));
    }
    this.unseen = this.stale;
    if (!isEmpty(part)) {
      this.#compose(part, view, this.screen);
      if (this.outlined) this.#outline(part, this.screen);
      context.putImageData(this.screen, 0, 0, part.x0, part.y0, part.x1 - part.x0, part.y1 - part.y0);
    }
    return !isEmpty(this.stale);
  }

  /**
   * @param {Rect} part of the screen
   * @param {View} view
   * @param {ImageData} screen
   */
  #compose(part, view, screen) {
    const index = Math.min(this.levels.length - 1, Math.max(0, Math.floor(Math.log2(1 / view.scale))));
    const level = this.levels[index];
    const full = index === 0 ? 255 : 1; // the map itself holds ones, its smaller copies hold shares of 255
    const out = new Uint32Array(screen.data.buffer);
    const step = 1 / (view.scale * 2 ** index);
    const [left, top] = [view.x * step, view.y * step];
    const first = Math.max(part.x0, Math.ceil(view.x - 0.5));
    const last = Math.min(part.x1, Math.ceil(view.x + view.width * view.scale - 0.5));
    const n = Math.max(0, last - first);
    const columns = Int32Array.from({ length: n }, (_, i) => seenAt(first + i, step, left, level.width));
    // Up to two columns, and rows, lie under a pixel of the screen: without the second a thin line would be lost between.
    const lasts = step <= 1 ? columns
      : Int32Array.from({ length: n }, (_, i) => Math.max(columns[i], seenAt(first + i + 1, step, left, level.width + 1) - 1));
    const { data } = level;
    const { cover, stride } = this;
    for (let y = part.y0; y < part.y1; y++) {
      const row = y * screen.width;
      out.fill(0, row + part.x0, row + part.x1);
      const coverRow = y * stride;
      cover.fill(0, coverRow + part.x0, coverRow + part.x1);
      const middle = Math.floor((y + 0.5) * step - top);
      if (middle < 0 || middle >= level.height) continue;
      const at = seenAt(y, step, top, level.height);
      const from = at * level.width;
      if (step <= 1) {
        for (let i = 0; i < n; i++) {
          const value = data[from + columns[i]];
          if (!value) continue;
          out[row + first + i] = this.colours[value * full];
          cover[coverRow + first + i] = 1;
        }
        continue;
      }
      const below = Math.max(at, seenAt(y + 1, step, top, level.height + 1) - 1) * level.width;
      for (let i = 0; i < n; i++) {
        const value = Math.max(data[from + columns[i]], data[from + lasts[i]], data[below + columns[i]], data[below + lasts[i]]);
        if (!value) continue;
        out[row + first + i] = this.colours[value * full];
        cover[coverRow + first + i] = 1;
      }
    }
  }

  /**
   * Two-tone, and as thin as can be seen: a pixel of the screen on either side of the border, at any zoom.
   * @param {Rect} part of the screen; what has changed lies well inside it
   * @param {ImageData} screen
   */
  #outline(part, { data, width, height }) {
    const { cover, stride } = this;
    const out = new Uint32Array(data.buffer);
    const words = new Uint32Array(cover.buffer);
    const below = stride >> 2;
    // What lies beyond the window is not known: at its rim there is no outline.
    const { x0, y0, x1, y1 } = intersect(part, expand({ x0: 0, y0: 0, x1: width, y1: height }, -1));
    for (let y = y0; y < y1; y++) {
      for (let i = (y * stride + x0) >> 2, x = x0 & ~3; x < x1; i++, x += 4) {
        const four = words[i];
        const alike = four === 0 || four === 0x01010101; // and so is most of a screen, which is passed over
        if (alike && words[i - below] === four && words[i + below] === four
          && words[i - 1] >>> 24 === (four & 1) && (words[i + 1] & 1) === (four & 1)) continue;
        for (let to = Math.max(x, x0); to < Math.min(x + 4, x1); to++) {
          const at = y * stride + to;
          const here = cover[at];
          if (cover[at - 1] === here && cover[at + 1] === here && cover[at - stride] === here && cover[at + stride] === here) continue;
          out[y * width + to] = here ? LIGHT : DARK;
        }
      }
    }
  }

  #refreshLevels() {
    const { x0, y0, x1, y1 } = this.stale;
    const end = Math.min(y1, y0 + Math.ceil(PIXELS_A_FRAME / Math.max(1, x1 - x0)));
    let rect = { x0, y0, x1, y1: end };
    this.stale = end < y1 ? { x0, y0: end, x1, y1 } : EMPTY;
    for (let k = 1; k < this.levels.length && !isEmpty(rect); k++) {
      const [from, to] = [this.levels[k - 1], this.levels[k]];
      rect = { x0: rect.x0 >> 1, y0: rect.y0 >> 1, x1: Math.min(to.width, (rect.x1 + 1) >> 1), y1: Math.min(to.height, (rect.y1 + 1) >> 1) };
      halve(from, to, rect, k === 1 ? 255 : 1);
    }
  }
}

/**
 * @param {number} pixel of the screen, along one axis
 * @param {number} step pixels of the map on one of the screen
 * @param {number} offset of the map's first pixel
 * @param {number} size of the map
 * @returns {number} the pixel of the map that is seen there: enlarged, the one under its middle; else the first whose middle it covers
 */
function seenAt(pixel, step, offset, size) {
  const at = step <= 1 ? Math.floor((pixel + 0.5) * step - offset) : Math.ceil(pixel * step - offset - 0.5);
  return Math.min(size - 1, Math.max(0, at));
}

/**
 * @param {Level} from
 * @param {Level} to half its size
 * @param {Rect} rect of `to`
 * @param {number} one what a covered pixel of `from` counts, 255 being all
 */
function halve(from, to, rect, one) {
  const { data, width, height } = from;
  const out = to.data;
  for (let y = rect.y0; y < rect.y1; y++) {
    const row = y * to.width;
    const upper = 2 * y * width;
    const lower = Math.min(2 * y + 1, height - 1) * width;
    for (let x = rect.x0; x < rect.x1; x++) {
      const right = Math.min(2 * x + 1, width - 1);
      const sum = data[upper + 2 * x] + data[upper + right] + data[lower + 2 * x] + data[lower + right];
      out[row + x] = (sum * one + 2) >> 2;
    }
  }
}
