// Which pixels a line covers is the promise behind "Line width 7 is 7 wide"; counted here pixel by pixel.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Bitmap } from "../../web/inference/editor/bitmap.js";
import { Edit } from "../../web/inference/editor/edit.js";
import { boxBetween, line, lineBounds, polygon, polygonBounds, rectangle, snap } from "../../web/inference/editor/raster.js";

function drawn(width, height, bounds, shape) {
  const map = new Bitmap(width, height);
  const edit = new Edit(map);
  edit.paint(bounds(map.bounds), 1, (span) => shape(map.bounds, span));
  edit.commit();
  return map;
}

function stroke(a, b, width, size = [200, 160]) {
  const [p, q] = [snap(a, width), snap(b, width)];
  return drawn(...size, (clip) => lineBounds(p, q, width, clip), (clip, span) => line(p, q, width, clip, span));
}

const columnCount = (map, x) => Array.from({ length: map.height }, (_, y) => map.get(x, y)).reduce((a, b) => a + b, 0);
const rowCount = (map, y) => Array.from({ length: map.width }, (_, x) => map.get(x, y)).reduce((a, b) => a + b, 0);

test("a level stroke is exactly as wide as asked, wherever it lies", () => {
  for (const width of [1, 2, 3, 7, 8, 20, 51]) {
    for (const offset of [0, 0.2, 0.5, 0.7, 0.999]) {
      const map = stroke({ x: 40 + offset, y: 80 + offset }, { x: 150, y: 80 + offset }, width);
      for (const x of [60, 100, 140]) assert.equal(columnCount(map, x), width, `width ${width}, offset ${offset}`);
      const rows = map.extent();
      assert.equal(rows.y1 - rows.y0, width);
    }
  }
});

test("an upright stroke and a dab are exactly as wide as asked", () => {
  for (const width of [1, 2, 5, 7, 12]) {
    const map = stroke({ x: 90.3, y: 30 }, { x: 90.3, y: 120 }, width);
    assert.equal(rowCount(map, 75), width);
    const { x0, x1, y0, y1 } = stroke({ x: 33.3, y: 44.4 }, { x: 33.3, y: 44.4 }, width).extent();
    assert.deepEqual([x1 - x0, y1 - y0], [width, width]);
  }
});

test("a slanted stroke covers its width times its length and two half discs", () => {
  const [a, b, width] = [{ x: 30.5, y: 30.5 }, { x: 150.5, y: 120.5 }, 21];
  const map = stroke(a, b, width);
  const exact = width * 150 + Math.PI * (width / 2) ** 2;
  assert.ok(Math.abs(map.count - exact) < 0.01 * exact, `${map.count} against ${exact}`);
});

test("a line of one pixel has no gaps", () => {
  for (const end of [{ x: 100, y: 37 }, { x: 31, y: 140 }, { x: 120, y: 119 }, { x: 10, y: 11 }]) {
    const map = stroke({ x: 20, y: 20 }, end, 1);
    const { x0, y0, x1, y1 } = map.extent();
    if (x1 - x0 >= y1 - y0) for (let x = x0; x < x1; x++) assert.ok(columnCount(map, x) >= 1);
    else for (let y = y0; y < y1; y++) assert.ok(rowCount(map, y) >= 1);
  }
});

test("strokes over the picture's border are cut off there", () => {
  const map = stroke({ x: -50, y: -20 }, { x: 400, y: 300 }, 31);
  assert.equal(map.get(0, 0), 1);
  assert.equal(map.count, map.data.reduce((a, b) => a + b, 0));
  assert.equal(stroke({ x: -50, y: -50 }, { x: -40, y: -60 }, 9).count, 0);
});

test("a rectangle holds both corner pixels, in whatever order they come", () => {
  const clip = { x0: 0, y0: 0, x1: 50, y1: 50 };
  const box = boxBetween({ x: 20.2, y: 30.9 }, { x: 10.5, y: 12.1 }, clip);
  assert.deepEqual(box, { x0: 10, y0: 12, x1: 21, y1: 31 });
  const map = drawn(50, 50, () => box, (_, span) => rectangle(box, span));
  assert.equal(map.count, 11 * 19);
});

test("a lasso fills what it surrounds, crossings included", () => {
  const square = [{ x: 10, y: 10 }, { x: 30, y: 10 }, { x: 30, y: 40 }, { x: 10, y: 40 }];
  const fill = (points) => drawn(60, 60, (clip) => polygonBounds(points, clip), (clip, span) => polygon(points, clip, span));
  assert.equal(fill(square).count, 20 * 30);
  assert.equal(fill([...square, ...square]).count, 20 * 30, "circled twice");
  const circle = Array.from({ length: 90 }, (_, i) => ({ x: 30 + 20 * Math.cos((i * Math.PI) / 45), y: 30 + 20 * Math.sin((i * Math.PI) / 45) }));
  assert.ok(Math.abs(fill(circle).count - Math.PI * 400) < 25);
  assert.equal(fill([{ x: -100, y: -100 }, { x: 200, y: -100 }, { x: 200, y: 200 }, { x: -100, y: 200 }]).count, 3600);
});
