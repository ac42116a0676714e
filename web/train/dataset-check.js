// The check of the whole dataset: in full on page 1, in one line on page 2. The program looks once and tells both.

import { call, codeOf } from "../js/bridge.js";
import { problemsAt } from "../js/dataset.js";
import { byId, el, factRows } from "../js/dom.js";
import { count, percent, plural } from "../js/format.js";
import { withProgress } from "../js/poll.js";
import { errorText } from "../js/shell.js";

const WATCH_MS = 600;
const NAMES_SHOWN = 50;

/**
 * @typedef {import("../js/dataset.js").Problem} Problem
 * @typedef {{path: string, same_as: string}} Pair
 * @typedef {{path: string, reason: string}} Unreadable
 * @typedef {{n_pictures: number, n_gray: number, n_alpha: number, n_small: number, n_duplicates: number, duplicates: Pair[],
 *   n_near_duplicates: number, near_duplicates: Pair[], n_unreadable: number, unreadable: Unreadable[],
 *   sides: Record<string, number>, size: {min: number, median: number, max: number} | null, n_masks: number, n_masks_unreadable: number,
 *   masks_unreadable: Unreadable[], n_masks_inverted: number, n_masks_empty: number,
 *   mask_coverage: {min: number, mean: number, max: number} | null, problems: Problem[]}} Report
 */

/** Where the control of a setting is, from either page. @param {string} field @returns {string} */
const fieldAddress = (field) => ({ data: "/train/model.html#select-data", mask_data: "/train/model.html#select-masks" })[field]
  ?? `/train/gan.html#setting-${field}`;

/** @type {Record<string, string>} */
const LINKS = { data: "Choose the folder", mask_data: "Choose the masks", input_size: "Change the input size", val_data: "Choose a validation folder" };

/**
 * A problem with the way to its setting. A warning about the pictures themselves is none of the choice of the folder.
 * @param {Problem} problem @param {string} [address] @returns {HTMLElement[]}
 */
function inWords(problem, address = fieldAddress(problem.field)) {
  const words = el("span", {}, `${errorText(problem)} `);
  if (problem.level === "warning" && problem.field === "data") return [words];
  return [words, el("a", { href: address }, LINKS[problem.field] ?? "Change it")];
}

const TAB_KEY = "inpaintgan-tab";

/** @returns {string} this window, on both pages that check: another folder here ends no other window's check */
function tab() {
  const known = sessionStorage.getItem(TAB_KEY) ?? crypto.randomUUID();
  sessionStorage.setItem(TAB_KEY, known);
  return known;
}

/**
 * Ask for a report, and say meanwhile how far it is.
 * @param {{data: string, masks: string, again?: boolean}} what
 * @param {(done: number, total: number) => void} onProgress
 * @returns {Promise<Report>}
 */
function ask({ data, masks, again = false }, onProgress) {
  return withProgress(call("check_data", data, masks, again, tab()), () => call("check_progress", tab()),
    ({ done, total }) => total && onProgress(done, total), WATCH_MS);
}

export class DatasetCheck {
  /** @param {() => number} inputSize that a training would have, in px */
  constructor(inputSize) {
    this.section = byId("check");
    this.note = byId("check-note");
    /** How far it is: seen, and not spoken at each change. */ this.count = byId("check-count");
    this.progress = byId("check-progress", HTMLProgressElement);
    this.facts = byId("check-facts");
    this.problems = byId("check-problems");
    this.inputSize = inputSize;
    this.again = byId("check-again");
    this.stop = byId("check-cancel");
    this.stop.addEventListener("click", () => call("cancel_check", tab()).catch(() => {}));
    this.again.addEventListener("click", () => this.run(this.folder, this.masks, true));
    this.ticket = 0;
    this.folder = "";
    this.masks = "";
    /** @type {Report | null} */ this.report = null;
    /** Why the folder cannot even be looked at; or nothing. */
    this.refusal = "";
  }

  clear() {
    this.ticket += 1;
    this.report = null;
    this.refusal = "";
    this.section.hidden = true;
  }

  /** @param {string} folder @param {string} masks @param {boolean} [again] check again what was checked before */
  async run(folder, masks, again = false) {
    const ticket = ++this.ticket;
    Object.assign(this, { folder, masks, report: null, refusal: "" });
    this.section.hidden = false;
    this.progress.hidden = false;
    this.again.hidden = true;
    this.stop.hidden = false;
    this.progress.removeAttribute("value");
    this.count.textContent = "";
    this.note.textContent = "Checking…";
    this.facts.replaceChildren();
    this.problems.replaceChildren();
    try {
      const report = await ask({ data: folder, masks, again }, (done, total) => ticket === this.ticket && this.#progress(done, total));
      if (ticket !== this.ticket) return;
      this.report = report;
      this.#draw(report);
    } catch (error) {
      if (ticket !== this.ticket) return;
      if (isCancelled(error)) {
        this.note.textContent = "Cancelled: not all pictures were checked.";
        return;
      }
      this.refusal = errorText(error);
      this.note.textContent = "";
      this.problems.replaceChildren(el("li", { class: "notice error" }, this.refusal));
    } finally {
      if (ticket === this.ticket) {
        const focused = document.activeElement === this.stop;
        this.progress.hidden = true;
        this.count.textContent = "";
        this.stop.hidden = true;
        this.again.hidden = false;
        if (focused) this.again.focus();
      }
    }
  }

  /** @param {number} done @param {number} total */
  #progress(done, total) {
    this.progress.max = total;
    this.progress.value = done;
    this.count.textContent = `${count(done)} of ${count(total)}`;
  }

  /** @returns {string} why a training cannot start, or nothing */
  get blocker() {
    const problem = this.report?.problems.find(({ level }) => level === "error");
    return problem ? errorText(problem) : this.refusal;
  }

  /** @param {Report} report */
  #draw(report) {
    this.facts.replaceChildren(...factRows(facts(report)));
    const problems = problemsAt(report, this.inputSize());
    this.problems.replaceChildren(...problems.map((problem) =>
      el("li", { class: `notice ${problem.level === "error" ? "error" : "warn"}` }, ...inWords(problem))));
    const because = (/** @type {Unreadable} */ { path, reason }) => [el("span", { class: "mono" }, path), ` – ${reason}`];
    const pair = (/** @type {Pair} */ { path, same_as: other }) => [el("span", { class: "mono" }, path), " like ", el("span", { class: "mono" }, other)];
    this.problems.append(...list("Show unreadable pictures", report.n_unreadable, report.unreadable.map(because)),
      ...list("Show unreadable masks", report.n_masks_unreadable, report.masks_unreadable.map(because)),
      ...list("Show duplicates", report.n_duplicates, report.duplicates.map(pair)),
      ...list("Show near duplicates", report.n_near_duplicates, report.near_duplicates.map(pair)));
    this.note.textContent = verdict(problems);
  }
}

/** @param {Report} report @returns {[string, string][]} */
function facts(report) {
  /** @type {[string, string][]} */
  const found = [["Pictures", count(report.n_pictures)], ["Shorter side", sizes(report)], ["Unreadable", count(report.n_unreadable)],
    ["Duplicates", count(report.n_duplicates)], ["Near duplicates", count(report.n_near_duplicates)], ["Gray", count(report.n_gray)]];
  if (report.n_alpha) found.push(["With transparency", count(report.n_alpha)]);
  if (report.n_masks) {
    const { min = 0, mean = 0, max = 0 } = report.mask_coverage ?? {};
    found.push(["Masks", count(report.n_masks)], ["Hole, on average", percent(mean)], ["Hole, range", `${percent(min)} to ${percent(max)}`],
      ["Polarity", report.n_masks_inverted ? `${count(report.n_masks_inverted)} look inverted` : "white is the hole"]);
  }
  return found.filter(([, value]) => value);
}

/** @param {string} title @param {number} total @param {(Node | string)[][]} entries @returns {HTMLElement[]} */
function list(title, total, entries) {
  if (!entries.length) return [];
  const shown = entries.slice(0, NAMES_SHOWN).map((entry) => el("li", {}, ...entry));
  if (total > shown.length) shown.push(el("li", {}, `and ${count(total - shown.length)} more`));
  return [el("li", { class: "small" }, el("details", {}, el("summary", {}, title), el("ul", {}, ...shown)))];
}

/** @param {unknown} error @returns {boolean} whether a person ended the check, rather than something going wrong */
const isCancelled = (error) => codeOf(error) === "cancelled";

/** @param {Problem[]} problems @returns {string} */
function verdict(problems) {
  if (problems.some(({ level }) => level === "error")) return "Training cannot start with this folder.";
  return problems.length ? `Usable, with ${plural(problems.length, "warning")}.` : "All in order.";
}

/** Shorter sides of the pictures. @param {Report} report @returns {string} */
function sizes(report) {
  const { min, median, max } = report.size ?? {};
  if (!min) return "";
  return min === max ? `${count(min)} px` : `${count(min)} to ${count(max)} px, median ${count(median)}`;
}

/** The same check in one line, where a training is started. */
export class DatasetLine {
  /** @param {() => number} inputSize in px, as it is set now */
  constructor(inputSize) {
    this.node = byId("dataset");
    this.text = byId("dataset-text");
    /** How far it is: seen, and not spoken at each change. */ this.count = byId("dataset-count");
    this.inputSize = inputSize;
    /** @type {Report | null} */ this.report = null;
    /** @type {HTMLElement[]} why a training cannot start, in words with a link; or none */ this.blocker = [];
    /** @type {Promise<void> | null} pending while the pictures are looked at */ this.checking = null;
    /** Whether the folders are settings of this page too, as for a run that is resumed. */
    this.ownsFolders = false;
  }

  /** No folder is chosen. */
  clear() {
    Object.assign(this, { report: null, blocker: [], checking: null });
    this.#say("", "No dataset is chosen. ", el("a", { href: this.#address("data") }, LINKS.data));
  }

  /** @param {string} data @param {string} masks */
  run(data, masks) {
    Object.assign(this, { report: null, blocker: [] });
    /** @type {Promise<void>} */ const checking = this.#run(data, masks, () => this.checking === checking).finally(() => {
      if (this.checking === checking) this.checking = null;
    });
    this.checking = checking;
  }

  /** @param {string} data @param {string} masks @param {() => boolean} wanted whether no other check was begun meanwhile */
  async #run(data, masks, wanted) {
    this.#say("", "Checking…");
    try {
      const report = await ask({ data, masks }, (done, total) => {
        if (wanted()) this.count.textContent = `${count(done)} of ${count(total)}`;
      });
      if (!wanted()) return;
      this.report = report;
      this.show();
    } catch (error) {
      if (!wanted()) return;
      if (isCancelled(error)) {
        this.#say("warn", "The check was cancelled. ", this.#more("Check again"));
        return;
      }
      this.blocker = [el("span", {}, `${errorText(error)} `), el("a", { href: this.#address("data") }, LINKS.data)];
      this.#say("error", ...this.blocker.map((node) => node.cloneNode(true)));
    }
  }

  /** The verdict, for the settings as they are now. */
  show() {
    const { report } = this;
    if (!report) return;
    const problems = problemsAt(report, this.inputSize());
    const problem = problems.find(({ level }) => level === "error");
    this.blocker = problem ? inWords(problem, this.#address(problem.field)) : [];
    const found = `${plural(report.n_pictures, "picture")}. ${verdict(problems)}`;
    if (problem) this.#say("error", `${found} `, ...inWords(problem, this.#address(problem.field)));
    else if (problems.length) this.#say("warn", `${found} `, this.#more("See them"));
    else this.#say("ok", found);
  }

  /** @param {string} field @returns {string} */
  #address(field) {
    return this.ownsFolders ? `#setting-${field}` : fieldAddress(field);
  }

  /** The check in full is of the new training. @param {string} words @returns {Node | string} */
  #more(words) {
    return this.ownsFolders ? "" : el("a", { href: "/train/model.html#check" }, words);
  }

  /** @param {"" | "ok" | "warn" | "error"} kind @param {...(Node | string)} parts */
  #say(kind, ...parts) {
    this.node.dataset.kind = kind;
    this.text.replaceChildren(...parts);
    this.count.textContent = "";
  }
}
