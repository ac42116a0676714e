// Reads the config's JSON schema: what a setting allows, in words, and whether a typed value fits. Pure, tested by node.

import { count, plain } from "./format.js";
import { choiceTitle, splitRefusal } from "./labels.js";

/**
 * @typedef {{type?: string, enum?: string[], const?: string, default?: any, description?: string, group?: string,
 *   unit?: string, costs?: boolean, model?: string, minimum?: number, maximum?: number, exclusiveMinimum?: number, exclusiveMaximum?: number,
 *   multipleOf?: number}} Property
 * @typedef {{properties: Record<string, Property>}} Schema
 * @typedef {Record<string, any>} Values
 */

/** @param {number} n @returns {string} */
const number = (n) => (Number.isInteger(n) && Math.abs(n) >= 10000 ? count(n) : plain(n));

/**
 * What a setting allows: "8 to 128, a multiple of 8", "above 0, below 1"; empty where anything goes.
 * @param {Property} property
 * @returns {string}
 */
export function rangeText(property) {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = property;
  let text;
  if (minimum !== undefined && maximum !== undefined) text = `${number(minimum)} to ${number(maximum)}`;
  else {
    const low = minimum !== undefined ? `at least ${number(minimum)}`
      : exclusiveMinimum !== undefined ? `above ${number(exclusiveMinimum)}` : "";
    const high = maximum !== undefined ? `at most ${number(maximum)}`
      : exclusiveMaximum !== undefined ? `below ${number(exclusiveMaximum)}` : "";
    text = [low, high].filter(Boolean).join(", ");
  }
  return multipleOf ? `${text}${text ? ", " : ""}a multiple of ${number(multipleOf)}` : text;
}

/** @param {Property} property @returns {string[] | null} the choices of a setting that has some */
export function choices(property) {
  return property.enum ?? (property.const === undefined ? null : [property.const]);
}

/** "3,600": thousands to some, a point to others. Never "0,125". */
const EITHER = /^-?[1-9]\d{0,2},\d{3}$/;

/**
 * Turn what was typed into a value, or say why not.
 * @param {Property} property
 * @param {string} text
 * @returns {{value: any, error: string}}
 */
export function parse(property, text) {
  if (property.type === "boolean") return { value: text === "true", error: "" };
  if (property.type !== "number" && property.type !== "integer") return { value: text.trim(), error: "" };
  // A comma groups thousands in a whole number and stands for the point in others, unless it may be either.
  const typed = text.trim();
  if (property.type === "number" && EITHER.test(typed)) {
    return { value: text, error: `The comma is ambiguous: write ${typed.replace(",", "")} or ${Number(typed.replace(",", "."))}.` };
  }
  const trimmed = property.type === "integer" ? typed.replaceAll(/[ ,_'](?=\d{3}\b)/g, "") : typed.replace(",", ".");
  const value = Number(trimmed);
  if (trimmed === "" || !Number.isFinite(value)) return { value: text, error: `A number is needed: ${rangeText(property)}.` };
  return { value, error: misfit(property, value) };
}

/**
 * @param {Property} property
 * @param {number} value
 * @returns {string} empty when it fits
 */
function misfit(property, value) {
  const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum = -Infinity, exclusiveMaximum = Infinity } = property;
  if (property.type === "integer" && !Number.isInteger(value)) return `A whole number is needed: ${rangeText(property)}.`;
  const outside = value < minimum || value > maximum || value <= exclusiveMinimum || value >= exclusiveMaximum;
  const odd = property.multipleOf !== undefined && value % property.multipleOf !== 0;
  return outside || odd ? `${plain(value)} does not fit; allowed: ${rangeText(property)}.` : "";
}

/**
 * Settings by group, in the schema's order.
 * @param {Schema} schema
 * @param {Set<string>} without settings that are shown elsewhere
 * @returns {{name: string, keys: string[]}[]}
 */
export function groups(schema, without) {
  /** @type {Map<string, string[]>} */
  const found = new Map();
  for (const [key, property] of Object.entries(schema.properties)) {
    if (without.has(key)) continue;
    const name = property.group ?? "Other";
    found.set(name, [...(found.get(name) ?? []), key]);
  }
  return [...found].map(([name, keys]) => ({ name, keys }));
}

/**
 * Split the server's refusal into the setting it is about and the sentence.
 * @param {string} message "lr: must be above 0"
 * @param {Schema} schema
 * @returns {{key: string, text: string}} key is empty when no setting is named
 */
export function fieldOf(message, schema) {
  const found = splitRefusal(message);
  return found.key in schema.properties ? found : { key: "", text: message };
}

/**
 * Options of a select for a setting with choices.
 * @param {string} key
 * @param {Property} property
 * @returns {{value: string, title: string}[]}
 */
export function options(key, property) {
  return (choices(property) ?? []).map((value) => ({ value, title: choiceTitle(key, value) }));
}
