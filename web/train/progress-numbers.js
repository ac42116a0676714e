// The numbers of a training at a glance, each with its name: pace, what it takes of the machine, how good it is. Pure.

import { measure, pace, percent } from "../js/format.js";
import { valueTitle } from "../js/labels.js";

/** @typedef {import("../js/run-view.js").RunView} RunView */
/** @typedef {{cpu: number | null, memory_gb: number, memory_total_gb: number}} Usage of the training's processes */

/**
 * @param {RunView} view
 * @param {Usage | null} usage null while it is not known
 * @param {string | undefined} stage
 * @returns {[string, string][]}
 */
export function liveNumbers(view, usage, stage) {
  const last = view.lastStep;
  const running = view.state === "running";
  /** @type {[string, string][]} */ const numbers = [];
  if (view.active) {
    numbers.push(["Images/s", last && running ? pace(last.images_per_s) : "–"], ["Data wait", last && running ? percent(last.data_wait) : "–"]);
    numbers.push(...usageNumbers(usage, last, running));
  }
  if (!view.curves.size && !view.validation && stage !== "inpaint") numbers.push(["Precision", "–"], ["Recall", "–"]);
  numbers.push(...scoreNumbers(view));
  if (view.curves.has("learning_rate")) numbers.push(["Learning rate", measure(view.latest("learning_rate"))]);
  return numbers;
}

/**
 * Its scores on the validation pictures; before there are any, those of the training batch, which are noisier.
 * @param {RunView} view
 * @returns {[string, string][]}
 */
function scoreNumbers(view) {
  const validated = view.validation?.values ?? {};
  const keys = ["precision", "recall", "psnr_hole" in validated ? "psnr_hole" : "psnr"];
  return keys.filter((key) => key in validated || view.curves.has(key)).map((key) => {
    const [value, of] = key in validated ? [validated[key], "validation"] : [view.latest(key), "training batch"];
    return [`${valueTitle(key)}, ${of}`, measure(value) + (key.startsWith("psnr") ? " dB" : "")];
  });
}

/**
 * What the training takes of this machine.
 * @param {Usage | null} now
 * @param {import("../js/run-view.js").RunEvent | null} last its last step, which tells of its GPU where it has one
 * @param {boolean} running
 * @returns {[string, string][]}
 */
function usageNumbers(now, last, running) {
  const memoryNow = now ? `${now.memory_gb.toFixed(1)} of ${now.memory_total_gb.toFixed(0)} GB` : "–";
  /** @type {[string, string][]} */ const numbers = [["CPU", now ? percent(now.cpu) : "–"], ["RAM", memoryNow]];
  const busy = last?.gpu_utilisation ?? null;
  const memory = last?.gpu_memory;
  if (busy !== null) numbers.push(["GPU", running ? percent(busy) : "–"]);
  if (memory) numbers.push(["GPU memory", `${memory[0].toFixed(1)} of ${memory[1].toFixed(0)} GB`]);
  return numbers;
}
