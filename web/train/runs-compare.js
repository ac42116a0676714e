// Two to four runs side by side: the settings that differ, their samples at the same step, their curves in one chart each.

import { runUrl, sampleUrl } from "../js/addresses.js";
import { call } from "../js/bridge.js";
import { differences } from "../js/config-differences.js";
import { byId, el } from "../js/dom.js";
import { count } from "../js/format.js";
import { settingTitle, valueText, valueTitle } from "../js/labels.js";
import { RunView, sampleAt } from "../js/run-view.js";
import { errorText } from "../js/shell.js";
import { addChart } from "./chart-group.js";
import { sampleHeads } from "./progress-samples.js";

/** @typedef {{name: string, color: string, config: Record<string, unknown>, view: RunView}} Compared */

const COLORS = ["--accent", "--warm", "--mark-3", "--mark-4"];
const names = [...new Set(new URLSearchParams(location.search).getAll("run"))].slice(0, COLORS.length);

/** @param {string} name @param {number} i @returns {Promise<Compared>} */
async function load(name, i) {
  const past = await call("get_run", name);
  return { name, color: COLORS[i], config: past.config, view: RunView.of(past) };
}

/** @param {Compared} run */
function title({ name, color }) {
  const key = el("i", { class: "curve-key" });
  key.style.color = `var(${color})`;
  return [key, el("a", { href: runUrl(name) }, name)];
}

/** @param {Compared[]} runs */
function showSettings(runs) {
  const rows = differences(runs.map(({ config }) => config));
  byId("no-differences").hidden = rows.length > 0;
  byId("differences").hidden = !rows.length;
  byId("differences").append(
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Setting"), ...runs.map((run) => el("th", { scope: "col" }, ...title(run))))),
    el("tbody", {}, ...rows.map(({ key, values }) => el("tr", {}, el("th", { scope: "row" }, settingTitle(key)),
      ...values.map((value) => el("td", {}, value === undefined ? "–" : valueText(key, value)))))));
}

/** @param {Compared[]} runs */
function showSamples(runs) {
  const steps = [...new Set(runs.flatMap(({ view }) => view.samples.map(({ step }) => step)))].sort((a, b) => a - b);
  const slider = byId("sample-index", HTMLInputElement);
  slider.max = String(Math.max(0, steps.length - 1));
  slider.value = slider.max;
  byId("sample-slider").hidden = steps.length < 2;
  byId("samples").append(...runs.map((run) => el("figure", {}, el("figcaption", {}, ...title(run), " ", el("span", { class: "muted num" })),
    el("div", { class: "sample-heads small", "aria-hidden": "true" }), el("img", { alt: "", hidden: true }))));
  const draw = () => {
    const step = steps[Number(slider.value)];
    const words = steps.length ? `Step ${count(step)}` : "No run has a sample yet.";
    byId("sample-step").textContent = words;
    slider.setAttribute("aria-valuetext", words);
    runs.forEach(({ name, view }, i) => {
      const sample = sampleAt(view.samples, step);
      const figure = byId("samples").children[i];
      const picture = /** @type {HTMLImageElement} */ (figure.querySelector("img"));
      picture.hidden = !sample;
      /** @type {HTMLElement} */ (figure.querySelector("span")).textContent = sample ? `step ${count(sample.step)}` : "no sample yet";
      if (!sample) return;
      figure.querySelector(".sample-heads")?.replaceChildren(...sampleHeads(sample.columns, view));
      const url = sampleUrl(name, sample);
      if (!picture.src.endsWith(url)) picture.src = url;
      picture.alt = `Samples of ${name} at step ${sample.step}: ${sample.columns.join(", ")}`;
    });
  };
  slider.addEventListener("input", draw);
  draw();
}

/** @param {Compared[]} runs @param {"curves" | "scores"} kind */
function showCurves(runs, kind) {
  for (const key of new Set(runs.flatMap(({ view }) => [...view[kind].keys()]))) {
    const isScore = kind === "scores";
    const chart = addChart(byId("charts"), isScore ? `Validation: ${valueTitle(key)}` : valueTitle(key), {
      isLoss: key.endsWith("_loss"),
      exact: isScore || key === "learning_rate", // a smoothed score would stand below what was measured
    });
    chart.show({ lines: runs.filter(({ view }) => view[kind].has(key))
      .map(({ name, color, view }) => ({ label: name, key: name, color, curve: /** @type {any} */ (view[kind].get(key)) })) });
  }
}

async function start() {
  if (names.length < 2) throw new Error("Choose two or more runs on the All runs page.");
  const runs = await Promise.all(names.map(load));
  byId("content").hidden = false;
  showSettings(runs);
  showSamples(runs);
  const bare = runs.filter(({ view }) => !view.curves.size);
  byId("no-curves").hidden = !bare.length;
  byId("no-curves").textContent = `No steps are logged yet for ${bare.map(({ name }) => name).join(", ")}: no curves are shown.`;
  showCurves(runs, "scores");
  showCurves(runs, "curves");
}

start().catch((error) => {
  byId("refused").hidden = false;
  byId("refused").replaceChildren(errorText(error), " ", el("a", { href: "/train/runs.html" }, "All runs"));
});
