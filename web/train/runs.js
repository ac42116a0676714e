// All runs: look, resume, queue, duplicate, compare, open in the editor, delete and take that back.

import { fillUrl, resumeUrl, runUrl } from "../js/addresses.js";
import { call } from "../js/bridge.js";
import { updateList } from "../js/card-list.js";
import { byId, el } from "../js/dom.js";
import { whileBusy } from "../js/guarded.js";
import { ago, plural } from "../js/format.js";
import { every } from "../js/poll.js";
import { runCard } from "../js/run-card.js";
import { isActive } from "../js/run-view.js";
import { say, showError } from "../js/shell.js";
import { Draft } from "./draft.js";

/** @typedef {import("../js/run-card.js").RunSummary} RunSummary */

const REFRESH_MS = 2000;
/** Runs side by side: more lines than that nobody tells apart. */
const COMPARED = 4;
const list = byId("runs");
/** Ticked, kept with this visit of the page: the way back from the comparison brings them back. @type {Set<string>} */
const chosen = new Set(history.state?.chosen);

/** @param {RunSummary} run */
function draw(run) {
  /** @param {string} title @param {() => Promise<void>} action @param {string} [kind] */
  const button = (title, action, kind = "") =>
    el("button", { type: "button", class: `button small ${kind}`, "aria-label": `${title} ${run.run}`, onclick: whileBusy(action) }, title);
  /** @type {HTMLElement[]} */
  const actions = [el("label", { class: "check small run-choice" }, el("input", {
    type: "checkbox", checked: chosen.has(run.run), "aria-label": `Compare ${run.run}`,
    onchange: (/** @type {Event & {target: HTMLInputElement}} */ event) => choose(run.run, event.target),
  }), "Compare")];
  const unfinished = !isActive(run.state) && run.state !== "finished";
  if (unfinished) actions.push(button(run.turn || run.state === "unstarted" ? "Start now" : "Resume", () => resume(run)));
  if (!isActive(run.state)) {
    actions.push(el("a", { class: "button small", href: resumeUrl(run.run), "aria-label": `Resume with changes: ${run.run}` }, "Resume with changes"));
  }
  if (unfinished && run.turn) actions.push(button("Remove from queue", () => act("unqueue_run", run, "was removed from the queue.")));
  else if (unfinished) actions.push(button("Queue", () => act("queue_run", run, "starts when the trainings before it have ended.")));
  if (run.fills && run.step > 0) {
    actions.push(el("a", { class: "button small", href: fillUrl(run.fills), "aria-label": `Fill a picture with ${run.run}` }, "Fill a picture"));
  }
  actions.push(button("Duplicate", () => duplicate(run)));
  if (!isActive(run.state)) actions.push(button("Delete", () => remove(run), "quiet"));
  return runCard(run, ...actions);
}

/** @param {string} name @param {HTMLInputElement} box */
function choose(name, box) {
  if (box.checked && chosen.size >= COMPARED) {
    box.checked = false;
    say(`At most ${COMPARED} runs can be compared.`, { kind: "error" });
    return;
  }
  if (box.checked) chosen.add(name);
  else chosen.delete(name);
  showChoice();
}

function showChoice() {
  history.replaceState({ chosen: [...chosen] }, "");
  const link = byId("compare-runs", HTMLAnchorElement);
  link.hidden = chosen.size < 2;
  byId("compare-hint").textContent = chosen.size === 1 ? "Tick another run to compare the two." : "";
  link.textContent = `Compare ${plural(chosen.size, "run")}`;
  link.href = `/train/runs-compare.html?${[...chosen].map((name) => `run=${encodeURIComponent(name)}`).join("&")}`;
}

/** @param {RunSummary} run */
async function resume(run) {
  await call("resume_training", run.run);
  location.assign(runUrl(run.run));
}

/** @param {string} order @param {RunSummary} run @param {string} done */
async function act(order, run, done) {
  await call(order, run.run);
  say(`${run.run} ${done}`, { kind: "ok" });
  await refresh();
}

/** A new training with the settings of this one, to be changed before it starts. @param {RunSummary} run */
async function duplicate(run) {
  const [config, { config: values }] = await Promise.all([call("config_schema"), call("resume_point", run.run)]); // refuses settings that cannot be read
  const draft = new Draft(config);
  draft.take(values);
  draft.name = "";
  draft.save();
  location.assign("/train/model.html");
}

/** @param {RunSummary} run */
async function remove(run) {
  const { ticket } = await call("delete_run", run.run);
  const ticked = chosen.delete(run.run);
  showChoice();
  const undo = el("button", { type: "button", class: "button small", onclick: whileBusy(() => restore(ticket, ticked)) }, "Undo");
  byId("deleted").append(el("p", { class: "notice row", "data-ticket": ticket },
    el("span", { class: "grow" }, `${run.run} was deleted. It can be restored for a day, below the list of runs.`), undo));
  undo.focus();
  await Promise.all([refresh(), showTrash()]);
}

/** What was deleted and can be restored. */
async function showTrash() {
  /** @type {{deleted: {ticket: string, run: string, time: number}[]}} */
  const { deleted } = await call("list_deleted_runs");
  byId("trash").hidden = !deleted.length;
  byId("trash-list").replaceChildren(...deleted.map(({ ticket, run, time }) => el("li", { class: "row" },
    el("span", {}, run), el("span", { class: "muted" }, ago(time)),
    el("button", { type: "button", class: "button small", "aria-label": `Restore ${run}`, onclick: whileBusy(() => restore(ticket)) }, "Restore"))));
}

/** @param {string} ticket @param {boolean} [ticked] whether it was chosen to be compared */
async function restore(ticket, ticked = false) {
  const { run } = await call("restore_run", ticket);
  byId("deleted").querySelector(`[data-ticket="${ticket}"]`)?.remove();
  if (ticked && chosen.size < COMPARED) chosen.add(run);
  showChoice();
  say(`${run} was restored.`, { kind: "ok" });
  await Promise.all([refresh(), showTrash()]);
  /** @type {HTMLElement | null} */ (list.querySelector(`[data-run="${CSS.escape(run)}"] .run-link`))?.focus();
}

async function refresh() {
  /** @type {{runs: RunSummary[]}} */
  const { runs } = await call("list_runs");
  byId("no-runs").hidden = runs.length > 0;
  const gone = [...chosen].filter((name) => !runs.some(({ run }) => run === name));
  for (const name of gone) chosen.delete(name);
  if (gone.length) showChoice();
  const waiting = runs.filter(({ turn }) => turn).length;
  const words = waiting ? `${plural(waiting, "training")} in the queue: each starts when no other training is running, while this program is open.` : "";
  if (byId("queue-note").textContent !== words) byId("queue-note").textContent = words;
  updateList(list, runs, ({ run }) => run, draw);
}

async function start() {
  const { runs_folder: folder } = await call("app_state");
  byId("runs-folder").textContent = `Kept in ${folder}`;
  await Promise.all([refresh(), showTrash()]);
  showChoice();
  every(REFRESH_MS, refresh);
}

start().catch(showError);
