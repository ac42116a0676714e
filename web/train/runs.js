// All runs: look, resume, open in the editor, delete.

import { call, ready } from "../js/bridge.js";
import { isActive, runCard, runUrl, updateList } from "../js/run_card.js";
import { confirmDialog, el, say, showError } from "../js/shell.js";

/** @typedef {import("../js/run_card.js").RunSummary} RunSummary */

const REFRESH_MS = 2000;
const list = /** @type {HTMLElement} */ (document.getElementById("runs"));
const none = /** @type {HTMLElement} */ (document.getElementById("no-runs"));

/** @param {RunSummary} run */
function draw(run) {
  const actions = [];
  if (!isActive(run.state) && run.state !== "finished") {
    actions.push(el("button", { type: "button", class: "button small", "aria-label": `Resume ${run.run}`, onclick: () => resume(run) }, "Resume"));
  }
  if (run.has_inpaint && run.step > 0) {
    actions.push(el("a", { class: "button small", href: `/inference/upload-image.html?checkpoint=${encodeURIComponent(run.path)}`, "aria-label": `Fill a picture with ${run.run}` }, "Fill a picture"));
  }
  actions.push(el("a", { class: "button small", href: runUrl(run), "aria-label": `Open ${run.run}` }, "Open"));
  if (!isActive(run.state)) {
    actions.push(el("button", { type: "button", class: "button small quiet", "aria-label": `Delete ${run.run}`, onclick: () => remove(run) }, "Delete"));
  }
  return runCard(run, ...actions);
}

/** @param {RunSummary} run */
async function resume(run) {
  try {
    await call("resume_training", run.run);
    location.assign(runUrl(run));
  } catch (error) {
    showError(error);
  }
}

/** @param {RunSummary} run */
async function remove(run) {
  const sure = await confirmDialog({
    title: `Delete ${run.run}?`, text: `The folder ${run.path} with its checkpoints, samples and log is deleted. This cannot be undone.`,
    confirm: "Delete the run", cancel: "Keep it", danger: true,
  });
  if (!sure) return;
  try {
    await call("delete_run", run.run);
    say(`${run.run} is deleted.`, { kind: "ok" });
    await refresh();
  } catch (error) {
    showError(error);
  }
}

async function refresh() {
  const { runs } = await call("list_runs");
  none.hidden = runs.length > 0;
  updateList(list, runs, draw);
}

async function start() {
  await ready();
  const { runs_folder: folder } = await call("app_state");
  /** @type {HTMLElement} */ (document.getElementById("runs-folder")).textContent = `Kept in ${folder}`;
  await refresh();
  setInterval(() => refresh().catch(() => {}), REFRESH_MS);
}

start().catch(showError);
