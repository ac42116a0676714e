// Half-open rectangles of whole pixels: x0 <= x < x1, y0 <= y < y1. Everything that is redrawn, saved or undone is one.

/** @typedef {{x0: number, y0: number, x1: number, y1: number}} Rect */

/** @type {Readonly<Rect>} */
export const EMPTY = Object.freeze({ x0: 0, y0: 0, x1: 0, y1: 0 });

/** @param {Rect} r @returns {boolean} */
export const isEmpty = (r) => r.x1 <= r.x0 || r.y1 <= r.y0;

/** @param {Rect} r @returns {number} */
export const area = (r) => (isEmpty(r) ? 0 : (r.x1 - r.x0) * (r.y1 - r.y0));

/**
 * @param {Rect} a
 * @param {Rect} b
 * @returns {Rect} the smallest rectangle around both; an empty one adds nothing
 */
export function union(a, b) {
  if (isEmpty(a)) return b;
  if (isEmpty(b)) return a;
  return { x0: Math.min(a.x0, b.x0), y0: Math.min(a.y0, b.y0), x1: Math.max(a.x1, b.x1), y1: Math.max(a.y1, b.y1) };
}

/**
 * @param {Rect} a
 * @param {Rect} b
 * @returns {Rect} what both cover, possibly empty
 */
export function intersect(a, b) {
  const r = { x0: Math.max(a.x0, b.x0), y0: Math.max(a.y0, b.y0), x1: Math.min(a.x1, b.x1), y1: Math.min(a.y1, b.y1) };
  return isEmpty(r) ? EMPTY : r;
}

/**
 * @param {Rect} r
 * @param {number} by pixels to add on every side; negative shrinks
 * @returns {Rect}
 */
export const expand = (r, by) => ({ x0: r.x0 - by, y0: r.y0 - by, x1: r.x1 + by, y1: r.y1 + by });

/** @param {Rect} r @param {number} dx @param {number} dy @returns {Rect} */
export const moved = (r, dx, dy) => ({ x0: r.x0 + dx, y0: r.y0 + dy, x1: r.x1 + dx, y1: r.y1 + dy });

/**
 * @param {Rect} hole
 * @param {Rect} picture
 * @returns {Rect} the part of the picture with the hole in its middle and half its size around it
 */
export function around(hole, picture) {
  return intersect(picture, expand(hole, 0.25 * Math.max(hole.x1 - hole.x0, hole.y1 - hole.y0)));
}
