// The checkpoint that fills: a list, and what is known about the chosen one.

import { byId } from "../js/dom.js";
import { count } from "../js/format.js";
import { chosen, rememberChoice } from "./steps.js";

/**
 * @typedef {{path: string, title: string, note: string, about: string, step: number | null, has_inpaint: boolean,
 *   scores: {values: Record<string, number>, on: string} | null}} Checkpoint
 */

/** How scores are written, the ones in the hole first. @type {[key: string, name: string, digits: number, unit: string][]} */
const SCORES = [
  ["psnr_hole", "PSNR", 1, " dB"], ["ssim_hole", "SSIM", 3, ""], ["proxy", "Proxy", 3, ""], ["hrf", "Distance", 3, ""],
  ["precision", "Edge precision", 2, ""], ["recall", "Edge recall", 2, ""],
];

const SHORT = 3; // scores that fit on a line of the panel

/** @param {Checkpoint} checkpoint @returns {string} "edgeconnect, width 32, step 4,000" */
export const facts = ({ note, step }) => (step ? `${note}, step ${count(step)}` : note);

/** @param {Checkpoint} checkpoint @returns {{name: string, text: string}[]} its scores, as people read them */
export const scoreTexts = ({ scores }) => SCORES.flatMap(([key, name, digits, unit]) => {
  const value = scores?.values[key];
  return value === undefined ? [] : [{ name, text: value.toFixed(digits) + unit }];
});

/** @param {Checkpoint} checkpoint @returns {string} what the scores were measured on */
export const scoredOn = ({ scores }) => (scores ? `In the hole, on ${scores.on}.` : "");

export class CheckpointChoice {
  /** @param {{checkpoints: Checkpoint[], default_checkpoint: string | null}} state */
  constructor({ checkpoints, default_checkpoint: usual }) {
    /** Those that can fill. */
    this.able = checkpoints.filter((one) => one.has_inpaint);
    this.all = checkpoints;
    this.select = byId("checkpoint", HTMLSelectElement);
    this.select.replaceChildren(...checkpoints.map((one) => {
      const option = new Option(one.has_inpaint ? one.title : `${one.title}: edges only`, one.path);
      option.disabled = !one.has_inpaint;
      return option;
    }));
    const wanted = chosen.checkpoint || usual || "";
    if (wanted && !checkpoints.some((one) => one.path === wanted)) this.select.append(new Option(this.title(wanted), wanted));
    this.select.value = wanted;
    this.select.addEventListener("change", () => {
      chosen.checkpoint = this.select.value;
      rememberChoice();
      this.#describe();
    });
    this.#describe();
  }

  get value() {
    return this.select.value;
  }

  /** @param {string} path @returns {Checkpoint | undefined} */
  find(path) {
    return this.all.find((one) => one.path === path);
  }

  /** @param {string} path @returns {string} */
  title(path) {
    return this.find(path)?.title ?? path.split(/[/\\]/).at(-1) ?? path;
  }

  #describe() {
    const one = this.find(this.value);
    byId("checkpoint-about").textContent = one?.about ?? "";
    byId("checkpoint-about").hidden = !one?.about;
    byId("checkpoint-note").textContent = one ? facts(one) : "";
    const scores = one ? scoreTexts(one) : [];
    byId("checkpoint-scores").textContent = scores.slice(0, SHORT).map(({ name, text }) => `${name} ${text}`).join(" · ");
    byId("checkpoint-scores").title = one ? scoredOn(one) : "";
    byId("checkpoint-scores").hidden = !scores.length;
  }
}
