// Keeps the history of each picture in this tab: over a reload, on the way between the mask page and the filling page, and while
// other pictures are worked on.
//
// It is only good for exactly the mask and edges it was made with, so it carries the addresses under which the program
// keeps those; they change with every stored change. A page that is left in a hurry cannot know what the program still got of
// what was sent: so it tells, for each of the possible states, up to which step it goes.

import { Patch } from "./patch.js";

/** @typedef {import("./history.js").History} History */
/** @typedef {import("./history.js").Step} Step */
/** @typedef {{mask_url: string | null, edges_url: string | null}} Layers part of a picture_info */
/** @typedef {{layers: Layers, after: Step | null}} State what the program has, or may have, and the last step that is in it */

const KEY = "inpaintgan-history-"; // and the picture
const ORDER_KEY = "inpaintgan-histories"; // the pictures that have one, the one used last at the end
/** Histories that are kept; those of pictures that are gone are among them, and are never used again. */
const KEPT = 50;

export class HistoryStore {
  /**
   * @param {History} history
   * @param {string} picture
   */
  constructor(history, picture) {
    this.history = history;
    this.picture = picture;
    /** By how many steps the taken up history is behind the one that was kept; below zero: ahead of it. */
    this.behind = 0;
    /** @type {WeakMap<Step, string>} packing a step is done once */
    this.texts = new WeakMap();
  }

  /** @param {Layers} layers what is in the editor now @returns {State} */
  stateOf({ mask_url, edges_url }) {
    return { layers: { mask_url, edges_url }, after: this.history.next("undo") };
  }

  /**
   * Keep the history as it is now. When the browser's store is full, those of other pictures go first, then its older half.
   * @param {State[]} states what the program may have
   */
  save(states) {
    const { done, forgotten } = this.history;
    const steps = [...done, ...this.history.undone.toReversed()];
    const texts = steps.map((step) => this.#text(step));
    const known = states.map(({ layers, after }) => ({ ...layers, at: after ? steps.indexOf(after) + 1 : 0, first: !after && !forgotten }));
    for (let from = 0; ; from = Math.ceil((from + done.length) / 2)) {
      const fits = known.filter(({ at, first }) => (first ? from === 0 : at > 0 && at >= from));
      const head = { now: done.length - from, states: fits.map(({ mask_url, edges_url, at }) => ({ mask_url, edges_url, at: at - from })) };
      if (this.#write(`${JSON.stringify(head)}\n[${texts.slice(from)}]`)) return;
      if (from < done.length) continue;
      sessionStorage.removeItem(KEY + this.picture);
      return;
    }
  }

  /** @param {string} text @returns {boolean} whether there was room for it, at last without other pictures' histories */
  #write(text) {
    const others = this.#others();
    while (others.length >= KEPT) forget(others);
    for (;;) {
      try {
        sessionStorage.setItem(KEY + this.picture, text);
        this.#use(others);
        return true;
      } catch {
        if (!others.length) return false;
        forget(others);
      }
    }
  }

  /** @param {string[]} others */
  #use(others) {
    sessionStorage.setItem(ORDER_KEY, JSON.stringify([...others, this.picture]));
  }

  /** @returns {string[]} the other pictures that have a history, the one used longest ago first */
  #others() {
    return JSON.parse(sessionStorage.getItem(ORDER_KEY) ?? "[]").filter((/** @type {string} */ other) => other !== this.picture);
  }

  /**
   * Take up the kept history, if it is this picture's and fits what the program has.
   * @param {Layers} layers
   * @returns {boolean}
   */
  restore({ mask_url, edges_url }) {
    const [head, text] = (sessionStorage.getItem(KEY + this.picture) ?? "null").split("\n");
    /** @type {{now: number, states: (Layers & {at: number})[]} | null} */
    const kept = JSON.parse(head);
    const state = kept?.states.find((one) => one.mask_url === mask_url && one.edges_url === edges_url);
    if (!kept || !state) return false;
    this.#use(this.#others());
    const steps = JSON.parse(text).map(revived);
    this.history.restore({ done: steps.slice(0, state.at), undone: steps.slice(state.at).reverse() });
    this.behind = kept.now - state.at;
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

/** Drop the history that was used longest ago. @param {string[]} pictures by use */
function forget(pictures) {
  sessionStorage.removeItem(KEY + pictures.shift());
}

/** @param {any} step @returns {Step} */
const revived = ({ changes, ...step }) => ({
  ...step,
  changes: changes.map((/** @type {any} */ change) => (change.patch ? { ...change, patch: Patch.fromJSON(change.patch) } : change)),
});
