// Page 2 of a new training: every other setting, drawn from the config's schema, against a preset.

import { call, ready } from "../js/bridge.js";
import { chooseFolder } from "../js/files.js";
import { SettingsForm } from "../js/form.js";
import { count, plural, shortPath } from "../js/format.js";
import { choiceTitle, settingTitle, stageTitle, valueText } from "../js/labels.js";
import { fieldOf, groups } from "../js/schema.js";
import { el, errorText, say, showError } from "../js/shell.js";
import { DatasetLine } from "./dataset_check.js";
import { differenceTable } from "./differences.js";
import { clearDraft, Draft, PAGE_ONE } from "./draft.js";
import { Machine } from "./machine.js";
import { ResumeDraft, resumeDraft } from "./resume.js";
import { unusedBecause } from "./unused.js";

/** @template {HTMLElement} [T=HTMLElement] @param {string} id @returns {T} */
const $ = (id) => /** @type {T} */ (document.getElementById(id));
const CHECK_MS = 400;

/** @type {Draft} */ let draft;
/** @type {SettingsForm} */ let form;
/** @type {Machine} */ let machine;
const dataset = new DatasetLine($("dataset"), $("dataset-text"));
/** @type {ReturnType<typeof setTimeout> | undefined} */ let checking;

function show() {
  form.show(draft.values, draft.base);
  const preset = draft.config.presets.find(({ id }) => id === draft.preset);
  /** @type {HTMLSelectElement} */ ($("preset")).value = draft.preset;
  $("preset-text").textContent = preset?.text ?? "";
  showAround();
}

/** All that stands around the form and follows its values. */
function showAround() {
  const values = draft.values;
  form.dim((key) => unusedBecause(key, values));
  showChanges();
  showSummary();
  machine.show();
  checkSoon();
}

function showChanges() {
  const changed = draft.changedHere;
  $("changes").hidden = !changed.length;
  const than = draft instanceof ResumeDraft ? "the run until now" : "the preset";
  const heading = draft instanceof ResumeDraft ? "Until now" : "Preset";
  $("changes-text").textContent = `${plural(changed.length, "setting differs", "settings differ")} from ${than}: ${instead(changed)}`;
  const before = draft.changedBefore;
  const keys = [...before, ...changed];
  $("diff").hidden = !keys.length;
  $("diff-table").replaceChildren(differenceTable({ keys, base: draft.base, values: draft.values, than: heading }, (key) =>
    PAGE_ONE.has(key) ? location.assign(`/train/model.html#${key}`) : form.focus(key)));
  $("kept").hidden = !before.length;
  $("kept-text").textContent = `Chosen on the page before, against the preset: ${instead(before)}`;
}

/** @param {string[]} keys @returns {string} "Sigma 3 instead of 2, ..." */
const instead = (keys) => keys.map((key) => `${settingTitle(key)} ${valueText(key, draft.values[key])} instead of ${valueText(key, draft.base[key])}`).join(", ");

/** What page 1 chose, so that nobody has to go back to look. */
function showSummary() {
  const values = draft.values;
  const parts = [stageTitle(values.stage), choiceTitle("edge_generator", values.edge_generator), choiceTitle("mask", values.mask),
    values.data ? shortPath(values.data) : "no dataset chosen"];
  $("summary").textContent = `${parts.join(" · ")} · ${plural(values.max_iters, "iteration")} of ${plural(values.batch_size * values.accumulation_steps, "picture")}: `
    + `${count(values.max_iters * values.batch_size * values.accumulation_steps)} pictures seen.`;
}

/** @param {string} key @param {any} value */
function onChange(key, value) {
  draft.set(key, value);
  refuse("");
  showAround();
}

/** The server has the last word on what fits together. */
function checkSoon() {
  clearTimeout(checking);
  checking = setTimeout(() => checkNow().catch(showError), CHECK_MS);
}

/**
 * @returns {Promise<boolean>} whether a training could start with these settings
 */
async function checkNow() {
  clearTimeout(checking);
  try {
    await call("check_config", draft.values);
    if (draft instanceof ResumeDraft) {
      for (const key of ["max_iters", "max_seconds"]) {
        const refusal = draft.refusal(key, draft.values[key]);
        if (refusal) form.showError(key, refusal);
      }
    }
    return !form.firstError;
  } catch (error) {
    if (/** @type {any} */ (error).code !== "config-invalid") throw error;
    showRefusal(error);
    return false;
  }
}

/** At its field where the form has it, else above the buttons. @param {unknown} error */
function showRefusal(error) {
  const { message, hint } = /** @type {{message: string, hint: string}} */ (error);
  const { key, text } = fieldOf(message, draft.config.schema);
  const words = [text, hint].filter(Boolean).join(" ");
  if (!form.showError(key, words)) refuse(key ? `${settingTitle(key)}: ${words}` : words, PAGE_ONE.has(key));
}

/** @param {string} message empty clears it @param {boolean} [pageOne] whether the remedy is on page 1 */
function refuse(message, pageOne = false) {
  $("start-error").hidden = !message;
  $("start-error").replaceChildren(message, pageOne ? " " : "", pageOne ? el("a", { href: "/train/model.html" }, "Change it there") : "");
}

async function train() {
  const button = /** @type {HTMLButtonElement} */ ($("train"));
  refuse("");
  if (!draft.values.data) {
    refuse("Dataset path is not defined.", true);
    return;
  }
  if (form.firstError || !(await checkNow())) {
    if (form.firstError) form.focus(form.firstError);
    return;
  }
  button.disabled = true;
  if (!(await datasetAllows())) {
    button.disabled = false;
    return;
  }
  say("Starting the training…");
  try {
    const run = await begin();
    location.assign(`/train/progress.html?run=${encodeURIComponent(run)}`);
  } catch (error) {
    button.disabled = false;
    say("");
    if (/** @type {any} */ (error).code === "config-invalid") showRefusal(error);
    else refuse(errorText(error));
  }
}

/** @returns {Promise<string>} the run that trains */
async function begin() {
  if (draft instanceof ResumeDraft) {
    await call("resume_with", draft.run, draft.values);
    return draft.run;
  }
  const { run } = await call("start_training", draft.values, draft.name);
  clearDraft();
  return run;
}

/** Wait for the check of the dataset, unless a person will not. @returns {Promise<boolean>} whether a training may start */
async function datasetAllows() {
  if (dataset.checking) {
    say("Waiting for the check of the dataset…");
    const button = $("no-wait");
    button.hidden = false;
    const impatient = new Promise((resolve) => button.addEventListener("click", resolve, { once: true }));
    await Promise.race([dataset.checking, impatient]);
    button.hidden = true;
    say("");
  }
  if (!dataset.blocker.length) return true;
  $("start-error").hidden = false;
  $("start-error").replaceChildren(...dataset.blocker.map((node) => node.cloneNode(true)));
  return false;
}

/** The page as it is for a run that goes on. @param {ResumeDraft} resumed */
function showResumed(resumed) {
  document.title = `Resume ${resumed.run} - InpaintGAN`;
  $("title").textContent = `Resume ${resumed.run}`;
  $("train").textContent = "Resume Training";
  $("train").classList.add("end");
  for (const key of Object.keys(draft.config.schema.properties)) if (resumed.fixed(key)) form.fix(key, resumed.fixed(key));
  for (const id of ["preset", "run-name"]) /** @type {HTMLElement} */ ($(id).closest(".field, .run-name")).hidden = true;
  $("preset-text").textContent = `It goes on from step ${count(resumed.point.step)} of ${count(resumed.point.config.max_iters)}, with its settings unless you change them.`;
  for (const link of document.querySelectorAll(".page-foot a, .steps a")) /** @type {HTMLAnchorElement} */ (link).href = "/train/runs.html";
}

async function importFile() {
  const input = /** @type {HTMLInputElement} */ ($("import-file"));
  const file = input.files?.[0];
  input.value = "";
  if (!file) return;
  try {
    const { values } = await call("config_from_yaml", await file.text());
    draft.take({ ...values, data: values.data || draft.values.data });
    show();
    const { length } = draft.changedHere;
    say(`Settings of ${file.name} taken: ${length ? plural(length, "difference") : "no difference"}.`, { kind: "ok" });
    /** @type {HTMLDetailsElement} */ ($("diff")).open = length > 0;
  } catch (error) {
    showError(error);
    refuse(`${file.name}: ${errorText(error)}`);
  }
}

async function exportFile() {
  try {
    const { yaml } = await call("config_to_yaml", draft.values);
    const url = URL.createObjectURL(new Blob([yaml], { type: "application/yaml" }));
    el("a", { href: url, download: "config.yml" }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
    say("config.yml exported.", { kind: "ok" });
  } catch (error) {
    if (/** @type {any} */ (error).code === "config-invalid") showRefusal(error);
    showError(error);
  }
}

/** A preset puts page 2 back; what was changed before can be had again. */
function choosePreset() {
  const before = { preset: draft.preset, changes: { ...draft.changes }, n: draft.changedHere.length };
  draft.choosePreset(/** @type {HTMLSelectElement} */ ($("preset")).value);
  show();
  if (!before.n) return;
  $("changes").hidden = false;
  const undo = el("button", { type: "button", class: "button small", onclick: () => {
    draft.preset = before.preset;
    draft.changes = before.changes;
    draft.save();
    show();
  } }, "Undo");
  $("changes-text").replaceChildren(`${plural(before.n, "change")} put back by the preset. `, undo);
}

function wire() {
  const preset = /** @type {HTMLSelectElement} */ ($("preset"));
  preset.replaceChildren(...draft.config.presets.map(({ id, title }) => el("option", { value: id }, title)));
  preset.addEventListener("change", choosePreset);
  $("changes-back").addEventListener("click", () => {
    for (const key of draft.changedHere) draft.set(key, draft.base[key]);
    show();
  });
  $("kept-take").addEventListener("click", () => {
    draft.takePresetBefore();
    show();
    $("preset").focus();
  });
  $("import").addEventListener("click", () => $("import-file").click());
  $("import-file").addEventListener("change", importFile);
  $("export").addEventListener("click", exportFile);
  const name = /** @type {HTMLInputElement} */ ($("run-name"));
  name.value = draft.name;
  name.addEventListener("input", () => {
    draft.name = name.value.trim();
    draft.save();
  });
  $("gan-form").addEventListener("submit", (event) => {
    event.preventDefault();
    train();
  });
}

async function start() {
  await ready();
  const [config, state] = await Promise.all([call("config_schema"), call("app_state")]);
  const resumed = await resumeDraft(config);
  draft = resumed ?? new Draft(config);
  const browse = (/** @type {string} */ key, /** @type {string} */ current) =>
    chooseFolder({ title: `Select the ${settingTitle(key).toLowerCase()}`, start: current, hasScreen: state.has_screen });
  form = new SettingsForm(config.schema, { onChange, browse });
  $("settings").replaceChildren(...groups(config.schema, PAGE_ONE).map(({ name, keys }) => form.group(name, keys)));
  machine = new Machine($("machine"), () => draft.values, () => resumed?.point.step ?? 0);
  wire();
  show();
  if (resumed) showResumed(resumed);
  const { data, mask, mask_data: masks } = draft.values;
  if (data) dataset.run(data, mask.startsWith("external") ? masks : "");
  else $("dataset-text").replaceChildren("No dataset is chosen. ", el("a", { href: "/train/model.html#select-data" }, "Choose the folder"));
  const wanted = /^#setting-(\w+)$/.exec(location.hash);
  if (wanted) form.focus(wanted[1]);
  // Until here a press would have sent the form nowhere.
  /** @type {HTMLButtonElement} */ ($("train")).disabled = false;
}

start().catch(showError);
