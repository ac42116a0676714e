// <compare-view>: a picture before and after its hole was filled, with a divider, and the edges over it.

import { Bitmap } from "./editor/bitmap.js";
import { BitmapLayer } from "./editor/bitmap-layer.js";
import { Pointer } from "./editor/pointer.js";
import { Stage } from "./editor/stage.js";

/** @typedef {import("./editor/picture-layer.js").PictureLayer} PictureLayer */
/** @typedef {import("./patched-picture.js").PatchedPicture} PatchedPicture */
/** @typedef {import("./editor/raster.js").Point} Point */

const GRIP_PX = 14;
export const EDGE_COLOUR = [38, 222, 232];
const SHADE_COLOUR = [8, 12, 14];

export class CompareView extends HTMLElement {
  constructor() {
    super();
    this.stage = new Stage(this);
    /** @type {PictureLayer | null} */
    this.original = null;
    /** @type {PatchedPicture | null} */
    this.result = null;
    /** Share of the picture's width, from the left, that shows it as it was. */
    this.divider = 0;
    this.onlyBefore = false;
    /** Whether the hole is covered, as it was drawn. */
    this.holeCovered = false;
    this.edgesShown = false;
    this.edgesEdited = false;
    this.mask = new Bitmap(1, 1);
    this.edges = new Bitmap(1, 1);
    this.maskLayer = new BitmapLayer(this.mask);
    this.edgeLayer = new BitmapLayer(this.edges);
    /** @type {Set<() => void>} told when the divider was dragged */
    this.dividerListeners = new Set();
    this.pointer = new Pointer(this.stage, this.#handlers());
    this.compareHandlers = this.pointer.handlers;
    this.refresh = this.stage.addLayer((context, view, moved) => {
      if (!moved) context.clearRect(0, 0, context.canvas.width, context.canvas.height);
      this.#drawPictures(context, view);
    });
    this.refreshMask = this.stage.addLayer((context, view, moved) => {
      context.canvas.hidden = !(this.holeCovered || this.edgesEdited) || this.onlyBefore;
      return !context.canvas.hidden && this.maskLayer.draw(context, view, moved);
    });
    this.refreshEdges = this.stage.addLayer((context, view, moved) => {
      context.canvas.hidden = !this.edgesShown || this.onlyBefore;
      return !context.canvas.hidden && this.edgeLayer.draw(context, view, moved);
    });
    this.refreshDivider = this.stage.addLayer((context, view) => this.#drawDivider(context, view));
  }

  get view() {
    return this.stage.view;
  }

  /**
   * @param {PictureLayer} original
   * @param {Uint8Array} mask zeros and ones
   */
  open(original, mask) {
    this.original = original;
    this.mask = new Bitmap(original.width, original.height);
    this.mask.replace(mask);
    this.maskLayer = new BitmapLayer(this.mask);
    this.maskLayer.outlined = true;
    this.edges = new Bitmap(original.width, original.height);
    this.edgeLayer = new BitmapLayer(this.edges);
    this.edgeLayer.setColour(EDGE_COLOUR, 1);
    this.edges.listeners.add((rect) => {
      this.edgeLayer.changed(rect);
      this.refreshEdges();
    });
    this.view.setPicture(original.width, original.height);
    this.refresh();
  }

  /** @param {PatchedPicture | null} result */
  setResult(result) {
    this.result = result;
    this.refresh();
    this.refreshDivider();
  }

  /** @param {number} share 0 to 1 */
  setDivider(share) {
    this.divider = Math.min(1, Math.max(0, share));
    this.refresh();
    this.refreshDivider();
  }

  /** @param {boolean} only whether the picture is shown as it was */
  showBefore(only) {
    if (only === this.onlyBefore) return;
    this.onlyBefore = only;
    this.refreshAll();
  }

  /**
   * @param {{covered?: boolean, shown?: boolean, edited?: boolean}} what hole covered, edges shown, edges being edited
   */
  setLayers({ covered = this.holeCovered, shown = this.edgesShown, edited = this.edgesEdited }) {
    this.holeCovered = covered;
    this.edgesShown = shown;
    this.edgesEdited = edited;
    if (edited) this.maskLayer.setColour(SHADE_COLOUR, 0.62);
    else this.maskLayer.setColour([255, 255, 255], 1);
    this.refreshAll();
  }

  refreshAll() {
    this.maskLayer.unseen = this.mask.bounds;
    this.edgeLayer.unseen = this.edges.bounds;
    for (const refresh of [this.refresh, this.refreshMask, this.refreshEdges, this.refreshDivider]) refresh();
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {import("./editor/view.js").View} view
   */
  #drawPictures(context, view) {
    const { original, result } = this;
    if (!original) return;
    if (!result || this.onlyBefore) {
      original.draw(context, view);
      return;
    }
    result.draw(context, view);
    if (!this.divider) return;
    context.save();
    context.beginPath();
    context.rect(0, 0, this.#dividerX(), context.canvas.height);
    context.clip();
    context.clearRect(0, 0, context.canvas.width, context.canvas.height); // or the fill is seen through the original
    original.draw(context, view);
    context.restore();
  }

  #dividerX() {
    return Math.round(this.view.toScreen({ x: this.divider * this.view.width, y: 0 }).x);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {import("./editor/view.js").View} view
   */
  #drawDivider(context, view) {
    const { width, height } = context.canvas;
    const { density } = this.stage;
    context.clearRect(0, 0, width, height);
    if (!this.result || this.onlyBefore || this.edgesEdited || !this.divider) return;
    const x = this.#dividerX();
    const top = Math.max(0, view.y);
    const bottom = Math.min(height, view.y + view.height * view.scale);
    const middle = (top + bottom) / 2;
    for (const [colour, wide] of /** @type {[string, number][]} */ ([["rgb(0 0 0 / 0.6)", 3], ["#fff", 1.5]])) {
      context.strokeStyle = colour;
      context.lineWidth = wide * density;
      context.beginPath();
      context.moveTo(x, top);
      context.lineTo(x, bottom);
      context.stroke();
    }
    context.fillStyle = "#fff";
    context.strokeStyle = "rgb(0 0 0 / 0.6)";
    context.lineWidth = density;
    context.beginPath();
    context.arc(x, middle, GRIP_PX * density, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
    context.strokeStyle = "#15181a";
    context.lineWidth = 2 * density;
    for (const side of [-1, 1]) {
      context.beginPath();
      context.moveTo(x + side * 4 * density, middle - 4 * density);
      context.lineTo(x + side * 8 * density, middle);
      context.lineTo(x + side * 4 * density, middle + 4 * density);
      context.stroke();
    }
  }

  /** @returns {import("./editor/pointer.js").Handlers} */
  #handlers() {
    const near = (/** @type {Point} */ point) => this.result !== null && this.divider > 0
      && Math.abs(this.view.toScreen(point).x - this.#dividerX()) < GRIP_PX * this.stage.density;
    const move = (/** @type {Point} */ point) => {
      this.setDivider(point.x / this.view.width);
      for (const listener of this.dividerListeners) listener();
    };
    return {
      begin: (point) => near(point),
      extend: (points) => move(points[points.length - 1]),
      end: () => {},
      cancel: () => {},
      hover: (point) => this.toggleAttribute("data-on-divider", point !== null && near(point)),
    };
  }
}

customElements.define("compare-view", CompareView);
