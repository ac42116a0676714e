import assert from "node:assert/strict";
import test from "node:test";

import { inTitles } from "../../web/js/labels.js";

test("settings that a sentence names as files do get the window's titles; other words stay", () => {
  const known = (/** @type {string} */ key) => key === "max_iters" || key === "l1_loss_weight";
  assert.equal(inTitles("It holds edge_generator.safetensors.", () => true), "It holds edge_generator.safetensors.");
  assert.equal(inTitles("It ends before max_iters, l1_loss_weight or run_1.", known), "It ends before “Iterations”, “L1 weight” or run_1.");
});
