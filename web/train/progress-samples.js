// The sample grids of a run, with one slider from the first to the newest. At its end the slider stays with the newest.

import { sampleUrl } from "../js/addresses.js";
import { byId, el } from "../js/dom.js";
import { count } from "../js/format.js";
import { choiceTitle } from "../js/labels.js";
import { RunView } from "../js/run-view.js";

/** @typedef {import("../js/run-view.js").SampleView} SampleView */

/** Column titles as people read them; the one of true edges is named after the edge detector. @type {Record<string, string>} */
const COLUMNS = { "ground truth": "Ground truth", masked: "Masked", fill: "Fill" };

/**
 * Whether the edges in the holes are predicted: an inpaint training that began without an edge generator has true ones only.
 * @param {RunView} view
 */
const predictsEdges = ({ started, stage }) => stage !== "inpaint" || Object.keys(started?.parameters ?? {}).some((key) => key.startsWith("edge"));

/** @param {string} column of a sample grid @param {RunView} view of its run @returns {string} */
function title(column, view) {
  if (column === "edges") return predictsEdges(view) ? "Predicted edges" : "Edges";
  return COLUMNS[column] ?? `True edges (${choiceTitle("edge", column)})`;
}

/** @param {string[]} columns of a sample grid @param {RunView} view @returns {HTMLElement[]} their titles, to stand above it */
export const sampleHeads = (columns, view) => columns.map((column) => el("span", {}, title(column, view)));

/** @param {RunView} view @returns {string} what the colours of edges mean */
const sampleKey = (view) => `Edges: red ${predictsEdges(view) ? "predicted in the hole" : "in the hole"}, black known.`;

export class SampleSlider {
  /** @param {string} run */
  constructor(run) {
    this.run = run;
    this.figure = byId("sample-figure");
    this.image = byId("sample", HTMLImageElement);
    this.link = byId("sample-link", HTMLAnchorElement);
    this.heads = byId("sample-heads");
    this.key = byId("sample-key");
    this.view = new RunView();
    this.step = byId("sample-step");
    this.none = byId("no-samples");
    this.label = byId("sample-slider");
    this.input = byId("sample-index", HTMLInputElement);
    /** @type {SampleView[]} */ this.samples = [];
    this.following = true;
    this.shown = "";
    this.input.addEventListener("input", () => {
      this.following = Number(this.input.value) === this.samples.length - 1;
      this.#draw();
    });
  }

  /** @param {RunView} view */
  show(view) {
    const { samples } = view;
    this.view = view;
    this.samples = samples;
    this.none.hidden = samples.length > 0;
    this.figure.hidden = !samples.length;
    this.label.hidden = samples.length < 2;
    this.input.max = String(Math.max(0, samples.length - 1));
    if (this.following) this.input.value = this.input.max;
    if (samples.length) this.#draw();
  }

  #draw() {
    const at = Math.min(Number(this.input.value), this.samples.length - 1);
    const sample = this.samples[at];
    const url = sampleUrl(this.run, sample);
    const words = `Step ${count(sample.step)}${at === this.samples.length - 1 ? ", the newest" : ""}`;
    if (this.step.textContent !== words) this.step.textContent = words;
    this.input.setAttribute("aria-valuetext", words);
    if (url === this.shown) return;
    this.shown = url;
    this.image.src = url;
    this.image.alt = `Sample grid at step ${sample.step}: ${sample.columns.join(", ")}`;
    this.link.href = url;
    this.heads.replaceChildren(...sampleHeads(sample.columns, this.view));
    this.key.textContent = sample.columns.includes("edges") ? sampleKey(this.view) : "";
    // The neighbours come along so that the slider does not flicker.
    for (const near of [at - 1, at + 1]) if (this.samples[near]) new Image().src = sampleUrl(this.run, this.samples[near]);
  }
}
