// Try it: a minute of training, live, and then the verdict on the installation. ?start begins at once, for
// &seconds= if another time is wanted; ?run= takes up one that runs.

import { runUrl, sampleUrl } from "../js/addresses.js";
import { call, ready, subscribe } from "../js/bridge.js";
import { byId, el, factRows, holdFocus, setUsable } from "../js/dom.js";
import { count, measure, pace, timer } from "../js/format.js";
import { every } from "../js/poll.js";
import { RunView } from "../js/run-view.js";
import { errorText, say, showError } from "../js/shell.js";

const TICK_MS = 500;
const WATCH_MS = 5000;
const OVER = new Set(["finished", "stopped", "failed"]);

/** @typedef {{sound: boolean, text: string, checks: {name: string, ok: boolean, judged: boolean, text: string}[], fill: string | null}} Verdict */

let run = "";
let seconds = 60;
let view = new RunView();
let judged = false;
let leave = () => {};

async function begin() {
  const button = byId("start");
  setUsable(button, false);
  try {
    const started = await call("try_start", seconds);
    history.replaceState(null, "", `?run=${encodeURIComponent(started.run)}`);
    follow(started.run, started.seconds);
  } catch (error) {
    showError(error);
    setUsable(button, true);
  }
}

/** @param {string} name @param {number} limit seconds of training */
function follow(name, limit) {
  leave();
  run = name;
  seconds = limit;
  judged = false;
  view = new RunView();
  const moveOn = holdFocus();
  byId("verdict").hidden = true;
  byId("live").hidden = false;
  byId("start").hidden = true;
  byId("stop").hidden = false;
  moveOn(byId("stop"));
  draw();
  leave = subscribe(name, 0, (events) => {
    view.feed(events);
    draw();
    if (OVER.has(view.state)) judge();
  });
}

function draw() {
  const elapsed = Math.min(view.elapsedAt(Date.now() / 1000), seconds);
  const over = OVER.has(view.state);
  byId("clock").textContent = `${timer(elapsed)} of ${timer(seconds)}`;
  byId("progress", HTMLProgressElement).value = over ? 1 : elapsed / seconds;
  byId("phase").textContent = phase();
  const last = view.lastStep;
  /** @type {[string, string][]} */ const facts = [["Device", view.started?.device ?? ""], ["Step", count(view.step)],
    ["Images/s", last ? pace(last.images_per_s) : ""], ["Edge loss", last ? measure(last.values.edge_bce_loss) : ""],
    ["Colour loss", last ? measure(last.values.l1_loss) : ""]];
  byId("facts").replaceChildren(...factRows(facts.filter(([, value]) => value)));
  const sample = view.samples.at(-1);
  byId("sample-figure").hidden = !sample;
  if (!sample) return;
  const url = sampleUrl(run, sample);
  const image = byId("sample", HTMLImageElement);
  if (image.getAttribute("src") !== url) image.src = url;
  image.alt = `Samples at step ${sample.step}: ${sample.columns.join(", ")}`;
  byId("sample-text").textContent = `Step ${count(sample.step)}: ${sample.columns.join(", ")}`;
}

/** @returns {string} what happens now */
function phase() {
  if (OVER.has(view.state)) return "Filling a picture and checking the results…";
  return view.started ? "The edge and the inpaint network learn together." : "Starting the training process: this takes a few seconds.";
}

async function judge() {
  if (judged) return;
  judged = true;
  leave();
  byId("stop").hidden = true;
  byId("phase").textContent = "Filling a picture and checking the results…";
  try {
    showVerdict(await call("try_verdict", run));
    byId("phase").textContent = "Done.";
  } catch (error) {
    byId("phase").textContent = errorText(error);
    showError(error);
  }
  const again = byId("start");
  again.textContent = "Try again";
  again.hidden = false;
  setUsable(again, true);
}

/** @param {Verdict} verdict */
function showVerdict({ sound, text, checks, fill }) {
  const section = byId("verdict");
  section.hidden = false;
  section.dataset.sound = String(sound);
  byId("verdict-title").textContent = text;
  byId("checks").replaceChildren(...checks.map(({ name, ok, judged, text: words }) => {
    const [mark, spoken] = !judged ? ["?", "could not be judged"] : ok ? ["✓", "as it should be"] : ["✗", "not as it should be"];
    return el("li", { "data-ok": judged ? String(ok) : "unknown" }, el("span", { class: "check-mark", "aria-hidden": "true" }, mark),
      el("span", {}, el("strong", {}, name), el("span", { class: "visually-hidden" }, ` (${spoken})`), ` ${words}`));
  }));
  byId("fill").hidden = !fill;
  if (fill) byId("after", HTMLImageElement).src = fill;
  byId("after-links").replaceChildren(el("a", { class: "button primary", href: "/train/model.html" }, "Train on your own pictures"),
    el("a", { class: "button", href: "/inference/upload-image.html" }, "Fill a picture"),
    el("a", { class: "button", href: runUrl(run) }, "Open this training"));
  say(text, { kind: sound ? "ok" : "error" });
  section.focus();
}

/** A process that died leaves no last event to wait for. */
async function watch() {
  if (!run || judged) return;
  const { state } = await call("watch_run", run);
  if (state === "interrupted" || state === "failed") judge();
}

async function start() {
  await ready();
  const link = new URLSearchParams(location.search);
  const known = link.get("run");
  seconds = Number(link.get("seconds")) || seconds;
  byId("start").addEventListener("click", begin);
  byId("stop").addEventListener("click", () => call("control_run", run, "stop").catch(showError));
  setInterval(() => run && !judged && draw(), TICK_MS);
  every(WATCH_MS, watch);
  byId("start", HTMLButtonElement).disabled = false;
  if (known) {
    follow(known, (await call("get_run", known)).config.max_seconds);
  } else if (link.has("start")) await begin();
}

start().catch(showError);
