// A chart of curves over the steps: the raw values thin, or a band where one point stands for many; their smoothed course on
// top, validation scores as points and baselines as dashed lines. The values under the pointer (or the newest) stand in the
// caption; all charts share a cursor, which arrow keys move too.

import uPlot from "../vendor/uplot/uPlot.esm.js";
import { el } from "./dom.js";
import { count, measure } from "./format.js";
import { align, positive, smooth, spacing } from "./series.js";

/**
 * @typedef {{x: number[], y: (number | null)[]}} Points
 * @typedef {Points & {low?: (number | null)[], high?: (number | null)[]}} Course     bounds where a point stands for many values
 * @typedef {{label: string, key: string, color: string, curve: Course}} Line     color: a token, such as "--accent"
 * @typedef {{label: string, of: string, color: string, points: Points}} Marks     of: the key of the line it belongs to
 * @typedef {{label: string, value: number}} Baseline
 * @typedef {{lines: Line[], marks?: Marks[], baselines?: Baseline[]}} Content
 */

/** Of an axis beyond its values: uPlot's own. */
const PADDING = 0.1;
const HEIGHT = 160;
/** By how many of a hundred parts of the curve these keys move the cursor. @type {Record<string, number>} */
const KEYS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10, Home: -100, End: 100 };
const darkness = matchMedia("(prefers-color-scheme: dark)");

/** Colours as the canvas needs them: tokens resolved for the theme in force. @param {string} token */
function resolve(token) {
  const probe = el("span");
  probe.style.color = `var(${token})`;
  probe.style.setProperty("forced-color-adjust", "none"); // curves of one colour could not be told apart
  document.body.append(probe);
  const color = getComputedStyle(probe).color;
  probe.remove();
  return color;
}

/** @param {string} color rgb(...) @param {number} alpha */
const fade = (color, alpha) => color.replace(/^rgb\(([^)]*)\)$/, (_, parts) => `rgba(${parts}, ${alpha})`);

/** @param {number} step */
const shortStep = (step) => (step >= 1e6 ? `${+(step / 1e6).toFixed(2)}M` : step >= 10000 ? `${+(step / 1000).toFixed(1)}k` : count(step));

export class Chart {
  /**
   * @param {string} title
   * @param {{range?: [number, number], unit?: string}} [options]
   */
  constructor(title, { range, unit = "" } = {}) {
    this.title = title;
    this.range = range;
    this.unit = unit;
    this.log = false;
    this.smoothing = 0.9;
    /** @type {Content} */ this.content = { lines: [] };
    /** @type {Points[]} of the lines, as they are drawn */ this.smoothed = [];
    /** @type {uPlot | null} */ this.plot = null;
    /** @type {number | null} the step that keys have put the cursor on; new values move its place */ this.pointed = null;
    this.shape = "";
    this.step = el("span", { class: "muted num" });
    this.readouts = el("span", { class: "readouts" });
    // A slider along the steps, for those who use keys and those who listen.
    this.area = el("div", {
      class: "chart-area", role: "slider", tabIndex: 0, "aria-label": `Step in ${title}`,
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
      onblur: () => this.#point(-1),
    });
    this.node = el("figure", { class: "chart" }, el("figcaption", {}, el("h3", {}, title), this.step, this.readouts), this.area);
    this.resizing = new ResizeObserver(() => this.#resize());
    this.resizing.observe(this.area);
    // The canvas holds the colours and the font of the moment.
    document.addEventListener("themechange", this.#again);
    darkness.addEventListener("change", this.#again);
    if (document.fonts.status === "loading") document.fonts.ready.then(this.#again);
  }

  #again = () => {
    if (this.plot) this.draw(true);
  };

  /** @param {Content} content */
  show(content) {
    this.content = content;
    this.draw();
  }

  /** Draw again: new values, another smoothing, scale or theme. @param {boolean} [anew] */
  draw(anew = false) {
    const { lines, marks = [], baselines = [] } = this.content;
    const shape = JSON.stringify([this.log, lines.map((line) => line.key), marks.map((mark) => mark.of), baselines.map((line) => line.label)]);
    const data = this.#data();
    if (anew || shape !== this.shape || !this.plot) {
      this.shape = shape;
      this.plot?.destroy();
      this.plot = new uPlot(this.#options(), /** @type {any} */ (data), this.area);
      this.plot.root.setAttribute("aria-hidden", "true");
    } else this.plot.setData(/** @type {any} */ (data));
    const steps = /** @type {number[]} */ (data[0]);
    const index = this.pointed === null ? -1 : steps.findLastIndex((step) => step <= Number(this.pointed));
    if (index >= 0) this.#point(index);
    this.#read();
  }

  destroy() {
    this.resizing.disconnect();
    document.removeEventListener("themechange", this.#again);
    darkness.removeEventListener("change", this.#again);
    this.plot?.destroy();
    this.plot = null;
    this.node.remove();
  }

  /** Columns: step, then for each line its lowest, highest and smoothed values, the marks, the baselines. */
  #data() {
    const { lines, marks = [], baselines = [] } = this.content;
    const steps = Math.max(...lines.map(({ curve }) => spacing(curve))); // one span for all of them
    this.smoothed = lines.map(({ curve }) => ({ x: curve.x, y: smooth(curve, this.smoothing, steps) }));
    const curves = lines.flatMap(({ curve: { x, y, low = y, high = y } }, i) => [{ x, y: low }, { x, y: high }, this.smoothed[i]]);
    const [xs, ...columns] = align([...curves, ...marks.map((mark) => mark.points)]);
    const level = baselines.map(({ value }) => xs.map(() => value));
    return [xs, ...[...columns, ...level].map((column) => (this.log ? positive(column) : column))];
  }

  #options() {
    const { lines, marks = [], baselines = [] } = this.content;
    const ink = resolve("--ink-3");
    const grid = { stroke: resolve("--line"), width: 1 };
    const font = `11px ${getComputedStyle(document.body).fontFamily}`;
    const width = 1.8;
    const series = [{}];
    const bands = [];
    for (const line of lines) {
      const color = resolve(line.color);
      bands.push({ series: [series.length + 1, series.length], fill: fade(color, 0.2) });
      series.push({ stroke: "transparent", width: 1, spanGaps: true, points: { show: false } },
        { stroke: fade(color, 0.28), width: 1, spanGaps: true, points: { show: false } },
        { stroke: color, width, spanGaps: true, points: { show: (/** @type {uPlot} */ plot) => plot.data[0].length < 3, size: 5, fill: color } });
    }
    for (const mark of marks) {
      const color = resolve(mark.color);
      series.push({ stroke: color, spanGaps: true, paths: () => null, points: { show: true, size: 7, width: 2, stroke: color, fill: resolve("--surface") } });
    }
    baselines.forEach((_, i) => series.push({ stroke: ink, width: 1.2, dash: i ? [2, 4] : [7, 4], points: { show: false } }));
    return /** @type {any} */ ({
      width: Math.max(120, this.area.clientWidth), height: HEIGHT, series, bands,
      padding: [8, 16, 0, 0],
      legend: { show: false },
      cursor: { sync: { key: "run", setSeries: false }, drag: { x: false, y: false }, points: { show: false }, y: false },
      scales: { x: { time: false }, y: this.#scale() },
      axes: [
        { stroke: ink, font, grid, ticks: { ...grid, size: 4 }, size: 28, gap: 3, space: 70, values: stepLabels },
        { stroke: ink, font, grid, ticks: { ...grid, size: 4 }, size: 52, gap: 4, space: 34, values: valueLabels },
      ],
      hooks: { setCursor: [() => this.#read()] },
    });
  }

  #scale() {
    if (this.log) return { distr: 3, log: 10, range: logRange };
    return { range: this.range ? () => this.range : flatRange };
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const steps = this.plot?.data[0] ?? [];
    if (event.ctrlKey || event.altKey || event.metaKey || !steps.length) return;
    if (event.key === "Escape") this.#point(-1);
    if (!(event.key in KEYS)) return;
    event.preventDefault(); // the page would scroll
    const last = steps.length - 1;
    const from = this.#over() ? this.plot?.cursor.idx ?? last : last;
    const way = KEYS[event.key];
    this.#point(Math.min(last, Math.max(0, from + Math.sign(way) * Math.ceil(Math.abs(way) * last / 100))));
  }

  /** Put the cursor of all charts on a value. @param {number} index -1 takes it away */
  #point(index) {
    const { plot } = this;
    this.pointed = plot?.data[0][index] ?? null;
    const left = index < 0 ? -10 : plot?.valToPos(plot.data[0][index], "x") ?? 0;
    // The third argument, which its types do not know, tells the other charts.
    /** @type {any} */ (plot)?.setCursor({ left, top: index < 0 ? -10 : 0 }, true, true);
  }

  /** Whether the cursor is on the chart. */
  #over() {
    return (this.plot?.cursor.idx ?? null) !== null && (this.plot?.cursor.left ?? -1) >= 0;
  }

  /** Values at the cursor, or the newest. */
  #read() {
    const plot = this.plot;
    if (!plot) return;
    const { lines, marks = [], baselines = [] } = this.content;
    const steps = plot.data[0];
    const over = this.#over();
    const step = over ? steps[plot.cursor.idx ?? 0] : steps[steps.length - 1] ?? 0;
    this.step.textContent = over ? `step ${count(step)}` : "";
    const value = (/** @type {Points} */ points) => lastValue(points, step);
    const readout = (/** @type {string} */ label, /** @type {string} */ color, /** @type {string} */ kind, /** @type {number | null} */ number) => {
      const key = el("i", { class: `curve-key ${kind}` });
      key.style.color = `var(${color})`;
      const spoken = kind === "mark" ? el("span", { class: "visually-hidden" }, "validation") : null;
      return el("span", { class: "readout" }, key, label, spoken, " ", el("b", { class: "num" }, measure(number) + (number === null ? "" : this.unit)));
    };
    const markOut = (/** @type {Marks} */ mark) => readout(mark.label, mark.color, "mark", value(mark.points));
    this.readouts.replaceChildren(
      ...lines.flatMap((line, i) => [readout(line.label, line.color, "line", value(this.smoothed[i])),
        ...marks.filter(({ of }) => of === line.key).map(markOut)]),
      ...marks.filter(({ of }) => !lines.some(({ key }) => key === of)).map(markOut),
      ...baselines.map((line, i) => readout(line.label, "--ink-3", i ? "dots" : "dash", line.value)));
    const values = [...this.readouts.children].map(({ textContent }) => textContent?.trim());
    const said = { min: steps[0] ?? 0, max: steps[steps.length - 1] ?? 0, now: step, text: [`step ${count(step)}`, ...values].join(", ") };
    for (const [name, text] of Object.entries(said)) this.area.setAttribute(`aria-value${name}`, String(text));
  }

  #resize() {
    const width = this.area.clientWidth;
    if (this.plot && width > 0 && Math.abs(width - this.plot.width) > 1) this.plot.setSize({ width, height: HEIGHT });
  }
}

/** To one digit, so that the axis ends at a number one can read. @param {number} value @param {(value: number) => number} way */
const roundTo = (value, way) => {
  const power = 10 ** Math.floor(Math.log10(value));
  return Number((way(value / power) * power).toPrecision(1));
};

/** A logarithmic axis close around its values, where uPlot would take whole powers of ten. @param {uPlot} _ @param {number} low @param {number} high */
const logRange = (_, low, high) => {
  if (!(low > 0)) return /** @type {[number, number]} */ ([0.1, 1]);
  const [bottom, top] = [roundTo(low, Math.floor), roundTo(high, Math.ceil)];
  return /** @type {[number, number]} */ (bottom < top ? [bottom, top] : [bottom / 2, top * 2]);
};

/** An axis close around a single value, where uPlot would take 0 to 100 for a 0. @param {uPlot} _ @param {number | null} low @param {number} high */
const flatRange = (_, low, high) => {
  if (low === null) return /** @type {any} */ ([null, null]);
  return low === high ? [low - Math.abs(low) / 10, high + (Math.abs(high) / 10 || 1)] : uPlot.rangeNum(low, high, PADDING, true);
};

/** @param {unknown} _ @param {number[]} splits */
const stepLabels = (_, splits) => splits.map((step) => (Number.isInteger(step) ? shortStep(step) : ""));

/** @param {unknown} _ @param {(number | null)[]} splits */
const valueLabels = (_, splits) => splits.map((value) => (value === null ? "" : axisNumber(value)));

/** @param {number} value */
function axisNumber(value) {
  const size = Math.abs(value);
  if (size === 0) return "0";
  return size < 1e-3 || size >= 1e5 ? value.toExponential(1).replace(".0e", "e") : String(+value.toPrecision(4));
}

/** @param {Points} points @param {number} step @returns {number | null} the last finite value at or before a step */
function lastValue(points, step) {
  for (let i = points.x.length - 1; i >= 0; i -= 1) if (points.x[i] <= step && points.y[i] !== null) return points.y[i];
  return null;
}
