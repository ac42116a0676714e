// The mask that is saved must be the mask that was drawn, and the mask that is shown must be where it was drawn.
import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32, inflateSync } from "node:zlib";

import { BitmapLayer } from "../../web/inference/editor/bitmap-layer.js";
import { Bitmap } from "../../web/inference/editor/bitmap.js";
import { encodeMask, maskNotices } from "../../web/inference/editor/mask-file.js";
import { View } from "../../web/inference/editor/view.js";

function speckled(width, height, seed = 1) {
  const map = new Bitmap(width, height);
  let state = seed;
  for (let i = 0; i < map.data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    map.data[i] = state >>> 31;
  }
  map.recount();
  return map;
}

test("a mask becomes a PNG of one bit a pixel, bit for bit", async () => {
  const map = speckled(101, 37);
  const bytes = Buffer.from(await (await encodeMask(map)).arrayBuffer());
  assert.equal(bytes.subarray(1, 4).toString(), "PNG");
  const chunks = {};
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const body = bytes.subarray(at + 4, at + 8 + length);
    if (crc32) assert.equal(bytes.readUInt32BE(at + 8 + length), crc32(body));
    chunks[body.subarray(0, 4).toString()] = body.subarray(4);
    at += length + 12;
  }
  assert.deepEqual([chunks.IHDR.readUInt32BE(0), chunks.IHDR.readUInt32BE(4), chunks.IHDR[8], chunks.IHDR[9]], [101, 37, 1, 0]);
  const rows = inflateSync(chunks.IDAT);
  assert.equal(rows.length, 37 * 14);
  for (let y = 0; y < 37; y++) {
    for (let x = 0; x < 101; x++) assert.equal((rows[y * 14 + 1 + (x >> 3)] >> (7 - (x & 7))) & 1, map.get(x, y));
  }
});

globalThis.ImageData ??= class {
  constructor(width, height) {
    Object.assign(this, { width, height, data: new Uint8ClampedArray(4 * width * height) });
  }
};

function shown(map, view, draw) {
  const layer = new BitmapLayer(map);
  const context = { canvas: { width: view.screenWidth, height: view.screenHeight }, putImageData() {} };
  layer.draw(context, view, true);
  draw?.(layer, context);
  return (x, y) => layer.screen.data[4 * (y * view.screenWidth + x) + 3];
}

function viewOf(map, scale, width = 80, height = 60) {
  const view = new View();
  view.resize(width, height);
  view.setPicture(map.width, map.height);
  view.zoomTo(scale, { x: 0, y: 0 });
  view.pan(-view.x, -view.y);
  return view;
}

test("enlarged, every screen pixel shows the picture pixel under it", () => {
  const map = speckled(40, 30);
  const alpha = shown(map, viewOf(map, 2));
  for (let y = 0; y < 60; y++) for (let x = 0; x < 80; x++) assert.equal(alpha(x, y), 255 * map.get(x >> 1, y >> 1));
});

test("the outline is a dark pixel around the map and a light one in it, at any zoom, wherever it has changed", () => {
  const map = new Bitmap(90, 70);
  const rectangle = (rect, value) => {
    for (let y = rect.y0; y < rect.y1; y++) map.data.fill(value, y * 90 + rect.x0, y * 90 + rect.x1);
  };
  for (const scale of [0.5, 1, 2]) {
    map.data.fill(0);
    rectangle({ x0: 10, y0: 8, x1: 31, y1: 20 }, 1);
    rectangle({ x0: 50, y0: 30, x1: 51, y1: 60 }, 1);
    const view = viewOf(map, scale, 81, 60);
    const layer = new BitmapLayer(map);
    layer.outlined = true;
    layer.setColour([255, 0, 0], 0.5);
    const context = { canvas: { width: 81, height: 60 }, putImageData() {} };
    layer.draw(context, view, true);
    rectangle({ x0: 25, y0: 12, x1: 40, y1: 25 }, 1);
    rectangle({ x0: 50, y0: 35, x1: 51, y1: 40 }, 0);
    for (const rect of [{ x0: 25, y0: 12, x1: 40, y1: 25 }, { x0: 50, y0: 35, x1: 51, y1: 40 }]) {
      layer.changed(rect);
      layer.draw(context, view, false);
    }
    const bare = new BitmapLayer(map);
    bare.setColour([255, 0, 0], 0.5);
    bare.draw(context, view, true);
    const at = ({ screen }, x, y) => new Uint32Array(screen.data.buffer)[y * 81 + x];
    let seen = 0;
    for (let y = 1; y < 59; y++) for (let x = 1; x < 80; x++) {
      const here = at(bare, x, y);
      const border = [[-1, 0], [1, 0], [0, -1], [0, 1]].some(([dx, dy]) => !at(bare, x + dx, y + dy) !== !here);
      assert.equal(at(layer, x, y), border ? (here ? 0xffffffff : 0xff282828) : here, `${x}, ${y} at ${scale}`);
      seen += border;
    }
    assert.ok(seen > 40);
  }
});

test("reduced, a screen pixel shows how much of its part of the picture is covered, odd sizes included", () => {
  const map = speckled(317, 235);
  const view = viewOf(map, 0.25);
  const alpha = shown(map, view);
  for (let y = 0; y < 58; y++) {
    for (let x = 0; x < 79; x++) {
      let sum = 0;
      for (let v = 0; v < 4; v++) for (let u = 0; u < 4; u++) sum += map.get(4 * x + u, 4 * y + v);
      assert.ok(Math.abs(alpha(x, y) - (255 * sum) / 16) <= 2, `${x}, ${y}`);
    }
  }
});

test("no thin line is lost between the pixels of the screen, and none is doubled", () => {
  const [width, height] = [640, 480];
  for (const scale of [0.97, 0.8, 0.62, 0.51, 0.41, 0.3, 0.14]) {
    const view = viewOf({ width, height }, scale, Math.ceil(width * scale), Math.ceil(height * scale));
    assert.equal(view.scale, scale);
    for (let at = 0; at < 40; at++) {
      const map = new Bitmap(width, height);
      for (let x = 0; x < width; x++) map.data[at * width + x] = 1;
      for (let y = 0; y < height; y++) map.data[y * width + at] = 1;
      map.recount();
      const alpha = shown(map, view);
      const seen = (size, of) => Array.from({ length: Math.floor(size * scale) }, (_, i) => of(i)).filter((value) => value > 0).length;
      const beside = Math.floor(100 * scale);
      assert.equal(seen(height, (y) => alpha(beside, y)), 1, `row ${at} at ${scale}`);
      assert.equal(seen(width, (x) => alpha(x, beside)), 1, `column ${at} at ${scale}`);
    }
  }
});

test("drawing a changed part gives the same as drawing all of it", () => {
  const map = speckled(317, 235);
  for (const scale of [0.2, 0.25, 0.7, 1, 3.3]) {
    const view = viewOf(map, scale);
    const part = { x0: 13, y0: 7, x1: 61, y1: 50 };
    const alpha = shown(map, view, (layer, context) => {
      for (let y = part.y0; y < part.y1; y++) map.data.fill(1, y * 317 + part.x0, y * 317 + part.x1);
      layer.changed(part);
      layer.draw(context, view, false);
    });
    const all = shown(map, view);
    for (let y = 0; y < 60; y++) for (let x = 0; x < 80; x++) assert.equal(alpha(x, y), all(x, y), `scale ${scale} at ${x}, ${y}`);
  }
});

test("what is odd about a mask file is said", () => {
  const map = { width: 512, height: 768, coverage: 0.2 };
  const plain = { resized: null, gray: 0 };
  assert.deepEqual(maskNotices(map, plain), []);
  assert.match(maskNotices({ ...map, coverage: 0 }, plain)[0], /Nothing in it is white/);
  assert.match(maskNotices({ ...map, coverage: 0.9 }, plain)[0], /90 % of it is white/);
  assert.match(maskNotices(map, { ...plain, resized: { width: 300, height: 100 } })[0], /768, which stretched it\.$/);
  assert.match(maskNotices(map, { ...plain, resized: { width: 171, height: 256 } })[0], /768\.$/);
});
