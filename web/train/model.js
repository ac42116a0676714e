// Page 1 of a new training: what to train, on which pictures, with which holes and edges; shown live.

import { call } from "../js/bridge.js";
import { byId, el, setFault } from "../js/dom.js";
import { percent } from "../js/format.js";
import { EXPLAINED } from "../js/labels.js";
import { wait } from "../js/poll.js";
import { options } from "../js/schema.js";
import { say, showError } from "../js/shell.js";
import { Draft, PAGE_ONE } from "./draft.js";
import { DatasetCheck } from "./dataset-check.js";
import { FolderField } from "./folder-field.js";
import { Preview } from "./preview.js";
import { StartFrom } from "./start-from.js";

const selects = ["stage", "edge_generator", "mask", "edge"];

/** What a check of an empty folder takes. */
const A_MOMENT_MS = 500;

const preview = new Preview(byId("preview-grid"), byId("preview-note"));
const check = new DatasetCheck(() => draft.values.input_size);
/** @type {Promise<unknown>} the check that began last */ let checking = Promise.resolve();
/** @type {Draft} */ let draft;
/** @type {StartFrom} */ let startFrom;
/** @type {Record<"data" | "mask_data" | "edge_data", FolderField>} */ let folders;
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
  for (const key of selects) byId(key, HTMLSelectElement).value = values[key];
  byId("stage-text").textContent = EXPLAINED.stage[values.stage] ?? "";
  byId("edge_generator-text").textContent = EXPLAINED.edge_generator[values.edge_generator] ?? "";
  byId("followed").textContent = draft.consequence;
  byId("followed").hidden = !draft.consequence;
  byId("mask-text").textContent = EXPLAINED.mask[values.mask] ?? "";
  byId("edge-text").textContent = EXPLAINED.edge[values.edge] ?? "";
  byId("block-field").hidden = !draft.config.block_masks.includes(values.mask);
  byId("block_ratio", HTMLInputElement).value = values.block_ratio;
  showSlider("block_ratio", "block-value", `${percent(values.block_ratio)} of the side`);
  byId("mask-data-field").hidden = !values.mask.startsWith("external");
  byId("edge-data-field").hidden = values.edge !== "external";
  byId("edge_nms", HTMLInputElement).checked = values.edge_nms;
  for (const field of Object.values(folders)) field.show();
  showSigma(values);
  startFrom.show();
}

/** Say what a slider is at, beside it and to a screen reader. @param {string} id @param {string} output @param {string} words */
function showSlider(id, output, words) {
  byId(output).textContent = words;
  byId(id).setAttribute("aria-valuetext", words);
}

/** The last blur that was fixed, to come back to. */
let lastSigma = 2;

/** Of sigma: -1 no edges, 0 random, above 0 a blur in px; edges of files are not blurred. @param {import("../js/schema.js").Values} values */
function showSigma({ sigma, edge, edge_nms: nms }) {
  const mode = sigma < 0 ? "none" : sigma === 0 ? "random" : "fixed";
  byId("sigma-mode", HTMLSelectElement).value = mode;
  byId("sigma-field").hidden = mode !== "fixed" || (edge === "external" && !nms);
  if (mode === "fixed") {
    lastSigma = sigma;
    byId("sigma", HTMLInputElement).value = String(sigma);
    showSlider("sigma", "sigma-value", `${sigma.toFixed(1)} px`);
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
  if (data) checking = check.run(data, mask.startsWith("external") ? masks : "");
  else check.clear();
}

/** Why page 2 does not open. @param {string} message empty clears it */
const refuse = (message) => setFault(null, byId("next-error"), message);

/**
 * @param {"data" | "mask_data" | "edge_data"} key
 * @param {string} name of its elements
 * @param {string} title
 */
function folderField(key, name, title) {
  const button = `select-${name === "data" ? name : `${name}s`}`;
  return new FolderField({ input: key, button, path: `${name}-path`, error: `${name}-error` }, title, {
    value: () => draft.values[key],
    hasScreen: () => hasScreen,
    onTake: (path) => {
      refuse("");
      set(key, path);
      if (key !== "edge_data") checkDataset();
    },
  });
}

function wire() {
  folders = {
    data: folderField("data", "data", "Select the folder of training pictures"),
    mask_data: folderField("mask_data", "mask", "Select the folder of masks"),
    edge_data: folderField("edge_data", "edge", "Select the folder of edge pictures"),
  };
  for (const key of selects) {
    const select = byId(key, HTMLSelectElement);
    const property = draft.config.schema.properties[key];
    select.replaceChildren(...options(key, property).map(({ value, title }) => el("option", { value }, title)));
    select.addEventListener("change", async () => {
      set(key, select.value);
      if (key === "mask") checkDataset();
      const followed = key === "stage" ? await startFrom.suggest().catch(showError) : "";
      if (followed) say(followed);
      show();
    });
  }
  startFrom.select.addEventListener("change", async () => {
    try {
      const followed = await startFrom.choose(startFrom.select.value);
      if (followed) say(followed);
      show();
    } catch (error) {
      showError(error);
    }
  });
  for (const key of ["block_ratio", "sigma"]) {
    const slider = byId(key, HTMLInputElement);
    slider.addEventListener("input", () => set(key, Number(slider.value)));
  }
  const mode = byId("sigma-mode", HTMLSelectElement);
  mode.addEventListener("change", () => set("sigma", mode.value === "none" ? -1 : mode.value === "random" ? 0 : lastSigma));
  const thinned = byId("edge_nms", HTMLInputElement);
  thinned.addEventListener("change", () => set("edge_nms", thinned.checked));
  byId("model-form").addEventListener("submit", (event) => {
    event.preventDefault();
    next();
  });
}

/** To page 2, unless something here would stop the training. */
async function next() {
  refuse("");
  await startFrom.settled;
  const { stage, mask, edge, init_from: init, edges_from: edgesFrom } = draft.values;
  /** @type {[string, FolderField][]} */ const needed = [["Dataset", folders.data]];
  if (mask.startsWith("external")) needed.push(["Mask", folders.mask_data]);
  if (edge === "external") needed.push(["Edge", folders.edge_data]);
  for (const [, field] of needed) if (!(await field.commit())) return;
  await Promise.race([checking, wait(A_MOMENT_MS)]); // a folder without pictures is found out at once
  const missing = needed.find(([, field]) => !field.page.value());
  if (missing) {
    missing[1].demand(`${missing[0]} path is not defined`);
  } else if (stage === "edge-inpaint" && !init && !edgesFrom) {
    refuse("The Edge-Inpaint Model needs an edge generator: choose what to start from.");
    byId("init_from").focus();
  } else if (check.blocker) {
    refuse(check.blocker);
    byId("check").scrollIntoView({ block: "nearest" });
  } else if (preview.refusal && (!preview.setting || PAGE_ONE.has(preview.setting))) {
    // A refusal of another setting is mended on page 2, which shows it at its field.
    refuse(preview.refusal);
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
  const [config, state, { runs }] = await Promise.all([call("config_schema"), call("app_state"), call("list_runs")]);
  draft = new Draft(config);
  hasScreen = state.has_screen;
  startFrom = new StartFrom(byId("init_from", HTMLSelectElement), byId("init_from-text"), draft);
  startFrom.fill(runs, state.checkpoints);
  await takeLink(); // before a control could be used whose choice it would replace
  wire();
  // A path typed while the page was loading counts too.
  const typed = byId("data", HTMLInputElement).value.trim();
  show();
  showPreview();
  if (typed && typed !== draft.values.data) await folders.data.take(typed);
  else checkDataset();
  // Until here a press would have sent the form nowhere.
  byId("next", HTMLButtonElement).disabled = false;
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
