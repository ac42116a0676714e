import assert from "node:assert/strict";
import test from "node:test";

import { Draft } from "../../web/train/draft.js";

/** @type {Record<string, string>} */ const kept = {};
globalThis.sessionStorage = /** @type {any} */ ({
  getItem: (/** @type {string} */ key) => kept[key] ?? null,
  setItem: (/** @type {string} */ key, /** @type {string} */ value) => { kept[key] = value; },
  removeItem: (/** @type {string} */ key) => { delete kept[key]; },
});
const fast = (/** @type {string} */ id, /** @type {string} */ stem) => ({ id, title: id, text: "", values: { edge_generator: "edgeconnect", stem } });
const fresh = () => {
  delete kept["inpaintgan-draft"];
  return new Draft(/** @type {any} */ ({
    schema: { properties: {} }, defaults: { edge_generator: "mec", stem: "conv", data: "" }, presets: [fast("try-it", "unshuffle"), fast("cpu", "unshuffle4")],
    one_stem: { effunet: "conv" },
  }));
};

test("EffU-Net takes its only stem with it, whatever the preset, and says so", () => {
  const draft = fresh();
  assert.equal(draft.consequence, "");
  draft.set("edge_generator", "effunet");
  assert.equal(draft.values.stem, "conv");
  assert.match(draft.consequence, /Stem is Convolution \(paper\) instead of Unshuffle \(fast\)/);
  draft.choosePreset("cpu");
  assert.equal(draft.values.stem, "conv");
  assert.deepEqual(draft.changedOnPageTwo, []);
  draft.set("edge_generator", "mec");
  assert.deepEqual([draft.values.stem, draft.consequence], ["unshuffle4", ""]);
});

test("a training that has begun leaves its settings for the next one, without its name", () => {
  const draft = fresh();
  draft.set("data", "pictures");
  draft.name = "first";
  draft.begun();
  const next = new Draft(draft.config);
  assert.deepEqual([next.values.data, next.name], ["pictures", ""]);
});

test("a stem that was chosen goes with the choice of EffU-Net; one chosen afterwards stays, for the program to refuse", () => {
  const draft = fresh();
  draft.set("stem", "unshuffle4");
  draft.set("edge_generator", "effunet");
  assert.equal(draft.values.stem, "conv");
  draft.set("stem", "unshuffle");
  assert.deepEqual([draft.values.stem, draft.consequence], ["unshuffle", ""]);
});

test("what page 1 chose stays when it is what the preset says and another preset comes that says otherwise", () => {
  const draft = fresh();
  draft.config.presets.push(/** @type {any} */ ({ id: "gpu", title: "gpu", text: "", values: { edge_generator: "mec" } }));
  draft.set("edge_generator", "edgeconnect");
  draft.choosePreset("gpu");
  assert.equal(draft.values.edge_generator, "edgeconnect");
  draft.set("edge_generator", "mec");
  draft.choosePreset("cpu");
  assert.equal(draft.values.edge_generator, "mec");
  assert.deepEqual(draft.changedOnPageOne, ["edge_generator"]);
});
