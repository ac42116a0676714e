// Events of a run in words, for the training log. Pure: no DOM, tested by node.

import { count, measure, plural, span } from "./format.js";
import { inTitles, stageTitle, valueTitle } from "./labels.js";

/** @typedef {import("./run-view.js").RunEvent} RunEvent */

/** @type {Record<string, string>} */
const REASONS = {
  interval: "as planned", requested: "as you asked", stop: "before stopping", finished: "at the end", best: "the best so far",
};

/** Values worth a line at each step, in this order; the charts show the rest. */
const MAIN = [
  "edge_generator_loss", "edge_discriminator_loss", "inpaint_generator_loss", "inpaint_discriminator_loss", "precision", "recall",
  "psnr",
];

/**
 * @param {RunEvent} event
 * @returns {string} one line
 */
export function eventText(event) {
  switch (event.type) {
    case "run_started": return startText(event);
    case "preparing": return `Preparing pictures: ${count(event.done)} of ${count(event.total)}.`;
    case "step": return stepText(event.values);
    case "validation": return `Validation${event.best ? ", the best so far" : ""}: ${valuesText(event.values)}`;
    case "sample": return "Sample grid drawn.";
    case "checkpoint": return `Checkpoint saved${reasonText(event.reason)}: ${event.path ?? "–"}`;
    case "warning": return inTitles(event.message);
    case "paused": return event.reason ? `Paused: ${event.reason}` : "Paused.";
    case "resumed": return "Resumed.";
    case "run_finished":
      return `${event.reason === "stopped" ? "Stopped and saved" : "Finished"} after ${span(event.elapsed_s)} of training.`;
    case "run_failed": return inTitles([event.message, event.hint].filter(Boolean).join(" "));
    default: return event.type;
  }
}

/** @param {string | undefined} reason */
const reasonText = (reason) => (reason ? `, ${REASONS[reason] ?? reason}` : "");

/** @param {RunEvent} event @returns {string} */
function startText(event) {
  const verb = event.resumed ? `Resumed at step ${count(event.step)}` : "Started";
  const parameters = Object.values(event.parameters ?? {}).reduce((sum, n) => sum + n, 0);
  return `${verb}: ${stageTitle(event.stage)} on ${event.device ?? "–"}, ${plural(event.n_train, "training picture")}, `
    + `${count(event.n_val)} held out, ${count(parameters)} parameters, up to step ${count(event.max_iters)}.`;
}

/**
 * @param {Record<string, number | null>} values
 * @returns {string}
 */
function valuesText(values) {
  return Object.entries(values).map(([key, value]) => `${label(key)} ${measure(value)}`).join(", ");
}

/** @param {Record<string, number | null>} values @returns {string} */
function stepText(values) {
  const both = "edge_generator_loss" in values && "inpaint_generator_loss" in values;
  // Where one model is trained, all losses are of that one.
  const name = (/** @type {string} */ key) => (both ? label(key) : label(key).replace(/^(edge|inpaint) /, ""));
  return MAIN.filter((key) => key in values).map((key) => `${name(key)} ${measure(values[key])}`).join(", ");
}

/** @param {string} key @returns {string} */
function label(key) {
  return valueTitle(key).replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
}
