// How a training fares, in words, from what its events tell. Pure: no DOM, tested by node.

import { measure, percent } from "./format.js";

/** @typedef {import("./run-view.js").RunView} RunView */

/** Logged values that must agree before something is said: one batch proves nothing. */
export const AGREEING = 20;
/** A discriminator that guesses has a loss of 0.69 (nsgan), 0.25 (lsgan) or 1 (hinge). */
const SATURATED = 0.02;
const BLACK = 0.001;
const WAITING = 0.5;

/** @param {RunView} view @param {string} key @returns {number[]} the newest finite values; empty while they are too few */
function newest(view, key) {
  const values = /** @type {number[]} */ ((view.curves.get(key)?.y ?? []).slice(-AGREEING).filter((value) => value !== null));
  return values.length === AGREEING ? values : [];
}

/** @param {number[]} values */
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * @param {RunView} view
 * @returns {string[]} what is wrong and what helps, a sentence or two each; empty when nothing is
 */
export function troubles(view) {
  const found = [];
  const broken = Object.entries(view.lastStep?.values ?? {}).filter(([, value]) => value === null).map(([key]) => key.replaceAll("_", " "));
  if (broken.length) found.push(`Not a finite number: ${broken.join(", ")}. The training returns to its last good state by itself.`);
  for (const [key, what] of [["edge_discriminator_loss", "edge"], ["inpaint_discriminator_loss", "inpaint"]]) {
    const values = newest(view, key);
    if (values.length && values.every((value) => value < SATURATED)) {
      found.push(`The ${what} discriminator is saturated (loss ${measure(mean(values))}): it recognises every fake, and the generator learns little from it. `
        + "A lower discriminator learning rate helps.");
    }
  }
  const recall = newest(view, "recall");
  if (recall.length && recall.every((value) => value < BLACK)) {
    found.push("The edges drawn into the holes are all black: none of the true edges is found. This is normal early on; "
      + "if it persists, check the edge detector's preview, or lower the learning rate.");
  }
  if (view.state === "running" && (view.lastStep?.data_wait ?? 0) > WAITING) {
    found.push(`${percent(view.lastStep?.data_wait)} of the time is spent waiting for pictures; try more loader processes.`);
  }
  return found;
}

/** @param {RunView} view @returns {string} one line while all is well; empty while nothing can be said */
export function healthWords(view) {
  if (!view.lastStep || view.state !== "running" || troubles(view).length) return "";
  const judged = [...view.curves.values()].some(({ y }) => y.length >= AGREEING);
  return judged ? "Healthy: all values are finite, no discriminator is saturated, pictures arrive in time." : "Too early to judge its health.";
}
