// Keeps what is drawn (the mask, the edges) on the server, so that it is there after leaving the page, a reload, or a
// crash of the browser.

import { encoded } from "./map-work.js";

/** @typedef {import("./bitmap.js").Bitmap} Bitmap */
/** @typedef {"saved" | "waiting" | "failed"} SaveState */

const DELAY_MS = 300;

export class LayerSaver {
  /**
   * @param {Bitmap} map
   * @param {(png: Blob) => Promise<any>} send resolves when the server has it
   * @param {(state: SaveState, error?: unknown) => void} tell
   */
  constructor(map, send, tell) {
    this.map = map;
    this.send = send;
    this.tell = tell;
    this.version = 0;
    this.savedVersion = 0;
    this.timer = 0;
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

  /** The map has changed: save it once the hand rests. */
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
      await this.send(await encoded(this.map));
    } catch (error) {
      this.tell("failed", error);
      throw error;
    }
    this.savedVersion = version;
    this.tell(this.version === version ? "saved" : "waiting");
  }
}
