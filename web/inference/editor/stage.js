// The window onto a picture: canvases on top of each other that share one view and are redrawn once a frame.
//
// A layer is drawn again only when it says so or when the view moves; a moving cursor so never redraws the picture.

import { View } from "./view.js";

/** @typedef {import("./raster.js").Point} Point */

/** Free border around a fitted picture, in CSS pixels; below it lie the bars for zoom and divider. */
const MARGIN = 24, FOOT = 56;
const EXACT = "devicePixelContentBoxSize" in ResizeObserverEntry.prototype;

/**
 * @callback Draw
 * @param {CanvasRenderingContext2D} context cleared when `moved`
 * @param {View} view
 * @param {boolean} moved whether the view or the size is new, so that everything has to be drawn
 * @returns {boolean | void} true when there is more to draw, in the next frame
 */

export class Stage {
  /**
   * @param {HTMLElement} host fills its place on the page; the canvases are put into it
   * @param {View} [view] shared with other stages of the same size, which then zoom and move together
   */
  constructor(host, view = new View()) {
    this.host = host;
    this.view = view;
    /** A stage that is covered by others rests: it neither draws nor tells the view its size. */
    this.resting = false;
    /** device pixels per CSS pixel */
    this.density = window.devicePixelRatio || 1;
    /** @type {{canvas: HTMLCanvasElement, context: CanvasRenderingContext2D, draw: Draw, dirty: boolean}[]} */
    this.layers = [];
    this.moved = true;
    this.frame = 0;
    this.checkerboard = document.createElement("div");
    this.checkerboard.className = "checkerboard";
    host.append(this.checkerboard);
    this.onMoved = () => {
      this.moved = true;
      this.#schedule();
    };
    this.view.listeners.add(this.onMoved);
    /** in device pixels */
    this.size = { width: 1, height: 1 };
    this.observer = new ResizeObserver(([entry]) => {
      this.size = devicePixels(entry);
      this.#resize();
    });
    // The one box that also changes when the window is moved to a screen of another density.
    this.observer.observe(host, EXACT ? { box: "device-pixel-content-box" } : {});
  }

  /** @param {boolean} resting */
  rest(resting) {
    this.resting = resting;
    if (!resting) this.#resize();
  }

  /** Take no part any more. */
  close() {
    this.observer.disconnect();
    this.view.listeners.delete(this.onMoved);
    cancelAnimationFrame(this.frame);
    this.resting = true;
  }

  /**
   * Add a layer on top.
   * @param {Draw} draw
   * @returns {() => void} call it when the layer has to be drawn again
   */
  addLayer(draw) {
    const canvas = document.createElement("canvas");
    canvas.width = this.view.screenWidth;
    canvas.height = this.view.screenHeight;
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const layer = { canvas, context, draw, dirty: true };
    this.layers.push(layer);
    this.host.append(canvas);
    this.#schedule();
    return () => {
      layer.dirty = true;
      this.#schedule();
    };
  }

  /**
   * @param {{clientX: number, clientY: number}} event
   * @returns {Point} in device pixels from the corner of the window onto the picture
   */
  screenPoint({ clientX, clientY }) {
    const { left, top } = this.host.getBoundingClientRect();
    return { x: (clientX - left) * this.density, y: (clientY - top) * this.density };
  }

  #resize() {
    if (this.resting) return;
    const { width, height } = this.size;
    this.density = window.devicePixelRatio || 1;
    for (const { canvas } of this.layers) Object.assign(canvas, this.size);
    this.view.margin = MARGIN * this.density;
    this.view.foot = FOOT * this.density;
    this.view.resize(width, height);
    this.moved = true;
    // Drawn at once: an emptied canvas would flash until the next frame.
    this.#draw();
  }

  #schedule() {
    if (!this.resting) this.frame ||= requestAnimationFrame(() => this.#draw());
  }

  /** Put the checkerboard where the picture is. */
  #layCheckerboard() {
    const { width, height } = this.view;
    const a = this.view.toScreen({ x: 0, y: 0 });
    const b = this.view.toScreen({ x: width, y: height });
    const [left, top, right, bottom] = [a.x, a.y, b.x, b.y].map((at) => Math.round(at) / this.density);
    Object.assign(this.checkerboard.style, {
      left: `${left}px`, top: `${top}px`, width: `${right - left}px`, height: `${bottom - top}px`,
    });
  }

  #draw() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    const { moved } = this;
    this.moved = false;
    if (moved) this.#layCheckerboard();
    let more = false;
    for (const layer of this.layers) {
      if (!moved && !layer.dirty) continue;
      if (moved) layer.context.clearRect(0, 0, layer.canvas.width, layer.canvas.height);
      layer.dirty = layer.draw(layer.context, this.view, moved) === true;
      more ||= layer.dirty;
    }
    if (more) this.#schedule();
  }
}

/**
 * @param {ResizeObserverEntry} entry
 * @returns {{width: number, height: number}} of the window onto the picture
 */
function devicePixels({ devicePixelContentBoxSize: [exact] = [], contentRect: { width, height } }) {
  const pixels = (/** @type {number} */ length, /** @type {number | undefined} */ told) => {
    const rounded = Math.max(1, Math.round(length * (window.devicePixelRatio || 1)));
    // Rounding can be a pixel off, which blurs. What is further off is of the real screen, while another is simulated.
    return told && Math.abs(told - rounded) <= 1 ? told : rounded;
  };
  return { width: pixels(width, exact?.inlineSize), height: pixels(height, exact?.blockSize) };
}
