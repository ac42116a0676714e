// Curves of millions of steps must stay small without losing a spike, and smoothing must not invent a beginning.
import assert from "node:assert/strict";
import { test } from "node:test";

import { align, Curve, KEPT, positive, smooth, thin } from "../../web/js/series.js";

test("thinning keeps ends, order and spikes within the limit", () => {
  const x = Array.from({ length: 10000 }, (_, i) => i * 10);
  const y = x.map(() => 1);
  y[4321] = 99;
  y[7654] = -5;
  const [tx, ty] = thin(x, y, 500);
  assert.ok(tx.length <= 500);
  assert.equal(tx[0], 0);
  assert.equal(tx.at(-1), 99990);
  assert.ok(tx.every((value, i) => i === 0 || value > tx[i - 1]));
  assert.equal(ty[tx.indexOf(43210)], 99);
  assert.equal(ty[tx.indexOf(76540)], -5);
});

test("thinning survives gaps and leaves short curves alone", () => {
  const x = Array.from({ length: 100 }, (_, i) => i);
  const [tx, ty] = thin(x, x.map(() => null), 20);
  assert.ok(tx.length <= 20 && ty.every((value) => value === null));
  assert.deepEqual(thin([1, 2, 3], [4, null, 6], 10), [[1, 2, 3], [4, null, 6]]);
});

test("a curve never grows beyond what is kept", () => {
  const curve = new Curve();
  for (let i = 1; i <= 3 * KEPT; i += 1) curve.add(i, Math.sin(i));
  assert.ok(curve.x.length <= KEPT);
  assert.equal(curve.x.at(-1), 3 * KEPT);
  assert.equal(curve.x.length, curve.y.length);
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
  for (const value of smooth([3, 3, 3, 3], 0.95)) assert.ok(Math.abs(/** @type {number} */ (value) - 3) < 1e-12);
  assert.deepEqual(smooth([1, null, 2], 0), [1, null, 2]);
  const [first, gap, third] = smooth([1, null, 2], 0.5);
  assert.equal(first, 1);
  assert.equal(gap, null);
  assert.ok(Math.abs(/** @type {number} */ (third) - 5 / 3) < 1e-12);
});

test("curves with different steps share one axis", () => {
  const [xs, a, b] = align([{ x: [1, 3], y: [10, null] }, { x: [2, 3], y: [20, 30] }]);
  assert.deepEqual(xs, [1, 2, 3]);
  assert.deepEqual(a, [10, undefined, null]);
  assert.deepEqual(b, [undefined, 20, 30]);
  assert.deepEqual(positive([1, 0, -2, null, undefined]), [1, null, null, null, undefined]);
});
