// The first pictures as the network will see them, live.

import { call } from "../js/bridge.js";
import { el } from "../js/dom.js";
import { splitRefusal, titled } from "../js/labels.js";
import { errorText } from "../js/shell.js";

const SHOWN = 4;
const WAIT_MS = 220;

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
    /** The setting it is about, if it names one. */
    this.setting = "";
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
    this.refusal = ""; // of other settings
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#ask(), WAIT_MS);
  }

  async #ask() {
    if (this.busy || !this.next) return;
    const values = this.next;
    this.next = null;
    this.busy = true;
    const ticket = ++this.wanted;
    const placeholder = this.grid.querySelector(".preview-empty");
    (placeholder ?? this.note).textContent = "Drawing…";
    try {
      const { items } = await call("preview_data", values, SHOWN);
      if (ticket === this.wanted) this.#draw(items);
    } catch (error) {
      if (ticket === this.wanted) {
        this.empty(titled(errorText(error)));
        this.refusal = titled(errorText(error));
        this.setting = splitRefusal(errorText(error)).key;
      }
    } finally {
      this.busy = false;
      if (this.next) this.#ask();
    }
  }

  /** @param {Item[]} items */
  #draw(items) {
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
