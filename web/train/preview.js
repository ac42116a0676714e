// The first pictures as the network will see them, live; and the check of the whole dataset.

import { call } from "../js/bridge.js";
import { count, plural } from "../js/format.js";
import { el, errorText } from "../js/shell.js";

const SHOWN = 4;
const WAIT_MS = 220;
const WATCH_MS = 600;

/** @typedef {{name: string, picture: string, masked: string, edges: string}} Item */

export class Preview {
  /** @param {HTMLElement} grid @param {HTMLElement} note */
  constructor(grid, note) {
    this.grid = grid;
    this.note = note;
    this.wanted = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */ this.timer = undefined;
    this.busy = false;
    /** Why the newest settings cannot be drawn, and so not trained; or nothing. */
    this.refusal = "";
    /** @type {import("../js/schema.js").Values | null} */ this.next = null;
    this.empty("Choose a dataset to see its first pictures here.");
  }

  /** @param {string} text */
  empty(text) {
    this.next = null;
    this.refusal = "";
    this.wanted += 1;
    this.grid.replaceChildren(el("p", { class: "preview-empty muted" }, text));
    this.note.textContent = "";
  }

  /** Ask for new pictures soon; while one request runs only the newest wish is kept. @param {import("../js/schema.js").Values} values */
  show(values) {
    this.next = values;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this._ask(), WAIT_MS);
  }

  async _ask() {
    if (this.busy || !this.next) return;
    const values = this.next;
    this.next = null;
    this.busy = true;
    const ticket = ++this.wanted;
    this.note.textContent = "Drawing…";
    try {
      const { items } = await call("preview_data", values, SHOWN);
      if (ticket === this.wanted) this._draw(items);
    } catch (error) {
      if (ticket === this.wanted) {
        this.empty(errorText(error));
        this.refusal = errorText(error);
      }
    } finally {
      this.busy = false;
      if (this.next) this._ask();
    }
  }

  /** @param {Item[]} items */
  _draw(items) {
    const cell = (/** @type {string} */ url, /** @type {string} */ alt) => el("img", { src: url, alt, class: "well" });
    const rows = /** @type {const} */ ([["picture", "Picture", ""], ["masked", "Its hole", ", masked"], ["edges", "Edges", ", edges"]]);
    this.grid.style.setProperty("--n", String(items.length));
    this.grid.replaceChildren(...rows.flatMap(([part, title, suffix]) => [el("span", { class: "preview-head" }, title),
      ...items.map((item) => cell(item[part], item.name + suffix))]),
    el("span"), ...items.map((item) => el("span", { class: "preview-name small muted", title: item.name }, item.name)));
    this.note.textContent = "";
    this.refusal = "";
  }
}

/**
 * @typedef {{n_pictures: number, n_gray: number, n_alpha: number, n_small: number, n_duplicates: number, n_masks: number,
 *   n_unreadable: number, unreadable: {path: string, reason: string}[], size: {min: number, median: number, max: number} | null,
 *   problems: {level: "error" | "warning", code: string, message: string, hint: string}[], [key: string]: any}} Report
 */

export class DatasetCheck {
  /** @param {HTMLElement} section */
  constructor(section) {
    const part = (/** @type {string} */ id) => /** @type {HTMLElement} */ (section.querySelector(`#${id}`));
    this.section = section;
    this.note = part("check-note");
    this.progress = /** @type {HTMLProgressElement} */ (part("check-progress"));
    this.facts = part("check-facts");
    this.problems = part("check-problems");
    this.ticket = 0;
    /** @type {Report | null} */ this.report = null;
  }

  clear() {
    this.ticket += 1;
    this.report = null;
    this.section.hidden = true;
  }

  /** @param {string} folder @param {string} masks */
  async run(folder, masks) {
    const ticket = ++this.ticket;
    this.report = null;
    this.section.hidden = false;
    this.progress.hidden = false;
    this.progress.removeAttribute("value");
    this.note.textContent = "Checking…";
    this.facts.replaceChildren();
    this.problems.replaceChildren();
    const watching = setInterval(() => this._watch(ticket), WATCH_MS);
    try {
      const report = await call("check_data", folder, masks);
      if (ticket !== this.ticket) return;
      this.report = report;
      this._draw(report);
    } catch (error) {
      if (ticket !== this.ticket) return;
      this.note.textContent = "";
      this.problems.replaceChildren(el("li", { class: "notice error" }, errorText(error)));
    } finally {
      clearInterval(watching);
      if (ticket === this.ticket) this.progress.hidden = true;
    }
  }

  /** How far a long check is. @param {number} ticket */
  async _watch(ticket) {
    const { done, total } = await call("check_progress").catch(() => ({ done: 0, total: 0 }));
    if (ticket !== this.ticket || this.report || !total) return;
    this.progress.max = total;
    this.progress.value = done;
    this.note.textContent = `${count(done)} of ${count(total)} looked at`;
  }

  /** @returns {string} why a training cannot start, or nothing */
  get blocker() {
    const problem = this.report?.problems.find(({ level }) => level === "error");
    return problem ? errorText(problem) : "";
  }

  /** @param {Report} report */
  _draw(report) {
    const facts = /** @type {[string, string][]} */ ([["Pictures", count(report.n_pictures)], ["Shorter side", sizes(report)]]);
    if (report.n_unreadable) facts.push(["Unreadable", `${count(report.n_unreadable)} (left out)`]);
    if (report.n_gray) facts.push(["Gray", count(report.n_gray)]);
    if (report.n_alpha) facts.push(["With transparency", count(report.n_alpha)]);
    if (report.n_duplicates) facts.push(["There twice", count(report.n_duplicates)]);
    if (report.n_masks) facts.push(["Masks", count(report.n_masks)]);
    const coverage = report.mask_coverage;
    if (coverage) facts.push(["Holes of the masks", `${Math.round(coverage.mean * 100)} % on average`]);
    this.facts.replaceChildren(...facts.filter(([, value]) => value).map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", { class: "num" }, value))));
    this.problems.replaceChildren(...report.problems.map((problem) =>
      el("li", { class: `notice ${problem.level === "error" ? "error" : "warn"}` }, errorText(problem))));
    if (report.n_unreadable) this.problems.append(unreadableList(report));
    const bad = report.problems.some(({ level }) => level === "error");
    this.note.textContent = bad ? "Cannot be trained on." : report.problems.length
      ? `Usable, with ${plural(report.problems.length, "remark")}.` : "All in order.";
  }
}

/** @param {Report} report */
function unreadableList({ unreadable, n_unreadable: total }) {
  const shown = unreadable.slice(0, 50).map(({ path, reason }) => el("li", {}, el("span", { class: "mono" }, path), ` – ${reason}`));
  if (total > shown.length) shown.push(el("li", {}, `and ${count(total - shown.length)} more`));
  return el("li", { class: "small" }, el("details", {}, el("summary", {}, "Which are unreadable"), el("ul", {}, ...shown)));
}

/** Shorter sides of the pictures. @param {Report} report @returns {string} */
function sizes(report) {
  const { min, median, max } = report.size ?? {};
  if (!min) return "";
  return min === max ? `${count(min)} px` : `${count(min)} to ${count(max)} px, median ${count(median)}`;
}
