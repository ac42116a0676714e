// The edges in the hole: seen, drawn, erased, and filled from again.

import { putEdges } from "../js/bridge.js";
import { say, showError } from "../js/shell.js";
import { Drawing } from "./editor/drawing.js";
import { History } from "./editor/history.js";
import { decodeMask, encodeMask } from "./editor/mask-file.js";
import { byId } from "./steps.js";

/** @typedef {import("./compare-view.js").CompareView} CompareView */
/** @typedef {import("./tries.js").Fill} Fill */

const NETWORK_SIDE = 256; // the size networks see a hole at: a line of one pixel there is this much wider in a large picture

export class EdgeEditing {
  /**
   * @param {CompareView} compare after its picture was opened
   * @param {string} picture
   * @param {() => Promise<void>} fillFromEdges
   */
  constructor(compare, picture, fillFromEdges) {
    this.compare = compare;
    this.picture = picture;
    this.history = new History();
    this.drawing = new Drawing(compare.stage, compare.edges, this.history, compare.mask);
    this.drawing.enable(false);
    /** @type {Fill | null} the fill whose edges are in hand */
    this.owner = null;
    /** Lines were drawn that nothing was filled from yet. */
    this.unfinished = false;
    this.drawing.listeners.add(() => {
      this.unfinished = this.history.undoLabel !== null;
    });
    this.active = false;
    this.toggle = /** @type {HTMLButtonElement} */ (byId("edit-edges"));
    this.box = /** @type {HTMLInputElement} */ (byId("show-edges"));
    this.toggle.addEventListener("click", () => this.setActive(!this.active));
    this.box.addEventListener("change", () => compare.setLayers({ shown: this.box.checked }));
    byId("fill-edges").addEventListener("click", async () => {
      try {
        await putEdges(this.picture, await encodeMask(compare.edges));
        await fillFromEdges();
      } catch (error) {
        showError(error);
      }
    });
    this.#tools();
  }

  /**
   * A fill was made from the edges in hand: they are its edges now, and can still be undone.
   * @param {Fill} fill
   */
  filled(fill) {
    this.owner = fill;
    this.unfinished = false;
    this.setActive(false);
  }

  /**
   * Take over the edges that a fill was painted along. Lines that nothing was filled from yet stay: looking at another
   * try must not lose them.
   * @param {Fill} fill
   */
  async load(fill) {
    const { compare } = this;
    const url = fill.edges_url;
    this.box.disabled = !url;
    this.toggle.disabled = !url;
    if (!url || this.owner === fill || this.unfinished) return;
    this.owner = fill;
    try {
      const response = await fetch(url);
      const { data } = await decodeMask(await response.blob(), compare.edges.width, compare.edges.height);
      if (this.owner !== fill) return;
      for (let i = 0; i < data.length; i++) data[i] &= compare.mask.data[i];
      compare.edges.replace(data);
      this.history.clear();
    } catch (error) {
      showError(error);
    }
  }

  /** @param {boolean} active whether pointer and keys draw edges now */
  setActive(active) {
    if (active === this.active) return;
    this.active = active;
    this.toggle.setAttribute("aria-pressed", String(active));
    byId("edge-tools").hidden = !active;
    byId("divider-bar").hidden = active;
    const { compare, drawing } = this;
    compare.pointer.handlers = active ? drawing.handlers : compare.compareHandlers;
    drawing.enable(active);
    compare.setLayers({ edited: active });
    if (active) say("Draw edges in the hole, then fill from them.");
  }

  undo() {
    this.drawing.cancel();
    const label = this.history.undo();
    say(label ? `Undone: ${label}.` : "There is nothing to undo.");
  }

  redo() {
    const label = this.history.redo();
    say(label ? `Redone: ${label}.` : "There is nothing to redo.");
  }

  #tools() {
    const { drawing, history, compare } = this;
    const tools = /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("#edge-tools [data-tool]"));
    for (const button of tools) button.addEventListener("click", () => drawing.setTool(/** @type {any} */ (button.dataset.tool)));
    const [undo, redo] = [byId("edge-undo"), byId("edge-redo")].map((node) => /** @type {HTMLButtonElement} */ (node));
    undo.addEventListener("click", () => this.undo());
    redo.addEventListener("click", () => this.redo());
    history.listeners.add(() => {
      undo.disabled = history.undoLabel === null;
      redo.disabled = history.redoLabel === null;
    });
    const width = /** @type {HTMLInputElement} */ (byId("edge-width"));
    width.addEventListener("input", () => drawing.setWidth(width.valueAsNumber));
    drawing.settingListeners.add(() => {
      width.value = String(drawing.width);
      byId("edge-width-value").textContent = `${drawing.width} px`;
      for (const button of tools) button.setAttribute("aria-pressed", String(button.dataset.tool === drawing.tool));
    });
    const { x0, y0, x1, y1 } = compare.mask.extent();
    drawing.setWidth(Math.max(1, Math.round((2 * Math.max(x1 - x0, y1 - y0)) / NETWORK_SIDE)));
  }
}
