// Which holes a map has, as a person sees them: what lies close together is one.

import { union } from "./rect.js";

/** @typedef {import("./rect.js").Rect} Rect */
/** @typedef {import("./bitmap.js").Bitmap} Bitmap */

const CELLS = 48; // along the longer side of all holes; what touches in such squares is seen as one hole

/**
 * @param {Bitmap} map
 * @returns {Rect[]} around each hole, in reading order
 */
export function holesOf(map) {
  const { data, width } = map;
  const { x0, y0, x1, y1 } = map.extent();
  const cell = Math.ceil(Math.max(x1 - x0, y1 - y0, 1) / CELLS);
  const columns = Math.ceil((x1 - x0) / cell);
  /** @type {Map<number, Rect>} what is one in a square, by the square's number */
  const squares = new Map();
  for (let y = y0; y < y1; y++) {
    const row = data.subarray(y * width, (y + 1) * width);
    for (let x = row.indexOf(1, x0); x >= 0;) {
      const column = Math.floor((x - x0) / cell);
      const end = Math.min(x1, x0 + (column + 1) * cell);
      const last = x + row.subarray(x, end).lastIndexOf(1);
      const square = Math.floor((y - y0) / cell) * (columns + 2) + column;
      const found = { x0: x, y0: y, x1: last + 1, y1: y + 1 };
      squares.set(square, squares.has(square) ? union(/** @type {Rect} */ (squares.get(square)), found) : found);
      x = row.indexOf(1, end);
    }
  }
  /** @type {Rect[]} */
  const holes = [];
  for (const [first, rect] of squares) {
    squares.delete(first);
    let hole = rect;
    for (const waiting = [first]; waiting.length;) {
      const here = /** @type {number} */ (waiting.pop());
      for (const down of [-1, 0, 1]) {
        for (const aside of [-1, 0, 1]) {
          const next = here + down * (columns + 2) + aside;
          const more = squares.get(next);
          if (!more) continue;
          squares.delete(next);
          hole = union(hole, more);
          waiting.push(next);
        }
      }
    }
    holes.push(hole);
  }
  return holes;
}
