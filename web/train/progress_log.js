// The training log: every event in words, newest last; it stays at the end unless one scrolls up to read.

import { eventText } from "../js/event_text.js";
import { count } from "../js/format.js";
import { LOG_KEPT } from "../js/run_view.js";
import { el } from "../js/shell.js";

/** @typedef {import("../js/run_view.js").LogLine} LogLine */

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });

export class TrainingLog {
  /** @param {HTMLElement} list @param {HTMLInputElement} steps */
  constructor(list, steps) {
    this.list = list;
    this.last = 0;
    const toggle = () => list.toggleAttribute("data-brief", !steps.checked);
    steps.addEventListener("change", () => {
      toggle();
      this._toEnd();
    });
    toggle();
  }

  /** @param {LogLine[]} lines all that are kept; those already shown are passed over */
  show(lines) {
    const fresh = lines.filter(({ seq }) => seq > this.last);
    if (!fresh.length) return;
    const atEnd = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 40;
    this.list.append(...fresh.map(row));
    while (this.list.childElementCount > LOG_KEPT) this.list.firstElementChild?.remove();
    this.last = fresh[fresh.length - 1].seq;
    if (atEnd) this._toEnd();
  }

  _toEnd() {
    this.list.scrollTop = this.list.scrollHeight;
  }
}

/** @param {LogLine} line */
function row({ time, step, kind, event }) {
  return el("li", { "data-kind": kind }, el("time", { class: "num" }, clock.format(time * 1000)),
    el("span", { class: "log-step num" }, count(step)), el("span", { class: "log-text" }, eventText(event)));
}
