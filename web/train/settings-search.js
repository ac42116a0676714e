// Finding one of some seventy settings: by words of its name or its explanation, or only those that have an effect.

import { byId } from "../js/dom.js";
import { plural } from "../js/format.js";

export class SettingsSearch {
  /** @param {import("../js/form.js").SettingsForm} form drawn already */
  constructor(form) {
    this.form = form;
    this.words = /** @type {HTMLInputElement} */ (byId("find"));
    this.used = /** @type {HTMLInputElement} */ (byId("only-used"));
    this.words.addEventListener("input", () => this.apply());
    this.used.addEventListener("change", () => this.apply());
    form.reveal = () => this.clear();
  }

  /** Show what is looked for; to be called again when a value changes what is used. */
  apply() {
    const words = this.words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = (/** @type {HTMLElement} */ row) => {
      if (this.used.checked && row.hasAttribute("data-unused")) return false;
      const text = `${row.textContent} ${row.dataset.key}`.toLowerCase();
      return words.every((word) => text.includes(word));
    };
    const shown = this.form.filter(wanted);
    const all = words.length === 0 && !this.used.checked;
    byId("find-result").textContent = all ? "" : shown ? plural(shown, "setting") : "No setting has these words.";
  }

  clear() {
    this.words.value = "";
    this.used.checked = false;
    this.apply();
  }
}
