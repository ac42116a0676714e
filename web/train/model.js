// Page 1 of a new training: what to train, on which pictures, with which holes and edges; shown live.

import { call, ready } from "../js/bridge.js";
import { byId, el } from "../js/dom.js";
import { percent } from "../js/format.js";
import { EXPLAINED } from "../js/labels.js";
import { options } from "../js/schema.js";
import { chooseFolder } from "../js/files.js";
import { errorText, say, showError } from "../js/shell.js";
import { Draft, PAGE_ONE } from "./draft.js";
import { DatasetCheck } from "./dataset-check.js";
import { Preview } from "./preview.js";
import { StartFrom } from "./start-from.js";

const selects = ["stage", "edge_generator", "mask", "edge"];
const BLOCK_MASKS = new Set(["random-block", "mixed", "external-block", "external-block-half"]);

const preview = new Preview(byId("preview-grid"), byId("preview-note"));
const check = new DatasetCheck(byId("check"), () => draft.values.input_size);
/** @type {Draft} */ let draft;
/** @type {StartFrom} */ let startFrom;
let hasScreen = false;

/** @param {string} key @param {any} value */
function set(key, value) {
  draft.set(key, value);
  show();
  showPreview();
}

/** Everything on the page, from the draft. */
function show() {
  const values = draft.values;
  for (const key of selects) /** @type {HTMLSelectElement} */ (byId(key)).value = values[key];
  byId("stage-text").textContent = EXPLAINED.stage[values.stage] ?? "";
  byId("edge_generator-text").textContent = EXPLAINED.edge_generator[values.edge_generator] ?? "";
  byId("followed").textContent = draft.followed;
  byId("followed").hidden = !draft.followed;
  byId("mask-text").textContent = EXPLAINED.mask[values.mask] ?? "";
  byId("edge-text").textContent = EXPLAINED.edge[values.edge] ?? "";
  byId("block-field").hidden = !BLOCK_MASKS.has(values.mask);
  /** @type {HTMLInputElement} */ (byId("block_ratio")).value = values.block_ratio;
  byId("block-value").textContent = `${percent(values.block_ratio)} of the side`;
  byId("mask-data-field").hidden = !values.mask.startsWith("external");
  showPath("mask_data", "mask-path", values.mask_data);
  byId("edge-data-field").hidden = values.edge !== "external";
  showPath("edge_data", "edge-path", values.edge_data);
  /** @type {HTMLInputElement} */ (byId("edge_nms")).checked = values.edge_nms;
  showPath("data", "data-path", values.data);
  showSigma(values);
  startFrom.show();
}

/** @param {string} id @param {string} output @param {string} path */
function showPath(id, output, path) {
  const input = /** @type {HTMLInputElement} */ (byId(id));
  if (document.activeElement !== input) input.value = path;
  byId(output).textContent = byId(output).title = path;
}

/** Of sigma: -1 no edges, 0 random, above 0 a blur in px; edges of files are not blurred. @param {import("../js/schema.js").Values} values */
function showSigma({ sigma, edge, edge_nms: nms }) {
  const mode = sigma < 0 ? "none" : sigma === 0 ? "random" : "fixed";
  /** @type {HTMLSelectElement} */ (byId("sigma-mode")).value = mode;
  byId("sigma-field").hidden = mode !== "fixed" || (edge === "external" && !nms);
  if (mode === "fixed") {
    /** @type {HTMLInputElement} */ (byId("sigma")).value = String(sigma);
    byId("sigma-value").textContent = `${sigma.toFixed(1)} px`;
  }
}

function showPreview() {
  const values = draft.values;
  if (!values.data) preview.empty("Choose a dataset to see its first pictures here.");
  else if (values.mask.startsWith("external") && !values.mask_data) preview.empty("Choose the folder of masks, too.");
  else if (values.edge === "external" && !values.edge_data) preview.empty("Choose the folder of edges, too.");
  else preview.show(values);
}

function checkDataset() {
  const { data, mask, mask_data: masks } = draft.values;
  if (data) check.run(data, mask.startsWith("external") ? masks : "");
  else check.clear();
}

/** @param {string} id @param {string} message empty clears it */
function refuse(id, message) {
  byId(id).textContent = message;
  byId(id).hidden = !message;
}

/** @typedef {"data" | "mask_data" | "edge_data"} FolderKey */
/** @type {Record<FolderKey, string>} */
const FOLDER_ERRORS = { data: "data-error", mask_data: "mask-error", edge_data: "edge-error" };

/**
 * A folder was chosen or typed: resolve it, or say in words why it cannot be used.
 * @param {FolderKey} key
 * @param {string} path
 * @returns {Promise<boolean>}
 */
async function takeFolder(key, path) {
  const error = FOLDER_ERRORS[key];
  refuse(error, "");
  refuse("next-error", "");
  try {
    const resolved = path.trim() ? (await call("list_folder", path.trim())).path : "";
    set(key, resolved);
    if (key !== "edge_data") checkDataset();
    return true;
  } catch (problem) {
    draft.set(key, "");
    show();
    if (key !== "edge_data") check.clear();
    showPreview();
    refuse(error, errorText(problem));
    return false;
  }
}

function wireFolder(/** @type {FolderKey} */ key, /** @type {string} */ button, /** @type {string} */ title) {
  byId(button).addEventListener("click", async () => {
    const path = await chooseFolder({ title, start: draft.values[key], hasScreen, deep: true });
    if (path) await takeFolder(key, path);
    byId(button).focus();
  });
  const input = /** @type {HTMLInputElement} */ (byId(key));
  let taken = "";
  input.addEventListener("change", () => {
    // Leaving the field after Enter must not check the folder once more.
    const known = input.value === taken;
    taken = "";
    if (!known) takeFolder(key, input.value);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    // Enter takes the path; it must not also leave the page.
    event.preventDefault();
    taken = input.value;
    takeFolder(key, taken);
  });
}

function wire() {
  for (const key of selects) {
    const select = /** @type {HTMLSelectElement} */ (byId(key));
    const property = draft.config.schema.properties[key];
    select.replaceChildren(...options(key, property).map(({ value, title }) => el("option", { value }, title)));
    select.addEventListener("change", async () => {
      set(key, select.value);
      if (key === "mask") checkDataset();
      if (key === "stage") await startFrom.suggest().catch(showError);
      show();
    });
  }
  byId("init_from").addEventListener("change", async (event) => {
    try {
      const followed = await startFrom.choose(/** @type {HTMLSelectElement} */ (event.target).value);
      if (followed) say(followed);
      show();
    } catch (error) {
      showError(error);
    }
  });
  byId("block_ratio").addEventListener("input", (event) => set("block_ratio", Number(/** @type {HTMLInputElement} */ (event.target).value)));
  byId("sigma").addEventListener("input", (event) => set("sigma", Number(/** @type {HTMLInputElement} */ (event.target).value)));
  byId("sigma-mode").addEventListener("change", (event) => {
    const mode = /** @type {HTMLSelectElement} */ (event.target).value;
    set("sigma", mode === "none" ? -1 : mode === "random" ? 0 : 2);
  });
  wireFolder("data", "select-data", "Select the folder of training pictures");
  wireFolder("mask_data", "select-masks", "Select the folder of masks");
  wireFolder("edge_data", "select-edges", "Select the folder of edge pictures");
  byId("edge_nms").addEventListener("change", (event) => set("edge_nms", /** @type {HTMLInputElement} */ (event.target).checked));
  byId("model-form").addEventListener("submit", (event) => {
    event.preventDefault();
    next();
  });
}

/** To page 2, unless something here would stop the training. */
async function next() {
  refuse("next-error", "");
  const typed = /** @type {HTMLInputElement} */ (byId("data")).value.trim();
  if (typed !== draft.values.data && !(await takeFolder("data", typed))) return;
  const { data, mask, mask_data: masks, edge, edge_data: edges, stage, init_from: init } = draft.values;
  if (!data) {
    refuse("data-error", "Dataset path is not defined");
    byId("select-data").focus();
  } else if (mask.startsWith("external") && !masks) {
    refuse("mask-error", "Mask path is not defined");
    byId("select-masks").focus();
  } else if (edge === "external" && !edges) {
    refuse("edge-error", "Edge path is not defined");
    byId("select-edges").focus();
  } else if (stage === "edge-inpaint" && !init) {
    refuse("next-error", "The Edge-Inpaint Model needs an edge generator: choose what to start from.");
    byId("init_from").focus();
  } else if (check.blocker) {
    refuse("next-error", check.blocker);
    byId("check").scrollIntoView({ block: "nearest" });
  } else if (preview.refusal && (!preview.setting || PAGE_ONE.has(preview.setting))) {
    // A refusal of another setting is mended on page 2, which shows it at its field.
    refuse("next-error", preview.refusal);
  } else location.assign("/train/gan.html");
}

/** A link from a finished run may bring its choices along: ?stage=inpaint&init_from=PATH. */
async function takeLink() {
  const link = new URLSearchParams(location.search);
  const stage = link.get("stage");
  const from = link.get("init_from");
  if (stage && options("stage", draft.config.schema.properties.stage).some(({ value }) => value === stage)) draft.set("stage", stage);
  if (from) {
    const run = startFrom.runs.find(({ path }) => path === from);
    if (run) {
      const { config } = await call("get_run", run.run);
      for (const key of ["data", "mask", "mask_data", "block_ratio", "edge", "edge_data", "edge_nms", "sigma", "input_size"]) draft.set(key, config[key]);
    }
    await startFrom.choose(from);
  }
  if (stage || from) history.replaceState(null, "", location.pathname);
}

async function start() {
  await ready();
  const [config, state, { runs }] = await Promise.all([call("config_schema"), call("app_state"), call("list_runs")]);
  draft = new Draft(config);
  hasScreen = state.has_screen;
  startFrom = new StartFrom(/** @type {HTMLSelectElement} */ (byId("init_from")), byId("init_from-text"), draft);
  startFrom.fill(runs, state.checkpoints);
  wire();
  await takeLink();
  // A path typed while the page was loading counts too.
  const typed = /** @type {HTMLInputElement} */ (byId("data")).value.trim();
  show();
  showPreview();
  if (typed && typed !== draft.values.data) await takeFolder("data", typed);
  else checkDataset();
  // Until here a press would have sent the form nowhere.
  /** @type {HTMLButtonElement} */ (byId("next")).disabled = false;
  followHash();
}

/** A link from page 2 or from a problem names the control to go to. */
function followHash() {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (!target) return;
  target.scrollIntoView({ block: "center" });
  target.focus();
}
addEventListener("hashchange", followHash);

start().catch(showError);
