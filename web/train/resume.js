// Page 2 for a run that is resumed: ?resume=RUN. Its settings are the base, what its networks are made of stays as it is,
// and a limit that the run has already reached is refused.

import { call } from "../js/bridge.js";
import { count } from "../js/format.js";
import { Draft, PAGE_ONE } from "./draft.js";

/** Folders of the first page that may have moved since the run began. */
const FOLDERS = ["data", "mask_data", "edge_data"];

/** A draft that begins with a run's settings, and is not kept: the one of a new training stays as it is. */
export class ResumeDraft extends Draft {
  /**
   * @param {import("./draft.js").ConfigSchema} config
   * @param {string} run
   * @param {{config: import("../js/schema.js").Values, fixed: string[], step: number, elapsed_s: number}} point
   */
  constructor(config, run, point) {
    super(config);
    this.run = run;
    this.point = point;
    this.changes = {};
    this.name = run;
  }

  save() {}

  get base() {
    return this.point ? this.point.config : super.base;
  }

  get pageOneKeys() {
    return new Set([...PAGE_ONE].filter((key) => !(FOLDERS.includes(key) && this.point?.config[key])));
  }

  get consequence() {
    return "";
  }

  get changedOnPageOne() {
    return [];
  }

  /** An imported file changes what may change. @param {import("../js/schema.js").Values} values */
  take(values) {
    const kept = Object.entries(values).filter(([key]) => !this.point.fixed.includes(key) && !PAGE_ONE.has(key));
    super.take(Object.fromEntries(kept));
  }

  /** @param {string} key @returns {string} why a setting cannot change, or nothing */
  fixed(key) {
    return this.point.step && this.point.fixed.includes(key) ? "Cannot be changed: it defines the run's networks or their initial weights." : "";
  }

  /** @returns {Map<string, string>} limits that the run has already reached, each with a sentence about it */
  refusals() {
    const { step, elapsed_s: elapsed } = this.point;
    const { max_iters: iterations, max_seconds: seconds } = this.values;
    const found = new Map();
    if (iterations <= step) found.set("max_iters", `This run is already at step ${count(step)}: choose a value above ${count(step)}.`);
    if (seconds > 0 && seconds <= elapsed) found.set("max_seconds", `This run has trained for ${count(elapsed)} s: choose more, or 0 for no limit.`);
    return found;
  }
}

/** The run that the address names, or nothing where the page is for a new training. */
export const resumedRun = () => new URLSearchParams(location.search).get("resume") ?? "";

/** @param {import("./draft.js").ConfigSchema} config @returns {Promise<ResumeDraft | null>} null when the page is for a new training */
export async function resumeDraft(config) {
  const run = resumedRun();
  return run ? new ResumeDraft(config, run, await call("resume_point", run)) : null;
}
