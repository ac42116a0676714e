// The training log: every event in words, newest last; it stays at the end unless one scrolls up to read.

import { el } from "../js/dom.js";
import { eventText } from "../js/event-text.js";
import { count, plural } from "../js/format.js";
import { LOG_KEPT } from "../js/run-view.js";

/** @typedef {import("../js/run-view.js").LogLine} LogLine */

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });

export class TrainingLog {
  /** @param {HTMLElement} list @param {HTMLInputElement} steps @param {HTMLInputElement} search @param {HTMLElement} found */
  constructor(list, steps, search, found) {
    this.list = list;
    this.search = search;
    this.found = found;
    this.last = 0;
    this.words = "";
    const toggle = () => list.toggleAttribute("data-brief", !steps.checked);
    steps.addEventListener("change", () => {
      toggle();
      this.#toEnd();
    });
    search.addEventListener("input", () => this.#search());
    toggle();
  }

  /** @param {LogLine[]} lines all that are kept; those already shown are skipped */
  show(lines) {
    const fresh = lines.filter(({ seq }) => seq > this.last);
    if (!fresh.length) return;
    const atEnd = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 40;
    const rows = fresh.map(row);
    for (const node of rows) node.hidden = !this.#matches(node);
    this.list.append(...rows);
    this.#trim('[data-kind="step"]');
    this.#trim(':not([data-kind="step"])');
    this.last = fresh[fresh.length - 1].seq;
    this.#count();
    if (atEnd) this.#toEnd();
  }

  /** Steps do not push out what is rarer and read more often. @param {string} kind */
  #trim(kind) {
    const rows = this.list.querySelectorAll(`li${kind}`);
    for (let i = 0; i < rows.length - LOG_KEPT; i += 1) rows[i].remove();
  }

  /** Only lines with all the words typed stay, in any case and order. */
  #search() {
    this.words = this.search.value.trim().toLowerCase();
    for (const node of this.list.children) /** @type {HTMLElement} */ (node).hidden = !this.#matches(node);
    this.#count();
    this.#toEnd();
  }

  /** @param {Element} node */
  #matches(node) {
    const text = node.textContent?.toLowerCase() ?? "";
    return this.words.split(/\s+/).every((word) => text.includes(word));
  }

  #count() {
    const shown = this.words ? this.list.querySelectorAll("li:not([hidden])").length : 0;
    const words = this.words ? `${plural(shown, "line")} found` : "";
    if (this.found.textContent !== words) this.found.textContent = words;
  }

  #toEnd() {
    this.list.scrollTop = this.list.scrollHeight;
  }
}

/** @param {LogLine} line */
function row({ time, step, kind, event }) {
  return el("li", { "data-kind": kind }, el("time", { class: "num" }, clock.format(time * 1000)), " ",
    el("span", { class: "log-step num" }, count(step)), " ", el("span", { class: "log-text" }, eventText(event)));
}
