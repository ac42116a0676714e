// Step 3: fill the hole at once, compare, try again, save.

import { call, ready } from "../js/bridge.js";
import { count } from "../js/format.js";
import { el, errorText, say, showError } from "../js/shell.js";
import "./compare-view.js";
import { EdgeEditing } from "./edge-editing.js";
import { decodeMask } from "./editor/mask-file.js";
import { PictureLayer } from "./editor/picture-layer.js";
import { bindFillKeys } from "./fill-keys.js";
import { ProgressCard } from "./fill-run.js";
import { zoomControls } from "./panel.js";
import { saveDialog } from "./save-dialog.js";
import { byId, chosen, linkSteps, rememberChoice, stepUrl } from "./steps.js";
import { Tries } from "./tries.js";

/** @typedef {import("./tries.js").Fill} Fill */

const REVEAL_MS = 700;

const compare = /** @type {import("./compare-view.js").CompareView} */ (document.querySelector("compare-view"));
const message = byId("message");
const select = /** @type {HTMLSelectElement} */ (byId("checkpoint"));

/**
 * Say over the picture, or in its place while there is none, what went wrong, with ways on.
 * @param {unknown} error
 * @param {(HTMLElement | null)[]} ways
 */
function refuse(error, ...ways) {
  message.replaceChildren(el("p", {}, errorText(error)), el("div", { class: "row" }, ...ways));
  message.toggleAttribute("data-card", compare.original !== null);
  message.hidden = false;
  showError(error);
}

const way = (/** @type {string} */ text, /** @type {import("./steps.js").StepName} */ step) =>
  el("a", { class: "button", href: stepUrl(step, step === "upload" ? { picture: "" } : {}) }, text);

/** @param {string} url @returns {Promise<Blob>} */
async function fetched(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error("The picture could not be fetched from the program. Reload this page.");
  return response.blob();
}

/**
 * @param {{checkpoints: any[], default_checkpoint: string | null}} state
 * @returns {(path: string) => string} the title of a checkpoint
 */
function checkpointChoice({ checkpoints, default_checkpoint: usual }) {
  const title = (/** @type {string} */ path) => checkpoints.find((one) => one.path === path)?.title ?? path.split(/[/\\]/).at(-1) ?? path;
  select.replaceChildren(...checkpoints.map((one) => {
    const option = new Option(one.title, one.path);
    option.disabled = one.has_inpaint === false;
    return option;
  }));
  const wanted = chosen.checkpoint || usual || "";
  if (wanted && !checkpoints.some((one) => one.path === wanted)) select.append(new Option(title(wanted), wanted));
  select.value = wanted;
  const describe = () => {
    const one = checkpoints.find(({ path }) => path === select.value);
    const step = one?.step ? `, step ${count(one.step)}` : "";
    byId("checkpoint-note").textContent = one ? `${one.note}${step}` : "";
  };
  select.addEventListener("change", () => {
    chosen.checkpoint = select.value;
    rememberChoice();
    describe();
  });
  describe();
  return title;
}

/** The divider's slider, and the button and key that show the picture as it was. */
function comparing() {
  const slider = /** @type {HTMLInputElement} */ (byId("divider"));
  const hold = byId("hold-before");
  const words = (/** @type {number} */ share) => (share === 0 ? "all after" : `${Math.round(100 * share)} % before`);
  const show = () => {
    slider.value = String(100 * compare.divider);
    slider.setAttribute("aria-valuetext", words(compare.divider));
  };
  slider.addEventListener("input", () => {
    compare.setDivider(slider.valueAsNumber / 100);
    slider.setAttribute("aria-valuetext", words(compare.divider));
  });
  compare.dividerListeners.add(show);
  const before = (/** @type {boolean} */ only) => {
    compare.showBefore(only);
    hold.setAttribute("aria-pressed", String(only));
  };
  hold.addEventListener("pointerdown", (event) => {
    hold.setPointerCapture(event.pointerId);
    before(true);
  });
  for (const type of ["pointerup", "pointercancel", "blur"]) hold.addEventListener(type, () => before(false));
  hold.addEventListener("keydown", (event) => (event.key === " " || event.key === "Enter") && before(true));
  hold.addEventListener("keyup", () => before(false));

  /** Wipe from the picture as it was to the result, so that one sees what came. */
  const reveal = () => {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const began = performance.now();
    const frame = () => {
      const part = Math.min(1, (performance.now() - began) / REVEAL_MS);
      compare.setDivider((1 - part) ** 2);
      show();
      if (part < 1) requestAnimationFrame(frame);
    };
    frame();
  };
  return { before, reveal };
}

class FillPage {
  /**
   * @param {any} info picture_info
   * @param {any} state app_state
   * @param {Uint8Array} mask
   * @param {PictureLayer} before
   */
  constructor(info, state, mask, before) {
    this.info = info;
    this.title = checkpointChoice(state);
    compare.open(before, mask);
    this.comparing = comparing();
    this.progress = new ProgressCard(info.id);
    this.tries = new Tries(byId("tries"), info, compare.mask.extent(), (fill, picture) => this.#show(fill, picture), (error) => refuse(error));
    this.edges = new EdgeEditing(compare, info.id, () => this.fill({ edges: true }));
    this.again = /** @type {HTMLButtonElement} */ (byId("again"));
    this.again.addEventListener("click", () => this.fill());
    this.openSave = saveDialog(info, () => this.tries.current);
    byId("save").addEventListener("click", this.openSave);
    zoomControls(compare.stage);
    bindFillKeys(compare, this);
    for (const fill of info.fills) this.tries.add(fill, this.name(fill));
  }

  /** @param {Fill} fill @returns {string} */
  name({ checkpoint, steered }) {
    return this.title(checkpoint) + (steered ? ", along your edges" : "");
  }

  /**
   * Fill the hole and show the result.
   * @param {{edges?: boolean}} [how] `edges`: along the lines drawn by hand
   */
  async fill({ edges = false } = {}) {
    if (this.progress.running) return;
    if (!select.value) {
      refuse(new Error("There is no checkpoint to fill with. Train an inpaint model first."), el("a", { class: "button", href: "/train/model.html" }, "Train"));
      return;
    }
    message.hidden = true;
    this.again.disabled = true;
    compare.setLayers({ covered: !this.tries.current });
    try {
      const options = { checkpoint: select.value, device: "auto", edges };
      const fill = { checkpoint: select.value, steered: edges, ...await this.progress.follow(call("fill", this.info.id, options)) };
      this.tries.add(fill, this.name(fill));
      if (edges) this.edges.filled(fill);
      await this.tries.choose(fill);
      this.comparing.reveal();
      say(`Filled ${count(fill.hole_px)} pixels in ${fill.seconds.toFixed(1)} s.`, { kind: "ok" });
      if (document.activeElement === document.body) compare.focus({ preventScroll: true });
    } catch (error) {
      this.#failed(error);
    } finally {
      this.again.disabled = false;
    }
  }

  /** Show what was filled earlier, or fill for the first time. @param {boolean} asked whether a fill was asked for */
  async begin(asked) {
    if (!asked && await this.progress.waitForEarlier()) {
      for (const fill of (await call("picture_info", this.info.id)).fills.slice(this.tries.fills.length)) {
        this.tries.add(fill, this.name(fill));
      }
    }
    const last = this.tries.fills.at(-1);
    if (last) await this.tries.choose(last);
    if (asked || !last) await this.fill();
    await this.tries.drawAll();
  }

  /** @param {any} error */
  #failed(error) {
    if (error?.code === "cancelled") {
      if (!this.tries.current) byId("result-text").textContent = "Cancelled. Fill again, or edit the mask first.";
      say("Cancelled. Nothing was changed.");
      this.again.disabled = false;
      this.again.focus();
      return;
    }
    const again = el("button", { type: "button", class: "button primary", onclick: () => this.fill() }, "Fill again");
    const goOn = this.tries.current
      ? el("button", { type: "button", class: "button", onclick: () => { message.hidden = true; } }, "Back to the result") : null;
    refuse(error, error?.code === "mask-missing" ? null : again, way("Edit the mask", "mask"), goOn);
  }

  /**
   * @param {Fill} fill
   * @param {PictureLayer} picture
   */
  #show(fill, picture) {
    compare.setLayers({ covered: false });
    compare.setResult(picture);
    this.edges.load(fill);
    byId("result-text").textContent = `${count(fill.hole_px)} pixels in ${fill.seconds.toFixed(1)} s by ${this.name(fill)}.`;
    const notices = byId("notices");
    notices.replaceChildren(...fill.notices.map((text) => el("li", { class: "notice" }, text)));
    notices.hidden = !fill.notices.length;
    byId("divider-bar").hidden = this.edges.active;
    /** @type {HTMLButtonElement} */ (byId("save")).disabled = false;
    byId("save-reason").textContent = "At its original size.";
    compare.dataset.fill = String(fill.fill);
  }
}

async function start() {
  if (!chosen.picture) throw new Error("There is no picture yet. Open one first.");
  const asked = new URLSearchParams(location.search).has("run");
  rememberChoice(); // a reload shows the result instead of filling once more
  byId("edit-mask").setAttribute("href", stepUrl("mask"));
  await ready();
  const [info, state] = await Promise.all([call("picture_info", chosen.picture), call("app_state")]);
  linkSteps({ mask: true, fill: true });
  byId("picture-name").textContent = `${info.name} · ${info.width} × ${info.height}`;
  if (!info.mask_url) {
    refuse(new Error("Nothing is masked yet. Paint over the part of the picture that shall be filled."), way("Mask Image", "mask"));
    return;
  }
  const [picture, maskFile] = await Promise.all([fetched(info.url), fetched(info.mask_url)]);
  const { data } = await decodeMask(maskFile, info.width, info.height);
  const page = new FillPage(info, state, data, await PictureLayer.decode(picture, info.width, info.height));
  await page.begin(asked);
}

start().catch((error) => refuse(error, way("Upload Image", "upload")));
