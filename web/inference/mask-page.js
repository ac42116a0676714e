// Step 2: draw the mask. Everything here connects a button, a field or a key with the editor.

import { call, putMask, ready } from "../js/bridge.js";
import { byId } from "../js/dom.js";
import { guarded } from "../js/guarded.js";
import { saveBlob } from "../js/save-blob.js";
import { errorText, say } from "../js/shell.js";
import { takeDrops, takePasted } from "./dropped.js";
import { decoded, encoded } from "./editor/map-work.js";
import { maskNotices } from "./editor/mask-file.js";
import "./editor/editor.js";
import { chosenEngine } from "./engine-choice.js";
import { readMapFile } from "./map-file.js";
import { bindMaskKeys } from "./mask-keys.js";
import { changeWords, coverageWords } from "./mask-words.js";
import { givesKeysBack, keepTool, lineControls, lookControls, toolButtons, zoomControls } from "./panel.js";
import { PictureKeeper } from "./picture-keeper.js";
import { askedWay, beforeLeaving, chosen, fetched, linkSteps, linkTo, rememberChoice, showMessage, showOpening, showTitle, splitName, stepUrl } from "./steps.js";

const editor = /** @type {import("./editor/editor.js").InpaintEditor} */ (document.querySelector("inpaint-editor"));

/**
 * Buttons that change all of the mask.
 * @param {string} pictureName
 */
function maskButtons(pictureName) {
  /** How far to grow or shrink; the field shows what was made of what is typed there. */
  const by = () => {
    const field = byId("grow-by", HTMLInputElement);
    const pixels = Math.min(200, Math.max(1, Math.round(field.valueAsNumber) || 1));
    field.value = String(pixels);
    return pixels;
  };
  for (const what of /** @type {const} */ (["clear", "invert", "grow", "shrink"])) {
    byId(what).addEventListener("click", guarded(async () => {
      const pixels = by();
      const { count: before } = editor.mask;
      await editor[what](pixels);
      say(changeWords(what, pixels, before, editor.mask.count));
    }));
  }

  const load = guarded(async (/** @type {File} */ maskFile) => {
    const read = await readMapFile(maskFile, editor.mask.width, editor.mask.height);
    await editor.load(read.data);
    say(`${maskFile.name} is now the mask.`);
    showNotices(maskNotices(editor.mask, read));
  });
  const file = byId("mask-file", HTMLInputElement);
  byId("load-mask").addEventListener("click", () => file.click());
  file.addEventListener("change", () => {
    const [chosenFile] = file.files ?? [];
    file.value = "";
    if (chosenFile) load(chosenFile);
  });
  takeDrops((files, folder) => {
    if (files.length === 1 && !folder) load(files[0]);
    else say("Drop one mask file here: white is the hole.", { kind: "error" });
  });
  takePasted(() => say("Paste pictures on the Upload images page. A file that is to be the mask is loaded or dropped here.", { kind: "error" }));
  byId("save-mask").addEventListener("click", guarded(async () => {
    const name = `${splitName(pictureName).stem}_mask.png`;
    saveBlob(await encoded(editor.mask), name);
    say(`${name} is saved: white is the hole.`, { kind: "ok" });
  }));
}

/** What is odd about a file stays in sight until the mask is another: the status line cuts it off. @param {string[]} notices */
function showNotices(notices) {
  byId("mask-notice").textContent = notices.join(" ");
  byId("mask-notice").hidden = !notices.length;
}

function showCoverage() {
  const { count: n, coverage } = editor.mask;
  byId("coverage").textContent = objection() || coverageWords(n, coverage);
  byId("fill-error").hidden = true;
}

/** @returns {string} why this mask cannot be filled, or nothing */
function objection() {
  const { count: n, data } = editor.mask;
  if (n === 0) return "Nothing is masked yet. Paint over the area to fill.";
  if (n === data.length) return "The mask covers the whole picture. Leave part of it unmasked to fill from.";
  return "";
}

/** @param {PictureKeeper} keeper */
async function fill(keeper) {
  editor.drawing?.end(); // a stroke that the hand has not let go of is part of what is filled
  editor.drawing?.crosshair.hide();
  const why = objection();
  const error = byId("fill-error");
  error.textContent = why;
  error.hidden = !why;
  if (why) return;
  const button = byId("fill", HTMLButtonElement);
  button.disabled = true;
  try {
    await keeper.flush();
    location.assign(stepUrl("fill", { run: "1" }));
  } catch (failure) {
    error.textContent = errorText(failure);
    error.hidden = false;
    button.disabled = false;
  }
}

/** Have the networks loaded while the mask is drawn, so that the first fill does not wait for them. */
async function warmUp() {
  try {
    const checkpoint = chosen.checkpoint || (await call("app_state")).default_checkpoint;
    if (checkpoint) await call("warm_up", checkpoint, chosenEngine());
  } catch {
    // What cannot be loaded is refused in words when it is filled with.
  }
}

async function start() {
  if (!chosen.picture) throw new Error("There is no picture yet. Open one first.");
  await ready();
  const info = await call("picture_info", chosen.picture);
  showTitle(info);
  document.body.toggleAttribute("data-see-through", info.has_alpha);
  showOpening(info.name);
  const [picture, mask] = await Promise.all([fetched(info.url), info.mask_url ? fetched(info.mask_url) : null]);
  const painted = mask && (await decoded(mask, info.width, info.height)).data;
  const keeper = new PictureKeeper(info, "fill");
  const drawing = await editor.open(picture, info.width, info.height, keeper.history);
  if (painted) editor.mask.replace(painted); // at once: from here on it can be drawn on
  showOpening("");
  keeper.keep(drawing, "Mask", (png, isEmpty) => putMask(chosen.picture, png, isEmpty));
  keeper.opened();
  const showTool = toolButtons((tool) => {
    drawing.setTool(tool);
    say(`${drawing.toolName(tool)} selected.`);
  });
  drawing.settingListeners.add(() => showTool(drawing.tool));
  keepTool(drawing, chosen.picture);
  lineControls(drawing, Math.max(4, Math.round(Math.min(info.width, info.height) * 0.05)));
  lookControls(editor);
  zoomControls(editor.stage, chosen.picture);
  givesKeysBack(".rail button, .zoom-bar button, .panel button", editor);
  maskButtons(info.name);
  drawing.changes.listeners.add(showCoverage);
  drawing.changes.listeners.add(() => showNotices([]));
  /** The third step does what the button does, or leads back to what was filled already. */
  const link = () => linkSteps({ mask: true, fill: info.fills.length > 0 || (!objection() && "run") });
  drawing.changes.listeners.add(link);
  showCoverage();
  link();
  const panel = byId("panel");
  panel.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key !== "Enter" || !(field instanceof HTMLInputElement) || field.type !== "number") return;
    event.preventDefault(); // Enter here means "this number", not "fill", and the next keys are meant for the tools again
    field.dispatchEvent(new Event("change"));
    editor.focus({ preventScroll: true });
  });
  panel.addEventListener("submit", (event) => {
    event.preventDefault();
    fill(keeper);
  });
  bindMaskKeys(editor, drawing, { go: (way) => keeper.go(way), fill: () => fill(keeper) });
  beforeLeaving(() => keeper.flush());
  byId("fill", HTMLButtonElement).disabled = false; // until here a press would have sent the form nowhere
  editor.dataset.ready = "true";
  warmUp();
  const way = askedWay();
  rememberChoice();
  if (way) await keeper.go(way);
  else say("Paint over the area to fill. Press ? for all keys.");
}

start().catch((error) => showMessage(error, [linkTo("Upload Image", "upload")]));
