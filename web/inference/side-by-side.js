// Several checkpoints on the same hole, side by side: all panels zoom and move together.

import { codeOf } from "../js/bridge.js";
import { byId, el } from "../js/dom.js";
import { count } from "../js/format.js";
import { guarded } from "../js/guarded.js";
import { errorText, say } from "../js/shell.js";
import { facts, scoredOn, scoreTexts } from "./checkpoint-choice.js";
import { Bitmap } from "./editor/bitmap.js";
import { BitmapLayer } from "./editor/bitmap-layer.js";
import { Pointer } from "./editor/pointer.js";
import { around } from "./editor/rect.js";
import { Stage } from "./editor/stage.js";
import { EDGE_COLOUR } from "./compare-view.js";

/** @typedef {import("./tries.js").Fill} Fill */
/** @typedef {import("./checkpoint-choice.js").Checkpoint} Checkpoint */
/** @typedef {import("./compare-view.js").CompareView} CompareView */
/** @typedef {import("./patched-picture.js").PatchedPicture} PatchedPicture */

const MOST = 6;
const CAPTION_PX = 80;
const ROOMY_PX = 330; // a panel of this size has room for the picture and for what is known about the checkpoint

/**
 * @typedef {object} Page what the filling page lends
 * @property {import("./checkpoint-choice.js").CheckpointChoice} checkpoints
 * @property {import("./tries.js").Tries} tries
 * @property {import("./picture-keeper.js").PictureKeeper} keeper
 * @property {import("./edge-editing.js").EdgeEditing} edges
 * @property {import("./fill-run.js").ProgressCard} progress
 * @property {(fill: Fill, checkpoint: string) => boolean} madeAlike whether a try was made with this checkpoint and all else as it is now
 * @property {(checkpoint: string, edges: boolean, title?: string) => Promise<Fill>} run
 * @property {(fill: Fill) => Promise<void>} pick
 */

/** @typedef {{checkpoint: Checkpoint, result: {fill: Fill, picture: PatchedPicture, edges: Uint8Array | null} | null, problem: string}} Outcome */

/** One checkpoint's result with what is known about it. */
class Panel {
  /**
   * @param {CompareView} compare tells whether the picture is shown as it was
   * @param {Outcome} outcome a result, or the problem why there is none
   * @param {(fill: Fill) => void} keep
   */
  constructor(compare, { checkpoint, result, problem }, keep) {
    this.edgesShown = false;
    const canvas = el("div", { class: "side-canvas" });
    const scores = scoreTexts(checkpoint).map(({ name, text }) => el("span", {}, `${name} `, el("b", { class: "num" }, text)));
    this.details = el("details", {}, el("summary", {}, "Scores", result ? el("span", { class: "num" }, ` · ${result.fill.seconds.toFixed(1)} s`) : ""),
      el("div", { class: "side-facts" }, facts(checkpoint)),
      el("div", { class: "side-scores", title: scoredOn(checkpoint) }, ...(scores.length ? scores : [el("span", {}, "not scored yet")])));
    this.element = el("figure", { class: "side-panel", "aria-label": checkpoint.title }, canvas, el("figcaption", {},
      el("div", { class: "side-words" }, el("strong", {}, checkpoint.title), this.details),
      result ? el("button", { type: "button", class: "button small", onclick: () => keep(result.fill), "aria-label": `Keep the result of ${checkpoint.title}` }, "Keep") : ""));
    if (!result) {
      canvas.append(el("p", { class: "side-problem" }, problem));
      return;
    }
    const { original, view } = compare;
    this.stage = new Stage(canvas, view);
    const edgeLayer = new BitmapLayer(new Bitmap(view.width, view.height, result.edges ?? undefined));
    edgeLayer.setColour(EDGE_COLOUR, 1);
    const refreshPicture = this.stage.addLayer((context) => {
      context.clearRect(0, 0, context.canvas.width, context.canvas.height);
      (compare.onlyBefore && original ? original : result.picture).draw(context, view);
    });
    const refreshEdges = this.stage.addLayer((context) => {
      context.canvas.hidden = !this.edgesShown || compare.onlyBefore;
      return !context.canvas.hidden && edgeLayer.draw(context, view, true);
    });
    this.refresh = () => {
      refreshPicture();
      refreshEdges();
    };
    const none = () => {};
    new Pointer(this.stage, { begin: () => false, extend: none, end: none, cancel: none, hover: none });
  }

  refresh() {}
}

export class SideBySide {
  /**
   * @param {CompareView} compare
   * @param {Page} page
   */
  constructor(compare, page) {
    this.compare = compare;
    this.page = page;
    this.section = byId("side-by-side");
    this.dialog = byId("checkpoint-dialog", HTMLDialogElement);
    /** @type {Panel[]} */
    this.panels = [];
    /** @type {import("./editor/view.js").Place} what was seen before */
    this.place = null;
    byId("choose-checkpoints").addEventListener("click", () => this.#choose());
    byId("side-close").addEventListener("click", () => this.close());
    byId("checkpoint-cancel").addEventListener("click", () => this.dialog.close());
    byId("show-edges").addEventListener("change", () => this.#showEdges());
    byId("checkpoint-form").addEventListener("submit", guarded(async (/** @type {Event} */ event) => {
      event.preventDefault();
      const chosen = this.#chosen();
      if (chosen.length < 2) return;
      this.dialog.close();
      await this.page.progress.hold(() => this.#fillAll(chosen, byId("along-edges", HTMLInputElement).checked));
      if (!this.isOpen) byId("choose-checkpoints").focus(); // cancelled
    }));
  }

  get isOpen() {
    return !this.section.hidden;
  }

  close() {
    if (!this.isOpen) return;
    for (const { stage } of this.panels) stage?.close();
    this.panels = [];
    byId("side-panels").replaceChildren(); // they hold on to their pictures
    this.page.tries.pinned.clear();
    this.section.hidden = true;
    say("");
    byId("divider-bar").hidden = !this.page.tries.current;
    this.compare.stage.rest(false);
    this.compare.refreshAll();
    this.compare.view.show(this.place);
    this.compare.focus({ preventScroll: true });
  }

  refresh() {
    for (const panel of this.panels) panel.refresh();
  }

  /** Open what is known about the checkpoints, or fold it: in all panels alike. @param {boolean} open */
  #fold(open) {
    for (const { details } of this.panels) {
      details.open = open;
      details.ontoggle = () => details.open !== open && this.#fold(details.open);
    }
  }

  #showEdges() {
    for (const panel of this.panels) {
      panel.edgesShown = byId("show-edges", HTMLInputElement).checked;
      panel.refresh();
    }
  }

  /** @returns {Checkpoint[]} those that are ticked */
  #chosen() {
    const boxes = /** @type {NodeListOf<HTMLInputElement>} */ (this.dialog.querySelectorAll("input[name=checkpoint]:checked"));
    return [...boxes].flatMap((box) => this.page.checkpoints.find(box.value) ?? []);
  }

  #choose() {
    const { checkpoints, keeper } = this.page;
    if (keeper.refusesOutdated()) return;
    const rows = checkpoints.able.map((one, i) => el("label", { class: "choice" },
      el("input", { type: "checkbox", name: "checkpoint", value: one.path, checked: one.path === checkpoints.value || (i < 2 && checkpoints.able.length === 2) }),
      el("span", { class: "choice-words" }, el("strong", {}, one.title), el("span", { class: "small muted" }, facts(one)),
        el("span", { class: "small num" }, scoreTexts(one).map(({ name, text }) => `${name} ${text}`).join(" · ") || "not scored yet"))));
    const list = byId("checkpoint-list");
    list.replaceChildren(...rows);
    const check = () => {
      const n = this.#chosen().length;
      const enough = checkpoints.able.length > 1;
      byId("checkpoint-fill", HTMLButtonElement).disabled = n < 2 || n > MOST;
      byId("checkpoint-hint").textContent = !enough ? "There is only one checkpoint that can fill. Train another one, then come back."
        : n > MOST ? `At most ${MOST} fit side by side.` : n < 2 ? "Choose two or more." : `${n} checkpoints, one after the other, on the same mask.`;
    };
    list.onchange = check;
    check();
    this.dialog.showModal();
    (list.querySelector("input") ?? byId("checkpoint-cancel")).focus();
  }

  /**
   * @param {Checkpoint[]} checkpoints
   * @param {boolean} edges along those that were edited
   */
  async #fillAll(checkpoints, edges) {
    this.close();
    const { page } = this;
    page.edges.setActive(false);
    if (edges) await page.edges.send();
    else await page.keeper.flush().catch(() => {});
    /** @type {Outcome[]} */
    const outcomes = [];
    for (const [i, checkpoint] of checkpoints.entries()) {
      let cancelled = false;
      try {
        const fill = this.#made(checkpoint, edges)
          ?? await page.run(checkpoint.path, edges, `Filling ${i + 1} of ${checkpoints.length}: ${checkpoint.title}`);
        page.tries.pinned.add(fill);
        const lines = await page.edges.edgesOf(fill);
        const picture = await page.tries.decode(fill);
        outcomes.push({ checkpoint, result: { fill, picture, edges: lines }, problem: "" });
      } catch (error) {
        cancelled = codeOf(error) === "cancelled";
        if (!cancelled) outcomes.push({ checkpoint, result: null, problem: errorText(error) });
      }
      if (cancelled || page.progress.dropped) {
        say("Cancelled. Finished results are kept.");
        page.tries.pinned.clear();
        return;
      }
    }
    this.#show(outcomes);
  }

  /** @param {Checkpoint} checkpoint @param {boolean} edges @returns {Fill | undefined} a try that is just what is wanted */
  #made(checkpoint, edges) {
    const { page } = this;
    return edges ? undefined : page.tries.fills.find((fill) => !fill.steered && page.madeAlike(fill, checkpoint.path));
  }

  /** @param {Outcome[]} outcomes */
  #show(outcomes) {
    const { view, mask, stage } = this.compare;
    this.page.edges.setActive(false);
    this.place = view.place;
    stage.rest(true);
    byId("divider-bar").hidden = true;
    // Made only now that they get their place: a stage without a size would tell the view that the window has none.
    const panels = outcomes.map((outcome) => new Panel(this.compare, outcome, guarded((fill) => {
      this.close();
      return this.page.pick(fill);
    })));
    this.panels = panels;
    const grid = byId("side-panels");
    grid.replaceChildren(...panels.map(({ element }) => element));
    this.section.hidden = false;
    const columns = bestColumns(panels.length, view, grid);
    grid.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
    this.#fold(Math.min(grid.clientWidth / columns, grid.clientHeight / Math.ceil(panels.length / columns)) > ROOMY_PX);
    this.#showEdges();
    // Once the panels have their size: what is to be compared is the hole.
    requestAnimationFrame(() => requestAnimationFrame(() => view.fitPart(around(mask.extent(), mask.bounds))));
    byId("side-close").focus({ preventScroll: true });
    const n = count(panels.length);
    say(`${n} checkpoints on the same mask. They zoom and move together; hold H to see the picture as it was.`, { kind: "ok" });
  }
}

/**
 * @param {number} n panels
 * @param {{width: number, height: number}} picture
 * @param {HTMLElement} grid
 * @returns {number} columns that show the picture largest
 */
function bestColumns(n, picture, { clientWidth, clientHeight }) {
  const scale = (/** @type {number} */ columns) => {
    const rows = Math.ceil(n / columns);
    return Math.min(clientWidth / columns / picture.width, (clientHeight / rows - CAPTION_PX) / picture.height);
  };
  return Array.from({ length: n }, (_, i) => i + 1).reduce((best, columns) => (scale(columns) > scale(best) ? columns : best), 1);
}
