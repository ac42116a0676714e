// Shows a picture of any size at any zoom.
//
// The picture is cut into tiles, at full size and at halves of it. A frame draws only the visible tiles, from the
// smallest copy that is still sharp: a 50-megapixel picture costs no more than a small one.

import { intersect, moved } from "./rect.js";

/** @typedef {import("./view.js").View} View */

const TILE = 1024;
const SHARP_PIXELS_FROM = 3; // from this zoom on, picture pixels are drawn as squares

export class PictureLayer {
  /**
   * @param {number} width of the picture, pixels
   * @param {number} height
   * @param {ImageBitmap[][][]} levels tiles[row][column] at full size, half, quarter, ...
   */
  constructor(width, height, levels) {
    this.width = width;
    this.height = height;
    this.levels = levels;
  }

  /**
   * @param {Blob} blob an encoded picture
   * @param {number} width the size it is to be shown at
   * @param {number} height
   * @returns {Promise<PictureLayer>}
   */
  static async decode(blob, width, height) {
    let bitmap = await createImageBitmap(blob, { imageOrientation: "none" });
    if (bitmap.width !== width || bitmap.height !== height) {
      const resized = await createImageBitmap(bitmap, { resizeWidth: width, resizeHeight: height, resizeQuality: "high" });
      bitmap.close();
      bitmap = resized;
    }
    const levels = [];
    for (;;) {
      levels.push(await cut(bitmap));
      if (Math.max(bitmap.width, bitmap.height) <= TILE) break;
      const half = await createImageBitmap(bitmap, {
        resizeWidth: Math.ceil(bitmap.width / 2), resizeHeight: Math.ceil(bitmap.height / 2), resizeQuality: "medium",
      });
      bitmap.close();
      bitmap = half;
    }
    bitmap.close();
    return new PictureLayer(width, height, levels);
  }

  /** Give the memory back. */
  close() {
    for (const tile of this.levels.flat(2)) tile.close();
    this.levels = [];
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {View} view
   * @param {import("./raster.js").Point} [place] of this picture's corner, for a patch of the picture in view
   */
  draw(context, view, place = { x: 0, y: 0 }) {
    const level = Math.min(this.levels.length - 1, Math.max(0, Math.floor(Math.log2(1 / view.scale) + 1e-6)));
    const { x0: left, y0: top, x1: right, y1: bottom } = intersect(moved(view.visible, -place.x, -place.y), this.bounds);
    context.imageSmoothingEnabled = view.scale < SHARP_PIXELS_FROM;
    context.imageSmoothingQuality = "low"; // the copies are at most twice too large, so nothing better is needed
    const side = TILE * 2 ** level;
    for (let row = Math.floor(top / side); row * side < bottom; row++) {
      for (let column = Math.floor(left / side); column * side < right; column++) {
        const tile = this.levels[level]?.[row]?.[column];
        if (!tile) continue;
        // Whole device pixels, or the smoothing of neighbouring tiles leaves a seam between them.
        const a = view.toScreen({ x: place.x + column * side, y: place.y + row * side });
        const b = view.toScreen({
          x: place.x + Math.min(this.width, (column + 1) * side), y: place.y + Math.min(this.height, (row + 1) * side),
        });
        const [x0, y0, x1, y1] = [a.x, a.y, b.x, b.y].map(Math.round);
        context.drawImage(tile, x0, y0, x1 - x0, y1 - y0);
      }
    }
  }

  /** @returns {import("./rect.js").Rect} */
  get bounds() {
    return { x0: 0, y0: 0, x1: this.width, y1: this.height };
  }

  /**
   * A small picture of a part, for a thumbnail.
   * @param {import("./rect.js").Rect} part
   * @param {HTMLCanvasElement} canvas its size is filled
   */
  thumbnail(part, canvas) {
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const scale = Math.max(canvas.width / (part.x1 - part.x0), canvas.height / (part.y1 - part.y0));
    const x = canvas.width / 2 - ((part.x0 + part.x1) / 2) * scale;
    const y = canvas.height / 2 - ((part.y0 + part.y1) / 2) * scale;
    const level = Math.min(this.levels.length - 1, Math.max(0, Math.floor(Math.log2(1 / scale))));
    const side = TILE * 2 ** level * scale;
    context.imageSmoothingQuality = "high";
    this.levels[level].forEach((tiles, row) => tiles.forEach((tile, column) => {
      const size = scale * 2 ** level;
      context.drawImage(tile, x + column * side, y + row * side, tile.width * size, tile.height * size);
    }));
  }
}

/**
 * @param {ImageBitmap} bitmap
 * @returns {Promise<ImageBitmap[][]>}
 */
async function cut(bitmap) {
  const rows = [];
  for (let y = 0; y < bitmap.height; y += TILE) {
    const row = [];
    for (let x = 0; x < bitmap.width; x += TILE) {
      row.push(createImageBitmap(bitmap, x, y, Math.min(TILE, bitmap.width - x), Math.min(TILE, bitmap.height - y)));
    }
    rows.push(await Promise.all(row));
  }
  return rows;
}
