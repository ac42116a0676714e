// Page 2 of a new training: every other setting, drawn from the config's schema, against a preset.

import { call } from "../js/bridge.js";
import { byId, el } from "../js/dom.js";
import { SettingsForm } from "../js/form.js";
import { count, plural, shortPath } from "../js/format.js";
import { choiceTitle, settingTitle, stageTitle, valueText } from "../js/labels.js";
import { every } from "../js/poll.js";
import { groups } from "../js/schema.js";
import { showError } from "../js/shell.js";
import { DatasetLine } from "./dataset-check.js";
import { Draft } from "./draft.js";
import { Launch } from "./launch.js";
import { Machine } from "./machine.js";
import { showNoRun } from "./no-run.js";
import { ResumeDraft, resumeDraft, resumedRun } from "./resume.js";
import { SettingsFiles } from "./settings-files.js";
import { SettingsSearch } from "./settings-search.js";
import { unusedBecause } from "./unused.js";

const LOOK_MS = 400;
const OTHERS_MS = 5000;

/** @type {Draft} */ let draft;
/** @type {SettingsForm} */ let form;
/** @type {SettingsSearch} */ let search;
/** @type {Machine} */ let machine;
/** @type {Launch} */ let launch;
const dataset = new DatasetLine(() => draft.values.input_size);
/** @type {ReturnType<typeof setTimeout> | undefined} */ let looking;

function show() {
  form.show(draft.values, draft.base);
  const preset = draft.config.presets.find(({ id }) => id === draft.preset);
  byId("preset", HTMLSelectElement).value = draft.preset;
  byId("preset-text").textContent = [preset?.text, draft.consequence].filter(Boolean).join(" ");
  showAround();
}

/** All that stands around the form and follows its values. */
function showAround() {
  const values = draft.values;
  form.dim((key) => unusedBecause(key, values, draft.config.schema.properties[key].model));
  search.apply();
  showChanges();
  showSummary();
  machine.show();
  dataset.show();
  launch.checkSoon();
}

function showChanges() {
  const changed = draft.changedOnPageTwo;
  byId("changes").hidden = byId("changes-back").hidden = !changed.length;
  const than = draft instanceof ResumeDraft ? "the run so far" : "the preset";
  const heading = draft instanceof ResumeDraft ? "So far" : "Preset";
  byId("changes-text").textContent = `${plural(changed.length, "setting differs", "settings differ")} from ${than}: ${instead(changed)}`;
  const before = draft.changedOnPageOne;
  const keys = [...before, ...changed];
  byId("diff").hidden = !keys.length;
  byId("diff-table").replaceChildren(differenceTable(keys, heading));
  byId("kept").hidden = !before.length;
  byId("kept-text").textContent = `Page 1 differs from the preset: ${instead(before)}`;
}

/**
 * The settings that differ from the base, as a table.
 * @param {string[]} keys
 * @param {string} than what the base is, as a heading
 */
function differenceTable(keys, than) {
  const { base, values, pageOneKeys } = draft;
  const goTo = (/** @type {string} */ key) => (pageOneKeys.has(key) ? location.assign(`/train/model.html#${key}`) : form.focus(key));
  const rows = keys.map((key) => el("tr", {},
    el("th", { scope: "row" }, el("button", { type: "button", class: "link", onclick: () => goTo(key) }, settingTitle(key))),
    el("td", { class: "mono muted" }, key), el("td", { class: "num" }, valueText(key, base[key])), el("td", { class: "num" }, valueText(key, values[key]))));
  return el("table", { class: "differences" }, el("thead", {}, el("tr", {}, ...["Setting", "Name in YAML", than, "Here"].map((title) => el("th", { scope: "col" }, title)))),
    el("tbody", {}, ...rows));
}

/** @param {string[]} keys @returns {string} "Sigma 3 instead of 2, ..." */
const instead = (keys) => keys.map((key) => `${settingTitle(key)} ${valueText(key, draft.values[key])} instead of ${valueText(key, draft.base[key])}`).join(", ");

/** What page 1 chose, so that nobody has to go back to look. */
function showSummary() {
  const values = draft.values;
  const parts = [stageTitle(values.stage), choiceTitle("edge_generator", values.edge_generator), choiceTitle("mask", values.mask),
    values.init_from ? `starts from ${shortPath(values.init_from)}` : "from random weights",
    values.data ? shortPath(values.data) : "no dataset chosen"];
  const done = draft instanceof ResumeDraft ? draft.point.step : 0; // with batches that may have been others
  const [steps, each] = [Math.max(0, values.max_iters - done), values.batch_size * values.accumulation_steps];
  const more = done ? "more " : "";
  byId("summary").textContent = `${parts.join(" · ")} · ${plural(steps, `${more}step`)} of ${plural(each, "picture")}: ${count(steps * each)} ${more}pictures seen.`;
}

/** @param {string} key @param {any} value */
function onChange(key, value) {
  draft.set(key, value);
  launch.refuse("");
  showAround();
  if (key !== "data" && key !== "mask_data") return;
  clearTimeout(looking);
  looking = setTimeout(checkDataset, LOOK_MS);
}

function checkDataset() {
  const { data, mask, mask_data: masks } = draft.values;
  if (data) dataset.run(data, mask.startsWith("external") ? masks : "");
  else dataset.clear();
}

/** A link names the setting to go to. */
function followHash() {
  const wanted = /^#setting-(\w+)$/.exec(location.hash);
  if (wanted) form.focus(wanted[1]);
}

/** The page for a run that is resumed. @param {ResumeDraft} resumed */
function showResumed(resumed) {
  document.title = `Resume ${resumed.run} - InpaintGAN`;
  dataset.ownsFolders = true;
  byId("title").textContent = `Resume ${resumed.run}`;
  byId("train").textContent = "Resume Training";
  byId("train").classList.add("end");
  byId("queue").hidden = true;
  for (const key of Object.keys(draft.config.schema.properties)) if (resumed.fixed(key)) form.fix(key, resumed.fixed(key));
  for (const id of ["preset", "run-name"]) /** @type {HTMLElement} */ (byId(id).closest(".field, .run-name")).hidden = true;
  const from = resumed.point.step ? `Continues from step ${count(resumed.point.step)} of ${count(resumed.point.config.max_iters)}` : "No checkpoint was saved: it starts again from step 0";
  byId("preset-text").textContent = `${from}, with its own settings unless you change them.`;
  document.querySelector(".steps")?.replaceWith(byId("title")); // it is no step on the way to a new run
  document.querySelector(".subnav [aria-current]")?.removeAttribute("aria-current");
  for (const link of document.querySelectorAll(".page-foot a")) /** @type {HTMLAnchorElement} */ (link).href = "/train/runs.html";
}

/** A preset resets page 2; what was changed before can be restored. */
function choosePreset() {
  const before = { preset: draft.preset, changes: { ...draft.changes }, n: draft.changedOnPageTwo.length };
  draft.choosePreset(byId("preset", HTMLSelectElement).value);
  show();
  if (!before.n) return;
  byId("changes").hidden = false;
  const undo = el("button", { type: "button", class: "button small", onclick: () => {
    draft.preset = before.preset;
    draft.changes = before.changes;
    draft.save();
    show();
    byId("preset").focus();
  } }, "Undo");
  byId("changes-text").replaceChildren(`The preset reset ${plural(before.n, "change")}. `, undo);
}

function wire() {
  const preset = byId("preset", HTMLSelectElement);
  preset.replaceChildren(...draft.config.presets.map(({ id, title }) => el("option", { value: id }, title)));
  preset.addEventListener("change", choosePreset);
  byId("changes-back").addEventListener("click", () => {
    for (const key of draft.changedOnPageTwo) draft.set(key, draft.base[key]);
    show();
    byId("find").focus(); // the button is gone
  });
  byId("kept-take").addEventListener("click", () => {
    draft.takePresetOfPageOne();
    show();
    byId("preset").focus();
  });
  const files = new SettingsFiles(draft, launch, show);
  const input = byId("import-file", HTMLInputElement);
  byId("import").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    input.value = "";
    if (file) files.take(file);
  });
  byId("export").addEventListener("click", () => files.give());
  const name = byId("run-name", HTMLInputElement);
  name.value ||= draft.name; // unless one was typed while the page was loading
  draft.name = name.value.trim();
  name.addEventListener("input", () => {
    draft.name = name.value.trim();
    draft.save();
  });
  byId("settings").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement)) return;
    event.preventDefault(); // Enter here means "this value", not "train"
    event.target.dispatchEvent(new Event("change", { bubbles: true }));
  });
  byId("gan-form").addEventListener("submit", (event) => {
    event.preventDefault();
    launch.start();
  });
  byId("queue").addEventListener("click", () => launch.queue());
}

async function start() {
  const [config, state] = await Promise.all([call("config_schema"), call("app_state")]);
  const resumed = await resumeDraft(config);
  draft = resumed ?? new Draft(config);
  form = new SettingsForm(config.schema, onChange, state.has_screen);
  byId("settings").replaceChildren(...groups(config.schema, draft.pageOneKeys).map(({ name, keys }) => form.group(name, keys)));
  search = new SettingsSearch(form, Boolean(resumed));
  launch = new Launch(draft, form, dataset);
  machine = new Machine(config.schema, () => draft.values, () => resumed?.point.step ?? 0);
  wire();
  show();
  if (resumed) showResumed(resumed);
  checkDataset();
  followHash();
  addEventListener("hashchange", followHash);
  // Until here a press would have sent the form nowhere.
  for (const id of ["train", "queue"]) byId(id, HTMLButtonElement).disabled = false;
  every(OTHERS_MS, () => launch.showOthers());
  await launch.showOthers();
}

start().catch((error) => (resumedRun() ? showNoRun(error, resumedRun()) : showError(error)));
