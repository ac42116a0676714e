// Fills as steps of the history: those that were made, and looks at others. Looking around is one step, however long.

/** @typedef {import("./tries.js").Fill} Fill */
/** @typedef {import("./editor/history.js").Change} Change */
/** @typedef {import("./editor/history.js").Step} Step */

export class FillHistory {
  /**
   * @param {import("./editor/history.js").History} history
   * @param {import("./tries.js").Tries} tries
   * @param {import("./edge-editing.js").EdgeEditing} edges
   * @param {(fill: Fill | null) => Promise<void>} present shows a fill
   */
  constructor(history, tries, edges, present) {
    this.history = history;
    this.tries = tries;
    this.edges = edges;
    this.present = present;
    /** @type {Promise<void>} what is being recorded, one after another */
    this.recording = edges.keeper.ready;
    history.handlers.fill = ({ from, to }, way) => present(tries.find(way === "undo" ? from : to));
  }

  /** @param {Fill} fill has just been made: it is shown with its edges, unless lines were drawn that it did not follow */
  made(fill) {
    return this.#record(fill, { label: `Fill ${this.tries.number(fill)}` });
  }

  /** @param {Fill} fill is to be shown; lines that nothing was filled from yet stay */
  look(fill) {
    return this.#record(fill, { label: `Show result ${this.tries.number(fill)}`, looking: true });
  }

  /**
   * @param {number} known how many tries there were when the page was left
   * @returns {Fill | null} the one that was shown
   */
  left(known) {
    const { done, undone } = this.history;
    const [last, next] = [done.findLast(fillOf), undone.findLast(fillOf)].map((step) => step && fillOf(step));
    if (last) return this.tries.find(last.to);
    return next ? this.tries.find(next.from) : this.tries.fills[known - 1] ?? null;
  }

  /**
   * @param {Fill} fill
   * @param {{label: string, looking?: boolean}} step
   * @returns {Promise<void>}
   */
  #record(fill, step) {
    const recorded = this.recording.then(() => this.#recordNow(fill, step));
    this.recording = recorded.catch(() => {});
    return recorded;
  }

  /**
   * @param {Fill} fill
   * @param {{label: string, looking?: boolean}} step
   */
  async #recordNow(fill, step) {
    const { history, tries, edges } = this;
    if (fill === tries.current) return;
    const lines = await edges.edgesOf(fill);
    edges.drawing.end(); // a step of its own, before this one
    // From here on nothing can come between: an undo would, of a step that is about to be replaced.
    const replaced = step.looking && history.next("undo")?.looking ? history.drop() : null;
    const from = replaced ? fillOf(replaced)?.from ?? null : tries.current?.fill ?? null;
    const kept = edges.unfinished && (step.looking || !fill.steered);
    const taken = lines && !kept;
    const patch = taken ? edges.replace(lines) : null;
    /** @type {Change[]} */
    const changes = [{ kind: "fill", from, to: fill.fill }];
    if (patch) changes.push({ kind: "edges", patch });
    history.push({ ...step, ...(taken ? { over: fill.fill } : {}), changes });
    await this.present(fill);
  }
}

/** @param {Step} step */
const fillOf = ({ changes }) => changes.find((change) => change.kind === "fill");
