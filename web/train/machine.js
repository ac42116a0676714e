// What the settings cost on this machine, measured by a few real steps when a person asks for it.

import { call, codeOf } from "../js/bridge.js";
import { byId, factRows } from "../js/dom.js";
import { pace, plural, span } from "../js/format.js";
import { cancelUntil, withProgress } from "../js/poll.js";
import { errorText, say } from "../js/shell.js";

const WATCH_MS = 500;

/**
 * @typedef {import("../js/schema.js").Values} Values
 * @typedef {{step_s: number, data_s: number, seconds_per_step: number, n_steps: number, pictures: number, memory_bytes: number,
 *   memory_total_bytes: number, device: string, phase: string, perceptual: string, others: number}} Measured
 */

/** @param {number} bytes */
const gigabytes = (bytes) => (bytes / 1e9).toFixed(bytes < 1e10 ? 1 : 0);

/** @param {number} seconds */
const each = (seconds) => (seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`);

export class Machine {
  /**
   * @param {import("../js/schema.js").Schema} schema
   * @param {() => Values} values
   * @param {() => number} [begun] the step that a resumed run starts from
   */
  constructor(schema, values, begun = () => 0) {
    this.schema = schema;
    this.values = values;
    this.begun = begun;
    this.text = byId("machine-text");
    /** How far it is: seen, and not spoken at each step. */ this.count = byId("machine-count");
    this.facts = byId("machine-facts");
    this.progress = byId("machine-progress", HTMLProgressElement);
    this.start = byId("measure", HTMLButtonElement);
    this.stop = byId("measure-cancel", HTMLButtonElement);
    /** @type {Measured | null} */ this.measured = null;
    this.cost = "";
    this.start.addEventListener("click", () => this.measure());
    /** How often was measured. */ this.times = 0;
    this.stop.addEventListener("click", () => {
      const { times } = this;
      cancelUntil(() => call("cancel_measure"), () => Boolean(this.stop.hidden) || this.times !== times).catch(() => {});
    });
  }

  async measure() {
    const values = this.values();
    this.times += 1;
    this.#busy(true);
    this.text.textContent = "Measuring…";
    try {
      this.measured = await withProgress(call("measure", values), () => call("measure_progress"), (at) => this.#progress(at), WATCH_MS);
      this.cost = this.#costOf(values);
      this.#busy(false);
      this.show();
      say("Measured.", { kind: "ok" });
    } catch (error) {
      const cancelled = codeOf(error) === "cancelled";
      this.text.textContent = cancelled ? "Cancelled; nothing was measured." : errorText(error);
      this.#busy(false);
      this.text.classList.toggle("error-text", !cancelled);
    }
  }

  /** @param {{what: string, done: number, total: number}} at */
  #progress({ what, done, total }) {
    if (what !== "steps") return; // the networks are being loaded
    this.progress.max = total;
    this.progress.value = done;
    this.count.textContent = done ? `step ${done} of ${total}` : "warming up";
  }

  /** Draw what was measured, for the settings as they are now. */
  show() {
    const found = this.measured;
    if (!found || this.start.disabled) return;
    const values = this.values();
    const stale = this.#costOf(values) !== this.cost;
    const left = Math.max(0, values.max_iters - this.begun());
    const whole = left * found.seconds_per_step;
    const limited = values.max_seconds > 0 && values.max_seconds < whole;
    /** @type {[string, string][]} */ const rows = [["Time per step", each(found.seconds_per_step)], [`${plural(left, "step")}`, limited ? `ends after ${span(values.max_seconds)}` : span(whole)],
      ["Images/s", pace(found.pictures / found.seconds_per_step)],
      ["Memory", `${gigabytes(found.memory_bytes)} of ${gigabytes(found.memory_total_bytes)} GB`]];
    this.facts.replaceChildren(...factRows(rows));
    this.facts.toggleAttribute("data-stale", stale);
    this.text.classList.remove("error-text");
    this.text.textContent = stale ? "Measured with different settings. Measure again." : how(found);
  }

  /** @param {Values} values @returns {string} what a measurement depends on: not on settings that change neither time nor memory */
  #costOf(values) {
    return JSON.stringify(Object.entries(values).filter(([key]) => this.schema.properties[key]?.costs));
  }

  /** @param {boolean} busy */
  #busy(busy) {
    this.start.disabled = busy;
    this.stop.hidden = !busy;
    this.progress.hidden = !busy;
    this.count.textContent = "";
    this.progress.removeAttribute("value");
    this.text.classList.remove("error-text");
    if (busy) this.stop.focus();
    else if (document.activeElement === document.body || document.activeElement === this.stop) this.start.focus();
  }
}

/** @param {Measured} found @returns {string} what was measured, in words */
function how(found) {
  const parts = [`${plural(found.n_steps, "real step")} of ${plural(found.pictures, "picture")} on ${found.device}: networks ${each(found.step_s)}, `
    + `pictures ${each(found.data_s)} in one process.`];
  if (found.perceptual.includes("unavailable")) parts.push("Without a perceptual network: its weights are neither on this machine nor downloadable.");
  if (found.others) parts.push(`${plural(found.others, "other training")} ran meanwhile, which slows this one down.`);
  parts.push("Samples, validation and saving are not included.");
  return parts.join(" ");
}
