// The training being prepared, kept in the session so that going back and forth between the pages loses nothing.
//
// A draft is a preset and the values changed against it; the full config is defaults < preset < changes.

import { choiceTitle, settingTitle, shortTitle, valueText } from "../js/labels.js";

/**
 * @typedef {import("../js/schema.js").Values} Values
 * @typedef {{id: string, title: string, text: string, values: Values}} Preset
 * @typedef {{schema: import("../js/schema.js").Schema, defaults: Values, presets: Preset[], one_stem: Record<string, string>,
 *   block_masks: string[]}} ConfigSchema
 */

const KEY = "inpaintgan-draft";

/** Settings of the first page; a preset may set them too, but putting page 2 back leaves them alone. */
export const PAGE_ONE = new Set([
  "stage", "edge_generator", "init_from", "data", "mask", "mask_data", "block_ratio", "edge", "edge_data", "edge_nms", "sigma",
]);

export class Draft {
  /** @param {ConfigSchema} config */
  constructor(config) {
    this.config = config;
    /** @type {string} */ this.preset = config.presets[0]?.id ?? "";
    /** @type {Values} */ this.changes = {};
    /** Whether "Start from" was proposed by the page rather than chosen. */
    this.suggested = false;
    /** Settings that followed from "Start from", as they were and became. @type {Record<string, {was: any, became: any}>} */
    this.followed = {};
    this.name = "";
    this.#load();
  }

  #load() {
    try {
      const saved = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
      if (!saved) return;
      if (this.config.presets.some((preset) => preset.id === saved.preset)) this.preset = saved.preset;
      for (const [key, value] of Object.entries(saved.changes ?? {})) if (key in this.config.defaults) this.changes[key] = value;
      this.suggested = saved.suggested ?? false;
      this.followed = saved.followed ?? {};
      this.name = typeof saved.name === "string" ? saved.name : "";
    } catch {
      sessionStorage.removeItem(KEY);
    }
  }

  save() {
    const { preset, changes, suggested, followed, name } = this;
    sessionStorage.setItem(KEY, JSON.stringify({ preset, changes, suggested, followed, name }));
  }

  /** @returns {Set<string>} settings that the second page has not */
  get pageOneKeys() {
    return PAGE_ONE;
  }

  /** @returns {Values} what the settings are without the person's changes; a chosen edge generator takes its only stem with it */
  get base() {
    const stem = this.config.one_stem[this.changes.edge_generator];
    return { ...this.config.defaults, ...this.#presetValues, ...(stem ? { stem } : {}) };
  }

  /** @returns {Values} */
  get #presetValues() {
    return this.config.presets.find(({ id }) => id === this.preset)?.values ?? {};
  }

  /** @returns {string} what followed from "Start from" and from the edge generator, in words; empty when nothing did */
  get consequence() {
    const { values } = this;
    const followed = Object.entries(this.followed).filter(([key, { became }]) => values[key] === became);
    if (followed.length) {
      return `Follows from “Start from”: ${followed.map(([key, { was, became }]) =>
        `${settingTitle(key)} ${valueText(key, became)} instead of ${valueText(key, was)}`).join(", ")}.`;
    }
    const other = { ...this.config.defaults, ...this.#presetValues }.stem;
    if (other === this.base.stem || values.stem !== this.base.stem) return "";
    return `${shortTitle("edge_generator", values.edge_generator)} has one stem only, so Stem is ${choiceTitle("stem", values.stem)} instead of ${choiceTitle("stem", other)}.`;
  }

  /** @returns {Values} the full config */
  get values() {
    return { ...this.base, ...this.changes };
  }

  /**
   * What page 1 chose stays chosen when a preset comes to say the same or another.
   * @param {string} key
   * @param {any} value
   */
  set(key, value) {
    if (value === this.base[key] && !this.pageOneKeys.has(key)) delete this.changes[key];
    else this.changes[key] = value;
    if (key === "edge_generator" && value in this.config.one_stem) delete this.changes.stem;
    this.save();
  }

  /** Put back what followed from "Start from", unless it was changed since. */
  takeBackFollowed() {
    const { followed } = this;
    this.followed = {};
    for (const [key, { was, became }] of Object.entries(followed)) if (this.values[key] === became) this.set(key, was);
    this.save();
  }

  /** @returns {string[]} changed settings of the second page */
  get changedOnPageTwo() {
    return Object.keys(this.changes).filter((key) => !this.pageOneKeys.has(key));
  }

  /** @returns {string[]} settings of the first page that the preset has otherwise */
  get changedOnPageOne() {
    const preset = this.#presetValues;
    return Object.keys(preset).filter((key) => PAGE_ONE.has(key) && key in this.changes && this.changes[key] !== preset[key]);
  }

  /** Take the preset's values of the first page, too. */
  takePresetOfPageOne() {
    for (const key of this.changedOnPageOne) delete this.changes[key];
    this.save();
  }

  /**
   * Take a preset: what was changed on page 2 is reset, choices of page 1 stay.
   * @param {string} id
   */
  choosePreset(id) {
    const kept = Object.entries(this.changes).filter(([key]) => PAGE_ONE.has(key));
    this.preset = id;
    this.changes = Object.fromEntries(kept);
    this.save();
  }

  /** Once its training has begun: the settings stay for a variation, the name is taken. */
  begun() {
    this.name = "";
    this.save();
  }

  /** Take a whole config, as imported. @param {Values} values */
  take(values) {
    this.changes = {};
    this.suggested = false;
    this.followed = {};
    for (const [key, value] of Object.entries(values)) if (key in this.config.defaults) this.set(key, value);
    this.save();
  }
}
