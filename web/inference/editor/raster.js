// Which pixels a line, a polygon or a rectangle covers: whole pixels, no smoothing, exact width.
//
// A pixel belongs to a shape when its centre does. Shapes are handed over as spans, one row at a time:
// span(y, x0, x1) means the pixels x0 <= x < x1 of row y. Rows and columns outside the map are never handed over.

import { intersect } from "./rect.js";

/**
 * In picture pixels; (0, 0) is the corner of the first pixel, not its centre. Points of a pen carry its pressure, 0 to 1.
 * @typedef {{x: number, y: number, pressure?: number}} Point
 */
/** @typedef {(y: number, x0: number, x1: number) => void} Span */
/** @typedef {import("./rect.js").Rect} Rect */

// Keeps rounding of the arithmetic from dropping a pixel whose centre lies on the border of a shape.
const EPSILON = 1e-7;

/**
 * Where the centre of a round brush has to lie so that it covers whole pixels: in the middle of a pixel for an odd
 * width, on a corner for an even one. Only then is a line of width 7 seven pixels wide wherever it is drawn.
 * @param {Point} point
 * @param {number} width whole pixels
 * @returns {Point}
 */
export function snap({ x, y }, width) {
  return width % 2 ? { x: Math.floor(x) + 0.5, y: Math.floor(y) + 0.5 } : { x: Math.round(x), y: Math.round(y) };
}

/**
 * @param {Point} a
 * @param {Point} b
 * @param {number} width
 * @param {Rect} clip
 * @returns {Rect} what a line can touch
 */
export function lineBounds(a, b, width, clip) {
  const r = width / 2;
  return intersect(clip, {
    x0: Math.floor(Math.min(a.x, b.x) - r),
    y0: Math.floor(Math.min(a.y, b.y) - r),
    x1: Math.ceil(Math.max(a.x, b.x) + r),
    y1: Math.ceil(Math.max(a.y, b.y) + r),
  });
}

/**
 * A line with round ends: all pixels whose centre is at most half a width away from the segment from a to b.
 * The shape is convex, so every row is one span.
 * @param {Point} a
 * @param {Point} b
 * @param {number} width
 * @param {Rect} clip
 * @param {Span} span
 */
export function line(a, b, width, clip, span) {
  const r = width / 2;
  const box = lineBounds(a, b, width, clip);
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = Math.hypot(dx, dy);
  const [nx, ny] = length ? [(-dy / length) * r, (dx / length) * r] : [0, 0];
  const body = [
    { x: a.x + nx, y: a.y + ny },
    { x: b.x + nx, y: b.y + ny },
    { x: b.x - nx, y: b.y - ny },
    { x: a.x - nx, y: a.y - ny },
  ];
  for (let y = box.y0; y < box.y1; y++) {
    const centre = y + 0.5;
    let [left, right] = [Infinity, -Infinity];
    for (const end of [a, b]) {
      const half = Math.sqrt(r * r - (centre - end.y) ** 2);
      if (half >= 0) {
        left = Math.min(left, end.x - half);
        right = Math.max(right, end.x + half);
      }
    }
    for (let i = 0; length && i < 4; i++) {
      const [p, q] = [body[i], body[(i + 1) % 4]];
      if (p.y === q.y || centre < Math.min(p.y, q.y) || centre > Math.max(p.y, q.y)) continue;
      const x = p.x + ((centre - p.y) / (q.y - p.y)) * (q.x - p.x);
      left = Math.min(left, x);
      right = Math.max(right, x);
    }
    const x0 = Math.max(box.x0, Math.ceil(left - 0.5 - EPSILON));
    const x1 = Math.min(box.x1, Math.floor(right - 0.5 + EPSILON) + 1);
    if (x1 > x0) span(y, x0, x1);
  }
}

/**
 * The rectangle of whole pixels between two points, both pixels included.
 * @param {Point} a
 * @param {Point} b
 * @param {Rect} clip
 * @returns {Rect}
 */
export function boxBetween(a, b, clip) {
  return {
    x0: Math.max(clip.x0, Math.floor(Math.min(a.x, b.x))),
    y0: Math.max(clip.y0, Math.floor(Math.min(a.y, b.y))),
    x1: Math.min(clip.x1, Math.floor(Math.max(a.x, b.x)) + 1),
    y1: Math.min(clip.y1, Math.floor(Math.max(a.y, b.y)) + 1),
  };
}

/**
 * @param {Rect} box
 * @param {Span} span
 */
export function rectangle(box, span) {
  if (box.x1 <= box.x0) return;
  for (let y = box.y0; y < box.y1; y++) span(y, box.x0, box.x1);
}

/**
 * @param {Point[]} points
 * @param {Rect} clip
 * @returns {Rect}
 */
export function polygonBounds(points, clip) {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of points) {
    x0 = Math.min(x0, x);
    y0 = Math.min(y0, y);
    x1 = Math.max(x1, x);
    y1 = Math.max(y1, y);
  }
  return intersect(clip, { x0: Math.floor(x0), y0: Math.floor(y0), x1: Math.ceil(x1), y1: Math.ceil(y1) });
}

/**
 * The inside of a closed polygon. A lasso that crosses itself is filled throughout (non-zero winding), because a
 * person who circles a thing twice means all of it.
 * @param {Point[]} points
 * @param {Rect} clip
 * @param {Span} span
 */
export function polygon(points, clip, span) {
  const box = polygonBounds(points, clip);
  /** @type {{x: number, turn: number}[][]} where the outline crosses each row, and in which direction */
  const rows = Array.from({ length: Math.max(0, box.y1 - box.y0) }, () => []);
  points.forEach((p, i) => {
    const q = points[(i + 1) % points.length];
    const [top, bottom, turn] = p.y < q.y ? [p, q, 1] : [q, p, -1];
    const last = Math.min(box.y1, Math.ceil(bottom.y - 0.5));
    for (let y = Math.max(box.y0, Math.ceil(top.y - 0.5)); y < last; y++) {
      const x = top.x + ((y + 0.5 - top.y) / (bottom.y - top.y)) * (bottom.x - top.x);
      rows[y - box.y0].push({ x, turn });
    }
  });
  rows.forEach((crossings, i) => {
    crossings.sort((p, q) => p.x - q.x);
    let winding = 0;
    for (let k = 0; k + 1 < crossings.length; k++) {
      winding += crossings[k].turn;
      if (winding === 0) continue;
      const x0 = Math.max(box.x0, Math.ceil(crossings[k].x - 0.5));
      const x1 = Math.min(box.x1, Math.ceil(crossings[k + 1].x - 0.5));
      if (x1 > x0) span(box.y0 + i, x0, x1);
    }
  });
}
