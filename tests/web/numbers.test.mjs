import assert from "node:assert/strict";
import test from "node:test";

import { RunView } from "../../web/js/run-view.js";
import { liveNumbers } from "../../web/train/progress-numbers.js";

test("the scores at the head are those of validation, else they say that they are of the training batch", () => {
  const view = new RunView();
  const event = { seq: 1, time: 0, step: 10, stage: "joint" };
  const scores = () => liveNumbers(view, null, "joint").filter(([name]) => /PSNR|Precision|Recall/.test(name));
  assert.deepEqual(scores(), [["Precision", "–"], ["Recall", "–"]]);
  view.feed([{ ...event, type: "step", values: { psnr: 18.6, precision: 0.5, recall: 0.25 } }]);
  assert.deepEqual(scores(), [["Precision, training batch", "0.5000"], ["Recall, training batch", "0.2500"], ["PSNR, training batch", "18.60 dB"]]);
  view.feed([{ ...event, seq: 2, type: "validation", values: { psnr: 19, psnr_hole: 10.43, precision: 0.4 }, baselines: {} }]);
  assert.deepEqual(scores(), [
    ["Precision, validation", "0.4000"], ["Recall, training batch", "0.2500"], ["PSNR in the hole, validation", "10.43 dB"],
  ]);
});
