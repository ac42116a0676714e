// Comparisons of edge generators: set one up, watch them, open their reports.

import { call, codeOf } from "../js/bridge.js";
import { updateList } from "../js/card-list.js";
import { byId, el, setFault, setUsable } from "../js/dom.js";
import { choosesFolder } from "../js/files.js";
import { ago, count, plural, span } from "../js/format.js";
import { whileBusy } from "../js/guarded.js";
import { choiceTitle, settingTitle, shortTitle, stateTitle } from "../js/labels.js";
import { every } from "../js/poll.js";
import { fieldOf, options, parse } from "../js/schema.js";
import { errorText, say, showError } from "../js/shell.js";
import { Draft } from "./draft.js";

/**
 * @typedef {{generator: string | null, seed: string, number: number, total: number, step: number, steps: number | null, eta_s: number | null}} Training
 *   generator: null trains the inpaint generator; steps: null where time limits it
 * @typedef {{name: string, path: string, state: string, message: string, progress: number | null, training: Training | null, generators: string[], notices: string[], seeds: number,
 *   steps: number | null, seconds: number | null, data: string, updated: number, can_resume: boolean, report_url: string | null,
 *   json_url: string | null, csv_url: string | null}} Comparison
 */

const REFRESH_MS = 2000;
/** @param {string} id */
const input = (id) => byId(id, HTMLInputElement);
const settings = byId("settings", HTMLSelectElement);
/** @type {Draft} */ let draft;

// --- a new one ---------------------------------------------------------------------------------------------------------

/** Nothing stands for the settings of New run. */
const chosenPreset = () => draft.config.presets.find(({ id }) => id === settings.value);

/** @returns {import("../js/schema.js").Values} */
function chosenValues() {
  const preset = chosenPreset();
  return preset ? { ...draft.config.defaults, ...preset.values } : draft.values;
}

const chosenGenerators = () => [...document.querySelectorAll("#generators input:checked")].map((box) => /** @type {HTMLInputElement} */ (box).value);

const NUMBERS = /** @type {const} */ ({ steps: "Steps", seeds: "Seeds" });
const MAX_SEEDS = 20;

/** What was typed for a number, read as the settings of a training are. @param {keyof typeof NUMBERS} id */
function whole(id) {
  const maximum = id === "seeds" ? MAX_SEEDS : draft.config.schema.properties.max_iters.maximum;
  return parse({ type: "integer", minimum: 1, maximum }, input(id).value);
}

/** What the choices mean. */
function show() {
  const preset = chosenPreset();
  const values = chosenValues();
  const own = `Settings from New run (${plural(Object.keys(draft.changes).filter((key) => key !== "data").length, "change")} from its preset).`;
  byId("settings-text").textContent = `${preset ? preset.text : own} Width ${values.width}, ${values.input_size} px, batches of ${values.batch_size}.`;
  const trainings = (chosenGenerators().length + 1) * (whole("seeds").error ? 0 : whole("seeds").value);
  byId("work").textContent = chosenGenerators().length && trainings
    ? `${plural(trainings, "training")} one after the other, including those of the inpaint generator.` : "";
  const { one_stem: oneStem } = draft.config;
  byId("stem-note").textContent = chosenGenerators().filter((name) => (oneStem[name] ?? values.stem) !== values.stem).map((name) =>
    `${shortTitle("edge_generator", name)} has one stem only: it is trained with ${choiceTitle("stem", oneStem[name])}, the others with ${choiceTitle("stem", values.stem)}.`).join(" ");
}

function clearFaults() {
  setFault(input("data"), byId("data-error"), "");
  for (const id of ["generators-error", "form-error"]) setFault(null, byId(id), "");
}

/** Say at the control that can mend it why nothing starts; the button may be far below that. @param {unknown} error */
function refuse(error) {
  const { key, text } = fieldOf(errorText(error), draft.config.schema);
  const words = key && key !== "data" ? `${settingTitle(key)}: ${text}` : text;
  say(words, { kind: "error" });
  if (key === "data" || codeOf(error) === "data-missing") {
    setFault(input("data"), byId("data-error"), words);
    input("data").focus();
    return;
  }
  const ofGenerators = codeOf(error) === "generator-unknown";
  setFault(null, byId(ofGenerators ? "generators-error" : "form-error"), words);
  if (ofGenerators) /** @type {HTMLElement | null} */ (byId("generators").querySelector("input"))?.focus();
}

async function startOne() {
  const button = byId("start", HTMLButtonElement);
  if (button.ariaDisabled) return; // a second press would start a second comparison
  setUsable(button, false);
  clearFaults();
  say("Starting the comparison…");
  const wanted = { generators: chosenGenerators(), steps: whole("steps").value, seeds: whole("seeds").value, name: input("name").value };
  try {
    for (const [id, title] of Object.entries(NUMBERS)) {
      const { error } = whole(/** @type {keyof typeof NUMBERS} */ (id));
      if (error) throw new Error(`${title}: ${error}`);
    }
    const { name } = await call("start_comparison", { ...chosenValues(), data: input("data").value.trim() }, wanted);
    input("name").value = "";
    say(`${name} has started.`, { kind: "ok" });
    await refresh();
    // The list may lie beyond the window's edge; without this the press would seem to do nothing.
    byId("comparisons").querySelector(`[data-name="${CSS.escape(name)}"]`)?.scrollIntoView({ block: "center" });
  } catch (error) {
    refuse(error);
  } finally {
    setUsable(button, true);
  }
}

function wire(/** @type {boolean} */ hasScreen) {
  const property = draft.config.schema.properties.edge_generator;
  byId("generators").replaceChildren(...options("edge_generator", property).map(({ value, title }) =>
    el("label", { class: "check" }, el("input", { type: "checkbox", value: String(value), checked: true, onchange: show }), title)));
  const presets = draft.config.presets.map(({ id, title }) => el("option", { value: id }, title));
  settings.replaceChildren(...presets, el("option", { value: "" }, "As set up under New run"));
  if (Object.keys(draft.changes).length) settings.value = "";
  settings.addEventListener("change", show);
  for (const id of ["seeds", "steps"]) input(id).addEventListener("input", show);
  input("data").value ||= draft.values.data; // unless something was typed while the page was loading
  const title = "Select the folder of training pictures";
  choosesFolder(byId("select-data", HTMLButtonElement), () => ({ title, start: input("data").value, hasScreen, deep: true }), (path) => {
    input("data").value = path;
    clearFaults();
  });
  byId("compare-form").addEventListener("input", clearFaults);
  byId("compare-form").addEventListener("submit", (event) => {
    event.preventDefault();
    startOne();
  });
  byId("start", HTMLButtonElement).disabled = false;
  show();
}

// --- those that are there ----------------------------------------------------------------------------------------------

/** @param {Training} training @returns {string} "Training 2 of 3: Multistep, seed 10 · step 5 of 10 · about 1 min left of it" */
function trainingText({ generator, seed, number, total, step, steps, eta_s: eta }) {
  const network = generator ? choiceTitle("edge_generator", generator) : "Inpaint generator";
  return [`Training ${count(number)} of ${count(total)}: ${network}, seed ${seed}`, `step ${count(step)}${steps ? ` of ${count(steps)}` : ""}`,
    eta && `about ${span(eta)} left of it`].filter(Boolean).join(" · ");
}

/** @param {Comparison} comparison @returns {HTMLLIElement} */
function card(comparison) {
  const { name, state, generators, seeds, steps, seconds, data } = comparison;
  const busy = state === "running" || state === "starting";
  const message = comparison.training ? trainingText(comparison.training) : comparison.message;
  const budget = steps ? plural(steps, "step") : `${count(seconds ?? 0)} seconds`;
  const what = generators.length ? `${generators.map((name) => choiceTitle("edge_generator", name)).join(", ")} · ${budget} · ${plural(seeds, "seed")} · ${data}` : busy && "being prepared";
  /** @param {string} title @param {() => Promise<void>} action @param {string} [kind] */
  const button = (title, action, kind = "") =>
    el("button", { type: "button", class: `button small ${kind}`, "aria-label": `${title} ${name}`, onclick: whileBusy(action) }, title);
  /** @param {string} title @param {string | null} href */
  const file = (title, href) => href && el("a", { class: "button small quiet", href, "aria-label": `${title} of ${name}` }, title);
  return el("li", { class: "compare-card card" },
    el("div", { class: "row" }, el("span", { class: "compare-name" }, name), el("span", { class: "pill", "data-state": state }, stateTitle(state)),
      el("span", { class: "small muted end" }, busy ? "" : ago(comparison.updated))),
    what && el("p", { class: "small muted" }, what),
    ...comparison.notices.map((words) => el("p", { class: "small" }, words)),
    message ? el("p", { class: state === "failed" ? "small error-text" : "small" }, message) : null,
    busy ? el("progress", { "aria-label": `Progress of ${name}`, ...(comparison.progress === null ? {} : { max: 1, value: comparison.progress }) }) : null,
    el("div", { class: "run-actions" },
      comparison.report_url && el("a", { class: "button small primary", href: reportAddress(comparison.report_url), target: "_blank", rel: "noopener", "aria-label": `Open the report of ${name}` }, "Open report"),
      file("CSV", comparison.csv_url), file("JSON", comparison.json_url),
      comparison.can_resume && button("Resume", () => act("resume_comparison", name, `${name} resumes.`)),
      state === "running" && button("Stop", () => act("stop_comparison", name, `${name} saves and stops.`)),
      !busy && button("Delete", () => remove(comparison), "quiet")));
}

/** The report follows the window's theme; it lies in a sandbox and cannot ask. @param {string} url */
function reportAddress(url) {
  const theme = document.documentElement.dataset.theme;
  return theme ? `${url}#${theme}` : url;
}

/** @param {string} order @param {string} name @param {string} done */
async function act(order, name, done) {
  await call(order, name);
  say(done, { kind: "ok" });
  await refresh();
}

/** Ask whether to delete a comparison. Escape and the other button mean no. @param {Comparison} comparison @returns {Promise<boolean>} */
function confirmed({ name, path }) {
  return new Promise((resolve) => {
    const no = el("button", { type: "button", class: "button", onclick: () => dialog.close("") }, "Keep it");
    const yes = el("button", { type: "button", class: "button danger", onclick: () => dialog.close("yes") }, "Delete the comparison");
    const dialog = el("dialog", { "aria-labelledby": "confirm-title" },
      el("header", {}, el("h2", { id: "confirm-title" }, `Delete ${name}?`)),
      el("div", { class: "body" }, el("p", {}, `The folder ${path} with its trainings and its report will be deleted. This cannot be undone.`)),
      el("footer", {}, no, yes));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
    no.focus();
  });
}

/** @param {Comparison} comparison */
async function remove(comparison) {
  const { name } = comparison;
  if (await confirmed(comparison)) await act("delete_comparison", name, `${name} is deleted.`);
}

async function refresh() {
  /** @type {{comparisons: Comparison[]}} */
  const { comparisons } = await call("list_comparisons");
  byId("none").hidden = comparisons.length > 0;
  updateList(byId("comparisons"), comparisons, ({ name }) => name, card);
}

async function start() {
  const [{ has_screen: hasScreen }, config] = await Promise.all([call("app_state"), call("config_schema")]);
  draft = new Draft(config);
  wire(hasScreen);
  await refresh();
  every(REFRESH_MS, refresh);
}

start().catch(showError);
