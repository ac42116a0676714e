// Curves of a training: kept, smoothed and thinned. Pure: no DOM, tested by node.

/** Points kept of one curve; a screen is narrower. */
export const KEPT = 4000;

/** One measured value over the steps; both arrays have the same length, and x rises strictly. */
export class Curve {
  constructor() {
    /** @type {number[]} */ this.x = [];
    /** @type {(number | null)[]} */ this.y = [];
  }

  /**
   * Append a point. A run that was killed continues from its last checkpoint: what was drawn beyond it is replaced.
   * @param {number} x
   * @param {number | null} y null where the value was not finite
   */
  add(x, y) {
    if (this.x.length && x <= this.x[this.x.length - 1]) this.cutFrom(x);
    this.x.push(x);
    this.y.push(y);
    if (this.x.length > KEPT) [this.x, this.y] = thin(this.x, this.y, KEPT / 2);
  }

  /** @param {[number[], (number | null)[]]} points @returns {Curve} */
  static of([x, y]) {
    const curve = new Curve();
    [curve.x, curve.y] = thin(x, y, KEPT / 2);
    return curve;
  }

  /** Drop the points at and beyond a step. @param {number} x */
  cutFrom(x) {
    let length = this.x.length;
    while (length && this.x[length - 1] >= x) length -= 1;
    this.x.length = length;
    this.y.length = length;
  }

  /** @returns {number | null} the newest finite value */
  get last() {
    for (let i = this.y.length - 1; i >= 0; i -= 1) if (this.y[i] !== null) return this.y[i];
    return null;
  }
}

/**
 * Thin a curve to about `limit` points, keeping the first, the last, and the lowest and highest of each stretch, so that
 * a spike stays visible.
 * @param {number[]} x
 * @param {(number | null)[]} y
 * @param {number} limit at least 4
 * @returns {[number[], (number | null)[]]}
 */
export function thin(x, y, limit) {
  const n = x.length;
  if (n <= limit) return [x.slice(), y.slice()];
  const stretches = Math.max(1, Math.floor((limit - 2) / 2));
  const kept = [0];
  for (let s = 0; s < stretches; s += 1) {
    const from = 1 + Math.floor((s * (n - 2)) / stretches);
    const to = 1 + Math.floor(((s + 1) * (n - 2)) / stretches);
    let low = -1;
    let high = -1;
    for (let i = from; i < to; i += 1) {
      const value = y[i];
      if (value === null) continue;
      if (low < 0 || value < /** @type {number} */ (y[low])) low = i;
      if (high < 0 || value > /** @type {number} */ (y[high])) high = i;
    }
    if (low < 0) {
      if (from < to) kept.push(from);
    } else if (low === high) kept.push(low);
    else kept.push(Math.min(low, high), Math.max(low, high));
  }
  kept.push(n - 1);
  return [kept.map((i) => x[i]), kept.map((i) => y[i])];
}

/**
 * Exponential moving average without the pull towards zero at the beginning. Gaps stay gaps and do not move it.
 * @param {(number | null)[]} y
 * @param {number} weight of the past, 0 (raw) to below 1
 * @returns {(number | null)[]}
 */
export function smooth(y, weight) {
  if (weight <= 0) return y.slice();
  let sum = 0;
  let norm = 0;
  return y.map((value) => {
    if (value === null) return null;
    sum = weight * sum + (1 - weight) * value;
    norm = weight * norm + (1 - weight);
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
