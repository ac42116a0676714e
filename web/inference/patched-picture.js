// A picture with its holes filled: the original with patches laid over it. Only the patches are fetched and decoded, so
// that another try on a 50-megapixel picture costs no more than its hole.

import { PictureLayer } from "./editor/picture-layer.js";
import { fetched } from "./steps.js";

/** @typedef {{url: string, left: number, top: number, width: number, height: number}} PatchFile */
/** @typedef {import("./editor/rect.js").Rect} Rect */
/** @typedef {import("./editor/view.js").View} View */

export class PatchedPicture {
  /**
   * @param {PictureLayer} original
   * @param {{layer: PictureLayer, left: number, top: number}[]} patches transparent outside of the hole
   */
  constructor(original, patches) {
    this.original = original;
    this.patches = patches;
    /** What the patches take in memory. */
    this.pixels = patches.reduce((sum, { layer }) => sum + layer.width * layer.height, 0);
  }

  /**
   * @param {PictureLayer} original
   * @param {PatchFile[]} files
   * @returns {Promise<PatchedPicture>}
   */
  static async decode(original, files) {
    return new PatchedPicture(original, await Promise.all(files.map(async ({ url, left, top, width, height }) =>
      ({ layer: await PictureLayer.decode(await fetched(url), width, height), left, top }))));
  }

  /** Give the memory back; the original stays. */
  close() {
    for (const { layer } of this.patches) layer.close();
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {View} view
   */
  draw(context, view) {
    this.original.draw(context, view);
    for (const { layer, left, top } of this.patches) layer.draw(context, view, { x: left, y: top });
  }

  /**
   * @param {Rect} part
   * @param {HTMLCanvasElement} canvas
   */
  thumbnail(part, canvas) {
    this.original.thumbnail(part, canvas);
    for (const { layer, left, top } of this.patches) {
      layer.thumbnail({ x0: part.x0 - left, y0: part.y0 - top, x1: part.x1 - left, y1: part.y1 - top }, canvas);
    }
  }
}
