// The page of a run that is not there: nothing is left that would look like one which is about to start.

import { codeOf } from "../js/bridge.js";
import { el } from "../js/dom.js";
import { errorText, say } from "../js/shell.js";

/**
 * Show why a page has no run to show, in place of the page where there is none of that name.
 * @param {unknown} error what the program answered
 * @param {string} run as the address names it
 */
export function showNoRun(error, run) {
  const words = run ? errorText(error) : "No run is named in this address.";
  say(words, { kind: "error" });
  const main = /** @type {HTMLElement} */ (document.querySelector("main"));
  if (codeOf(error) !== "run-unknown" || main.querySelector("#no-run")) return;
  for (const part of main.children) /** @type {HTMLElement} */ (part).hidden = true;
  main.append(el("p", { class: "notice error", id: "no-run" }, words, " ", el("a", { href: "/train/runs.html" }, "All runs")));
}
