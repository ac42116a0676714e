// <inpaint-editor>: a picture with a mask that is drawn on it.
//
// Holds picture and mask and shows them; the page around it holds the buttons and the history.

import { Bitmap } from "./bitmap.js";
import { BitmapLayer } from "./bitmap-layer.js";
import { Drawing } from "./drawing.js";
import { reshaped } from "./map-work.js";
import { Patch } from "./patch.js";
import { PictureLayer } from "./picture-layer.js";
import { Pointer } from "./pointer.js";
import { rectangle } from "./raster.js";
import { Stage } from "./stage.js";

export class InpaintEditor extends HTMLElement {
  constructor() {
    super();
    this.stage = new Stage(this);
    /** @type {PictureLayer | null} */
    this.picture = null;
    this.mask = new Bitmap(1, 1);
    /** @type {BitmapLayer} */
    this.maskLayer = new BitmapLayer(this.mask);
    this.maskHidden = false;
    /** @type {Drawing | null} there once a picture is open */
    this.drawing = null;
    /** @type {Pointer | null} */
    this.pointer = null;
  }

  get view() {
    return this.stage.view;
  }

  /**
   * Show a picture with an empty mask.
   * @param {Blob} blob
   * @param {number} width of the picture, which is also the mask's
   * @param {number} height
   * @param {import("./history.js").History} history
   * @returns {Promise<Drawing>} what the tools act on
   */
  async open(blob, width, height, history) {
    const picture = await PictureLayer.decode(blob, width, height);
    this.picture = picture;
    this.mask = new Bitmap(width, height);
    this.maskLayer = new BitmapLayer(this.mask);
    this.maskLayer.outlined = true; // paper-white would not be seen on white
    this.view.setPicture(width, height);
    this.stage.addLayer((context, view) => picture.draw(context, view));
    const refresh = this.stage.addLayer((context, view, moved) => {
      context.canvas.hidden = this.maskHidden;
      return !this.maskHidden && this.maskLayer.draw(context, view, moved);
    });
    this.refreshMask = refresh;
    this.mask.listeners.add((rect) => {
      this.maskLayer.changed(rect);
      refresh();
    });
    this.drawing = new Drawing(this.stage, this.mask, "mask", history);
    this.pointer = new Pointer(this.stage, this.drawing.handlers);
    this.addEventListener("focus", () => this.matches(":focus-visible") && this.drawing?.crosshair.show());
    this.addEventListener("blur", () => this.drawing?.crosshair.hide());
    return this.drawing;
  }

  refreshMask() {}

  /**
   * @param {string} hex "#rrggbb"
   * @param {number} opacity 0 to 1
   */
  setMaskLook(hex, opacity) {
    const rgb = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
    this.maskLayer.setColour(rgb, opacity);
    this.refreshMask();
  }

  /** @param {boolean} hidden */
  hideMask(hidden) {
    if (hidden === this.maskHidden) return;
    this.maskHidden = hidden;
    this.maskLayer.unseen = this.mask.bounds;
    this.refreshMask();
  }

  invert() {
    return this.drawing?.changes.apply("Invert", () => Patch.inversion(this.mask));
  }

  clear() {
    return this.drawing?.changes.change("Clear Area", (edit) => {
      const extent = this.mask.extent();
      edit.paint(extent, 0, (span) => rectangle(extent, span));
    });
  }

  /** @param {number} pixels */
  grow(pixels) {
    return this.drawing?.changes.apply("Grow", () => reshaped(this.mask, "grow", pixels));
  }

  /** @param {number} pixels */
  shrink(pixels) {
    return this.drawing?.changes.apply("Shrink", () => reshaped(this.mask, "shrink", pixels));
  }

  /**
   * @param {Uint8Array} data zeros and ones, of the picture's size
   */
  load(data) {
    return this.drawing?.changes.change("Load mask", (edit) => edit.replace(data));
  }
}

customElements.define("inpaint-editor", InpaintEditor);
