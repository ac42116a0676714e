// Home: the two ways in, what is in training now, and what was trained lately.

import { call, ready } from "./bridge.js";
import { isActive, runCard, updateList } from "./run_card.js";
import { showError } from "./shell.js";

const REFRESH_MS = 2000;
const RECENT = 4;
/** @param {string} id */
const $ = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

async function refresh() {
  const { runs } = await call("list_runs");
  const running = runs.filter((/** @type {any} */ run) => isActive(run.state));
  const recent = runs.filter((/** @type {any} */ run) => !isActive(run.state)).slice(0, RECENT);
  $("running-section").hidden = !running.length;
  $("recent-section").hidden = !recent.length;
  updateList($("running"), running, (run) => runCard(run));
  updateList($("recent"), recent, (run) => runCard(run));
}

async function start() {
  await ready();
  const { version, checkpoints } = await call("app_state");
  const able = checkpoints.some((/** @type {any} */ found) => found.has_inpaint);
  $("version").textContent = `InpaintGAN ${version}${able ? "" : ". No network that can fill is here yet: train an inpaint model first."}`;
  await refresh();
  setInterval(() => refresh().catch(() => {}), REFRESH_MS);
}

start().catch(showError);
