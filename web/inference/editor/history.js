// The undo history: what was done, in order. One for everything that is done to a picture: strokes, mask operations,
// edge lines and fills.
//
// A step is plain data, so that it outlives the page (see history-store.js). Whoever can take a kind of change back
// registers for it; a step with other kinds belongs to another page, which the person is taken to.

/** @typedef {import("./patch.js").Patch} Patch */
/** @typedef {{kind: "mask" | "edges", patch: Patch} | {kind: "fill", from: number | null, to: number | null}} Change */
/**
 * @typedef {{label: string, changes: Change[], looking?: boolean, over?: number | null}} Step
 *   `looking`: nothing was made, only another fill shown; `over`: from here on edges are drawn over those of this fill, or,
 *   if null, over none
 */
/** @typedef {"undo" | "redo"} Way */

export class History {
  /**
   * @param {{maxBytes?: number, maxSteps?: number}} [limits] the oldest steps are forgotten beyond these
   */
  constructor({ maxBytes = 128e6, maxSteps = 500 } = {}) {
    this.maxBytes = maxBytes;
    this.maxSteps = maxSteps;
    /** @type {Step[]} */
    this.done = [];
    /** @type {Step[]} the one to be done again first is last */
    this.undone = [];
    /** Whether the oldest steps are gone. */
    this.forgotten = false;
    /** @type {Partial<Record<Change["kind"], (change: any, way: Way) => void>>} how a kind of change is applied here */
    this.handlers = {};
    /** @type {Set<() => void>} */
    this.listeners = new Set();
  }

  get bytes() {
    return [...this.done, ...this.undone].reduce((sum, step) => sum + bytesOf(step), 0);
  }

  /**
   * Remember a step that has just been done. What had been undone can no longer be done again.
   * @param {Step} step
   */
  push(step) {
    this.undone = [];
    this.done.push(step);
    let { bytes } = this;
    while (this.done.length > 1 && (bytes > this.maxBytes || this.done.length > this.maxSteps)) {
      bytes -= bytesOf(/** @type {Step} */ (this.done.shift()));
      this.forgotten = true;
    }
    this.#tell();
  }

  /**
   * Undo the last step, or redo the one that was undone last.
   * @param {Way} way
   * @returns {Step | null} the step, or null when there is none
   */
  go(way) {
    const [from, to] = way === "undo" ? [this.done, this.undone] : [this.undone, this.done];
    const step = from.pop();
    if (!step) return null;
    to.push(step);
    for (const change of step.changes) this.handlers[change.kind]?.(change, way);
    this.#tell();
    return step;
  }

  /**
   * Forget the last step, for one that takes its place: what it drew is undone, while its fill stays shown.
   * @returns {Step | null}
   */
  drop() {
    const step = this.done.pop() ?? null;
    for (const change of step?.changes ?? []) if ("patch" in change) this.handlers[change.kind]?.(change, "undo");
    this.#tell();
    return step;
  }

  /** @param {Way} way @returns {Step | null} what would be undone or redone */
  next(way) {
    return (way === "undo" ? this.done : this.undone).at(-1) ?? null;
  }

  /** @param {Way} way @returns {boolean} whether that can happen on this page */
  isHere(way) {
    return this.next(way)?.changes.every(({ kind }) => kind in this.handlers) ?? true;
  }

  /**
   * Take over a history that was kept.
   * @param {{done: Step[], undone: Step[]}} kept
   */
  restore({ done, undone }) {
    this.done = done;
    this.undone = undone;
    this.#tell();
  }

  #tell() {
    for (const listener of this.listeners) listener();
  }
}

/** @param {Step} step */
const bytesOf = ({ changes }) => changes.reduce((sum, change) => sum + ("patch" in change ? change.patch.bytes : 64), 0);
