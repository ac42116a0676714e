// Curves of a training: kept, condensed and smoothed. Pure: no DOM, tested by node.

/** Points kept of one curve; a screen is narrower. An even number, as in the program's curves.py. */
export const KEPT = 2000;

/** @typedef {(number | null)[]} Values */
/** @typedef {[number[], Values, Values?, Values?, number?, number?]} Points as the program gives them: steps, means, bounds, size, fill */

/** @param {(...values: number[]) => number} choose @param {number | null} a @param {number | null} b */
const extreme = (choose, a, b) => (a === null || b === null ? a ?? b : choose(a, b));

/** @param {number | null} a @param {number} n of values behind a @param {number | null} b one more, or as many */
const weighed = (a, n, b) => (a === null || b === null || a === b ? a ?? b : (n * a + b) / (n + 1));

/**
 * One measured value over the steps: x rises strictly, and all arrays have the same length. Each point stands for equally
 * many logged values, with their mean and their bounds: the mean alone may be smoothed further, since means of the lowest
 * and highest of a skewed noise are not its mean.
 */
export class Curve {
  /** @param {Points} [points] */
  constructor([x, y, low = y, high = y, size = 1, fill = 1] = [[], []]) {
    /** The last step of each point. */ this.x = x.slice();
    /** The mean. */ this.y = y.slice();
    this.low = low.slice();
    this.high = high.slice();
    /** Logged values in a point, and those in the newest one so far. */
    this.size = size;
    this.fill = fill;
  }

  /**
   * Append a value. A run that was killed continues from its last checkpoint: what was drawn beyond it is replaced.
   * @param {number} x
   * @param {number | null} y null where the value was not finite
   */
  add(x, y) {
    if (this.x.length && x <= this.x[this.x.length - 1]) this.cutFrom(x);
    if (this.fill === this.size) this.#beginPoint();
    const last = this.x.length - 1;
    this.x[last] = x;
    this.y[last] = weighed(this.y[last], this.fill, y);
    this.low[last] = extreme(Math.min, this.low[last], y);
    this.high[last] = extreme(Math.max, this.high[last], y);
    this.fill += 1;
  }

  /** Drop what is at and beyond a step, with the point that it lies in. @param {number} x */
  cutFrom(x) {
    const length = this.x.findLastIndex((step) => step < x) + 1;
    if (length === this.x.length) return;
    for (const values of [this.x, this.y, this.low, this.high]) values.length = length;
    if (!length) this.size = 1;
    this.fill = this.size;
  }

  #beginPoint() {
    if (this.x.length >= KEPT) {
      const halved = (/** @type {Values} */ values, /** @type {(a: number | null, b: number | null) => number | null} */ join) =>
        values.flatMap((value, i) => (i % 2 ? [join(values[i - 1], value)] : []));
      this.x = this.x.filter((_, i) => i % 2);
      this.y = halved(this.y, (a, b) => weighed(a, 1, b));
      this.low = halved(this.low, (a, b) => extreme(Math.min, a, b));
      this.high = halved(this.high, (a, b) => extreme(Math.max, a, b));
      this.size *= 2;
    }
    this.x.push(0);
    for (const values of [this.y, this.low, this.high]) values.push(null);
    this.fill = 0;
  }

  /** @returns {number | null} the newest finite value */
  get last() {
    return this.y.findLast((value) => value !== null) ?? null;
  }
}

/** @param {{x: number[]}} curve @returns {number} steps between two of its points, on average */
export const spacing = ({ x }) => (x.length > 1 ? (x[x.length - 1] - x[0]) / (x.length - 1) : 0);

/**
 * Exponential moving average without the pull towards zero at the beginning. Gaps stay gaps and do not move it.
 * @param {{x: number[], y: Values}} curve
 * @param {number} weight of the past after so many steps, 0 (raw) to below 1: curves that are logged at other intervals
 *   are then smoothed alike
 * @param {number} [steps]
 * @returns {Values}
 */
export function smooth(curve, weight, steps = spacing(curve)) {
  const { x, y } = curve;
  if (weight <= 0) return y.slice();
  let sum = 0;
  let norm = 0;
  let before = x[0] - spacing(curve);
  return y.map((value, i) => {
    if (value === null) return null;
    const kept = steps > 0 ? weight ** ((x[i] - before) / steps) : weight;
    before = x[i];
    sum = kept * sum + (1 - kept) * value;
    norm = kept * norm + (1 - kept);
    return sum / norm;
  });
}

/**
 * Put curves with their own steps on one rising axis; where a curve has no point stands undefined.
 * @param {{x: number[], y: (number | null)[]}[]} curves
 * @returns {[number[], ...(number | null | undefined)[][]]}
 */
export function align(curves) {
  const xs = [...new Set(curves.flatMap((curve) => curve.x))].sort((a, b) => a - b);
  const place = new Map(xs.map((x, i) => [x, i]));
  const columns = curves.map((curve) => {
    /** @type {(number | null | undefined)[]} */
    const column = new Array(xs.length).fill(undefined);
    curve.x.forEach((x, i) => { column[/** @type {number} */ (place.get(x))] = curve.y[i]; });
    return column;
  });
  return [xs, ...columns];
}

/**
 * What a logarithmic axis can show: values at or below zero become gaps.
 * @param {(number | null | undefined)[]} y
 * @returns {(number | null | undefined)[]}
 */
export function positive(y) {
  return y.map((value) => (typeof value === "number" && value <= 0 ? null : value));
}
