// What the mask page and the filling page share about their picture: one history, and keeping what is drawn.

import { layerUrl } from "../js/bridge.js";
import { byId, el, setUsable } from "../js/dom.js";
import { say, showError, statusSide } from "../js/shell.js";
import { HistoryStore } from "./editor/history-store.js";
import { History } from "./editor/history.js";
import { LayerSaver } from "./editor/layer-saver.js";
import { encoded } from "./editor/map-work.js";
import { showMessage, stepUrl } from "./steps.js";

/** @typedef {import("./editor/history.js").Way} Way */
/** @typedef {import("./editor/drawing.js").Drawing} Drawing */

const WORDS = {
  undo: { done: "Undone", none: "There is nothing to undo.", verb: "Undo", keys: "Ctrl+Z" },
  redo: { done: "Redone", none: "There is nothing to redo.", verb: "Redo", keys: "Ctrl+Shift+Z" },
};

const button = (/** @type {string} */ text, /** @type {() => void} */ onclick) => el("button", { type: "button", class: "button", onclick }, text);

export class PictureKeeper {
  /**
   * @param {any} info picture_info
   * @param {"mask" | "fill"} otherPage where the steps belong that cannot be undone on this page
   */
  constructor(info, otherPage) {
    this.layers = info;
    this.otherPage = otherPage;
    this.history = new History();
    this.store = new HistoryStore(this.history, info.id);
    /** Whether the history of an earlier page was taken up. */
    this.restored = this.store.restore(info);
    /** What the program has, and what it has been sent since: a page that loads may find any of them. */
    this.states = [this.store.stateOf(info)];
    /** @type {LayerSaver | null} */
    this.saver = null;
    /** @type {Drawing | null} */
    this.drawing = null;
    /** Whether the maps are as they were left. */
    this.isOpen = false;
    this.maskOutdated = false;
    /** To be called once they are. @type {() => void} */
    this.opened = () => {};
    /** Done by then: a step undone before that would change a map that is still to come. @type {Promise<void>} */
    this.ready = new Promise((resolve) => {
      this.opened = () => {
        this.isOpen = true;
        this.#catchUp();
        resolve();
      };
    });
    /** @type {Way[]} */
    const ways = ["undo", "redo"];
    const buttons = ways.map((way) => {
      const button = byId(way, HTMLButtonElement);
      button.addEventListener("click", () => this.go(way));
      return button;
    });
    const show = () => buttons.forEach((button, i) => {
      const [way, step] = [WORDS[ways[i]], this.history.next(ways[i])];
      setUsable(button, Boolean(step));
      button.title = step ? `${way.verb}: ${step.label} (${way.keys})` : way.none;
    });
    show();
    this.history.listeners.add(() => {
      show();
      if (this.saver?.idle) this.#settled();
    });
  }

  /**
   * Keep a map on the server whenever it was drawn on.
   * @param {Drawing} drawing
   * @param {string} name for people
   * @param {(png: Blob, isEmpty: boolean) => Promise<any>} send resolves to the picture_info
   */
  keep(drawing, name, send) {
    const state = el("span", { class: "muted", id: "save-state", hidden: true });
    const byHand = () => [...this.history.done, ...this.history.undone]
      .some(({ changes }) => changes.every(({ kind }) => kind === drawing.kind));
    statusSide.append(state);
    const words = { saved: `${name} kept`, waiting: `Keeping the ${name.toLowerCase()}…`, failed: `The ${name.toLowerCase()} could not be kept` };
    const others = this.#channel(drawing.kind);
    const changed = new Error(`The ${name.toLowerCase()} of this picture changed in another window. What is drawn here is not kept until you choose.`);
    const ask = () => showMessage(changed, [
      button("Reload this page", () => {
        saver.giveUp();
        location.reload();
      }),
      button("Keep this one", () => {
        byId("message").hidden = true;
        saver.refusal = null;
        saver.changed();
      }),
    ], true);
    others.onmessage = () => {
      saver.refusal = changed;
      ask();
    };
    for (const leaving of ["beforeunload", "pagehide"]) addEventListener(leaving, () => drawing.end());
    const saver = new LayerSaver(async () => {
      const { after } = this.store.stateOf(this.layers);
      const isEmpty = drawing.changes.map.count === 0;
      const png = await encoded(drawing.changes.map);
      const { mask_url, edges_url } = this.layers;
      const layers = { mask_url, edges_url, [`${drawing.kind}_url`]: await layerUrl(this.layers.id, drawing.kind, png) };
      this.states.push({ layers, after });
      this.layers = await send(png, isEmpty);
      this.states = [{ layers: this.layers, after }];
      others.postMessage("changed");
    }, () => drawing.current !== null, (outcome, error) => {
      state.textContent = words[outcome];
      state.dataset.state = outcome;
      state.hidden = !byHand(); // a fill brings edges with it, which nobody has drawn
      if (outcome === "saved") this.#settled();
      if (error === changed) ask();
      else if (error) showError(error);
    });
    drawing.changes.listeners.add(() => saver.changed());
    addEventListener("pagehide", () => {
      if (!saver.idle) this.store.save(this.states);
    }, { once: true }); // a page that comes back from the browser's cache knows nothing of what was done since
    this.drawing = drawing;
    this.saver = saver;
  }

  /** Say it when another window changes the mask, which this page shows as it was. */
  watchMask() {
    this.#channel("mask").onmessage = () => {
      this.maskOutdated = true;
      this.refusesOutdated();
    };
  }

  /** @returns {boolean} whether this page shows a mask that is another by now, which is said: its hole is not what would be filled */
  refusesOutdated() {
    if (!this.maskOutdated) return false;
    showMessage(new Error("The mask of this picture changed in another window. This page shows it as it was before."), [
      button("Reload this page", () => this.flush().catch(() => {}).finally(() => location.reload())),
    ], true);
    return true;
  }

  /** What windows tell each other of a map. @param {"mask" | "edges"} kind */
  #channel(kind) {
    return new BroadcastChannel(`inpaintgan-${this.layers.id}-${kind}`);
  }

  /** The program has what is drawn. */
  #settled() {
    this.states = [this.store.stateOf(this.layers)];
    this.store.save(this.states);
  }

  /** Do again what was done, or undone, after the last thing that the program got of an earlier page. */
  #catchUp() {
    for (let { behind } = this.store; behind; behind -= Math.sign(behind)) {
      const way = behind > 0 ? "redo" : "undo";
      if (!this.history.isHere(way) || !this.history.go(way)) return;
    }
  }

  /** @returns {Promise<void>} resolves when the server has what is drawn */
  async flush() {
    this.drawing?.end();
    await this.drawing?.changes.settled;
    await this.saver?.flush();
  }

  /**
   * Undo or redo one step; one that belongs to the other page is done there.
   * @param {Way} way
   */
  async go(way) {
    if (!this.isOpen) await this.ready; // and else take the turn at once, before what is pressed next
    await this.drawing?.changes.settled;
    // In the middle of a stroke that one is undone, and can be redone like any other.
    if (this.drawing?.current && !this.drawing.end() && way === "undo") {
      say("Nothing was drawn.");
      return;
    }
    if (!this.history.isHere(way)) {
      await this.flush().catch(() => {});
      location.assign(stepUrl(this.otherPage, { history: way }));
      return;
    }
    const step = this.history.go(way);
    say(step ? `${WORDS[way].done}: ${step.label}.` : WORDS[way].none);
  }
}
