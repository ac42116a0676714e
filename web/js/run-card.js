// One run as it stands in lists: the last sample, its state, how far it is, and what one can do with it.

import { runUrl } from "./addresses.js";
import { el } from "./dom.js";
import { ago, count, measure, timer } from "./format.js";
import { stageTitle, stateTitle, titled, valueTitle } from "./labels.js";
import { isActive } from "./run-view.js";

/**
 * @typedef {{run: string, path: string, state: string, stage: string, step: number, max_iters: number, elapsed_s: number,
 *   updated: number, last_sample_url: string | null, error: string | null, fills: string | null, turn: number | null,
 *   scores: {values: Record<string, number>, step: number} | null}} RunSummary
 */

/** @param {RunSummary} run @returns {string} "PSNR in the hole 21.30 dB at step 5,000" */
function scoresText({ scores }) {
  if (!scores) return "";
  const parts = Object.entries(scores.values).filter(([key]) => key !== "psnr" || !("psnr_hole" in scores.values))
    .map(([key, value]) => `${valueTitle(key)} ${measure(value)}${key.startsWith("psnr") ? " dB" : ""}`);
  return parts.length ? `${parts.join(", ")} at step ${count(scores.step)}` : "";
}

/**
 * @param {{state: string, step: number}} run
 * @param {number} max
 * @returns {boolean} whether it was finished by its time rather than its steps, of which most may be left
 */
export const endedByTime = ({ state, step }, max) => state === "finished" && step < max;

/** @param {RunSummary} run */
const stepText = (run) => (!run.max_iters || endedByTime(run, run.max_iters) ? count(run.step) : `${count(run.step)} of ${count(run.max_iters)}`);

/**
 * @param {RunSummary} run
 * @param {...HTMLElement} actions
 * @returns {HTMLLIElement}
 */
export function runCard(run, ...actions) {
  const picture = run.last_sample_url
    ? el("img", { src: run.last_sample_url, alt: `Last sample of ${run.run}`, loading: "lazy" })
    : el("span", { class: "muted small" }, "no sample yet");
  const share = run.max_iters ? Math.min(1, run.step / run.max_iters) : 0;
  return el("li", { class: "run-card card", "data-run": run.run },
    el("a", { class: "run-thumb well", href: runUrl(run.run), tabIndex: -1, "aria-hidden": "true" }, picture),
    el("div", { class: "run-text" },
      el("div", { class: "row" }, el("a", { class: "run-link", href: runUrl(run.run) }, run.run),
        el("span", { class: "pill", "data-state": run.state }, stateTitle(run.state) + (run.turn ? `, number ${run.turn}` : ""))),
      el("p", { class: "small muted" }, `${stageTitle(run.stage)} · ${isActive(run.state) ? "now" : ago(run.updated)}`),
      el("p", { class: "small num" }, [`Step ${stepText(run)}`,
        // Not known before the first logged step; 0:00 would be wrong.
        run.elapsed_s > 0 && `${timer(run.elapsed_s)} of training`].filter(Boolean).join(" · ")),
      scoresText(run) ? el("p", { class: "small num" }, scoresText(run)) : null,
      isActive(run.state) ? el("progress", { max: 1, value: share, "aria-label": `Progress of ${run.run}` }) : null,
      run.error ? el("p", { class: "small error-text", title: titled(run.error) }, titled(run.error)) : null),
    actions.length ? el("div", { class: "run-actions" }, ...actions) : null);
}
