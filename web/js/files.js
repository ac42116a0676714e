// The in-app folder list: works everywhere, by mouse, keyboard and typing, in any language's letters.

import { call, codeOf } from "./bridge.js";
import { el, setUsable } from "./dom.js";
import { plural } from "./format.js";
import { errorText } from "./shell.js";

/**
 * @typedef {{name: string, path: string}} Folder
 * @typedef {{title: string, start: string, hasScreen: boolean, deep: boolean}} Options   deep: pictures in sub-folders count too
 */

const FOLDER_SVG = `<svg viewBox="0 0 20 20" aria-hidden="true"><path d="M2.5 5.5a1.5 1.5 0 0 1 1.5-1.5h3.6l1.9 2h6.5A1.5 1.5 0 0 1 17.5 7.5v7a1.5 1.5 0 0 1-1.5 1.5H4a1.5 1.5 0 0 1-1.5-1.5z" fill="none" stroke="currentColor" stroke-width="1.4"/></svg>`;

class FolderDialog {
  /** @param {Options} options @param {(path: string | null) => void} done gets null when cancelled */
  constructor({ title, start, hasScreen, deep }, done) {
    this.title = title;
    this.deep = deep;
    this.here = "";
    this.ticket = 0;
    this.path = el("input", { type: "text", id: "folder-path", autocomplete: "off", spellcheck: false });
    this.up = el("button", { type: "button", class: "button", disabled: true }, "Up");
    this.list = el("ul", { class: "folder-list", "aria-label": "Folders" });
    this.shortcuts = el("ul", { class: "folder-shortcuts", "aria-label": "Places" });
    this.note = el("p", { class: "small muted", role: "status" });
    this.choose = el("button", { type: "button", class: "button primary", onclick: () => this.#choose() }, "Select this folder");
    this.system = hasScreen
      ? el("button", { type: "button", class: "button quiet folder-system", onclick: () => this.#system() }, "System dialog…") : null;
    const go = el("form", { class: "folder-go" }, el("label", { class: "visually-hidden", for: "folder-path" }, "Folder path"), this.path,
      el("button", { class: "button" }, "Open"), this.up);
    go.addEventListener("submit", (event) => {
      event.preventDefault();
      this.open(this.path.value);
    });
    this.dialog = el("dialog", { class: "folder-dialog", "aria-labelledby": "folder-title" },
      el("header", {}, el("h2", { id: "folder-title" }, title)),
      el("div", { class: "body" }, go, el("div", { class: "folder-columns" }, this.shortcuts, this.list), this.note),
      el("footer", {}, this.system, el("button", { type: "button", class: "button", onclick: () => this.close(null) }, "Cancel"), this.choose));
    this.dialog.addEventListener("close", () => {
      this.dialog.remove();
      done(this.result);
    });
    this.list.addEventListener("keydown", (event) => this.#arrows(event));
    /** @type {string | null} */ this.result = null;
    document.body.append(this.dialog);
    this.dialog.showModal();
    this.open(start, true).then((found) => found || !start || this.open(""));
  }

  /** @param {string | null} path */
  close(path) {
    this.result = path;
    this.dialog.close();
  }

  /**
   * Show a folder's folders.
   * @param {string} path empty for where one usually begins
   * @param {boolean} [nearest] whether the folder that a missing one would lie in will do
   * @returns {Promise<boolean>} whether it could be opened, or another was asked for meanwhile
   */
  async open(path, nearest = false) {
    const ticket = ++this.ticket;
    const before = this.path.value;
    setUsable(this.choose, false); // it would take the folder before
    try {
      const found = await call("list_folder", path, nearest);
      if (ticket !== this.ticket) return true;
      this.here = found.path;
      // What was typed while the answer was on its way stays.
      if (this.path.value === before) this.path.value = found.path;
      this.up.disabled = !found.parent;
      this.up.onclick = () => this.open(found.parent);
      this.#draw(found.folders, found.shortcuts ?? []);
      this.#note(found.n_pictures ? `${plural(found.n_pictures, "picture")} in this folder.`
        : `No pictures directly in this folder${this.deep ? "; sub-folders are searched too" : ""}.`);
      return true;
    } catch (error) {
      if (ticket !== this.ticket) return true; // nobody waits for it: another folder is being opened
      this.#note(errorText(error), true);
      return false;
    } finally {
      if (ticket === this.ticket) setUsable(this.choose, true);
    }
  }

  /** @param {Folder[]} folders @param {Folder[]} shortcuts */
  #draw(folders, shortcuts) {
    const button = (/** @type {Folder} */ folder) => {
      const node = el("button", { type: "button", onclick: () => this.open(folder.path).then(() => this.#focusFirst()) });
      node.innerHTML = FOLDER_SVG;
      node.append(el("span", {}, folder.name));
      return el("li", {}, node);
    };
    this.list.replaceChildren(...folders.map(button));
    if (!folders.length) this.list.append(el("li", { class: "muted small empty" }, "No folders in here."));
    this.shortcuts.replaceChildren(...shortcuts.map(button));
    this.shortcuts.hidden = !shortcuts.length;
  }

  #focusFirst() {
    /** @type {HTMLElement} */ (this.list.querySelector("button") ?? this.choose).focus();
  }

  /** @param {string} text @param {boolean} [bad] */
  #note(text, bad = false) {
    this.note.textContent = text;
    this.note.className = bad ? "small error-text" : "small muted";
  }

  /** @param {KeyboardEvent} event */
  #arrows(event) {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp" && event.key !== "Backspace") return;
    event.preventDefault();
    if (event.key === "Backspace") {
      this.up.click();
      return;
    }
    const buttons = [...this.list.querySelectorAll("button")];
    const at = buttons.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    buttons[Math.min(buttons.length - 1, Math.max(0, at + (event.key === "ArrowDown" ? 1 : -1)))]?.focus();
  }

  async #choose() {
    const typed = this.path.value.trim();
    if (!typed || (typed !== this.here && !(await this.open(typed)))) return;
    this.close(this.here);
  }

  async #system() {
    try {
      const { path } = await call("choose_folder", this.title);
      if (path) this.close(path);
    } catch (error) {
      this.#note(errorText(error), true);
      // Here is the list that works everywhere; what could not be shown is offered no more.
      if (this.system && codeOf(error) === "no-dialog") {
        this.system.hidden = true;
        this.#focusFirst();
      }
    }
  }
}

/**
 * Have a button choose the folder that is typed beside it.
 * @param {HTMLButtonElement} button
 * @param {() => Options} options
 * @param {(path: string) => void} take gets the folder, unless a person cancels
 */
export function choosesFolder(button, options, take) {
  button.addEventListener("click", () => {
    button.focus(); // which not every browser does; the dialog gives it back
    new FolderDialog(options(), (path) => path && take(path));
  });
  button.disabled = false; // until here a press would have been lost
}
