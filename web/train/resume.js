// Page 2 for a run that is resumed: ?resume=RUN. Its settings are the base, and what its networks are made of stays as it is.

import { call } from "../js/bridge.js";
import { Draft, PAGE_ONE } from "./draft.js";

/** Folders of the first page that may have moved since the run began. */
const FOLDERS = ["data", "mask_data", "edge_data"];

/** A draft that begins with a run's settings, and is not kept: the one of a new training stays as it is. */
export class ResumeDraft extends Draft {
  /**
   * @param {import("./draft.js").ConfigSchema} config
   * @param {string} run
   * @param {{config: import("../js/schema.js").Values, fixed: string[], step: number}} point
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
}

/** The run that the address names, or nothing where the page is for a new training. */
export const resumedRun = () => new URLSearchParams(location.search).get("resume") ?? "";

/** @param {import("./draft.js").ConfigSchema} config @returns {Promise<ResumeDraft | null>} null when the page is for a new training */
export async function resumeDraft(config) {
  const run = resumedRun();
  return run ? new ResumeDraft(config, run, await call("resume_point", run)) : null;
}
