// Where the picture lies in the window: scale and offset, zooming about a point, fitting.
//
// All lengths on the screen are device pixels, so that 100 % is one picture pixel on one pixel of the screen.
//   screen = picture * scale + offset

/** @typedef {import("./raster.js").Point} Point */
/** @typedef {import("./rect.js").Rect} Rect */
/** @typedef {{scale: number, middle: Point} | null} Place what is seen, in a window of any size; null: the whole picture */

const MAX_SCALE = 64;
const MAX_FIT_SCALE = 6; // small pictures are enlarged to work on, but not to a wall of squares
const KEEP_IN_SIGHT = 60;

export class View {
  constructor() {
    this.scale = 1;
    this.x = 0;
    this.y = 0;
    /** size of the picture */
    this.width = 1;
    this.height = 1;
    /** size of the window onto it */
    this.screenWidth = 1;
    this.screenHeight = 1;
    /** free border around a fitted picture */
    this.margin = 24;
    /** the same below it, where bars lie over the window */
    this.foot = 24;
    /** whether the picture follows the size of the window */
    this.fitted = true;
    /** @type {Set<() => void>} */
    this.listeners = new Set();
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  setPicture(width, height) {
    this.width = width;
    this.height = height;
    this.fit();
  }

  /**
   * A new size of the window: a fitted picture is fitted again, any other keeps its middle in the middle.
   * @param {number} width
   * @param {number} height
   */
  resize(width, height) {
    const middle = this.toPicture(this.#middle);
    this.screenWidth = width;
    this.screenHeight = height;
    if (this.fitted) {
      this.fit();
      return;
    }
    this.#put(middle, this.#middle);
    this.#settle();
  }

  /** @param {Point} point on the screen @returns {Point} on the picture */
  toPicture({ x, y }) {
    return { x: (x - this.x) / this.scale, y: (y - this.y) / this.scale };
  }

  /** @param {Point} point on the picture @returns {Point} on the screen */
  toScreen({ x, y }) {
    return { x: x * this.scale + this.x, y: y * this.scale + this.y };
  }

  /** @returns {Place} what is seen now */
  get place() {
    return this.fitted ? null : { scale: this.scale, middle: this.toPicture(this.#middle) };
  }

  /** @param {Place} place what was seen before */
  show(place) {
    if (!place) {
      this.fit();
      return;
    }
    this.scale = place.scale;
    this.#put(place.middle, this.#middle);
    this.fitted = false;
    this.#snap();
    this.#settle();
  }

  /** Of the window. @returns {Point} on the screen */
  get #middle() {
    return { x: this.screenWidth / 2, y: this.screenHeight / 2 };
  }

  /** Move a point of the picture to one of the screen. @param {Point} point @param {Point} to */
  #put(point, to) {
    this.x = to.x - point.x * this.scale;
    this.y = to.y - point.y * this.scale;
  }

  /** @returns {{width: number, height: number, y: number}} the free part of the window, and its middle */
  get #free() {
    const height = Math.max(1, this.screenHeight - this.margin - this.foot);
    return { width: Math.max(1, this.screenWidth - 2 * this.margin), height, y: this.margin + height / 2 };
  }

  /** @returns {number} the scale at which the whole picture is seen */
  get fitScale() {
    return Math.min(MAX_FIT_SCALE, this.#free.width / this.width, this.#free.height / this.height);
  }

  /** Show the whole picture, in the middle. */
  fit() {
    this.scale = this.fitScale;
    this.#put({ x: this.width / 2, y: this.height / 2 }, { x: this.screenWidth / 2, y: this.#free.y });
    this.fitted = true;
    this.#snap();
    this.#settle();
  }

  /** @param {Rect} part of the picture @returns {number} the scale at which it is seen as large as it fits */
  partScale({ x0, y0, x1, y1 }) {
    const scale = Math.min(this.#free.width / (x1 - x0), this.#free.height / (y1 - y0));
    return Math.min(MAX_FIT_SCALE, Math.max(this.fitScale, scale));
  }

  /**
   * Show a part of the picture, as large as it fits.
   * @param {Rect} part
   */
  fitPart(part) {
    this.scale = this.partScale(part);
    this.#put({ x: (part.x0 + part.x1) / 2, y: (part.y0 + part.y1) / 2 }, { x: this.screenWidth / 2, y: this.#free.y });
    this.fitted = false;
    this.#settle();
  }

  /**
   * Zoom so that the picture point under `about` stays there.
   * @param {number} scale
   * @param {Point} [about] on the screen; the middle when left out
   */
  zoomTo(scale, about = this.#middle) {
    const fixed = this.toPicture(about);
    this.scale = Math.min(MAX_SCALE, Math.max(Math.min(this.fitScale / 2, 1), scale));
    this.#put(fixed, about);
    this.fitted = false;
    this.#snap();
    this.#settle();
  }

  /**
   * @param {number} dx screen pixels
   * @param {number} dy screen pixels
   */
  pan(dx, dy) {
    this.x += dx;
    this.y += dy;
    this.fitted = false;
    this.#settle();
  }

  /**
   * Pan as little as needed to bring a picture point into the window.
   * @param {Point} point
   */
  reveal(point) {
    const { x, y } = this.toScreen(point);
    const by = (/** @type {number} */ at, /** @type {number} */ size) =>
      at < this.margin ? this.margin - at : at > size - this.margin ? size - this.margin - at : 0;
    const [dx, dy] = [by(x, this.screenWidth), by(y, this.screenHeight)];
    if (dx || dy) this.pan(dx, dy);
  }

  /** @returns {Rect} the visible picture pixels, including partly visible ones */
  get visible() {
    const a = this.toPicture({ x: 0, y: 0 });
    const b = this.toPicture({ x: this.screenWidth, y: this.screenHeight });
    return {
      x0: Math.max(0, Math.floor(a.x)),
      y0: Math.max(0, Math.floor(a.y)),
      x1: Math.min(this.width, Math.ceil(b.x)),
      y1: Math.min(this.height, Math.ceil(b.y)),
    };
  }

  /** At 100 % and other whole scales pixels lie on those of the screen; between them they would be blurred. */
  #snap() {
    if (Number.isInteger(this.scale)) [this.x, this.y] = [Math.round(this.x), Math.round(this.y)];
  }

  #settle() {
    const hold = (/** @type {number} */ at, /** @type {number} */ size, /** @type {number} */ screen) => {
      const keep = Math.min(KEEP_IN_SIGHT, size, screen);
      return Math.min(screen - keep, Math.max(keep - size, at));
    };
    this.x = hold(this.x, this.width * this.scale, this.screenWidth);
    this.y = hold(this.y, this.height * this.scale, this.screenHeight);
    for (const listener of this.listeners) listener();
  }
}
