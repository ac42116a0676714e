// Which holes a map has, and in what order they are looked at.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Bitmap } from "../../web/inference/editor/bitmap.js";
import { holesOf } from "../../web/inference/editor/holes.js";

/** A map with ones in rectangles: x, y, width, height. */
function mapOf(width, height, ...rects) {
  const map = new Bitmap(width, height);
  for (const [x, y, w, h] of rects) {
    for (let row = y; row < y + h; row++) map.data.fill(1, row * width + x, row * width + x + w);
  }
  return map;
}

const rect = (x, y, w, h) => ({ x0: x, y0: y, x1: x + w, y1: y + h });

test("holes far apart are one each, in reading order, to the pixel", () => {
  const map = mapOf(1000, 600, [900, 10, 7, 5], [20, 12, 3, 3], [500, 400, 40, 90]);
  assert.deepEqual(holesOf(map), [rect(900, 10, 7, 5), rect(20, 12, 3, 3), rect(500, 400, 40, 90)]);
});

test("what lies close together is one hole, whatever its shape", () => {
  const ring = [[100, 100, 400, 9], [100, 491, 400, 9], [100, 100, 9, 400], [491, 100, 9, 400]];
  assert.deepEqual(holesOf(mapOf(700, 600, ...ring, [505, 300, 6, 6])), [rect(100, 100, 411, 400)]);
});

test("holes at both borders of a picture are not joined round it", () => {
  const map = mapOf(480, 480, ...Array.from({ length: 48 }, (_, i) => [i % 2 ? 470 : 0, i * 10, 10, 10]));
  assert.ok(holesOf(map).every((hole) => hole.x1 - hole.x0 === 10));
  assert.deepEqual(holesOf(mapOf(5, 5)), []);
  assert.deepEqual(holesOf(mapOf(5, 5, [0, 0, 5, 5])), [rect(0, 0, 5, 5)]);
});
