// What is drawn reaches the program while the hand rests, and now and then when it does not; never with half a stroke.
import assert from "node:assert/strict";
import { mock, test } from "node:test";

globalThis.addEventListener ??= () => {};
const { LayerSaver } = await import("../../web/inference/editor/layer-saver.js");

/** Let time pass, and what it brings. */
async function pass(ms) {
  for (let at = 0; at < ms; at += 10) {
    mock.timers.tick(10);
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  }
}

test("strokes without a rest are saved every two seconds, between strokes", async () => {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  let [drawing, strokes] = [false, 0];
  const saves = [];
  const saver = new LayerSaver(async () => { saves.push({ strokes, drawing }); }, () => drawing, () => {});
  for (; strokes < 30; strokes++) { // six seconds
    drawing = true;
    await pass(150);
    drawing = false;
    saver.changed();
    await pass(50);
  }
  assert.ok(saves.length >= 2 && saves.length <= 4, `${saves.length} times`);
  assert.ok(saves.every((save) => !save.drawing));
  await pass(400);
  assert.equal(saves.at(-1).strokes, 30);
  assert.ok(saver.idle);
  mock.timers.reset();
});

test("nothing is saved against a refusal, and what was given up is not saved later", async () => {
  const told = [];
  let saves = 0;
  const saver = new LayerSaver(async () => { saves++; }, () => false, (state) => told.push(state));
  saver.refusal = new Error("another window");
  await assert.rejects(saver.flush(), /another window/, "even when nothing was drawn here: what is kept is not what is seen");
  saver.changed();
  await assert.rejects(saver.flush(), /another window/);
  assert.deepEqual([saves, told.at(-1), saver.idle], [0, "failed", false]);
  saver.refusal = null;
  await saver.flush();
  assert.deepEqual([saves, told.at(-1), saver.idle], [1, "saved", true]);
  saver.changed();
  saver.giveUp();
  await saver.flush();
  assert.deepEqual([saves, saver.idle], [1, true]);
});
