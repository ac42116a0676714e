// A folder of page 1: chosen in a dialog or typed, resolved by the program, or refused in words below its field.

import { call } from "../js/bridge.js";
import { byId, setFault } from "../js/dom.js";
import { choosesFolder } from "../js/files.js";
import { errorText } from "../js/shell.js";

export class FolderField {
  /** What was typed and could not be taken, or not yet: it stays in the field to be mended. @type {string | null} */
  #untaken = null;
  /** @type {Promise<boolean> | null} */ #taking = null;

  /**
   * @param {{input: string, button: string, path: string, error: string}} ids of its parts on the page
   * @param {string} title of the dialog
   * @param {{value: () => string, hasScreen: () => boolean, onTake: (path: string) => void}} page onTake gets the folder,
   *   or nothing where what was typed cannot be used
   */
  constructor(ids, title, page) {
    this.input = byId(ids.input, HTMLInputElement);
    this.button = byId(ids.button, HTMLButtonElement);
    this.path = byId(ids.path);
    this.error = byId(ids.error);
    this.page = page;
    choosesFolder(this.button, () => ({ title, start: page.value(), hasScreen: page.hasScreen(), deep: true }), (path) => this.take(path));
    this.input.addEventListener("change", () => this.commit());
    this.input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      // Enter takes the path; it must not also leave the page.
      event.preventDefault();
      this.commit();
    });
  }

  show() {
    const path = this.page.value();
    if (document.activeElement !== this.input) this.input.value = this.#untaken ?? path;
    this.path.textContent = this.path.title = path;
  }

  /** @param {string} message empty clears it */
  refuse(message) {
    setFault(this.input, this.error, message);
  }

  /** Nothing is chosen here, and something must be. @param {string} message */
  demand(message) {
    this.refuse(message);
    this.button.focus();
  }

  /** Take what stands in the field, once. @returns {Promise<boolean>} whether it can be used */
  async commit() {
    const path = this.input.value.trim();
    if (this.#taking && this.#untaken === path) return this.#taking;
    return path === this.page.value() && this.#untaken === null ? true : this.take(path);
  }

  /** @param {string} path @returns {Promise<boolean>} whether it can be used */
  take(path) {
    this.#untaken = path;
    const taking = this.#resolve(path).finally(() => {
      if (this.#taking === taking) this.#taking = null;
    });
    this.#taking = taking;
    return taking;
  }

  /** @param {string} path @returns {Promise<boolean>} */
  async #resolve(path) {
    this.refuse("");
    try {
      const resolved = path ? (await call("list_folder", path)).path : "";
      if (this.#untaken !== path) return false; // another was typed meanwhile
      this.#untaken = null;
      if (this.input.value.trim() === path) this.input.value = resolved;
      this.page.onTake(resolved);
      return true;
    } catch (error) {
      if (this.#untaken !== path) return false;
      this.page.onTake("");
      this.refuse(errorText(error));
      return false;
    }
  }
}
