// A palm or a second finger must not take a stroke away: what counts is what drew, how long and how far.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Pointer } from "../../web/inference/editor/pointer.js";
import { View } from "../../web/inference/editor/view.js";

globalThis.WheelEvent ??= { DOM_DELTA_LINE: 1 };

let host, view, told;

beforeEach(() => {
  host = Object.assign(new EventTarget(), { focus() {}, setPointerCapture() {}, toggleAttribute() {} });
  view = new View();
  view.resize(400, 300);
  view.setPicture(400, 300);
  told = [];
  const tell = (what) => () => told.push(what);
  new Pointer({ host, view, density: 1, screenPoint: ({ clientX: x, clientY: y }) => ({ x, y }) }, {
    begin: () => told.push("begin") > 0, extend: tell("extend"), end: tell("end"), cancel: tell("cancel"), hover() {},
  });
});

function send(type, pointerId, pointerType, timeStamp, clientX, more = {}) {
  const event = new Event(type);
  for (const [key, value] of Object.entries({ pointerId, pointerType, timeStamp, clientX, clientY: 100, button: 0, ...more })) {
    Object.defineProperty(event, key, { value });
  }
  host.dispatchEvent(event);
}

test("a touch while a pen draws is the hand that holds it", () => {
  send("pointerdown", 1, "pen", 0, 100);
  send("pointermove", 1, "pen", 300, 200);
  send("pointerdown", 2, "touch", 310, 300);
  send("pointermove", 2, "touch", 320, 310);
  send("pointermove", 1, "pen", 330, 220);
  send("pointerup", 2, "touch", 340, 310);
  send("pointerup", 1, "pen", 350, 220);
  assert.deepEqual(told, ["begin", "extend", "extend", "end"]);
});

test("a pen draws although the hand lay there first", () => {
  send("pointerdown", 2, "touch", 0, 300);
  send("pointerdown", 1, "pen", 100, 100);
  send("pointermove", 2, "touch", 120, 310);
  send("pointermove", 1, "pen", 130, 120);
  send("pointerup", 1, "pen", 140, 120);
  assert.deepEqual(told, ["begin", "cancel", "begin", "extend", "end"]);
});

test("a second finger makes a pinch of what has hardly begun, and ends what has been drawn", () => {
  for (const [time, x, outcome] of [[100, 180, "cancel"], [500, 104, "cancel"], [500, 180, "end"]]) {
    told.length = 0;
    send("pointerdown", 1, "touch", 0, 100);
    send("pointermove", 1, "touch", time - 10, x);
    send("pointerdown", 2, "touch", time, 300);
    assert.deepEqual(told, ["begin", "extend", outcome], `${time} ms, ${x} px`);
    const { scale } = view;
    send("pointermove", 2, "touch", time + 20, 350);
    assert.ok(view.scale > scale, "and then it pinches");
    send("pointerup", 2, "touch", time + 30, 350);
    send("pointerup", 1, "touch", time + 40, x);
    view.fit();
  }
});

test("a trackpad moves the picture sideways and zooms up and down", () => {
  view.zoomTo(2);
  const { x, scale } = view;
  send("wheel", 0, "", 0, 200, { deltaX: 30, deltaY: 4, deltaMode: 0 });
  assert.deepEqual([view.x, view.scale], [x - 30, scale]);
  send("wheel", 0, "", 0, 200, { deltaX: 4, deltaY: -30, deltaMode: 0 });
  assert.ok(view.scale > scale);
});

test("a wheel, which tells whole pixels only, zooms about the very place of the pointer", () => {
  send("pointermove", 1, "mouse", 0, 123.75, { clientY: 77.5 });
  const before = view.toPicture({ x: 123.75, y: 77.5 });
  for (let i = 0; i < 12; i++) send("wheel", 1, "mouse", i, 123, { clientY: 77, deltaX: 0, deltaY: -120, deltaMode: 0 });
  const { x, y } = view.toScreen(before);
  assert.ok(Math.hypot(x - 123.75, y - 77.5) < 1e-6, `${x}, ${y}`);
  const { x: left, y: top } = view.toPicture({ x: 300, y: 200 });
  send("wheel", 1, "mouse", 20, 300, { clientY: 200, deltaX: 0, deltaY: -120, deltaMode: 0 });
  assert.ok(Math.abs(view.toScreen({ x: left, y: top }).x - 300) < 1e-6, "elsewhere, about where the wheel was turned");
});
