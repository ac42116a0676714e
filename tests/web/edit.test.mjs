// Undo must bring back every pixel, on any size of picture, and a finished change must know its count of ones.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Bitmap } from "../../web/inference/editor/bitmap.js";
import { Edit } from "../../web/inference/editor/edit.js";
import { History } from "../../web/inference/editor/history.js";
import { grow, shrink } from "../../web/inference/editor/morph.js";
import { rectangle } from "../../web/inference/editor/raster.js";

function paintBox(map, box, value = 1, clip = null) {
  const edit = new Edit(map, clip);
  edit.paint(box, value, (span) => rectangle(box, span));
  return edit;
}

const sum = (map) => map.data.reduce((a, b) => a + b, 0);

test("a patch goes back and forth, over tile borders and at the picture's edge", () => {
  const map = new Bitmap(301, 259);
  const first = paintBox(map, { x0: 100, y0: 100, x1: 301, y1: 259 }).commit();
  const after = map.data.slice();
  assert.equal(map.count, 201 * 159);
  first.apply();
  assert.equal(sum(map), 0);
  assert.equal(map.count, 0);
  first.apply();
  assert.deepEqual(map.data, after);
  assert.equal(map.count, sum(map));
});

test("a change that changes nothing is no step", () => {
  const map = new Bitmap(40, 40);
  assert.equal(paintBox(map, { x0: 3, y0: 3, x1: 9, y1: 9 }, 0).commit(), null);
  paintBox(map, { x0: 3, y0: 3, x1: 9, y1: 9 }).commit();
  assert.equal(paintBox(map, { x0: 4, y0: 4, x1: 8, y1: 8 }).commit(), null);
});

test("an aborted change leaves no trace", () => {
  const map = new Bitmap(300, 200);
  paintBox(map, { x0: 10, y0: 10, x1: 150, y1: 150 }).commit();
  const before = map.data.slice();
  const edit = new Edit(map);
  edit.invert();
  edit.abort();
  assert.deepEqual(map.data, before);
  assert.equal(map.count, sum(map));
});

test("inverting all of a large map costs next to nothing to remember", () => {
  const map = new Bitmap(4000, 3000);
  const edit = new Edit(map);
  edit.invert();
  const patch = edit.commit();
  assert.equal(map.count, 12e6);
  assert.ok(patch.bytes < 1e5, `${patch.bytes} bytes`);
});

test("writing stays inside the clip", () => {
  const [map, clip] = [new Bitmap(50, 50), new Bitmap(50, 50)];
  paintBox(clip, { x0: 20, y0: 20, x1: 30, y1: 30 }).commit();
  paintBox(map, { x0: 0, y0: 25, x1: 50, y1: 50 }, 1, clip).commit();
  assert.deepEqual(map.extent(), { x0: 20, y0: 25, x1: 30, y1: 30 });
});

test("the extent is the tight box around all ones", () => {
  const map = new Bitmap(90, 70);
  assert.deepEqual(map.extent(), { x0: 0, y0: 0, x1: 0, y1: 0 });
  paintBox(map, { x0: 40, y0: 5, x1: 41, y1: 6 }).commit();
  paintBox(map, { x0: 7, y0: 60, x1: 12, y1: 70 }).commit();
  assert.deepEqual(map.extent(), { x0: 7, y0: 5, x1: 41, y1: 70 });
});

test("the history undoes, redoes, drops what was undone and forgets the oldest", () => {
  let value = 0;
  const step = (by, bytes = 1) => {
    value += by;
    return { label: `add ${by}`, bytes, undo: () => { value -= by; }, redo: () => { value += by; } };
  };
  const history = new History({ maxBytes: 10, maxSteps: 3 });
  history.push(step(1));
  history.push(step(10));
  assert.equal(history.undo(), "add 10");
  assert.equal(value, 1);
  assert.equal(history.redoLabel, "add 10");
  assert.equal(history.redo(), "add 10");
  assert.equal(value, 11);
  history.undo();
  history.push(step(100));
  assert.equal(history.redo(), null);
  history.push(step(1000));
  history.push(step(10000));
  assert.equal(history.done.length, 3);
  assert.equal(history.undo(), "add 10000");
  history.push(step(5, 99));
  assert.equal(history.done.length, 1, "a step larger than the limit is still undoable");
  assert.equal(history.undo(), "add 5");
  assert.equal(history.undo(), null);
});

test("growing adds a disc around a point, shrinking takes it away again", () => {
  const map = new Bitmap(60, 50);
  paintBox(map, { x0: 30, y0: 20, x1: 31, y1: 21 }).commit();
  const grown = new Bitmap(60, 50);
  grown.replace(grow(map, 6));
  for (let y = 0; y < 50; y++) {
    for (let x = 0; x < 60; x++) assert.equal(grown.get(x, y), (x - 30) ** 2 + (y - 20) ** 2 <= 36 ? 1 : 0);
  }
  const back = new Bitmap(60, 50);
  back.replace(shrink(grown, 6));
  assert.deepEqual(back.extent(), { x0: 30, y0: 20, x1: 31, y1: 21 });
});

test("a mask that reaches the border keeps reaching it when it shrinks", () => {
  const map = new Bitmap(40, 40);
  paintBox(map, { x0: 0, y0: 0, x1: 20, y1: 40 }).commit();
  const small = new Bitmap(40, 40);
  small.replace(shrink(map, 5));
  assert.deepEqual(small.extent(), { x0: 0, y0: 0, x1: 15, y1: 40 });
});
