// Curves of millions of steps must stay small without losing a spike, and smoothing must not invent a beginning.
import assert from "node:assert/strict";
import { test } from "node:test";

import { align, Curve, KEPT, positive, smooth } from "../../web/js/series.js";

/** Skewed noise of mean 0.15, from 0.05 to about 1, the same each time. */
function noise(n) {
  let state = 1;
  return Array.from({ length: n }, () => {
    state = (state * 48271) % 2147483647;
    return 0.05 - 0.1 * Math.log(1 - state / 2147483647);
  });
}

test("a long curve keeps its mean everywhere, its spikes as bounds, and even points", () => {
  const curve = new Curve();
  const values = noise(40000);
  values[12345] = 99;
  values.forEach((value, i) => curve.add(10 * (i + 1), value));
  assert.ok(curve.x.length <= KEPT && curve.x.length > KEPT / 4);
  assert.equal(curve.x.at(-1), 400000);
  assert.equal(Math.max(...curve.high), 99);
  assert.ok(Math.min(...curve.low) < 0.0501);
  const apart = new Set(curve.x.slice(1).map((x, i) => x - curve.x[i]));
  assert.deepEqual([...apart], [10 * curve.size]);
  const course = smooth(curve, 0.9).filter((_, i) => curve.x[i] < 120000 || curve.x[i] > 140000).slice(20);
  assert.ok(Math.max(...course) < 0.18 && Math.min(...course) > 0.12, `${Math.min(...course)} to ${Math.max(...course)}`);
});

test("a curve that goes on from the program's grows as one", () => {
  const values = noise(KEPT + 1001);
  const whole = new Curve();
  values.forEach((value, i) => whole.add(i, value));
  const { x, y, low, high, size, fill } = whole;
  assert.deepEqual([size, fill], [2, 1]);
  const seeded = new Curve([x, y, low, high, size, fill]);
  for (const curve of [whole, seeded]) curve.add(5000, null), curve.add(5001, 0.5);
  assert.deepEqual(seeded, whole);
  seeded.cutFrom(100);
  assert.equal(seeded.x.at(-1), 99);
  seeded.cutFrom(0);
  assert.deepEqual([seeded.x, seeded.size], [[], 1]);
});

test("a value that does not change stays the same to the bit", () => {
  const curve = new Curve();
  for (let i = 0; i <= 3 * KEPT; i += 1) curve.add(i, 0.1);
  assert.deepEqual(new Set(curve.y), new Set([0.1]));
});

test("a run that goes on from an earlier step replaces what was beyond it", () => {
  const curve = new Curve();
  [10, 20, 30, 40].forEach((step) => curve.add(step, step));
  curve.add(30, 0.3);
  assert.deepEqual(curve.x, [10, 20, 30]);
  assert.deepEqual(curve.y, [10, 20, 0.3]);
  curve.add(30, 0.4);
  assert.deepEqual([curve.x, curve.y], [[10, 20, 30], [10, 20, 0.4]], "nor is its newest step there twice");
  curve.add(40, null);
  assert.equal(curve.last, 0.4);
});

test("smoothing of a constant is that constant from its first value on", () => {
  const x = [1, 2, 3, 4];
  for (const value of smooth({ x, y: [3, 3, 3, 3] }, 0.95)) assert.ok(Math.abs(/** @type {number} */ (value) - 3) < 1e-12);
  assert.deepEqual(smooth({ x: [1, 2, 3], y: [1, null, 2] }, 0), [1, null, 2]);
  const [first, gap, third] = smooth({ x: [1, 2, 3], y: [1, null, 2] }, 0.5);
  assert.equal(first, 1);
  assert.equal(gap, null);
  assert.ok(Math.abs(/** @type {number} */ (third) - (0.25 * 0.5 + 0.75 * 2) / (0.25 * 0.5 + 0.75)) < 1e-12, "the past counts less, the longer ago");
});

test("runs that log at other intervals are smoothed over the same steps", () => {
  const half = (/** @type {number} */ x) => (x <= 1000 ? 0 : 1);
  const [fine, coarse] = [10, 100].map((interval) => {
    const x = Array.from({ length: 2000 / interval }, (_, i) => (i + 1) * interval);
    return smooth({ x, y: x.map(half) }, 0.9, 100)[x.indexOf(1500)];
  });
  assert.ok(Math.abs(/** @type {number} */ (fine) - /** @type {number} */ (coarse)) < 0.02, `${fine} and ${coarse}`);
});

test("curves with different steps share one axis", () => {
  const [xs, a, b] = align([{ x: [1, 3], y: [10, null] }, { x: [2, 3], y: [20, 30] }]);
  assert.deepEqual(xs, [1, 2, 3]);
  assert.deepEqual(a, [10, undefined, null]);
  assert.deepEqual(b, [undefined, 20, 30]);
  assert.deepEqual(positive([1, 0, -2, null, undefined]), [1, null, null, null, undefined]);
});
