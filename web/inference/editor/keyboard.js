// Keys: one table that both acts and fills the help, so that the help cannot be wrong.

import { byId, el } from "../../js/dom.js";

/**
 * @typedef {object} Binding
 * @property {string} group heading in the help
 * @property {string[]} keys as printed on the keys, one entry for each way to press it; "a+b" is a chord
 * @property {string} text what it does
 * @property {(event: KeyboardEvent) => boolean} [match] left out for mouse gestures, which are only listed
 * @property {(event: KeyboardEvent) => void} [run]
 * @property {() => void} [release] told when the key goes up
 * @property {boolean} [repeats] whether it runs again and again while the key is held
 * @property {"page" | "canvas"} [scope] "canvas": only while no other control has the focus
 */

const TYPING = "textarea, select, [contenteditable], input:not([type=range], [type=checkbox], [type=radio], [type=color], [type=file])";
const CONTROLS = `a, button, summary, input, ${TYPING}`;

/** Where a person wants it so, letters and signs act only while the picture has the focus; kept for all pages. */
const LETTERS_KEY = "inpaintgan-letter-keys";
const lettersAnywhere = () => localStorage.getItem(LETTERS_KEY) !== "picture";

const command = (/** @type {KeyboardEvent} */ event) => event.ctrlKey || event.metaKey;

/** @type {Record<string, string>} */
const SIGNS = { BracketLeft: "[", BracketRight: "]" };

/**
 * What a key stands for. Where it writes a letter of another alphabet: what it would write on an English keyboard.
 * @param {KeyboardEvent} event
 */
const keyOf = ({ key, code }) => (/^[^\0-\x7f]$/u.test(key) ? SIGNS[code] ?? (/^Key([A-Z])$/.exec(code)?.[1].toLowerCase() || key) : key);

/** @param {string} letter @returns {(event: KeyboardEvent) => boolean} the letter alone */
export const letter = (letter) => (event) => !command(event) && !event.altKey && keyOf(event).toLowerCase() === letter;

/** @param {string} key @param {boolean} [shift] @returns {(event: KeyboardEvent) => boolean} with Ctrl, or Command on a Mac */
export const control = (key, shift = false) => (event) => command(event) && event.shiftKey === shift && keyOf(event).toLowerCase() === key;

/** @param {...string} names @returns {(event: KeyboardEvent) => boolean} the key itself, whatever else is held */
export const named = (...names) => (event) => names.includes(keyOf(event));

/**
 * Act on the keys of a page until it is left; the question mark and the help button list them.
 * @param {Binding[]} given
 * @param {Element} canvas
 */
export function listen(given, canvas) {
  const help = () => showHelp(bindings.filter(({ keys }) => keys.length));
  /** @type {Binding[]} */
  const bindings = [...given, { group: "View", keys: ["?"], text: "This list", match: named("?"), run: help }];
  byId("help").addEventListener("click", help);
  /** @param {KeyboardEvent} event @returns {Binding | undefined} */
  const find = (event) => {
    const target = /** @type {Element} */ (event.target);
    if (document.querySelector("dialog[open]") || (target instanceof Element && target.matches(TYPING))) return undefined;
    const isLetter = event.key.length === 1 && event.key !== " " && !command(event);
    if (isLetter && target !== canvas && !lettersAnywhere()) return undefined;
    const free = target === canvas || !(target instanceof Element && target.closest(CONTROLS));
    return bindings.find(({ match, scope }) => match?.(event) && (scope !== "canvas" || free));
  };
  /** @type {Map<string, Binding>} keys that are down */
  const held = new Map();
  document.addEventListener("keydown", (event) => {
    const binding = find(event);
    if (!binding) return;
    event.preventDefault();
    if (event.repeat && !binding.repeats) return;
    held.set(event.code, binding);
    binding.run?.(event);
  });
  document.addEventListener("keyup", (event) => {
    const binding = held.get(event.code);
    if (!binding) return;
    event.preventDefault();
    held.delete(event.code);
    binding.release?.();
  });
  window.addEventListener("blur", () => {
    for (const { release } of held.values()) release?.();
    held.clear();
  });
}

/** @param {Binding[]} bindings */
function showHelp(bindings) {
  const groups = [...new Set(bindings.map(({ group }) => group))];
  const keys = (/** @type {Binding} */ { keys }) => keys.flatMap((way, i) => [
    i ? el("span", { class: "muted" }, " or ") : "",
    ...way.split("+").filter(Boolean).map((key) => el("kbd", {}, key)),
    ...(way === "+" ? [el("kbd", {}, "+")] : []),
  ]);
  const sections = groups.map((group) => el("section", {}, el("h3", {}, group), el("dl", { class: "key-list" },
    ...bindings.filter((binding) => binding.group === group).flatMap((binding) => [
      el("dt", {}, ...keys(binding)), el("dd", {}, binding.text),
    ]))));
  const letters = el("input", { type: "checkbox", checked: lettersAnywhere(), onchange: () => {
    localStorage.setItem(LETTERS_KEY, letters.checked ? "anywhere" : "picture");
  } });
  const close = el("button", { type: "button", class: "button primary", onclick: () => dialog.close() }, "Close");
  const dialog = el("dialog", { class: "help-dialog", "aria-labelledby": "help-title" },
    el("header", {}, el("h2", { id: "help-title" }, "Keys and gestures")),
    el("div", { class: "body help-columns" }, ...sections),
    el("footer", {}, el("label", { class: "check small grow" }, letters, "Letters work wherever the focus is, not only on the picture"), close));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  close.focus();
}
