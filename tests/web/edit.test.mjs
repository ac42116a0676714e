// Undo must bring back every pixel, on any size of picture, and a finished change must know its count of ones.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Bitmap } from "../../web/inference/editor/bitmap.js";
import { Edit } from "../../web/inference/editor/edit.js";
import { HistoryStore } from "../../web/inference/editor/history-store.js";
import { History } from "../../web/inference/editor/history.js";
import { grow, shrink } from "../../web/inference/editor/morph.js";
import { Patch } from "../../web/inference/editor/patch.js";
import { rectangle } from "../../web/inference/editor/raster.js";

function paintBox(map, box, value = 1, clip = null) {
  const edit = new Edit(map, clip);
  edit.paint(box, value, (span) => rectangle(box, span));
  return edit;
}

/** A browser's store that holds so many characters. */
function storeOf(limit) {
  const stored = new Map();
  return {
    getItem: (key) => stored.get(key) ?? null,
    removeItem: (key) => stored.delete(key),
    setItem(key, text) {
      const others = [...stored].filter(([other]) => other !== key).flat().join("").length;
      if (others + key.length + text.length > limit) throw new Error("quota");
      stored.set(key, text);
    },
  };
}

const sum = (map) => map.data.reduce((a, b) => a + b, 0);

test("a patch goes back and forth, over tile borders and at the picture's edge", () => {
  const map = new Bitmap(301, 259);
  const first = paintBox(map, { x0: 100, y0: 100, x1: 301, y1: 259 }).commit();
  const after = map.data.slice();
  assert.equal(map.count, 201 * 159);
  first.apply(map);
  assert.equal(sum(map), 0);
  assert.equal(map.count, 0);
  first.apply(map);
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
  edit.replace(before.map((value) => 1 - value));
  edit.abort();
  assert.deepEqual(map.data, before);
  assert.equal(map.count, sum(map));
});

test("inverting all of a large map costs next to nothing to remember", () => {
  const map = new Bitmap(4001, 3001);
  paintBox(map, { x0: 5, y0: 5, x1: 106, y1: 105 }).commit();
  const patch = Patch.inversion(map);
  patch.apply(map);
  assert.equal(map.count, 4001 * 3001 - 10100);
  assert.equal(map.get(5, 5) + map.get(4000, 3000), 1);
  assert.ok(Patch.fromJSON(JSON.parse(JSON.stringify(patch))).bytes < 100);
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
  const history = new History({ maxBytes: 10, maxSteps: 3 });
  history.handlers.mask = ({ patch }, way) => { value += way === "undo" ? -patch.by : patch.by; };
  const add = (by, bytes = 1) => {
    value += by;
    history.push({ label: `add ${by}`, changes: [{ kind: "mask", patch: { by, bytes } }] });
  };
  add(1);
  add(10);
  assert.equal(history.go("undo").label, "add 10");
  assert.equal(value, 1);
  assert.equal(history.next("redo").label, "add 10");
  assert.equal(history.go("redo").label, "add 10");
  assert.equal(value, 11);
  history.go("undo");
  add(100);
  assert.equal(history.go("redo"), null);
  add(1000);
  add(10000);
  assert.equal(history.done.length, 3);
  assert.equal(history.go("undo").label, "add 10000");
  assert.equal(history.drop().label, "add 1000");
  assert.equal(value, 101);
  assert.equal(history.next("redo").label, "add 10000", "a dropped step leaves no trace");
  add(5, 99);
  assert.equal(history.done.length, 1, "a step larger than the limit is still undoable");
  assert.equal(history.go("undo").label, "add 5");
  assert.equal(history.go("undo"), null);
});

test("a step that is replaced takes back what it drew, and shows no fill for that", () => {
  const map = new Bitmap(20, 20);
  const history = new History();
  history.handlers.edges = ({ patch }) => patch.apply(map);
  history.handlers.fill = () => assert.fail("a fill is shown only to be replaced");
  const patch = paintBox(map, { x0: 2, y0: 2, x1: 5, y1: 5 }).commit();
  const step = { label: "Show result 2", looking: true, changes: [{ kind: "fill", from: 1, to: 2 }, { kind: "edges", patch }] };
  history.push(step);
  assert.equal(history.drop(), step);
  assert.equal(sum(map), 0);
  assert.equal(history.next("undo"), null);
});

test("a step of the other page is known as such", () => {
  const history = new History();
  history.handlers.mask = () => {};
  assert.equal(history.isHere("undo"), true, "nothing to undo is said here");
  history.push({ label: "Fill 1", changes: [{ kind: "fill", from: null, to: 1 }] });
  assert.equal(history.isHere("undo"), false);
});

test("a kept history comes back for the same mask only, and when it is too long in part", () => {
  globalThis.sessionStorage = storeOf(4000);
  const map = new Bitmap(300, 200);
  const history = new History();
  const draw = (x) => {
    const patch = paintBox(map, { x0: x, y0: 3, x1: x + 9, y1: 140 }).commit();
    history.push({ label: `at ${x}`, changes: [{ kind: "mask", patch }] });
  };
  const layers = { mask_url: "mask.png?v=3", edges_url: null };
  draw(10);
  draw(125);
  history.push({ label: "Fill 1", changes: [{ kind: "fill", from: null, to: 1 }] });
  const store = new HistoryStore(history, "p");
  store.save([store.stateOf(layers)]);

  const later = new History();
  const kept = new HistoryStore(later, "p");
  assert.equal(kept.restore({ ...layers, mask_url: "mask.png?v=4" }), false);
  assert.equal(new HistoryStore(later, "other").restore(layers), false);
  assert.equal(kept.restore(layers), true);
  assert.deepEqual(later.done.map(({ label }) => label), ["at 10", "at 125", "Fill 1"]);
  later.handlers.mask = ({ patch }) => patch.apply(map);
  const drawn = map.data.slice();
  for (let i = 0; i < 3; i++) later.go("undo");
  assert.equal(sum(map), 0, "patches are as good as before");
  assert.equal(map.count, 0);
  for (let i = 0; i < 3; i++) later.go("redo");
  assert.deepEqual(map.data, drawn);

  for (let x = 20; x < 120; x += 10) draw(x);
  store.save([store.stateOf(layers)]);
  assert.equal(kept.restore(layers), true);
  const labels = later.done.map(({ label }) => label);
  assert.ok(labels.length > 1 && labels.length < history.done.length);
  assert.equal(labels.at(-1), "at 110");
});

test("a history fits whatever the program got of what was sent to it, and tells how far it is behind", () => {
  globalThis.sessionStorage = storeOf(Infinity);
  const history = new History();
  const push = (label) => history.push({ label, changes: [{ kind: "fill", from: null, to: 1 }] });
  const store = new HistoryStore(history, "p");
  const layers = (n) => ({ mask_url: `mask.png?v=${n}`, edges_url: null });
  const states = [store.stateOf(layers(0))];
  for (const n of [1, 2, 3]) {
    push(`stroke ${n}`);
    states.push(store.stateOf(layers(n)));
  }
  push("stroke 4");
  history.go("undo");
  history.go("undo");
  store.save(states);
  for (const [n, behind] of [[0, 2], [1, 1], [2, 0], [3, -1]]) {
    const later = new History();
    const kept = new HistoryStore(later, "p");
    assert.ok(kept.restore(layers(n)));
    assert.deepEqual([later.done.length, later.undone.length, kept.behind], [n, 4 - n, behind]);
    assert.equal(later.next("redo")?.label, `stroke ${n + 1}`);
  }
  // What was undone and drawn over is gone, and the state with it.
  push("another stroke 3");
  store.save(states);
  assert.equal(new HistoryStore(new History(), "p").restore(layers(3)), false);
});

test("each picture has its own history; a full store drops those used longest ago first, then the older half", () => {
  globalThis.sessionStorage = storeOf(1000);
  const layers = { mask_url: null, edges_url: null };
  const keep = (picture, n, length = 250) => {
    const history = new History();
    for (let i = 0; i < n; i++) history.push({ label: "x".repeat(length), changes: [] });
    const store = new HistoryStore(history, picture);
    store.save([store.stateOf(layers)]);
  };
  const kept = (picture) => {
    const history = new History();
    new HistoryStore(history, picture).restore(layers);
    return history.done.length;
  };
  keep("a", 1);
  keep("b", 1);
  assert.deepEqual(["b", "a"].map(kept), [1, 1]); // which uses a last
  keep("c", 1);
  assert.deepEqual(["b", "a", "c"].map(kept), [0, 1, 1]);
  keep("c", 4);
  assert.deepEqual(["a", "c"].map(kept), [0, 2]);
  globalThis.sessionStorage = storeOf(Infinity);
  for (let i = 0; i < 60; i++) keep(`p${i}`, 1, 1);
  assert.deepEqual(["p0", "p9", "p10", "p59"].map(kept), [0, 0, 1, 1], "those of pictures that are gone do not pile up");
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
