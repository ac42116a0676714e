// Every fill of a picture, as a row of small pictures of the hole; pressing one shows it.

import { el } from "../js/shell.js";
import { PictureLayer } from "./editor/picture-layer.js";

/** @typedef {import("./editor/rect.js").Rect} Rect */
/** @typedef {{fill: number, url: string, edges_url: string | null, seconds: number, notices: string[], hole_px: number,
 *   checkpoint: string, steered: boolean}} Fill */

const KEPT_PIXELS = 80e6; // decoded pictures kept for switching back and forth
const THUMBNAIL = { width: 168, height: 126 };

export class Tries {
  /**
   * @param {HTMLElement} strip
   * @param {{width: number, height: number}} picture
   * @param {Rect} hole shown in the small pictures, with what is around it
   * @param {(fill: Fill, picture: PictureLayer) => void} show
   * @param {(error: unknown) => void} fail
   */
  constructor(strip, picture, hole, show, fail) {
    this.strip = strip;
    this.picture = picture;
    this.hole = hole;
    this.show = show;
    this.fail = fail;
    /** @type {Map<number, PictureLayer>} the most recently shown last */
    this.decoded = new Map();
    /** @type {Fill[]} */
    this.fills = [];
    /** @type {Fill | null} */
    this.current = null;
  }

  /**
   * @param {Fill} fill
   * @param {string} name of what made it
   */
  add(fill, name) {
    const number = this.fills.push(fill);
    const hidden = (/** @type {string} */ text) => el("span", { class: "visually-hidden" }, text);
    const caption = el("span", { class: "caption" }, el("b", {}, hidden("Try "), number),
      el("span", {}, fill.steered ? "edges" : `${fill.seconds.toFixed(1)} s`), hidden(name));
    const button = el("button", { type: "button", class: "try", "aria-pressed": "false", title: name, onclick: () => this.choose(fill) },
      el("canvas", THUMBNAIL), caption);
    button.dataset.fill = String(fill.fill);
    this.strip.append(button);
  }

  /**
   * Show a fill.
   * @param {Fill} fill
   */
  async choose(fill) {
    this.current = fill;
    try {
      const picture = await this.#decode(fill);
      if (this.current !== fill) return;
      for (const button of this.strip.querySelectorAll("button")) {
        button.setAttribute("aria-pressed", String(button.dataset.fill === String(fill.fill)));
      }
      this.show(fill, picture);
    } catch (error) {
      this.fail(error);
    }
  }

  /** @param {1 | -1} direction the next or the one before */
  step(direction) {
    const at = this.current ? this.fills.indexOf(this.current) : -1;
    const next = this.fills[(at + direction + this.fills.length) % this.fills.length];
    if (next && next !== this.current) this.choose(next);
  }

  /**
   * Draw the small pictures of fills that were there before this page was loaded.
   * @returns {Promise<void>}
   */
  async drawAll() {
    for (const fill of this.fills) {
      const canvas = this.#canvas(fill);
      if (canvas && !canvas.dataset.drawn) await this.#decode(fill).catch(() => {});
    }
  }

  /** @param {Fill} fill @returns {HTMLCanvasElement | null} */
  #canvas(fill) {
    return this.strip.querySelector(`[data-fill="${fill.fill}"] canvas`);
  }

  /** @param {Fill} fill @returns {Promise<PictureLayer>} */
  async #decode(fill) {
    const { width, height } = this.picture;
    let picture = this.decoded.get(fill.fill);
    if (!picture) {
      const response = await fetch(fill.url);
      if (!response.ok) throw new Error("This result is not there any more. Fill the picture again.");
      picture = await PictureLayer.decode(await response.blob(), width, height);
      const canvas = this.#canvas(fill);
      if (canvas) {
        picture.thumbnail(around(this.hole, width, height), canvas);
        canvas.dataset.drawn = "true";
      }
    }
    this.decoded.delete(fill.fill);
    this.decoded.set(fill.fill, picture);
    for (const [number, old] of this.decoded) {
      if (this.decoded.size * width * height <= KEPT_PIXELS || this.decoded.size <= 2) break;
      if (number === this.current?.fill || number === fill.fill) continue;
      old.close();
      this.decoded.delete(number);
    }
    return picture;
  }
}

/**
 * A part of the picture with the hole in its middle and half its size around it.
 * @param {Rect} hole
 * @param {number} width
 * @param {number} height
 * @returns {Rect}
 */
function around(hole, width, height) {
  const pad = 0.25 * Math.max(hole.x1 - hole.x0, hole.y1 - hole.y0);
  return {
    x0: Math.max(0, hole.x0 - pad), y0: Math.max(0, hole.y0 - pad), x1: Math.min(width, hole.x1 + pad), y1: Math.min(height, hole.y1 + pad),
  };
}
