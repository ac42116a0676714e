// Which curves stand in which chart, and when a chart appears: as soon as its first value has come.

import { baselineTitle, valueTitle } from "../js/labels.js";
import { addChart } from "./chart-group.js";

/** @typedef {import("../js/run-view.js").RunView} RunView */

/** Each generator stands beside its discriminator; their scales differ too much for one axis. @type {[string, string][]} */
const LOSSES = [
  ["edge_generator_loss", "--accent"], ["edge_discriminator_loss", "--warm"],
  ["inpaint_generator_loss", "--accent"], ["inpaint_discriminator_loss", "--warm"],
  ["feature_matching_loss", "--mark-3"], ["edge_bce_loss", "--mark-3"], ["svr_loss", "--mark-3"],
  ["edge_adversarial_loss", "--mark-3"], ["l1_loss", "--mark-3"], ["l2_loss", "--mark-3"], ["inpaint_adversarial_loss", "--mark-3"],
  ["perceptual_loss", "--mark-4"], ["style_loss", "--mark-4"], ["hrf_loss", "--mark-4"],
];

/**
 * Metrics: training curves, and the scores of validation with their baselines. What is exact was set, not measured: it is shown
 * when it changes.
 */
const METRICS = [
  {
    title: "Precision and recall", range: /** @type {[number, number]} */ ([0, 1]),
    keys: /** @type {[string, string][]} */ ([["precision", "--accent"], ["recall", "--warm"]]), scores: ["precision", "recall"],
  },
  // In a chart stand only scores of the same pixels: known ones are always right, and lift a score of the full picture.
  { title: "PSNR in the hole", unit: " dB", keys: [], scores: ["psnr_hole"], baseline: "psnr_hole" },
  {
    title: "PSNR, full picture", unit: " dB", keys: /** @type {[string, string][]} */ ([["psnr", "--accent"]]), scores: ["psnr"],
    baseline: "psnr",
  },
  { title: "SSIM in the hole", keys: [], scores: ["ssim_hole"], baseline: "ssim_hole" },
  { title: "SSIM, full picture", keys: [], scores: ["ssim"], baseline: "ssim" },
  { title: "Perceptual distance, lower is better", keys: [], scores: ["hrf"], baseline: "hrf" },
  { title: "Learning rate", keys: /** @type {[string, string][]} */ ([["learning_rate", "--mark-3"]]), scores: [], exact: true },
];

/** Colours of validation marks without a curve of the same name. @type {Record<string, string>} */
const SCORE_COLORS = { psnr_hole: "--warm", ssim: "--accent", ssim_hole: "--warm" };

export class RunCharts {
  /** @param {HTMLElement} losses @param {HTMLElement} metrics */
  constructor(losses, metrics) {
    this.losses = losses;
    this.metrics = metrics;
    /** @type {Map<string, import("../js/chart.js").Chart>} */ this.charts = new Map();
  }

  /** @param {RunView} view */
  show(view) {
    for (const [key, color] of [...LOSSES, ...others(view)]) {
      const lines = linesOf(view, [[key, color]]);
      if (lines.length) this.#chart(valueTitle(key), this.losses, { isLoss: true }).show({ lines });
    }
    for (const { title, keys, scores, baseline, range, unit, exact } of METRICS) {
      const lines = linesOf(view, keys).filter(({ curve }) => !exact || new Set(curve.y).size > 1);
      const marks = scores.filter((key) => Number.isFinite(view.scores.get(key)?.last)).map((key) => ({
        label: "", of: key, color: SCORE_COLORS[key] ?? keys.find(([name]) => name === key)?.[1] ?? "--mark-3",
        points: /** @type {any} */ (view.scores.get(key)),
      }));
      const baselines = baseline ? baselinesOf(view, baseline) : [];
      if (lines.length || marks.length) this.#chart(title, this.metrics, { range, unit, exact }).show({ lines, marks, baselines });
    }
  }

  /** @param {string} title @param {HTMLElement} place @param {Parameters<typeof addChart>[2]} options */
  #chart(title, place, options) {
    const chart = this.charts.get(title) ?? addChart(place, title, options);
    this.charts.set(title, chart);
    return chart;
  }
}

const KNOWN = new Set(LOSSES.map(([key]) => key));

/** Losses that this page has no entry for. @param {RunView} view @returns {[string, string][]} */
function others(view) {
  return [...view.curves.keys()].filter((key) => key.endsWith("_loss") && !KNOWN.has(key)).map((key) => [key, "--mark-4"]);
}

/** @param {RunView} view @param {[string, string][]} keys */
function linesOf(view, keys) {
  return keys.filter(([key]) => view.curves.has(key)).map(([key, color]) => ({
    label: keys.length > 1 ? valueTitle(key) : "", key, color, curve: /** @type {any} */ (view.curves.get(key)),
  }));
}

/** @param {RunView} view @param {string} key */
function baselinesOf(view, key) {
  return Object.entries(view.baselines).filter(([, values]) => typeof values[key] === "number")
    .map(([name, values]) => ({ label: baselineTitle(name), value: /** @type {number} */ (values[key]) }));
}
