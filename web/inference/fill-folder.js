// Many pictures at once: a folder of them, one mask for all or one each, and what became of every one.

import { call, codeOf, putPicture, ready } from "../js/bridge.js";
import { byId, el, holdFocus, setFault, setUsable } from "../js/dom.js";
import { choosesFolder } from "../js/files.js";
import { count, plural, span } from "../js/format.js";
import { pollUntil, withProgress } from "../js/poll.js";
import { errorText, say, showError } from "../js/shell.js";
import { CheckpointChoice } from "./checkpoint-choice.js";
import { EngineChoice } from "./engine-choice.js";
import { clearLists, saveFailures, showLists } from "./folder-lists.js";
import { chosen, stepUrl } from "./steps.js";
import { TextureChoice } from "./texture-choice.js";

const POLL_MS = 300;
const COUNTS = [["filled", "Filled"], ["skipped", "Already there"], ["unchanged", "Nothing masked"], ["failed", "Failed"]];
const TITLES = /** @type {Record<string, string>} */ ({
  running: "Filling", cancelling: "Finishing the current picture", done: "Done", cancelled: "Cancelled", failed: "Stopped",
});
const FORM_KEY = "inpaintgan-folder";

const form = byId("folder-form", HTMLFormElement);
const paths = ["images", "masks", "output"].map((id) => byId(id, HTMLInputElement));
const [images, masks, output] = paths;
const feather = byId("feather", HTMLInputElement);
const engine = new EngineChoice();
const texture = new TextureChoice();
const boxes = ["recursive", "skip"].map((id) => byId(id, HTMLInputElement));
const [recursive, skip] = boxes;
const startButton = byId("start", HTMLButtonElement);
const cancelButton = byId("cancel", HTMLButtonElement);

/** @type {{id: string, name: string} | null} the mask file that was chosen, as the program knows it */
let maskFile = null;
/** How many were chosen so far: of two on their way the later counts, whichever arrives first. */
let masksChosen = 0;
/** Whether the mask file that was chosen last could be opened, once that is known. @type {Promise<boolean>} */
let opening = Promise.resolve(true);

const maskKind = () => /** @type {HTMLInputElement} */ (form.querySelector("input[name=mask]:checked")).value;

/** Keep what was typed for the next visit in this tab. */
function keep() {
  sessionStorage.setItem(FORM_KEY, JSON.stringify({
    values: [...paths, feather].map(({ value }) => value), checked: boxes.map(({ checked }) => checked), kind: maskKind(), maskFile,
  }));
}

function showMaskKind() {
  byId("file-row").hidden = maskKind() !== "file";
  byId("folder-row").hidden = maskKind() !== "folder";
  byId("mask-name").textContent = maskFile?.name ?? "No mask chosen";
}

/** Where results go unless another folder is named. @param {string} path @returns {string} */
const beside = (path) => (path ? `${path.replace(/[/\\]+$/, "")}_filled` : "");

/** @param {string} path @returns {Promise<string>} how many pictures a pass would find */
async function pictureCount(path) {
  const found = await call("list_folder", path);
  if (!recursive.checked) return found.n_pictures ? `${plural(found.n_pictures, "picture")} directly in it.` : "No pictures directly in it.";
  const { n_pictures: n, is_all: isAll } = await call("count_pictures", path);
  return n ? `${isAll ? "" : "At least "}${plural(n, "picture")} in it and its sub-folders.` : "No pictures in it or its sub-folders.";
}

/** Say how many pictures there are, and where the results would go. */
async function lookAtImages() {
  const path = images.value.trim();
  const note = byId("images-note");
  note.textContent = "";
  output.placeholder = beside(path) || "Folder for the results";
  if (!path) return;
  try {
    const deep = recursive.checked;
    const words = await pictureCount(path);
    if (images.value.trim() === path && recursive.checked === deep) note.textContent = words;
  } catch (error) {
    // The answer may come while another field is being typed in: the focus stays there.
    if (images.value.trim() === path) mark(error, "images");
  }
}

/** @param {unknown} error @param {string} name images, masks or output; others have one place together */
function mark(error, name) {
  const field = paths.find(({ id }) => id === name);
  // A mask file is chosen with a button; the field for a folder of masks is hidden then, and not at fault.
  setFault(field?.checkVisibility() ? field : null, byId(field ? `${name}-error` : "problem"), errorText(error));
}

/** @param {HTMLInputElement} field */
const clear = (field) => setFault(field, byId(`${field.id}-error`), "");

/** @param {unknown} error @param {string} [field] the error's code tells it when left out */
function refuse(error, field = codeOf(error).split("-")[0]) {
  mark(error, field);
  const wanted = document.getElementById(field);
  if (wanted?.checkVisibility()) wanted.focus();
  else byId("choose-mask").focus();
  showError(error);
}

function clearErrors() {
  for (const field of paths) clear(field);
  setFault(null, byId("problem"), "");
}

/** @returns {{folder?: string, picture?: string, layer?: string}} the mask, as the program wants it */
function chosenMask() {
  if (maskKind() === "folder") return { folder: masks.value };
  if (maskKind() === "drawn") return { picture: chosen.picture, layer: "mask" };
  return maskFile ? { picture: maskFile.id, layer: "original" } : {};
}

/** What was shown last of a pass. @type {any} */
let shown = { state: "idle" };

/** @param {any} progress */
function show(progress) {
  shown = progress;
  const { state, done, total, error } = progress;
  const running = isRunning(state);
  const moveOn = holdFocus();
  byId("explain").hidden = state !== "idle";
  byId("going").hidden = state === "idle";
  startButton.hidden = running;
  if (state === "idle") return;
  byId("status-title").textContent = TITLES[state];
  const bar = byId("bar", HTMLProgressElement);
  if (total) bar.value = done / total;
  else bar.removeAttribute("value");
  byId("done").textContent = total ? `${count(done)} of ${plural(total, "picture")}` : "Loading the networks…";
  byId("time").textContent = running && progress.eta_s ? `${span(progress.eta_s)} left` : span(progress.elapsed_s);
  byId("counts").replaceChildren(...COUNTS.map(([key, name]) =>
    el("div", { "data-some": progress[key] ? key : null }, el("dt", {}, name), el("dd", {}, count(progress[key])))));
  byId("current").textContent = progress.current;
  byId("where").textContent = progress.output;
  cancelButton.hidden = !running;
  setUsable(cancelButton, state !== "cancelling");
  moveOn(running ? cancelButton : startButton);
  showLists(progress);
  if (state === "failed" && error) setFault(null, byId("problem"), errorText(error));
}

const isRunning = (/** @type {string} */ state) => state === "running" || state === "cancelling";

/** Show how the pass ended: without the program it ended where it was seen last. */
const showEnd = async () => show(await call("folder_progress").catch(() => (isRunning(shown.state) ? { ...shown, state: "failed" } : shown)));

/** Show a pass that this page did not begin until it is over. */
async function follow() {
  try {
    await pollUntil(POLL_MS, async () => {
      show(await call("folder_progress"));
      return !isRunning(shown.state);
    });
  } catch (error) {
    await showEnd();
    throw error;
  }
}

/** @param {CheckpointChoice} checkpoints */
async function fill(checkpoints) {
  if (!(await opening)) return; // the refused mask says why; the one before it is not meant
  if (startButton.hidden) return; // one runs, and Enter in a field asks for another
  clearErrors();
  const options = {
    images: images.value, output: output.value.trim() || beside(images.value.trim()), mask: chosenMask(), checkpoint: checkpoints.value,
    recursive: recursive.checked, skip_existing: skip.checked, engine: engine.value, texture: texture.value, feather_px: feather.valueAsNumber || 0,
  };
  keep();
  clearLists();
  const moveOn = holdFocus();
  startButton.hidden = true;
  byId("going").hidden = cancelButton.hidden = false;
  moveOn(cancelButton);
  say("Filling the folder…");
  let begun = false; // what is told before is of the pass before
  try {
    const end = await withProgress(call("fill_folder", options), () => call("folder_progress"), (progress) => {
      begun ||= isRunning(progress.state);
      if (begun) show(progress);
    }, POLL_MS);
    show(end);
    const others = [[end.skipped, "already there"], [end.failed, "failed"], [end.remarked, "with a remark"]].filter(([n]) => n);
    const parts = [[end.filled, "filled"], ...others].map(([n, what]) => `${count(n)} ${what}`);
    say(`${end.state === "cancelled" ? "Cancelled" : "Done"}: ${parts.join(", ")}.`, { kind: end.failed ? "error" : "ok" });
  } catch (error) {
    await showEnd(); // or what was there before, if this one was refused
    refuse(error);
    if (isRunning(shown.state)) await follow().catch(showError); // another window's
  }
}

/** @param {File} picked @returns {Promise<boolean>} whether it is the mask now, or another was chosen meanwhile */
async function openMask(picked) {
  byId("mask-name").textContent = `Opening ${picked.name}…`;
  const turn = ++masksChosen;
  try {
    const { id, name } = await putPicture(picked, { isMap: true });
    if (turn !== masksChosen) return true;
    maskFile = { id, name };
    clear(masks);
    showMaskKind();
    keep();
    say(`${name} is the mask for all pictures.`);
    return true;
  } catch (error) {
    if (turn !== masksChosen) return true;
    showMaskKind();
    refuse(error, "masks");
    return false;
  }
}

/** @param {boolean} hasScreen */
function listen(hasScreen) {
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-choose]"))) {
    const field = byId(button.dataset.choose ?? "", HTMLInputElement);
    const title = button.closest(".card")?.querySelector("h2")?.textContent ?? "Folder";
    choosesFolder(button, () => ({ title, start: field.value, hasScreen, deep: field === images && recursive.checked }), (path) => {
      field.value = path;
      field.dispatchEvent(new Event("change"));
    });
  }
  for (const field of paths) field.addEventListener("change", () => {
    clear(field);
    keep();
  });
  for (const field of [...boxes, feather]) field.addEventListener("change", keep);
  for (const field of [images, recursive]) field.addEventListener("change", lookAtImages);
  for (const radio of form.querySelectorAll("input[name=mask]")) radio.addEventListener("change", () => {
    showMaskKind();
    keep();
  });
  const file = byId("mask-file", HTMLInputElement);
  const chooseMask = byId("choose-mask", HTMLButtonElement);
  chooseMask.addEventListener("click", () => file.click());
  chooseMask.disabled = false;
  file.addEventListener("change", () => {
    const [picked] = file.files ?? [];
    file.value = "";
    if (picked) opening = openMask(picked);
  });
  cancelButton.addEventListener("click", () => {
    setUsable(cancelButton, false);
    say("Cancelling after the current picture…");
    call("cancel_folder").catch(showError);
  });
  byId("save-failures").addEventListener("click", saveFailures);
}

async function start() {
  byId("one-picture").setAttribute("href", stepUrl("upload"));
  await ready();
  const state = await call("app_state");
  const checkpoints = new CheckpointChoice(state);
  const kept = JSON.parse(sessionStorage.getItem(FORM_KEY) ?? "null");
  kept?.values.forEach((/** @type {string} */ value, /** @type {number} */ i) => { [...paths, feather][i].value = value; });
  kept?.checked.forEach((/** @type {boolean} */ on, /** @type {number} */ i) => { boxes[i].checked = on; });
  const still = (/** @type {string} */ id) => call("picture_info", id).catch(() => null);
  if (kept?.maskFile && await still(kept.maskFile.id)) maskFile = kept.maskFile;
  const picture = chosen.picture ? await still(chosen.picture) : null;
  byId("drawn-row").hidden = !picture?.has_mask;
  byId("drawn-name").textContent = picture?.name ?? "";
  const kind = kept?.kind ?? (picture?.has_mask ? "drawn" : "file");
  const wanted = kind === "drawn" && !picture?.has_mask ? "file" : kind;
  /** @type {HTMLInputElement} */ (form.querySelector(`input[value=${wanted}]`)).checked = true;
  showMaskKind();
  lookAtImages();
  listen(state.has_screen);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    fill(checkpoints);
  });
  startButton.disabled = false; // until here a press would have sent the form nowhere
  form.dataset.ready = "true";
  await follow();
}

start().catch(showError);
