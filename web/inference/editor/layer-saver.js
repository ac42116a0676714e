// Keeps what is drawn (the mask, the edges) on the server, so that it is there after leaving the page, a reload, or a
// crash of the browser.

import { wait } from "../../js/poll.js";

/** @typedef {"saved" | "waiting" | "failed"} SaveState */

const DELAY_MS = 300;
const MOST_MS = 2000; // for whoever draws on without a rest
const STROKE_MS = 20;

export class LayerSaver {
  /**
   * @param {() => Promise<any>} save takes what is drawn as it is at the call; resolves when the server has it
   * @param {() => boolean} drawing whether a stroke is being drawn: half of one is in no history, so it is not saved
   * @param {(state: SaveState, error?: unknown) => void} tell
   */
  constructor(save, drawing, tell) {
    this.save = save;
    this.drawing = drawing;
    this.tell = tell;
    this.version = 0;
    this.savedVersion = 0;
    this.timer = 0;
    /** @type {number | null} since when something is not on its way to the server */
    this.since = null;
    /** @type {Error | null} why nothing is saved, until a person has decided */
    this.refusal = null;
    /** @type {Promise<void>} saves run one after another */
    this.chain = Promise.resolve();
    addEventListener("beforeunload", (event) => {
      if (this.idle) return;
      this.flush().catch(() => {});
      event.preventDefault();
    });
  }

  /** Whether the server has what is drawn. */
  get idle() {
    return this.version === this.savedVersion;
  }

  /** The map has changed: save it once the hand rests, or after a while. */
  changed() {
    this.version++;
    this.tell("waiting");
    this.since ??= Date.now();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush().catch(() => {}), Math.max(0, Math.min(DELAY_MS, this.since + MOST_MS - Date.now())));
  }

  /**
   * Save now what is not saved yet.
   * @returns {Promise<void>} resolves when the server has it
   */
  flush() {
    clearTimeout(this.timer);
    const save = this.chain.then(() => this.#save());
    this.chain = save.catch(() => {});
    return save;
  }

  /** Let go of what is not saved yet. */
  giveUp() {
    clearTimeout(this.timer);
    this.savedVersion = this.version;
  }

  async #save() {
    while (this.drawing()) await wait(STROKE_MS);
    const { version } = this;
    if (version === this.savedVersion && !this.refusal) return;
    this.since = null;
    try {
      if (this.refusal) throw this.refusal;
      await this.save();
    } catch (error) {
      this.tell("failed", error);
      throw error;
    }
    this.savedVersion = version;
    this.tell(this.version === version ? "saved" : "waiting");
  }
}
