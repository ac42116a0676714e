// The edges in the hole: seen, drawn, erased, loaded from a file, and filled from again.

import { putEdges } from "../js/bridge.js";
import { byId } from "../js/dom.js";
import { guarded } from "../js/guarded.js";
import { saveBlob } from "../js/save-blob.js";
import { say, showError } from "../js/shell.js";
import { Drawing } from "./editor/drawing.js";
import { decoded, encoded } from "./editor/map-work.js";
import { readMapFile } from "./map-file.js";
import { toolButtons, usesPressure, widthSlider } from "./panel.js";
import { fetched, splitName } from "./steps.js";

/** @typedef {import("./compare-view.js").CompareView} CompareView */
/** @typedef {import("./tries.js").Fill} Fill */
/** @typedef {import("./editor/patch.js").Patch} Patch */

const NETWORK_SIDE = 256; // the size networks see a hole at: a line of one pixel there is this much wider in a large picture

export class EdgeEditing {
  /**
   * @param {CompareView} compare after its picture was opened
   * @param {{id: string, name: string}} picture
   * @param {import("./picture-keeper.js").PictureKeeper} keeper
   * @param {{fill: () => Promise<void>, shown: () => Fill | null, madeAlike: (fill: Fill) => boolean, uncover: () => void}} page
   *   how to fill from the edges, the shown result, whether one was made with all that is chosen now, and what is to happen
   *   before edges are drawn
   */
  constructor(compare, picture, keeper, page) {
    this.compare = compare;
    this.picture = picture;
    this.keeper = keeper;
    this.page = page;
    this.drawing = new Drawing(compare.stage, compare.edges, "edges", keeper.history, compare.mask);
    this.drawing.pressure = usesPressure();
    this.drawing.onMissed = () => say("Edges are drawn inside the hole.");
    this.drawing.enable(false);
    keeper.keep(this.drawing, "Edges", (png, isEmpty) => putEdges(picture.id, png, isEmpty));
    this.active = false;
    /** Whether the edges of the page's start are lines that nothing was filled from, which no history tells of. */
    this.foundUnfinished = false;
    /** Whether the page's start took them as the program has them. */
    this.known = false;
    this.showInHand = toolButtons((tool) => this.take(tool));
    this.toggle = byId("edit-edges");
    this.box = byId("show-edges", HTMLInputElement);
    this.shownBefore = false;
    this.toggle.addEventListener("click", async () => {
      await keeper.ready;
      this.setActive(!this.active);
    });
    this.box.addEventListener("change", () => compare.setLayers({ shown: this.box.checked }));
    this.#tools();
    this.#buttons();
  }

  /** Whether lines were drawn that nothing was filled from yet: other tries, looked at or made without them, leave them alone. */
  get unfinished() {
    const touched = this.keeper.history.done.findLast(({ changes, over }) => over !== undefined || changes.some(({ kind }) => kind === "edges"));
    return touched ? typeof touched.over !== "number" : this.foundUnfinished; // a number: its edges are those of that fill
  }

  /**
   * The fill whose edges are drawn over: what is not changed keeps their certainty. Null where lines are all there is.
   * @returns {number | null}
   */
  get drawnOver() {
    const { over } = this.keeper.history.done.findLast((step) => step.over !== undefined) ?? {};
    return over !== undefined ? over : this.page.shown()?.fill ?? null;
  }

  /**
   * Replace the edges as a part of a larger step.
   * @param {Uint8Array} lines inside the hole
   * @returns {Patch | null} the change, for the history; null when nothing changes
   */
  replace(lines) {
    return this.drawing.changes.edit((edit) => edit.replace(lines));
  }

  /**
   * Take up the edges as they were when the page was left. Without a history, those that the program has may be of any fill, or
   * of none: then a person drew them.
   * @param {string | null} url of the edges that the program has
   * @param {Fill[]} fills
   * @param {Fill | null} shown the result that was shown
   */
  async restore(url, fills, shown) {
    const { width, height } = this.compare.edges;
    const stored = url && (await decoded(await fetched(url), width, height)).data;
    if (stored && !this.keeper.restored) {
      this.#clip(stored);
      this.foundUnfinished = stored.includes(1) && !await this.#isOfAny(fills, stored);
    }
    this.known = Boolean(stored) && (this.keeper.restored || this.foundUnfinished);
    const data = this.known ? stored : shown && await this.edgesOf(shown);
    if (data) this.compare.edges.replace(data);
  }

  /** @param {Fill[]} fills @param {Uint8Array} lines @returns {Promise<boolean>} whether the lines are one's edges */
  async #isOfAny(fills, lines) {
    for (const fill of fills.toReversed()) if (await this.#isOf(fill, lines)) return true;
    return false;
  }

  /** @param {Fill} fill @param {Uint8Array} lines @returns {Promise<boolean>} whether the lines are this fill's edges */
  async #isOf(fill, lines) {
    const edges = await this.edgesOf(fill);
    return edges !== null && edges.every((value, i) => value === lines[i]);
  }

  /** @param {boolean} active whether pointer and keys draw edges now */
  setActive(active) {
    if (active === this.active) return;
    if (active) this.page.uncover();
    this.active = active;
    // Lines are drawn in sight, whatever was shown before.
    if (active) this.shownBefore = this.box.checked;
    this.box.checked = active || this.shownBefore;
    this.toggle.setAttribute("aria-pressed", String(active));
    byId("canvas-help").textContent = active
      ? "Arrow keys move a crosshair, Space starts and ends drawing, V stops editing edges, question mark lists all keys."
      : "Hold H to see the picture as it was. Question mark lists all keys.";
    byId("edge-tools").hidden = !active;
    byId("fill-edges").hidden = !active;
    byId("save").classList.toggle("primary", !active); // what is drawn is not in the picture yet
    byId("fill-pair").hidden = active;
    byId("divider-bar").hidden = active || !this.page.shown();
    const { compare, drawing } = this;
    compare.pointer.handlers = active ? drawing.handlers : compare.compareHandlers;
    drawing.enable(active);
    compare.setLayers({ edited: active, shown: this.box.checked });
    this.#showTool();
    if (active) say("Draw edges in the hole, then fill from them.");
  }

  /** Put the edges away: what was painted along them is to be seen. */
  leave() {
    this.setActive(false);
    this.box.checked = false;
    this.compare.setLayers({ shown: false });
  }

  /** @param {import("./editor/tools.js").ToolName | "compare"} tool */
  async take(tool) {
    await this.keeper.ready;
    this.setActive(tool !== "compare");
    if (tool !== "compare") this.drawing.setTool(tool);
    say(tool === "compare" ? "Compare: drag moves the picture." : `Edges: ${this.drawing.toolName(tool)} selected.`);
  }

  /** Have the program know the edges as they are, also when they were never touched. */
  async send() {
    await this.keeper.flush();
    if (this.known) return;
    this.known = true;
    this.keeper.saver?.changed();
    await this.keeper.flush();
  }

  async fill() {
    this.drawing.end();
    try {
      if (await this.#wouldRepeat()) {
        say("This result was already made from these edges. Draw or erase some first.");
        return;
      }
      await this.send();
      await this.page.fill();
    } catch (error) {
      showError(error);
    }
  }

  /** @returns {Promise<boolean>} whether filling from the edges would give the shown result once more */
  async #wouldRepeat() {
    await this.drawing.changes.settled;
    const fill = this.page.shown();
    return fill !== null && this.page.madeAlike(fill) && this.#isOf(fill, this.compare.edges.data);
  }

  /** @param {Fill} fill @returns {Promise<Uint8Array | null>} its edges inside the hole, when it has any */
  async edgesOf(fill) {
    if (!fill.edge_patches.length) return null;
    const { width, height } = this.compare.edges;
    const data = new Uint8Array(width * height);
    for (const patch of fill.edge_patches) {
      const { data: lines } = await decoded(await fetched(patch.url), patch.width, patch.height, { byShape: false });
      for (let y = 0; y < patch.height; y++) {
        const at = (patch.top + y) * width + patch.left;
        for (let x = 0; x < patch.width; x++) data[at + x] |= lines[y * patch.width + x];
      }
    }
    this.#clip(data);
    return data;
  }

  /** @param {Uint8Array} data loses what lies outside the hole */
  #clip(data) {
    const { data: hole } = this.compare.mask;
    for (let i = 0; i < data.length; i++) data[i] &= hole[i];
  }

  #showTool() {
    this.showInHand(this.active ? this.drawing.tool : "compare");
  }

  #tools() {
    const { drawing, compare } = this;
    widthSlider(byId("edge-width", HTMLInputElement), drawing);
    drawing.settingListeners.add(() => {
      byId("edge-width-value").textContent = `${drawing.width} px`;
      this.#showTool();
    });
    const { x0, y0, x1, y1 } = compare.mask.extent();
    drawing.setWidth(Math.max(1, Math.round((2 * Math.max(x1 - x0, y1 - y0)) / NETWORK_SIDE)));
  }

  #buttons() {
    const { compare, drawing } = this;
    const { width, height } = compare.edges;
    const press = (/** @type {string} */ id, /** @type {() => unknown} */ action) => byId(id).addEventListener("click", guarded(action));
    press("fill-edges", () => this.fill());
    press("edges-clear", async () => {
      await drawing.changes.change("Clear edges", (edit) => edit.replace(new Uint8Array(width * height)), { over: null });
      say("The edges in the hole were cleared. Undo brings them back.");
    });
    press("edges-predicted", async () => {
      const fill = this.page.shown();
      const data = fill && await this.edgesOf(fill);
      if (!data) throw new Error("There is no result to take edges from. Fill first.");
      await drawing.changes.change("Edges of the result", (edit) => edit.replace(data), { over: fill.fill });
      say("These are the edges used for this result.");
    });
    press("edges-save", async () => {
      const name = `${splitName(this.picture.name).stem}_edges.png`;
      saveBlob(await encoded(compare.edges), name);
      say(`${name} is saved: white lines on black.`, { kind: "ok" });
    });
    const file = byId("edges-file", HTMLInputElement);
    press("edges-load", () => file.click());
    file.addEventListener("change", guarded(async () => {
      const [chosen] = file.files ?? [];
      file.value = "";
      if (!chosen) return;
      const { data, resized } = await readMapFile(chosen, width, height);
      this.#clip(data);
      await drawing.changes.change("Load edges", (edit) => edit.replace(data), { over: null });
      const size = resized ? ` It was ${resized.width} × ${resized.height} and has been resized to the picture.` : "";
      say(data.includes(1) ? `The edges in the hole now come from ${chosen.name}.${size}`
        : `${chosen.name} has no white lines inside the hole.${size}`);
    }));
  }
}
