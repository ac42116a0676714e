// The undo history: what was done, in order, each step able to take itself back and to do itself again.
//
// Anything can be a step (a stroke, an edge line, another fill), so that one Ctrl+Z serves the whole editor.

/** @typedef {{label: string, bytes: number, undo: () => void, redo: () => void}} Step */

export class History {
  /**
   * @param {{maxBytes?: number, maxSteps?: number}} [limits] the oldest steps are forgotten beyond these
   */
  constructor({ maxBytes = 128e6, maxSteps = 500 } = {}) {
    this.maxBytes = maxBytes;
    this.maxSteps = maxSteps;
    /** @type {Step[]} */
    this.done = [];
    /** @type {Step[]} */
    this.undone = [];
    this.bytes = 0;
    /** @type {Set<() => void>} */
    this.listeners = new Set();
  }

  /**
   * Remember a step that has just been done. What had been undone can no longer be done again.
   * @param {Step} step
   */
  push(step) {
    this.bytes -= this.undone.reduce((sum, { bytes }) => sum + bytes, 0);
    this.undone = [];
    this.done.push(step);
    this.bytes += step.bytes;
    while (this.done.length > 1 && (this.bytes > this.maxBytes || this.done.length > this.maxSteps)) {
      this.bytes -= /** @type {Step} */ (this.done.shift()).bytes;
    }
    this.#tell();
  }

  /** @returns {string | null} the label of what was taken back, or null when there is nothing */
  undo() {
    const step = this.done.pop();
    if (!step) return null;
    this.undone.push(step);
    step.undo();
    this.#tell();
    return step.label;
  }

  /** @returns {string | null} the label of what was done again, or null when there is nothing */
  redo() {
    const step = this.undone.pop();
    if (!step) return null;
    this.done.push(step);
    step.redo();
    this.#tell();
    return step.label;
  }

  /** @returns {string | null} what undo would take back */
  get undoLabel() {
    return this.done.at(-1)?.label ?? null;
  }

  /** @returns {string | null} what redo would do again */
  get redoLabel() {
    return this.undone.at(-1)?.label ?? null;
  }

  clear() {
    this.done = [];
    this.undone = [];
    this.bytes = 0;
    this.#tell();
  }

  #tell() {
    for (const listener of this.listeners) listener();
  }
}
