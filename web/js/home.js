// Home: the two ways in, what is in training now, and what was trained lately.

import { call } from "./bridge.js";
import { updateList } from "./card-list.js";
import { byId } from "./dom.js";
import { every } from "./poll.js";
import { runCard } from "./run-card.js";
import { isActive } from "./run-view.js";
import { showError } from "./shell.js";

const REFRESH_MS = 2000;
const RECENT = 4;

async function refresh() {
  /** @type {{runs: import("./run-card.js").RunSummary[]}} */
  const { runs } = await call("list_runs");
  const running = runs.filter(({ state }) => isActive(state));
  const recent = runs.filter(({ state }) => !isActive(state)).slice(0, RECENT);
  byId("running-section").hidden = !running.length;
  byId("recent-section").hidden = !recent.length;
  updateList(byId("running"), running, ({ run }) => run, (run) => runCard(run));
  updateList(byId("recent"), recent, ({ run }) => run, (run) => runCard(run));
}

async function start() {
  const { version, checkpoints } = await call("app_state");
  const able = checkpoints.some((/** @type {any} */ found) => found.has_inpaint);
  byId("version").textContent = `InpaintGAN ${version}${able ? "" : ". There is no checkpoint that can fill pictures yet: train an inpaint model first."}`;
  await refresh();
  every(REFRESH_MS, refresh);
}

start().catch(showError);
