// What is known of a run, from its events alone: feed events in order, read the state. Pure: no DOM, tested by node.

import { Curve } from "./series.js";

/** Warnings that are good news: nothing to be alarmed about. */
const NEWS = new Set(["phase-begins", "origins-kept"]);

/** @param {RunEvent} event @returns {boolean} whether a person should worry */
export const isAlarming = (event) => event.type === "warning" && !NEWS.has(event.code);

/** @param {string} state @returns {boolean} whether a process is at work, or said so last */
export const isActive = (state) => state === "running" || state === "paused" || state === "starting";

/** Lines of the log that are kept: so many of steps, and as many of everything else. */
export const LOG_KEPT = 500;
/** Sample grids on the slider; beyond that, every other one of the older half is skipped. */
export const SAMPLES_KEPT = 1000;
const WARNINGS_KEPT = 100;

/**
 * @typedef {{type: string, seq: number, time: number, step: number, stage: string, [key: string]: any}} RunEvent
 * @typedef {{step: number, path: string, columns: string[]}} SampleView
 * @typedef {Record<string, import("./series.js").Points>} Points
 * @typedef {{seq: number, time: number, step: number, kind: string, event: RunEvent}} LogLine
 */

export class RunView {
  /** What the timer showed last: it never goes back. */
  #shown = 0;

  constructor() {
    this.lastSeq = 0;
    /** @type {number | undefined} seconds since the epoch */ this.lastTime = undefined;
    /** @type {"starting" | "running" | "paused" | "finished" | "stopped" | "failed" | "interrupted" | "queued" | "unstarted"} */
    this.state = "starting";
    this.stage = "";
    this.step = 0;
    /** @type {number | null} */ this.maxIters = null;
    /** @type {RunEvent | null} */ this.started = null;
    /** @type {RunEvent | null} */ this.lastStep = null;
    /** @type {RunEvent | null} */ this.failure = null;
    /** @type {RunEvent | null} */ this.validation = null;
    /** @type {RunEvent | null} */ this.checkpoint = null;
    /** @type {RunEvent[]} */ this.warnings = [];
    /** @type {SampleView[]} */ this.samples = [];
    /** @type {LogLine[]} */ this.stepLines = [];
    /** @type {LogLine[]} */ this.otherLines = [];
    /** @type {Map<string, Curve>} */ this.curves = new Map();
    /** @type {Map<string, Curve>} */ this.scores = new Map();
    /** @type {Record<string, Record<string, number | null>>} */ this.baselines = {};
    this.pauseReason = "";
    /** Training seconds up to `since`; while it trains, the clock runs on from there. */
    this.elapsed = 0;
    /** @type {number | null} */ this.since = null;
  }

  /**
   * A run as the program describes its past.
   * @param {{history: RunEvent[], curves: Points, scores_over_time: Points, last_seq: number}} past
   * @returns {RunView}
   */
  static of({ history, curves, scores_over_time: scores, last_seq: last }) {
    const view = new RunView();
    view.feed(history);
    view.seed(curves, scores);
    view.lastSeq = Math.max(view.lastSeq, last);
    return view;
  }

  /** @param {RunEvent[]} events in order; those already known are left out */
  feed(events) {
    for (const event of events) {
      if (event.seq <= this.lastSeq) continue;
      this.lastSeq = event.seq;
      this.lastTime = event.time;
      if (event.stage) this.stage = event.stage;
      if (event.type !== "run_failed") this.step = event.step;
      this.#take(event);
      const lines = event.type === "step" ? this.stepLines : this.otherLines;
      lines.push({ seq: event.seq, time: event.time, step: event.step, kind: NEWS.has(event.code) ? "news" : event.type, event });
      if (lines.length > 2 * LOG_KEPT) lines.splice(0, lines.length - LOG_KEPT);
    }
  }

  /** @returns {LogLine[]} the newest lines, oldest first */
  get log() {
    return [...this.otherLines.slice(-LOG_KEPT), ...this.stepLines.slice(-LOG_KEPT)].sort((a, b) => a.seq - b.seq);
  }

  /**
   * Take the program's curves of the whole past, once its events were fed: those hold the newest steps only.
   * @param {Points} curves
   * @param {Points} scores
   */
  seed(curves, scores) {
    this.curves = new Map(Object.entries(curves).map(([key, points]) => [key, new Curve(points)]));
    this.scores = new Map(Object.entries(scores).map(([key, points]) => [key, new Curve(points)]));
  }

  /** @param {RunEvent} event */
  #take(event) {
    switch (event.type) {
      case "run_started":
        this.started = event;
        this.maxIters = event.max_iters;
        this.failure = null;
        this.#shown = 0;
        this.#runFrom(event.time);
        this.#cut(event.step + 1);
        break;
      case "step":
        this.lastStep = event;
        this.elapsed = event.elapsed_s;
        this.#runFrom(event.time);
        addValues(this.curves, event.step, event.values);
        if (event.learning_rate) addValues(this.curves, event.step, { learning_rate: event.learning_rate });
        break;
      case "validation":
        this.validation = event;
        this.baselines = { ...this.baselines, ...event.baselines };
        addValues(this.scores, event.step, event.values);
        break;
      case "sample":
        this.samples = this.samples.filter((sample) => sample.step < event.step);
        this.samples.push({ step: event.step, path: event.path, columns: event.columns ?? [] });
        if (this.samples.length > SAMPLES_KEPT) this.samples = this.samples.filter((_, i) => i % 2 === 0 || i > SAMPLES_KEPT / 2);
        break;
      case "checkpoint":
        this.checkpoint = event;
        break;
      case "warning":
        if (!isAlarming(event)) break;
        // Each resume may say the same again.
        this.warnings = [...this.warnings.filter(({ message }) => message !== event.message), event];
        if (this.warnings.length > WARNINGS_KEPT) this.warnings.shift();
        break;
      case "paused":
        this.elapsed = this.elapsedAt(event.time);
        this.since = null;
        this.state = "paused";
        this.pauseReason = event.reason ?? "";
        break;
      case "resumed":
        this.#runFrom(event.time);
        break;
      case "run_finished":
        this.elapsed = event.elapsed_s;
        this.since = null;
        this.state = event.reason === "stopped" ? "stopped" : "finished";
        break;
      case "run_failed":
        this.elapsed = this.elapsedAt(event.time);
        this.since = null;
        this.state = "failed";
        this.failure = event;
        break;
    }
  }

  /** @param {number} time */
  #runFrom(time) {
    this.since = time;
    this.state = "running";
  }

  /** A resumed run writes its later steps again. @param {number} step */
  #cut(step) {
    for (const curve of [...this.curves.values(), ...this.scores.values()]) curve.cutFrom(step);
    this.samples = this.samples.filter((sample) => sample.step < step);
  }

  /**
   * Training time at a moment, pauses left out.
   * @param {number} time seconds since the epoch
   * @returns {number} seconds
   */
  elapsedAt(time) {
    return this.since === null ? this.elapsed : this.elapsed + Math.max(0, time - this.since);
  }

  /**
   * Training time as a clock shows it. Until the next event the clock runs on, also while the training saves or scores,
   * which is no training time: it then waits for the training rather than goes back.
   * @param {number} time seconds since the epoch
   * @returns {number} seconds
   */
  clockAt(time) {
    this.#shown = Math.max(this.#shown, this.elapsedAt(time));
    return this.#shown;
  }

  /**
   * The server knows what no event tells: a death, a start that was refused, a place in the queue. That a run has finished
   * or was stopped its last event says, and that may still be on its way: taking the state ahead of it would show the end
   * beside the step before.
   * @param {RunView["state"]} state
   * @param {string | null} [error] why it failed, in words
   */
  correct(state, error) {
    const refused = state === "failed" && error !== `${this.failure?.message ?? ""} ${this.failure?.hint ?? ""}`.trim();
    if ((state === "interrupted" && this.active) || refused) {
      const seen = this.lastTime;
      if (seen !== undefined) this.elapsed = this.elapsedAt(seen);
      this.since = null;
      this.state = state;
      this.failure = null; // the last event may tell of an earlier start
    } else if (state === "unstarted" || (state === "queued" && !(this.lastStep && this.active))) this.state = state;
    else if (this.state === "queued" && !isActive(state)) this.state = state; // taken out of the queue
    else if (state === "starting" && !this.active) {
      this.state = "starting";
      this.failure = null; // of an earlier start: of this one no event may ever tell
    }
  }

  /** @returns {boolean} whether a process is at work, or said so last */
  get active() {
    return isActive(this.state);
  }

  /**
   * Newest value of a loss or metric.
   * @param {string} key
   * @returns {number | null}
   */
  latest(key) {
    return this.lastStep?.values?.[key] ?? this.curves.get(key)?.last ?? null;
  }
}

/**
 * @param {Map<string, Curve>} curves
 * @param {number} step
 * @param {Record<string, number | null>} values
 */
function addValues(curves, step, values) {
  for (const [key, value] of Object.entries(values)) {
    let curve = curves.get(key);
    if (!curve) curves.set(key, (curve = new Curve()));
    curve.add(step, value);
  }
}

/**
 * The newest sample at or before a step.
 * @template {{step: number}} T
 * @param {T[]} samples oldest first
 * @param {number} step
 * @returns {T | undefined}
 */
export const sampleAt = (samples, step) => samples.findLast((sample) => sample.step <= step);
