// Zooming must keep the place under the cursor, and no way of moving may lose the picture.
import assert from "node:assert/strict";
import { test } from "node:test";

import { View } from "../../web/inference/editor/view.js";

function viewOf(width, height, screenWidth = 1000, screenHeight = 700) {
  const view = new View();
  view.resize(screenWidth, screenHeight);
  view.setPicture(width, height);
  return view;
}

const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-6, `${a} is not ${b}`);

test("a fitted picture is whole, centred, and follows the window", () => {
  const view = viewOf(8000, 6000);
  near(view.scale, (700 - 48) / 6000);
  assert.deepEqual(view.visible, { x0: 0, y0: 0, x1: 8000, y1: 6000 });
  view.resize(500, 900);
  near(view.scale, (500 - 48) / 8000);
  near(view.toScreen({ x: 4000, y: 3000 }).x, 250);
});

test("a small picture is enlarged, but not without bound", () => {
  near(viewOf(16, 16).scale, 6);
  near(viewOf(256, 256).scale, (700 - 48) / 256);
});

test("zooming keeps the picture point under the cursor", () => {
  const view = viewOf(4000, 3000);
  const cursor = { x: 321, y: 456 };
  const before = view.toPicture(cursor);
  for (const factor of [1.3, 2, 0.8, 9]) view.zoomTo(view.scale * factor, cursor);
  const after = view.toPicture(cursor);
  near(after.x, before.x);
  near(after.y, before.y);
});

test("screen and picture points are each other's inverse", () => {
  const view = viewOf(640, 480);
  view.zoomTo(3.7, { x: 10, y: 20 });
  view.pan(33, -12);
  const { x, y } = view.toPicture(view.toScreen({ x: 12.25, y: 99.5 }));
  near(x, 12.25);
  near(y, 99.5);
});

test("a part of the picture always stays in sight", () => {
  const view = viewOf(640, 480);
  for (const [dx, dy] of [[1e6, 0], [-1e6, 5], [0, 1e6], [3, -1e6]]) {
    view.pan(dx, dy);
    const { x0, y0, x1, y1 } = view.visible;
    assert.ok(x1 > x0 && y1 > y0);
  }
});

test("a fitted picture is free of the bars below it", () => {
  const view = viewOf(1000, 2000);
  Object.assign(view, { margin: 20, foot: 60 });
  view.fit();
  near(view.y, 20);
  near(view.toScreen({ x: 0, y: 2000 }).y, view.screenHeight - 60);
});

test("a window of another size keeps the middle in the middle when not fitted", () => {
  const view = viewOf(4000, 3000);
  view.zoomTo(1);
  const middle = view.toPicture({ x: 500, y: 350 });
  view.resize(1400, 900);
  const now = view.toPicture({ x: 700, y: 450 });
  near(now.x, middle.x);
  near(now.y, middle.y);
});

test("revealing a point moves only as far as needed", () => {
  const view = viewOf(4000, 3000);
  view.zoomTo(1);
  const { x, y } = view;
  view.reveal(view.toPicture({ x: 500, y: 350 }));
  assert.deepEqual([view.x, view.y], [x, y]);
  view.reveal(view.toPicture({ x: 1010, y: 350 }));
  near(view.x, x - 34);
  near(view.y, y);
});

test("what was seen is seen again, in a window of another size too", () => {
  const view = viewOf(4000, 3000);
  assert.equal(view.place, null);
  view.zoomTo(2.5, { x: 700, y: 200 });
  const { place } = view;
  const other = viewOf(4000, 3000, 600, 500);
  other.show(place);
  near(other.scale, 2.5);
  const middle = other.toPicture({ x: 300, y: 250 });
  near(middle.x, place.middle.x);
  near(middle.y, place.middle.y);
  const early = viewOf(4000, 3000, 1, 1); // before the window has a size
  early.show(place);
  early.resize(600, 500);
  near(early.toPicture({ x: 300, y: 250 }).x, place.middle.x);
  other.show(null);
  assert.ok(other.fitted);
});
