// The page of one run: everything on it is drawn from the run's events, so that leaving and coming back loses nothing.

import { fillUrl, resumeUrl } from "../js/addresses.js";
import { call, codeOf, subscribe } from "../js/bridge.js";
import { byId, factRows, holdFocus, setUsable, showNodes } from "../js/dom.js";
import { count, percent, span, timer } from "../js/format.js";
import { healthWords } from "../js/health.js";
import { phaseText, stageTitle, stateTitle, titled } from "../js/labels.js";
import { every } from "../js/poll.js";
import { endedByTime } from "../js/run-card.js";
import { isAlarming, RunView } from "../js/run-view.js";
import { say, showError } from "../js/shell.js";
import { showNoRun } from "./no-run.js";
import { RunCharts } from "./progress-charts.js";
import { TrainingLog } from "./progress-log.js";
import { noticesOf } from "./progress-notices.js";
import { liveNumbers } from "./progress-numbers.js";
import { SampleSlider } from "./progress-samples.js";

const ASK_MS = 3000;

const run = new URLSearchParams(location.search).get("run") ?? "";
let view = new RunView();
const charts = new RunCharts(byId("loss-charts"), byId("metric-charts"));
const log = new TrainingLog(byId("log"), byId("log-steps", HTMLInputElement), byId("log-search", HTMLInputElement), byId("log-found"));
const samples = new SampleSlider(run);
/** @type {any} */ let summary = null;
/** @type {() => void} */ let unsubscribe = () => {};
/** What was asked of the training and has not been seen done. */
let ordered = "";
/** An order that still waits for the step to end: there is room for one. */
let waiting = "";
let drawing = 0;
/** @type {"open" | "lost" | "closed"} */ let connection = "open";
/** Whether the program has ended, or is another by now: what is shown stays as it was, and nothing can be ordered. */
let gone = false;
/** @type {import("./progress-numbers.js").Usage | null} */ let usage = null;

const ENDS = ["run_finished", "run_failed"];
/** Orders and the events that show they were obeyed. @type {Record<string, string>} */
const DONE_BY = { pause: "paused", resume: "resumed", stop: "run_finished", "sample-now": "sample", "save-now": "checkpoint" };
/** @type {Record<string, string>} */
const ASKED = {
  pause: "Pausing after this step…", resume: "Resuming…", stop: "Stopping after this step, then saving…",
  "sample-now": "Drawing a sample after this step…", "save-now": "Saving after this step…",
};
/** @type {Record<string, string>} */
const OBEYED = {
  pause: "Paused.", resume: "The training continues.", stop: "Stopped and saved.", "sample-now": "Sample drawn.",
  "save-now": "Checkpoint saved.",
};

/** What a training of one network measures. @type {Record<string, string>} */
const METRICS_OF = { edge: "Precision and recall begin", inpaint: "PSNR begins" };
/** What is said where nothing is: while something may come, and when nothing will. @type {Record<string, [string, string]>} */
const NOTHING = {
  "no-curves": ["The curves begin with the first logged steps.", "No step was logged."],
  "no-metrics": ["Precision, recall and PSNR begin with the first logged steps.", "Nothing was measured."],
  "no-samples": ["The first sample is drawn soon after the start. “Sample now” draws one at once.", "No sample was drawn."],
  "no-log": ["A new training loads its networks first.", "The training ended before it wrote a line."],
};

/** New events from the training. @param {import("../js/run-view.js").RunEvent[]} events */
function take(events) {
  view.feed(events);
  if (ordered && events.some(({ type }) => type === DONE_BY[ordered])) {
    const unsaved = ordered === "stop" && view.checkpoint?.step !== view.step;
    say(unsaved ? "Stopped." : OBEYED[ordered], { kind: "ok" });
    ordered = waiting = "";
  } else if (events.some(({ type }) => type === "run_started" || ENDS.includes(type))) {
    say(""); // the state above says how it goes on
    ordered = waiting = ""; // orders to a process that died are never done
  }
  // What is alarming stands above, where it stays.
  const news = events.findLast((event) => event.type === "warning" && !isAlarming(event));
  if (news) say(news.message, { kind: "ok" });
  // What can be done with a run that has ended, its events do not say.
  if (events.some(({ type }) => ENDS.includes(type))) ask();
  // Once a frame is enough, and a page in the background draws nothing at all.
  drawing ||= requestAnimationFrame(() => {
    drawing = 0;
    show();
  });
}

function show() {
  showHead();
  showNumbers();
  showAlerts();
  showControls();
  charts.show(view);
  samples.show(view);
  log.show(view.log);
  byId("no-curves").hidden = view.curves.size > 0;
  byId("no-log").hidden = view.lastSeq > 0;
  byId("no-metrics").hidden = view.curves.size + view.scores.size > 0;
  const over = !view.active && !isAhead();
  const stage = view.stage || summary?.stage || "";
  NOTHING["no-metrics"][0] = `${METRICS_OF[stage] ?? "Precision, recall and PSNR begin"} with the first logged steps.`;
  for (const [id, [yet, never]] of Object.entries(NOTHING)) byId(id).textContent = over ? never : yet;
  if (view.state === "failed" && summary?.error) byId("no-log").textContent = `The training ended before its log began: ${titled(summary.error)}`;
}

const isAhead = () => view.state === "queued" || view.state === "unstarted";

function showHead() {
  const state = byId("state");
  state.dataset.state = gone ? "" : view.state;
  state.textContent = gone ? "Not connected" : stateTitle(view.state);
  const device = view.started?.device;
  const doing = phaseText(view.lastStep?.phase);
  byId("stage").textContent = [stageTitle(view.stage || summary?.stage || ""), doing, device && `on ${device}`].filter(Boolean).join(" ");
  document.title = `${view.active && view.maxIters ? `${count(view.step)} · ` : ""}${run} - InpaintGAN`;
  const max = view.maxIters ?? summary?.max_iters ?? 0;
  const done = endedByTime(view, max);
  byId("iteration").textContent = done ? count(view.step) : `${count(view.step)} / ${count(max || null)}`;
  const bar = byId("progress", HTMLProgressElement);
  bar.value = done ? 1 : max ? Math.min(1, view.step / max) : 0;
  const eta = view.lastStep?.eta_s;
  byId("eta").textContent = view.state === "running" && eta ? `about ${span(eta)} left` : max && !done ? percent(view.step / max) : "";
  tick();
}

function tick() {
  if (gone) return;
  const now = Date.now() / 1000;
  const starting = view.state === "starting";
  // The training's clock runs from its first event on. Before that it loads what it needs, for seconds; the timer counts those
  // too while it trains, rather than fall back to 0.
  const launched = view.active ? summary?.launched ?? null : null;
  const loading = launched === null ? 0 : Math.max(0, (starting ? now : view.started?.time ?? now) - launched);
  byId("timer-label").textContent = starting ? "Starting" : view.active ? "Running for" : "Training time";
  byId("timer").textContent = timer(starting ? loading : loading + view.clockAt(now));
}

function showNumbers() {
  const numbers = liveNumbers(view, usage, view.stage || summary?.stage);
  const list = byId("numbers");
  const names = numbers.map(([name]) => name).join();
  if (list.dataset.names !== names) {
    list.dataset.names = names;
    list.replaceChildren(...factRows(numbers));
  }
  list.querySelectorAll("dd").forEach((node, i) => { node.textContent = numbers[i][1]; });
  byId("metrics-note").textContent = view.validation ? `Circles: validation, last at step ${count(view.validation.step)}${view.validation.best ? ", the best so far" : ""}` : "";
}

function showAlerts() {
  showNodes(byId("alerts"), noticesOf(view, summary?.error));
  byId("health").textContent = healthWords(view);
  byId("health").hidden = !view.active; // else its line stays, so that nothing moves when it is said
}

function showControls() {
  const moveOn = holdFocus();
  const { active } = view;
  const stopping = ordered === "stop" || waiting === "stop";
  const button = (/** @type {string} */ id) => byId(id, HTMLButtonElement);
  byId("controls").hidden = gone;
  for (const id of ["pause", "sample-now", "save-now", "stop"]) {
    button(id).hidden = !active;
    setUsable(button(id), !stopping && (id === "stop" || !(waiting || view.state === "starting")));
  }
  byId("waiting").textContent = active && waiting ? `${byId(waiting === "resume" ? "pause" : waiting).textContent}: waiting for the step to end.` : "";
  button("pause").textContent = view.state === "paused" ? "Resume" : "Pause";
  const saved = Boolean(view.checkpoint);
  const fill = byId("fill-link", HTMLAnchorElement);
  const hasInpaint = Boolean(summary?.fills);
  fill.hidden = !(saved && hasInpaint);
  fill.classList.toggle("primary", view.state === "finished");
  const next = byId("next-stage", HTMLAnchorElement);
  next.classList.toggle("primary", view.state === "finished");
  next.hidden = active || !saved || hasInpaint || view.stage !== "edge";
  if (summary) {
    fill.href = fillUrl(summary.fills ?? "");
    next.href = `/train/model.html?stage=inpaint&init_from=${encodeURIComponent(summary.path)}`;
    byId("again", HTMLAnchorElement).href = `/train/model.html?stage=${view.stage}&init_from=${encodeURIComponent(summary.path)}`;
  }
  const finished = view.state === "finished";
  button("resume").hidden = active || finished;
  button("resume").textContent = isAhead() ? "Start now" : "Resume training";
  const changed = byId("resume-with", HTMLAnchorElement);
  changed.hidden = active;
  // Without a checkpoint it failed at its settings: the same ones would fail again.
  const hopeless = view.state === "failed" && !saved;
  button("resume").classList.toggle("primary", !hopeless);
  changed.classList.toggle("primary", hopeless);
  changed.href = resumeUrl(run);
  byId("again").hidden = !(finished && saved);
  moveOn(...["pause", "resume", "next-stage", "fill-link", "again", "resume-with"].map((id) => byId(id)));
}

/** @param {string} command */
async function order(command) {
  const before = { ordered, waiting };
  ordered = waiting = command;
  showControls();
  try {
    await call("control_run", run, command);
    if (ordered === command) say(ASKED[command]); // else it is done already
  } catch (error) {
    ({ ordered, waiting } = before);
    showError(error);
  }
  showControls();
}

async function resume() {
  const button = byId("resume");
  setUsable(button, false);
  say(view.checkpoint ? "Starting again from the last checkpoint…" : "No checkpoint was saved: starting again from step 0…");
  ordered = waiting = "";
  try {
    await call("resume_training", run);
    view.correct("starting");
    show();
  } catch (error) {
    showError(error);
  }
  setUsable(button, true);
}

/** A process that was killed writes no event, and a run may be deleted elsewhere: ask the server now and then. */
async function ask() {
  try {
    const found = await call("watch_run", run);
    summary = { ...summary, ...found };
    waiting = found.order ?? "";
    usage = found.usage;
    showNumbers();
    const before = view.state;
    view.correct(found.state, found.error);
    if (view.state !== before) {
      if (ordered && !view.active) {
        say(""); // what the process was asked for died with it
        ordered = "";
      }
      show();
    } else {
      showAlerts();
      showControls();
    }
  } catch (error) {
    if (codeOf(error) === "run-unknown") showNoRun(error, run);
    // Else the status line already says that the program is gone.
  }
}

/** @param {"open" | "lost" | "closed"} state */
function tellConnection(state) {
  if (gone) return;
  if (state === "lost") say("The connection to the program is lost; trying again…", { kind: "error" });
  else if (state === "closed") say("No more updates are coming for this training. Reload the page.", { kind: "error" });
  else if (connection !== "open") say("");
  connection = state;
}

/** The shell says what happened; another launch would not know this page. */
function leave() {
  gone = true;
  unsubscribe();
  show();
}

function wire() {
  byId("pause").addEventListener("click", () => order(view.state === "paused" ? "resume" : "pause"));
  byId("sample-now").addEventListener("click", () => order("sample-now"));
  byId("save-now").addEventListener("click", () => order("save-now"));
  byId("stop").addEventListener("click", () => order("stop"));
  byId("resume").addEventListener("click", resume);
  setInterval(tick, 250);
  every(ASK_MS, ask);
  addEventListener("bridge-closed", leave);
}

async function start() {
  byId("run-name").textContent = run || "No run";
  summary = await call("get_run", run);
  waiting = summary.order ?? "";
  summary.max_iters = summary.config?.max_iters;
  view = RunView.of(summary);
  // Kept once, as curves and lines; the answer itself would stay in memory as long as the page.
  for (const key of ["history", "curves", "scores_over_time"]) delete summary[key];
  view.correct(summary.state, summary.error);
  show();
  wire();
  unsubscribe = subscribe(run, Math.max(summary.last_seq, view.lastSeq), take, {
    onConnection: tellConnection,
    onPast: (past) => {
      view = RunView.of(past);
      show();
    },
  });
}

start().catch((error) => showNoRun(error, run));
