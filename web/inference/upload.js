// Step 1: open a picture by chooser, drop, paste, or example.

import { call, putPicture, ready } from "../js/bridge.js";
import { byId, el } from "../js/dom.js";
import { clock, plural } from "../js/format.js";
import { errorText, say, statusSide } from "../js/shell.js";
import { takeDrops, takePasted } from "./dropped.js";
import { chosen, lastPicture, linkSteps, rememberChoice, showOpening, stepUrl } from "./steps.js";

const file = byId("file", HTMLInputElement);
const uploadButton = byId("upload", HTMLButtonElement);
const maskButton = byId("mask", HTMLButtonElement);
const preview = byId("preview", HTMLImageElement);
const drop = byId("drop");
const hint = byId("drop-hint");

/** Counts openings, so that a slow one does not replace what was opened after it. */
let turn = 0;
/** The steps that the open picture can go on to. */
let goOn = {};

/** @param {boolean} may whether this page may be left for the next steps */
function letGoOn(may) {
  maskButton.disabled = !(may && chosen.picture);
  linkSteps(may ? goOn : {});
}

/** @param {any} info the program's picture_info */
function show(info) {
  chosen.picture = info.id;
  rememberChoice();
  preview.src = info.url;
  preview.style.setProperty("--ratio", String(info.width / info.height));
  document.body.toggleAttribute("data-see-through", info.has_alpha);
  preview.alt = `The picture ${info.name}`;
  preview.hidden = false;
  hint.hidden = true;
  byId("fact-name").textContent = info.name;
  byId("fact-size").textContent = `${info.width} × ${info.height} pixels`;
  byId("fact-format").textContent = [info.format, info.depth].filter(Boolean).join(", ");
  byId("facts").hidden = false;
  const notices = byId("notices");
  notices.replaceChildren(...info.notices.map((/** @type {string} */ text) => el("li", { class: "notice" }, text)));
  notices.hidden = !info.notices.length;
  uploadButton.classList.remove("primary");
  byId("mask-reason").replaceChildren(...whatWasKept(info));
  goOn = { mask: true, fill: info.fills.length > 0 };
  letGoOn(true);
  byId("fill-folder").setAttribute("href", stepUrl("folder"));
}

/** @param {any} info @returns {(Node | string)[]} what there is of earlier work, with the way to its fills */
function whatWasKept({ has_mask: masked, fills }) {
  if (!fills.length) return [masked ? "Its earlier mask was kept." : "Next: mark the area to fill."];
  const link = el("a", { "data-to": "fill" }, plural(fills.length, "fill"));
  return [masked ? "Its mask and " : "Its ", link, masked || fills.length > 1 ? " were kept." : " was kept."];
}

/**
 * Open a picture and show it; a refusal leaves the one before in place.
 * @param {string} name for the status line
 * @param {() => Promise<any>} request resolves to a picture_info
 */
async function open(name, request) {
  const mine = ++turn;
  const error = byId("upload-error");
  error.hidden = true;
  drop.dataset.busy = "true";
  // The shown picture is being replaced: whatever continues from here uses the new one.
  letGoOn(false);
  hint.hidden = true;
  showOpening(name);
  say(`Opening ${name}…`);
  try {
    const info = await request();
    if (mine !== turn) return;
    show(info);
    say(`${info.name} is open.`, { kind: "ok" });
    maskButton.focus({ preventScroll: true });
    showInWork();
  } catch (failure) {
    if (mine !== turn) return;
    refuse(errorText(failure), `${name} was not opened.`);
  } finally {
    if (mine === turn) {
      delete drop.dataset.busy;
      showOpening("");
      hint.hidden = Boolean(chosen.picture);
      letGoOn(true);
    }
  }
}

/** @param {string} why no picture is opened @param {string} [words] the same, for the status line */
function refuse(why, words = "No picture was opened.") {
  byId("upload-error").textContent = why;
  byId("upload-error").hidden = false;
  say(words, { kind: "error" });
}

/** List the other pictures of this launch that were worked on: they are as they were left. */
async function showInWork() {
  /** @type {{id: string, name: string, url: string, n_fills: number, time: number}[]} */
  const pictures = await call("pictures_in_work").catch(() => []); // what else is wrong, other calls tell
  const others = pictures.filter(({ id }) => id !== chosen.picture);
  byId("in-work").replaceChildren(...others.map(({ id, name, url, n_fills: fills, time }) => {
    const work = `${fills ? plural(fills, "fill") : "masked"}, ${clock(time)}`;
    return el("button", { type: "button", class: "example", title: name, onclick: () => open(name, () => call("picture_info", id)) },
      el("img", { src: url, alt: "" }), el("span", {}, `${name}\n${work}`));
  }));
  byId("in-work-section").hidden = !others.length;
}

/** @param {File | null | undefined} picked */
function openFile(picked) {
  if (picked) open(picked.name || "the picture", () => putPicture(picked));
}

/** @param {{name: string, url: string, title: string}[]} examples */
function showExamples(examples) {
  byId("examples").replaceChildren(...examples.map(({ name, url, title }) =>
    el("button", { type: "button", class: "example", title, onclick: () => open(title, () => call("open_example", name)) },
      el("img", { src: url, alt: "", loading: "lazy" }), el("span", {}, title))));
  byId("examples-section").hidden = !examples.length;
}

function listenForPictures() {
  uploadButton.addEventListener("click", () => file.click());
  hint.addEventListener("click", () => file.click());
  file.addEventListener("change", () => {
    openFile(file.files?.[0]);
    file.value = ""; // so that choosing the same file again opens it again
  });
  takeDrops((files, folder) => {
    if (files.length === 1 && !folder) openFile(files[0]);
    else if (files.length) refuse("Only one picture can be open at a time. To fill many, use “Fill a folder…”.");
    else refuse("That is not a file. Save the picture first, then drop its file here.");
  }, drop);
  takePasted(([first]) => openFile(first), () => say("There is no picture in the clipboard."));
}

async function start() {
  const mine = turn;
  byId("fill-folder").setAttribute("href", stepUrl("folder"));
  listenForPictures();
  maskButton.addEventListener("click", () => location.assign(stepUrl("mask")));
  await ready();
  const state = await call("app_state");
  showExamples(state.examples);
  const checkpoint = state.checkpoints.find((/** @type {any} */ one) => one.path === chosen.checkpoint);
  if (checkpoint) statusSide.append(el("span", { class: "muted" }, `Fills with ${checkpoint.title}`));
  await showLast(mine);
  await showInWork();
}

/** @param {number} mine the turn in which the page was opened */
async function showLast(mine) {
  const picture = chosen.picture || lastPicture();
  if (!picture) return;
  try {
    const info = await call("picture_info", picture);
    if (mine !== turn) return; // another has been opened meanwhile
    if (!chosen.picture) say(`${info.name} is still open.`);
    show(info);
  } catch {
    if (mine !== turn) return;
    // The address is of an earlier start of the program; an empty page says enough.
    chosen.picture = "";
    rememberChoice();
  }
}

start().catch((error) => refuse(errorText(error)));
