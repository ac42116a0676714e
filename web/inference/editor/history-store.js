// Keeps the history of a picture in this tab: over a reload, and on the way between the mask page and the filling page.
//
// It is only good for exactly the mask and edges it was made with, so it carries the addresses under which the program
// keeps those; they change with every stored change.

import { Patch } from "./patch.js";

/** @typedef {import("./history.js").History} History */
/** @typedef {import("./history.js").Step} Step */
/** @typedef {{mask_url: string | null, edges_url: string | null}} Layers part of a picture_info */

const KEY = "inpaintgan-history";

export class HistoryStore {
  /**
   * @param {History} history
   * @param {string} picture
   */
  constructor(history, picture) {
    this.history = history;
    this.picture = picture;
    /** @type {WeakMap<Step, string>} packing a step is done once */
    this.texts = new WeakMap();
  }

  /**
   * Keep the history as it is now. When it is too long for the browser's store, its older half is left out.
   * @param {Layers} layers what the program has; it must be what is in the editor
   */
  save({ mask_url, edges_url }) {
    const head = JSON.stringify({ picture: this.picture, mask_url, edges_url });
    const done = this.history.done.map((step) => this.#text(step));
    const undone = this.history.undone.map((step) => this.#text(step));
    for (let from = 0; ; from = Math.ceil((from + done.length) / 2)) {
      try {
        sessionStorage.setItem(KEY, `${head}\n[[${done.slice(from)}],[${undone}]]`);
        return;
      } catch {
        if (from < done.length) continue;
        sessionStorage.removeItem(KEY);
        return;
      }
    }
  }

  /**
   * Take up the kept history, if it is this picture's and fits what the program has.
   * @param {Layers} layers
   * @returns {boolean}
   */
  restore({ mask_url, edges_url }) {
    const [head, steps] = (sessionStorage.getItem(KEY) ?? "").split("\n");
    if (head !== JSON.stringify({ picture: this.picture, mask_url, edges_url })) return false;
    const [done, undone] = JSON.parse(steps).map((/** @type {any[]} */ list) => list.map(revived));
    this.history.restore({ done, undone });
    return true;
  }

  /** @param {Step} step */
  #text(step) {
    let text = this.texts.get(step);
    if (text === undefined) {
      text = JSON.stringify(step);
      this.texts.set(step, text);
    }
    return text;
  }
}

/** @param {any} step @returns {Step} */
const revived = ({ changes, ...step }) => ({
  ...step,
  changes: changes.map((/** @type {any} */ change) => (change.patch ? { ...change, patch: Patch.fromJSON(change.patch) } : change)),
});
