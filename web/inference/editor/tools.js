// What a press, a drag and a release do to a map, for each tool.

import { boxBetween, line, lineBounds, polygon, polygonBounds, rectangle, snap } from "./raster.js";

/** @typedef {import("./raster.js").Point} Point */
/** @typedef {import("./edit.js").Edit} Edit */
/** @typedef {"brush" | "eraser" | "rectangle" | "lasso"} ToolName */

/**
 * @typedef {object} Gesture
 * @property {(points: Point[]) => void} extend
 * @property {() => boolean} finish false: it was a mere click, which draws nothing with this tool
 * @property {() => Point[]} outline what is not drawn yet, to be shown as a dashed line; closed
 */

/**
 * @typedef {object} How
 * @property {(point: Point) => number} widthOf of a line, whole picture pixels
 * @property {0 | 1} value
 * @property {Point | null} from begins with a straight line from there
 */

/** A freehand line: drawn while the pointer moves. @implements {Gesture} */
class Stroke {
  /**
   * @param {Edit} edit
   * @param {Point} start
   * @param {How} how
   */
  constructor(edit, start, { widthOf, value, from }) {
    this.edit = edit;
    this.widthOf = widthOf;
    this.value = value;
    this.at = from ?? start;
    this.#lineTo(start);
  }

  /** @param {Point[]} points */
  extend(points) {
    for (const point of points) this.#lineTo(point);
  }

  finish() {
    return true;
  }

  /** @returns {Point[]} */
  outline() {
    return [];
  }

  /** @param {Point} point */
  #lineTo(point) {
    const width = this.widthOf(point);
    const [from, to, clip] = [snap(this.at, width), snap(point, width), this.edit.map.bounds];
    this.edit.paint(lineBounds(from, to, width, clip), this.value, (span) => line(from, to, width, clip, span));
    this.at = point;
  }
}

/** @implements {Gesture} */
class Box {
  /**
   * @param {Edit} edit
   * @param {Point} start
   * @param {{value: 0 | 1}} how
   */
  constructor(edit, start, { value }) {
    this.edit = edit;
    this.value = value;
    this.start = start;
    this.end = start;
    this.dragged = false;
  }

  /** @param {Point[]} points */
  extend(points) {
    this.end = points[points.length - 1];
    this.dragged = true;
  }

  finish() {
    if (!this.dragged) return false; // or it would leave a pixel that nobody sees
    const box = this.#box;
    this.edit.paint(box, this.value, (span) => rectangle(box, span));
    return true;
  }

  get #box() {
    return boxBetween(this.start, this.end, this.edit.map.bounds);
  }

  /** @returns {Point[]} */
  outline() {
    const { x0, y0, x1, y1 } = this.#box;
    return [{ x: x0, y: y0 }, { x: x1, y: y0 }, { x: x1, y: y1 }, { x: x0, y: y1 }];
  }
}

/** @implements {Gesture} */
class Lasso {
  /**
   * @param {Edit} edit
   * @param {Point} start
   * @param {{value: 0 | 1}} how
   */
  constructor(edit, start, { value }) {
    this.edit = edit;
    this.value = value;
    this.points = [start];
  }

  /** @param {Point[]} points */
  extend(points) {
    this.points.push(...points);
  }

  finish() {
    const clip = this.edit.map.bounds;
    this.edit.paint(polygonBounds(this.points, clip), this.value, (span) => polygon(this.points, clip, span));
    return this.points.length > 1;
  }

  /** @returns {Point[]} */
  outline() {
    return this.points;
  }
}

/**
 * @type {Record<ToolName, {name: string, sized: boolean,
 *   begin: (edit: Edit, start: Point, how: How) => Gesture}>}
 */
export const TOOLS = {
  brush: { name: "Brush", sized: true, begin: (edit, start, how) => new Stroke(edit, start, how) },
  eraser: { name: "Eraser", sized: true, begin: (edit, start, how) => new Stroke(edit, start, { ...how, value: 0 }) },
  rectangle: { name: "Rectangle", sized: false, begin: (edit, start, how) => new Box(edit, start, how) },
  lasso: { name: "Lasso", sized: false, begin: (edit, start, how) => new Lasso(edit, start, how) },
};
