// The page of a run is drawn from its events alone; order, resumes, pauses and deaths must come out right.
import assert from "node:assert/strict";
import { test } from "node:test";

import { eventText } from "../../web/js/event-text.js";
import { phaseText } from "../../web/js/labels.js";
import { LOG_KEPT, RunView, SAMPLES_KEPT } from "../../web/js/run-view.js";
import { KEPT } from "../../web/js/series.js";

let seq = 0;
const event = (type, time, step, rest = {}) => ({ type, seq: (seq += 1), time, step, stage: "edge", ...rest });
const started = (time, step, resumed = false) => event("run_started", time, step, {
  device: "cpu", n_train: 100, n_val: 5, max_iters: 500, resumed, parameters: { edge_generator: 1000 },
});
const stepped = (time, step, elapsed, values = { precision: 0.5 }) => event("step", time, step, { values, elapsed_s: elapsed, images_per_s: 3, data_wait: 0, eta_s: 9 });

test("the clock runs on between events and stands still in a pause", () => {
  const view = new RunView();
  assert.equal(view.state, "starting");
  view.feed([started(100, 0), stepped(110, 10, 9)]);
  assert.equal(view.state, "running");
  assert.equal(view.elapsedAt(112), 11);
  view.feed([event("paused", 114, 11, { reason: "The disk is full." })]);
  assert.equal(view.elapsedAt(500), 13);
  assert.equal(view.pauseReason, "The disk is full.");
  view.feed([event("resumed", 600, 11)]);
  assert.equal(view.elapsedAt(601), 14);
  view.feed([event("run_finished", 610, 12, { reason: "stopped", elapsed_s: 20 })]);
  assert.equal(view.elapsedAt(9999), 20);
  assert.equal(view.state, "stopped");
  assert.equal(view.active, false);
});

test("events known already are passed over, so that history and stream may overlap", () => {
  const view = new RunView();
  const events = [started(1, 0), stepped(2, 10, 1), stepped(3, 20, 2)];
  view.feed(events);
  view.feed(events);
  assert.deepEqual(view.curves.get("precision").x, [10, 20]);
  assert.equal(view.log.length, 3);
});

test("a resumed run replaces the steps, scores and samples beyond its checkpoint", () => {
  const view = new RunView();
  const sample = (time, step) => event("sample", time, step, { path: `samples/step-${step}.png`, columns: [] });
  view.feed([started(1, 0), sample(1, 0), stepped(2, 10, 1), sample(2, 10), stepped(3, 20, 2), sample(3, 20)]);
  view.feed([started(50, 10, true), stepped(51, 15, 2), sample(51, 15)]);
  assert.deepEqual(view.curves.get("precision").x, [10, 15]);
  assert.deepEqual(view.samples.map(({ step }) => step), [0, 10, 15]);
  assert.equal(view.state, "running");
});

test("what an older version left out of its events is a gap, not a failure", () => {
  const view = new RunView();
  view.feed([event("run_started", 1, 0), event("sample", 2, 5), event("checkpoint", 3, 5), event("run_finished", 4, 5)]);
  assert.deepEqual(view.samples[0].columns, []);
  assert.deepEqual(view.log.map((line) => eventText(line.event)), [
    "Started: Edge Model on –, – training pictures, – held out, 0 parameters, up to step –.", "Sample grid drawn.",
    "Checkpoint saved: –", "Finished after – of training.",
  ]);
});

test("a death without an event is learnt from the server", () => {
  const view = new RunView();
  view.feed([started(100, 0), stepped(110, 10, 9)]);
  view.correct("running");
  assert.equal(view.state, "running");
  view.correct("interrupted");
  assert.equal(view.state, "interrupted");
  assert.equal(view.elapsedAt(5000), 9);
  view.correct("starting");
  assert.equal(view.state, "starting");
  view.feed([started(6000, 10, true)]);
  assert.equal(view.state, "running");
});

test("why an earlier start failed is not said of the next one", () => {
  const view = new RunView();
  view.feed([started(100, 0), event("run_failed", 120, 5, { code: "x", message: "The disk is full.", hint: "" })]);
  view.correct("starting");
  view.correct("failed");
  assert.deepEqual([view.state, view.failure], ["failed", null]);
});

test("a start that was refused is known from the server alone, also after a reload", () => {
  const view = new RunView();
  view.feed([started(100, 0), event("run_finished", 120, 5, { reason: "stopped", elapsed_s: 9 })]);
  view.correct("failed", "data: there is no picture.");
  assert.deepEqual([view.state, view.failure, view.elapsedAt(500)], ["failed", null, 9]);
  const again = new RunView();
  again.feed([started(100, 0), event("run_failed", 120, 5, { code: "x", message: "The disk is full.", hint: "Make room." })]);
  again.correct("failed", "The disk is full. Make room.");
  assert.equal(again.failure?.code, "x", "that was the last start");
  again.correct("failed", "data: there is no picture.");
  assert.equal(again.failure, null);
});

test("the clock never goes back while a training saves, but begins anew with a start", () => {
  const view = new RunView();
  view.feed([started(100, 0), stepped(110, 20, 9)]);
  assert.equal(view.clockAt(113), 12);
  view.feed([event("run_finished", 113, 20, { reason: "stopped", elapsed_s: 9.5 })]);
  assert.deepEqual([view.clockAt(114), view.elapsedAt(114)], [12, 9.5]);
  view.feed([started(200, 20, true)]);
  assert.equal(view.clockAt(201), 10.5);
});

test("the end shows with its own step, even when the server knows of it before the last events have come", () => {
  const view = new RunView();
  view.feed([started(100, 0), stepped(110, 20, 9)]);
  view.correct("stopped");
  assert.equal(view.state, "running");
  view.feed([event("run_finished", 113, 23, { reason: "stopped", elapsed_s: 12 })]);
  assert.deepEqual([view.state, view.step, view.elapsedAt(5000)], ["stopped", 23, 12]);
});

test("a failure keeps its words, and the log its length", () => {
  const view = new RunView();
  view.feed([started(1, 0)]);
  for (let i = 1; i <= LOG_KEPT + 50; i += 1) view.feed([stepped(1 + i, i, i)]);
  view.feed([event("run_failed", 999, 0, { code: "x", message: "It broke.", hint: "Mend it." })]);
  assert.equal(view.log.length, LOG_KEPT + 2, "the start and the failure are not pushed out by steps");
  assert.equal(view.log.at(-1).kind, "run_failed");
  assert.equal(view.state, "failed");
  assert.equal(view.step, LOG_KEPT + 50);
  assert.equal(eventText(view.failure), "It broke. Mend it.");
});

test("events in words", () => {
  assert.match(eventText(started(1, 0)), /^Started: Edge Model on cpu, 100 training pictures, 5 held out, 1,000 parameters/);
  assert.match(eventText(started(1, 30, true)), /^Resumed at step 30/);
  assert.equal(eventText(stepped(1, 1, 1, { feature_matching_loss: 1, edge_discriminator_loss: 0.5, edge_generator_loss: 2 })),
    "generator 2.000, discriminator 0.5000");
  assert.equal(eventText(stepped(1, 1, 1, { edge_generator_loss: 2, inpaint_generator_loss: null })),
    "edge generator 2.000, inpaint generator –");
  assert.equal(eventText(event("checkpoint", 1, 5, { path: "checkpoints/step-5", reason: "stop" })),
    "Checkpoint saved, before stopping: checkpoints/step-5");
});

test("the learning rate becomes a curve, and a phase that begins is news, no warning", () => {
  const view = new RunView();
  view.feed([started(1, 0), { ...stepped(2, 10, 1), learning_rate: 1e-4, phase: "edge" }]);
  view.feed([event("warning", 3, 10, { code: "phase-begins", message: "The inpaint model is trained now." })]);
  view.feed([{ ...stepped(4, 20, 2), learning_rate: 5e-5, phase: "inpaint" }]);
  assert.deepEqual(view.curves.get("learning_rate").y, [1e-4, 5e-5]);
  assert.equal(view.warnings.length, 0);
  assert.equal(view.log.at(-2).kind, "news");
  assert.equal(phaseText(view.lastStep.phase), "(inpaint model)");
  assert.equal(phaseText(undefined), "");
});

test("nothing grows without end, however long a run is watched", () => {
  const view = new RunView();
  view.feed([started(1, 0)]);
  for (let i = 1; i <= 20_000; i += 1) {
    view.feed([stepped(i, i, i), event("sample", i, i, { path: `samples/${i}.png`, columns: [] }), event("warning", i, i, { message: "w" })]);
  }
  assert.ok(view.samples.length <= SAMPLES_KEPT && view.samples[0].step === 1 && view.samples.at(-1).step === 20_000);
  assert.ok(view.stepLines.length + view.otherLines.length <= 4 * LOG_KEPT);
  assert.ok(view.warnings.length <= 100);
  assert.ok(view.curves.get("precision").x.length <= KEPT);
});

test("the newer half of the samples stays whole when every other one of the older half is left out", () => {
  const view = new RunView();
  view.feed([started(1, 0)]);
  const steps = Array.from({ length: SAMPLES_KEPT + 1 }, (_, i) => i + 1);
  view.feed(steps.map((step) => event("sample", step, step, { path: `samples/${step}.png`, columns: [] })));
  const half = SAMPLES_KEPT / 2;
  const expected = steps.filter((step) => step > half + 1 || step % 2 === 1);
  assert.deepEqual(view.samples.map(({ step }) => step), expected);
});

test("curves of the whole past are taken over and grow on; a resume cuts them, too", () => {
  const view = new RunView();
  view.feed([started(1, 0), stepped(2, 90, 1), stepped(3, 100, 2)]);
  view.seed({ precision: [[10, 50, 100], [0.1, null, 0.3]] }, { psnr_hole: [[50], [20]] });
  view.feed([stepped(4, 110, 3)]);
  assert.deepEqual(view.curves.get("precision").x, [10, 50, 100, 110]);
  assert.equal(view.scores.get("psnr_hole").last, 20);
  view.feed([started(9, 40, true)]);
  assert.deepEqual(view.curves.get("precision").x, [10]);
  assert.equal(view.scores.get("psnr_hole").last, null);
});

test("a run that waits for its turn says so until it starts", () => {
  const view = new RunView();
  view.correct("queued");
  assert.equal(view.state, "queued");
  assert.equal(view.active, false);
  view.correct("starting");
  assert.equal(view.state, "starting");
  view.feed([started(100, 0), stepped(110, 10, 9)]);
  view.correct("queued");
  assert.equal(view.state, "running");
  view.feed([event("run_finished", 120, 12, { reason: "stopped", elapsed_s: 11 })]);
  view.correct("queued");
  assert.equal(view.state, "queued");
  view.correct("stopped");
  assert.equal(view.state, "stopped", "taken out of the queue");
  const prepared = new RunView();
  prepared.correct("unstarted");
  assert.deepEqual([prepared.state, prepared.active], ["unstarted", false]);
});

test("a view is made of a past as the program describes it", () => {
  const history = [{ type: "step", seq: 7, time: 5, step: 70, stage: "edge", values: { precision: 0.5 }, elapsed_s: 9 }];
  const view = RunView.of({ history, curves: { precision: [[10, 70], [0.1, 0.5]] }, scores_over_time: {}, last_seq: 9 });
  assert.deepEqual([view.step, view.elapsed, view.lastSeq], [70, 9, 9]);
  assert.deepEqual(view.curves.get("precision").x, [10, 70]);
});
