// Keeps the drawn mask on the server, so that it is there after leaving the page, a reload, or a crash of the browser.

import { encodeMask } from "./mask-file.js";

/** @typedef {import("./bitmap.js").Bitmap} Bitmap */
/** @typedef {"saved" | "waiting" | "failed"} SaveState */

const DELAY_MS = 300;

export class MaskSaver {
  /**
   * @param {Bitmap} mask
   * @param {(png: Blob) => Promise<any>} send
   * @param {(state: SaveState, error?: unknown) => void} tell
   */
  constructor(mask, send, tell) {
    this.mask = mask;
    this.send = send;
    this.tell = tell;
    this.version = 0;
    this.savedVersion = 0;
    this.timer = 0;
    /** @type {Promise<void>} saves run one after another */
    this.chain = Promise.resolve();
    addEventListener("beforeunload", (event) => {
      if (this.version === this.savedVersion) return;
      this.flush().catch(() => {});
      event.preventDefault();
    });
  }

  /** The mask has changed: save it once the hand rests. */
  changed() {
    this.version++;
    this.tell("waiting");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush().catch(() => {}), DELAY_MS);
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

  async #save() {
    const { version } = this;
    if (version === this.savedVersion) return;
    try {
      await this.send(await encodeMask(this.mask));
    } catch (error) {
      this.tell("failed", error);
      throw error;
    }
    this.savedVersion = version;
    this.tell(this.version === version ? "saved" : "waiting");
  }
}
