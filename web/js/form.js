// Draws settings from the config's JSON schema: a setting is described once, in Python, and shown here with its unit,
// range, default and explanation. A value that differs from the preset is marked and can be reset.

import { el, setFault } from "./dom.js";
import { choosesFolder } from "./files.js";
import { plain } from "./format.js";
import { inTitles, settingTitle, valueText } from "./labels.js";
import { options, parse, rangeText } from "./schema.js";

/** Learning rates offered in the drop-down; others are typed. */
const COMMON_RATES = [0.001, 0.0005, 0.0002, 0.0001, 0.00005, 0.00001];

/**
 * @typedef {import("./schema.js").Property} Property
 * @typedef {import("./schema.js").Schema} Schema
 * @typedef {import("./schema.js").Values} Values
 * @typedef {HTMLInputElement | HTMLSelectElement} Control
 * @typedef {{row: HTMLElement, write: (value: any) => void, controls: Control[], error: HTMLElement, back: HTMLButtonElement,
 *   why: HTMLElement, misfit: string, refusal: string}} Field   misfit: why what was typed is no value; refusal: the program's
 */

const NO_ERRORS = { misfit: "", refusal: "" };

/** The one of a setting's controls that is in use. @param {Field} field @returns {Control} */
const controlOf = ({ controls }) => controls.findLast((control) => !control.hidden) ?? controls[0];

export class SettingsForm {
  /**
   * @param {Schema} schema
   * @param {(key: string, value: any) => void} onChange
   * @param {boolean} hasScreen whether the system can show a dialog
   */
  constructor(schema, onChange, hasScreen) {
    this.schema = schema;
    this.onChange = onChange;
    this.hasScreen = hasScreen;
    /** @type {Map<string, Field>} */ this.fields = new Map();
    /** @type {Values} */ this.base = {};
    /** Shows all rows again, before one is jumped to. */
    this.reveal = () => {};
  }

  /**
   * A titled group of settings.
   * @param {string} name
   * @param {string[]} keys
   * @returns {HTMLElement}
   */
  group(name, keys) {
    return el("fieldset", { class: "settings-group card" }, el("legend", {}, el("h2", {}, name)), ...keys.map((key) => this.#row(key)));
  }

  /** @param {string} key @returns {HTMLElement} */
  #row(key) {
    const property = this.schema.properties[key];
    const id = `setting-${key}`;
    const control = this.#control(key, property, id);
    const error = el("p", { class: "error", id: `${id}-error`, role: "alert", hidden: true });
    const back = el("button", { type: "button", class: "put-back", hidden: true, onclick: () => this.#change(key, this.base[key], true) });
    const why = el("p", { class: "why", hidden: true });
    const facts = [rangeText(property), `default ${valueText(key, property.default)}`].filter(Boolean).join("; ");
    const row = el("div", { class: "setting", "data-key": key },
      el("label", { for: id, title: key }, settingTitle(key)),
      el("div", { class: "setting-control" }, control.node, property.unit ? el("span", { class: "unit" }, property.unit) : null),
      el("div", { class: "setting-text", id: `${id}-text` },
        el("p", {}, this.#inTitles(property.description ?? ""), " ", el("span", { class: "facts" }, `${facts.charAt(0).toUpperCase()}${facts.slice(1)}.`)), why, error, back));
    for (const input of control.controls) input.setAttribute("aria-describedby", `${id}-text`);
    this.fields.set(key, { row, write: control.write, controls: control.controls, error, back, why, misfit: "", refusal: "" });
    return row;
  }

  /** @param {string} words */
  #inTitles(words) {
    return inTitles(words, (key) => key in this.schema.properties);
  }

  /**
   * @param {string} key
   * @param {Property} property
   * @param {string} id
   * @returns {{node: HTMLElement, controls: Control[], write: (value: any) => void}}
   */
  #control(key, property, id) {
    if (key === "lr") return this.#rate(key, property, id);
    if (property.type === "boolean") {
      const box = el("input", { type: "checkbox", id, onchange: () => this.#change(key, box.checked) });
      return { node: box, controls: [box], write: (value) => { box.checked = value; } };
    }
    const list = options(key, property);
    if (list.length) {
      const select = el("select", { id, onchange: () => this.#change(key, select.value) },
        ...list.map(({ value, title }) => el("option", { value }, title)));
      return { node: select, controls: [select], write: (value) => { select.value = value; } };
    }
    return this.#typed(key, property, id);
  }

  /** @param {string} key @param {Property} property @param {string} id */
  #typed(key, property, id) {
    const numeric = property.type === "number" || property.type === "integer";
    const input = el("input", {
      type: "text", id, inputMode: numeric ? "decimal" : "text", class: numeric ? "num" : "", autocomplete: "off", spellcheck: false,
      oninput: () => this.#typedValue(key, property, input.value),
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (numeric && (event.key === "ArrowUp" || event.key === "ArrowDown")) this.#nudge(key, property, input, event);
      },
    });
    const write = (/** @type {any} */ value) => {
      if (document.activeElement !== input) input.value = numeric && typeof value === "number" ? plain(value) : String(value ?? "");
    };
    if (!/(^|_)data$/.test(key)) return { node: input, controls: [input], write };
    const name = settingTitle(key).toLowerCase();
    const browse = el("button", { type: "button", class: "button small", "aria-label": `Choose the ${name}` }, "Choose…");
    choosesFolder(browse, () => ({ title: `Select the ${name}`, start: input.value, hasScreen: this.hasScreen, deep: true }),
      (path) => this.#change(key, path, true));
    return { node: el("div", { class: "with-button" }, input, browse), controls: [input], write };
  }

  /** The learning rate: common values in a drop-down, any other by typing. @param {string} key @param {Property} property @param {string} id */
  #rate(key, property, id) {
    const other = el("input", {
      type: "text", id: `${id}-other`, class: "num", inputMode: "decimal", hidden: true, "aria-label": "Another rate",
      oninput: () => this.#typedValue(key, property, other.value),
    });
    const select = el("select", {
      id, onchange: () => {
        other.hidden = select.value !== "other";
        if (other.hidden) this.#change(key, Number(select.value));
        else other.focus();
      },
    }, ...COMMON_RATES.map((rate) => el("option", { value: plain(rate) }, plain(rate))), el("option", { value: "other" }, "Other…"));
    const write = (/** @type {any} */ value) => {
      if (document.activeElement === other) return;
      const common = COMMON_RATES.includes(value);
      select.value = common ? plain(value) : "other";
      other.hidden = common;
      other.value = typeof value === "number" ? plain(value) : String(value);
    };
    return { node: el("div", { class: "stack tight" }, select, other), controls: [select, other], write };
  }

  /** Arrow keys step a number as they do in a number field. */
  #nudge(/** @type {string} */ key, /** @type {Property} */ property, /** @type {HTMLInputElement} */ input, /** @type {KeyboardEvent} */ event) {
    const { value, error } = parse(property, input.value);
    if (error) return;
    event.preventDefault();
    const size = property.multipleOf ?? (property.type === "integer" ? 1 : 10 ** Math.floor(Math.log10(Math.abs(value) || 1) - 1));
    const next = Number((value + (event.key === "ArrowUp" ? size : -size)).toPrecision(8));
    if (parse(property, plain(next)).error) return;
    input.value = plain(next);
    this.#change(key, next);
  }

  /** @param {string} key @param {Property} property @param {string} text */
  #typedValue(key, property, text) {
    const { value, error } = parse(property, text);
    if (error) this.#setErrors(key, { misfit: error, refusal: "" });
    else this.#change(key, value);
  }

  /** @param {string} key @param {any} value @param {boolean} [write] */
  #change(key, value, write = false) {
    const field = this.fields.get(key);
    this.#setErrors(key, NO_ERRORS);
    if (field && write) {
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
      field.write(value);
      controlOf(field).focus();
    }
    this.#mark(key, value);
    this.onChange(key, value);
  }

  /** @param {string} key @param {any} value */
  #mark(key, value) {
    const field = this.fields.get(key);
    if (!field) return;
    const changed = value !== this.base[key];
    field.row.toggleAttribute("data-changed", changed);
    field.back.hidden = !changed;
    field.back.textContent = `Reset to ${valueText(key, this.base[key])}`;
  }

  /**
   * Show values, and mark what differs from the base.
   * @param {Values} values
   * @param {Values} base
   */
  show(values, base) {
    this.base = base;
    for (const [key, field] of this.fields) {
      field.write(values[key]);
      this.#setErrors(key, NO_ERRORS);
      this.#mark(key, values[key]);
    }
  }

  /**
   * Show what the program refuses, in place of all that it refused before: one setting's change may mend another.
   * @param {Map<string, string>} refusals by setting; those the form does not have are skipped
   */
  setRefusals(refusals) {
    for (const key of this.fields.keys()) this.#setErrors(key, { refusal: refusals.get(key) ?? "" });
  }

  /** @param {string} key @param {{misfit?: string, refusal?: string}} errors those not given stay as they are */
  #setErrors(key, errors) {
    const field = this.fields.get(key);
    if (!field) return;
    Object.assign(field, errors);
    for (const control of field.controls) control.removeAttribute("aria-invalid"); // which of them is in use may have changed
    setFault(controlOf(field), field.error, field.misfit || this.#inTitles(field.refusal));
  }

  /**
   * Dim the settings that have no effect, and say why; they can be typed all the same.
   * @param {(key: string) => string} because a sentence, or nothing for a setting that is used
   */
  dim(because) {
    for (const [key, { row, why }] of this.fields) {
      const text = because(key);
      row.toggleAttribute("data-unused", Boolean(text));
      for (const button of row.querySelectorAll(".with-button button")) /** @type {HTMLButtonElement} */ (button).disabled = Boolean(text);
      why.hidden = !text;
      why.textContent = text;
    }
  }

  /**
   * Show the rows that are wanted, and the groups that have some.
   * @param {(row: HTMLElement) => boolean} wanted
   * @returns {number} how many are shown
   */
  filter(wanted) {
    let shown = 0;
    for (const { row } of this.fields.values()) {
      row.hidden = !wanted(row);
      if (!row.hidden) shown++;
    }
    for (const group of new Set([...this.fields.values()].map(({ row }) => row.parentElement))) {
      if (group) group.hidden = !group.querySelector(".setting:not([hidden])");
    }
    return shown;
  }

  /** A setting that cannot change here. @param {string} key @param {string} because */
  fix(key, because) {
    const field = this.fields.get(key);
    if (!field) return;
    for (const control of field.controls) control.disabled = true;
    field.row.append(el("p", { class: "setting-text why" }, because));
  }

  /** @returns {string} the first setting with an error, or nothing */
  get firstError() {
    for (const [key, { misfit, refusal }] of this.fields) if (misfit || refusal) return key;
    return "";
  }

  /** @param {string} key */
  focus(key) {
    const field = this.fields.get(key);
    if (!field) return;
    if (field.row.hidden) this.reveal();
    field.row.scrollIntoView({ block: "center" });
    controlOf(field).focus();
  }
}
