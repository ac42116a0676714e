// Every fill of a picture, as a row of small pictures of the hole; pressing one shows it.

import { el } from "../js/dom.js";
import { around } from "./editor/rect.js";
import { PatchedPicture } from "./patched-picture.js";
import { PictureCache } from "./picture-cache.js";

/** @typedef {import("./editor/rect.js").Rect} Rect */
/** @typedef {import("./patched-picture.js").PatchFile} PatchFile */
/** @typedef {{fill: number, patches: PatchFile[], edge_patches: PatchFile[], seconds: number, engine: string, notices: string[],
 *   hole_px: number, checkpoint: string, steered: boolean, texture: string, textured: boolean,
 *   feather_px: number, mask_url: string | null}} Fill */

const KEPT_PIXELS = 80e6; // of decoded patches, kept for switching back and forth
const THUMBNAIL = { width: 168, height: 126 };

export class Tries {
  /**
   * @param {HTMLElement} strip
   * @param {import("./editor/picture-layer.js").PictureLayer} original
   * @param {Rect} hole shown in the small pictures, with what is around it
   * @param {{pressed: (fill: Fill) => void, show: (fill: Fill, picture: PatchedPicture) => void, fail: (error: unknown) => void}} page
   *   told of a press; shows a fill; says why one cannot be shown
   */
  constructor(strip, original, hole, { pressed, show, fail }) {
    this.strip = strip;
    this.original = original;
    this.hole = hole;
    this.pressed = pressed;
    this.show = show;
    this.fail = fail;
    /** @type {Fill[]} */
    this.fills = [];
    /** @type {Fill | null} */
    this.current = null;
    /** @type {Fill | null} what the page shows, which is still the one before while `current` is being decoded */
    this.shown = null;
    /** @type {Set<Fill>} what is shown beside it */
    this.pinned = new Set();
    /** @type {Fill | null} the one that keys have gone to, though it may not be on the screen yet */
    this.aim = null;
    /** @type {PictureCache<Fill, PatchedPicture>} */
    this.pictures = new PictureCache((fill) => this.#decode(fill),
      (fill) => fill === this.current || fill === this.shown || this.pinned.has(fill), KEPT_PIXELS);
  }

  /**
   * @param {Fill} fill
   * @param {string} name of what made it
   */
  add(fill, name) {
    const number = this.fills.push(fill);
    const hidden = (/** @type {string} */ text) => el("span", { class: "visually-hidden" }, text);
    const caption = el("span", { class: "caption" }, el("b", {}, hidden("Result "), number),
      el("span", {}, `${fill.seconds.toFixed(1)} s`), hidden(name));
    const button = el("button", { type: "button", class: "try", "aria-pressed": "false", title: name, onclick: () => this.pressed(fill) },
      el("canvas", THUMBNAIL), caption);
    button.dataset.fill = String(fill.fill);
    this.strip.append(button);
  }

  /** @param {Fill} fill @returns {number} as it is called on the page, from 1 */
  number(fill) {
    return this.fills.indexOf(fill) + 1;
  }

  /** @param {number | null} fill number of a fill @returns {Fill | null} */
  find(fill) {
    return this.fills.find((one) => one.fill === fill) ?? null;
  }

  /**
   * Show a fill.
   * @param {Fill | null} fill null: none of them
   */
  async choose(fill) {
    this.current = fill;
    this.aim = fill;
    for (const button of this.strip.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.dataset.fill === String(fill?.fill)));
    }
    if (!fill) {
      this.shown = null;
      return;
    }
    try {
      const picture = await this.decode(fill);
      if (this.current !== fill) return;
      this.shown = fill;
      this.show(fill, picture);
    } catch (error) {
      this.fail(error);
    }
  }

  /** @param {1 | -1} direction the next or the one before */
  step(direction) {
    const at = this.aim ? this.fills.indexOf(this.aim) : (direction > 0 ? -1 : 0);
    const next = this.fills[(at + direction + this.fills.length) % this.fills.length];
    if (!next || next === this.aim) return;
    this.aim = next;
    this.pressed(next);
  }

  /**
   * Draw the small pictures of fills that were there before this page was loaded.
   * @returns {Promise<void>}
   */
  async drawAll() {
    for (const fill of this.fills) {
      const canvas = this.#canvas(fill);
      if (canvas && !canvas.dataset.drawn) await this.decode(fill).catch(() => {});
    }
  }

  /** @param {Fill} fill @returns {HTMLCanvasElement | null} */
  #canvas(fill) {
    return this.strip.querySelector(`[data-fill="${fill.fill}"] canvas`);
  }

  /**
   * @param {Fill} fill one that stays on the screen has to be among `pinned` before
   * @returns {Promise<PatchedPicture>}
   */
  decode(fill) {
    return this.pictures.get(fill);
  }

  /** @param {Fill} fill @returns {Promise<PatchedPicture>} with its small picture drawn */
  async #decode(fill) {
    const picture = await PatchedPicture.decode(this.original, fill.patches);
    const canvas = this.#canvas(fill);
    if (canvas) {
      picture.thumbnail(around(this.hole, this.original.bounds), canvas);
      canvas.dataset.drawn = "true";
    }
    return picture;
  }
}
