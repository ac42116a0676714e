// Undoable changes of a map, one after another: strokes at once, others as soon as they are computed.

import { Edit } from "./edit.js";

/** @typedef {import("./bitmap.js").Bitmap} Bitmap */
/** @typedef {import("./history.js").History} History */
/** @typedef {import("./history.js").Step} Step */
/** @typedef {import("./patch.js").Patch} Patch */

export class MapChanges {
  /**
   * @param {Bitmap} map
   * @param {"mask" | "edges"} kind what the map is, for the history
   * @param {History} history
   * @param {Bitmap | null} clip where changes are allowed; null: everywhere
   * @param {{end: () => void, setBusy: (busy: boolean) => void, undone: () => void}} gestures ends what is being drawn, which
   *   a change must not meet; told whether one is being computed, and when one was undone or redone
   */
  constructor(map, kind, history, clip, gestures) {
    this.map = map;
    this.kind = kind;
    this.history = history;
    this.clip = clip;
    this.gestures = gestures;
    /** Whether a change is being computed: until it is there, nothing is drawn. */
    this.busy = false;
    /** @type {Promise<unknown>} the changes that are to come, one after another */
    this.settled = Promise.resolve();
    /** @type {Set<() => void>} told after every finished change, undone and redone ones included */
    this.listeners = new Set();
    history.handlers[kind] = ({ patch }) => {
      gestures.undone();
      patch.apply(map);
      this.#tell();
    };
  }

  /** @returns {Edit} a change that is made step by step, until `commit` */
  begin() {
    return new Edit(this.map, this.clip);
  }

  /**
   * @param {Edit} edit
   * @param {string} label
   * @param {Partial<Step>} [more] what else the step is to tell
   * @returns {boolean} whether anything differs
   */
  commit(edit, label, more) {
    const patch = edit.commit();
    if (patch) this.#record(label, patch, more);
    return patch !== null;
  }

  /**
   * A change that is made at once, such as a clearing.
   * @param {string} label
   * @param {(edit: Edit) => void} change
   * @param {Partial<Step>} [more] what else the step is to tell
   * @returns {Promise<void>} resolves when it is done, which is at once unless another one is being computed
   */
  change(label, change, more) {
    return this.#inTurn(() => {
      const edit = this.begin();
      change(edit);
      this.commit(edit, label, more);
    });
  }

  /**
   * A change that may take a while to compute.
   * @param {string} label
   * @param {() => Patch | null | Promise<Patch | null>} compute
   * @returns {Promise<void>} resolves when it is done
   */
  apply(label, compute) {
    return this.#inTurn(async () => {
      const patch = await compute();
      if (!patch) return;
      patch.apply(this.map);
      this.#record(label, patch);
    });
  }

  /**
   * A change that is part of a larger step, which the caller puts into the history.
   * @param {(edit: Edit) => void} change
   * @returns {Patch | null} null when nothing differs
   */
  edit(change) {
    this.gestures.end();
    const edit = this.begin();
    change(edit);
    const patch = edit.commit();
    if (patch) this.#tell();
    return patch;
  }

  /**
   * @param {() => void | Promise<void>} work
   * @returns {Promise<void>}
   */
  #inTurn(work) {
    const turn = this.settled.then(async () => {
      this.gestures.end();
      this.#setBusy(true);
      try {
        await work();
      } finally {
        this.#setBusy(false);
      }
    });
    this.settled = turn.catch(() => {});
    return turn;
  }

  /** @param {boolean} busy */
  #setBusy(busy) {
    this.busy = busy;
    this.gestures.setBusy(busy);
  }

  /**
   * @param {string} label
   * @param {Patch} patch
   * @param {Partial<Step>} [more]
   */
  #record(label, patch, more) {
    this.#tell(); // first, so that who keeps the history knows that the map is ahead of what is stored
    this.history.push({ ...more, label, changes: [{ kind: this.kind, patch }] });
  }

  #tell() {
    for (const listener of this.listeners) listener();
  }
}
