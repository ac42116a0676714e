// The page of a run that is not there: nothing is left that would look like one which is about to start.

import { codeOf } from "../js/bridge.js";
import { el } from "../js/dom.js";
import { errorText, say } from "../js/shell.js";

/**
 * Show why a page has no run to show, in place of the page where there is none of that name; the way to the others stays.
 * @param {unknown} error what the program answered
 * @param {string} run as the address names it
 */
export function showNoRun(error, run) {
  const words = run ? errorText(error) : "No run is named in this address.";
  const main = /** @type {HTMLElement} */ (document.querySelector("main"));
  if (codeOf(error) !== "run-unknown") {
    say(words, { kind: "error" });
    return;
  }
  if (main.querySelector("#no-run")) return;
  say("");
  const head = /** @type {HTMLElement} */ (main.querySelector(".page-head"));
  for (const part of [...main.children, ...head.children]) {
    if (part instanceof HTMLElement) part.hidden = part !== head && !part.matches(".subnav");
  }
  head.prepend(el("h1", {}, "No such run"));
  main.append(el("div", { class: "card empty-state", id: "no-run" }, el("p", {}, words),
    el("a", { class: "button primary", href: "/train/runs.html" }, "Show all runs")));
}
