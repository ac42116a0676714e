// What a person should know of a run before its numbers: failure, interruption, worries and warnings, in words.

import { el } from "../js/dom.js";
import { count } from "../js/format.js";
import { troubles } from "../js/health.js";
import { inTitles, titled } from "../js/labels.js";
import { errorText } from "../js/shell.js";

/** @typedef {import("../js/run-view.js").RunView} RunView */

const WARNINGS_SHOWN = 3;

/** @param {string} kind @param {string} title @param {string} words */
const notice = (kind, title, words) => el("p", { class: `notice ${kind}` }, el("strong", {}, `${title} `), words);

/**
 * @param {RunView} view
 * @param {string | null | undefined} error why it failed, where no event tells
 * @returns {HTMLElement[]} the weightiest first, the newest warning before older ones
 */
export function noticesOf(view, error) {
  const warnings = view.warnings.slice(-WARNINGS_SHOWN).reverse();
  return [...ofState(view, error), ...troubles(view).map((words) => notice("warn", "Health.", words)),
    ...warnings.map(({ step, message }) => notice("warn", `Step ${count(step)}.`, inTitles(message)))];
}

/** @param {RunView} view @param {string | null | undefined} error @returns {HTMLElement[]} */
function ofState({ state, failure, pauseReason, checkpoint }, error) {
  if (state === "failed") {
    const words = failure ? errorText(failure) : error ?? "The training ended with an error.";
    return [notice("error", "The training failed.", titled(words))];
  }
  if (state === "interrupted") {
    return [notice("warn", "The training was interrupted.", `Its process ended unexpectedly. ${checkpoint
      ? "Resume continues from the last checkpoint." : "No checkpoint was saved: Resume starts again from step 0."}`)];
  }
  if (state === "queued") {
    return [notice("", "Waiting for its turn.", "It starts when no other training is running, while this program is open.")];
  }
  return state === "paused" && pauseReason ? [notice("warn", "Paused.", pauseReason)] : [];
}
