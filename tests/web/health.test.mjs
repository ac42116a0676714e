// A healthy training is not worried about, and what is wrong is said with what helps.
import assert from "node:assert/strict";
import { test } from "node:test";

import { differences } from "../../web/js/config-differences.js";
import { AGREEING, healthWords, troubles } from "../../web/js/health.js";
import { RunView, sampleAt } from "../../web/js/run-view.js";

/** @param {Record<string, number | null>[]} rows @param {Record<string, any>} [rest] */
function watched(rows, rest = {}) {
  const view = new RunView();
  view.feed([{ type: "run_started", seq: 1, time: 1, step: 0, stage: "edge", max_iters: 9 }]);
  view.feed(rows.map((values, i) => ({ type: "step", seq: i + 2, time: i + 2, step: i + 1, stage: "edge", values, data_wait: 0, ...rest })));
  return view;
}
const rows = (n, values) => Array.from({ length: n }, () => values);
const GOOD = { edge_discriminator_loss: 0.6, recall: 0.3, precision: 0.2 };

test("a sound training", () => {
  assert.deepEqual(troubles(watched(rows(AGREEING, GOOD))), []);
  assert.match(healthWords(watched(rows(AGREEING, GOOD))), /^Healthy/);
  assert.match(healthWords(watched(rows(2, GOOD))), /^Too early/);
  assert.equal(healthWords(new RunView()), "");
});

test("a saturated discriminator is named after enough steps, not after one good batch", () => {
  const bad = { ...GOOD, edge_discriminator_loss: 0.001 };
  assert.deepEqual(troubles(watched([...rows(AGREEING, bad), GOOD])), []);
  assert.deepEqual(troubles(watched(rows(AGREEING - 1, bad))), []);
  const [words, ...more] = troubles(watched(rows(AGREEING, bad)));
  assert.match(words, /edge discriminator is saturated \(loss 0\.0010\).*lower discriminator learning rate/s);
  assert.deepEqual(more, []);
  assert.equal(healthWords(watched(rows(AGREEING, bad))), "");
});

test("black edges, values that are not finite, and pictures that come too slowly", () => {
  assert.match(troubles(watched(rows(AGREEING, { ...GOOD, recall: 0 })))[0], /all black/);
  assert.match(troubles(watched([{ l1_loss: null }]))[0], /Not a finite number: l1 loss/);
  assert.match(troubles(watched(rows(3, GOOD), { data_wait: 0.7 }))[0], /70 % of the time.*loader processes/);
});

test("only settings that differ stand beside one another", () => {
  assert.deepEqual(differences([{ a: 1, b: 2, c: null }, { a: 1, b: 3, d: 4 }]),
    [{ key: "b", values: [2, 3] }, { key: "c", values: [null, undefined] }, { key: "d", values: [undefined, 4] }]);
  assert.deepEqual(differences([{ a: [1] }, { a: [1] }]), []);
});

test("samples of several runs are taken at the same step", () => {
  const samples = [{ step: 0 }, { step: 100 }, { step: 200 }];
  assert.equal(sampleAt(samples, 150), samples[1]);
  assert.equal(sampleAt(samples, 9999), samples[2]);
  assert.equal(sampleAt([{ step: 5 }], 4), undefined);
});
