// The settings that differ from the preset (or from the run that is resumed), as a table.

import { el } from "../js/dom.js";
import { settingTitle, valueText } from "../js/labels.js";

/** @typedef {import("../js/schema.js").Values} Values */

/**
 * @param {{keys: string[], base: Values, values: Values, than: string}} what than: what the base is, as a heading
 * @param {(key: string) => void} onGo called to show a setting
 * @returns {HTMLElement}
 */
export function differenceTable({ keys, base, values, than }, onGo) {
  const rows = keys.map((key) => el("tr", {},
    el("th", { scope: "row" }, el("button", { type: "button", class: "link", onclick: () => onGo(key) }, settingTitle(key))),
    el("td", { class: "mono muted" }, key), el("td", { class: "num" }, valueText(key, base[key])), el("td", { class: "num" }, valueText(key, values[key]))));
  return el("table", { class: "differences" }, el("thead", {}, el("tr", {}, ...["Setting", "Name in YAML", than, "Here"].map((title) => el("th", { scope: "col" }, title)))),
    el("tbody", {}, ...rows));
}
