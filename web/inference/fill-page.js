// Step 3: fill the hole at once, compare, try again, save.

import { call, codeOf, ready } from "../js/bridge.js";
import { byId, el } from "../js/dom.js";
import { count } from "../js/format.js";
import { guarded, whileBusy } from "../js/guarded.js";
import { say } from "../js/shell.js";
import { CheckpointChoice } from "./checkpoint-choice.js";
import "./compare-view.js";
import { comparing } from "./comparing.js";
import { takeDrops, takePasted } from "./dropped.js";
import { EdgeEditing } from "./edge-editing.js";
import { decoded } from "./editor/map-work.js";
import { PictureLayer } from "./editor/picture-layer.js";
import { EngineChoice } from "./engine-choice.js";
import { FeatherChoice } from "./feather-choice.js";
import { FillHistory } from "./fill-history.js";
import { bindFillKeys } from "./fill-keys.js";
import { FillResult } from "./fill-result.js";
import { PAGE, ProgressCard } from "./fill-run.js";
import { holeTour } from "./hole-tour.js";
import { givesKeysBack, handOn, zoomControls } from "./panel.js";
import { PictureKeeper } from "./picture-keeper.js";
import { saveDialog } from "./save-dialog.js";
import { SideBySide } from "./side-by-side.js";
import { askedWay, beforeLeaving, chosen, fetched, linkSteps, linkTo, rememberChoice, showMessage, showOpening, showTitle, stepUrl } from "./steps.js";
import { TextureChoice, textureName } from "./texture-choice.js";
import { Tries } from "./tries.js";

/** @typedef {import("./tries.js").Fill} Fill */

const compare = /** @type {import("./compare-view.js").CompareView} */ (document.querySelector("compare-view"));
const message = byId("message");

/** Say what went wrong. @param {unknown} error @param {(HTMLElement | null)[]} ways on */
const refuse = (error, ...ways) => showMessage(error, ways, compare.original !== null);

class FillPage {
  /**
   * @param {any} info picture_info
   * @param {CheckpointChoice} checkpoints
   * @param {Uint8Array} mask
   * @param {PictureLayer} before
   * @param {import("./save-dialog.js").Formats} formats
   */
  constructor(info, checkpoints, mask, before, formats) {
    this.info = info;
    this.checkpoints = checkpoints;
    this.engines = new EngineChoice();
    this.texture = new TextureChoice();
    this.feather = new FeatherChoice();
    for (const choice of [this.checkpoints, this.engines]) choice.select.addEventListener("change", () => this.#warmUp());
    this.#warmUp();
    compare.open(before, mask);
    this.comparing = comparing(compare);
    this.progress = new ProgressCard(info.id);
    this.result = new FillResult(compare);
    this.tries = new Tries(byId("tries"), before, compare.mask.extent(), {
      pressed: guarded((fill) => this.pick(fill)),
      show: (fill, picture) => this.result.show(fill, picture, this.name(fill), {
        divided: !this.edges.active, stale: fill.mask_url !== this.keeper.layers.mask_url,
      }),
      fail: (error) => refuse(error),
    });
    this.keeper = new PictureKeeper(info, "mask");
    this.keeper.watchMask();
    this.edges = new EdgeEditing(compare, info, this.keeper, {
      fill: () => this.fill({ edges: true }), shown: () => this.tries.current, madeAlike: (fill) => this.madeAlike(fill),
      uncover: () => this.sideBySide.close(),
    });
    this.history = new FillHistory(this.keeper.history, this.tries, this.edges, (fill) => this.present(fill));
    this.sideBySide = new SideBySide(compare, this);
    this.again = byId("again", HTMLButtonElement);
    this.again.addEventListener("click", () => this.fill());
    this.openSave = saveDialog(info, formats, () => this.tries.current);
    byId("save").addEventListener("click", this.openSave);
    byId("go-on").addEventListener("click", whileBusy(() => this.goOn()));
    beforeLeaving(() => this.keeper.flush());
    zoomControls(compare.stage, info.id);
    givesKeysBack(".rail button, .zoom-bar button", compare);
    byId("zoom-hole").addEventListener("click", holeTour(compare.view, () => compare.mask));
    bindFillKeys(compare, this);
    for (const fill of info.fills) this.#add(fill);
  }

  /** @param {Fill} fill @returns {string} what made it */
  name(fill) {
    const { checkpoint, steered, feather_px: feather } = fill;
    return this.checkpoints.title(checkpoint) + (steered ? ", along your edges" : "") + textureName(fill) + (feather ? `, feather ${feather} px` : "");
  }

  /**
   * Fill the hole and show the result.
   * @param {{edges?: boolean}} [how] `edges`: along the lines drawn by hand
   */
  async fill({ edges = false } = {}) {
    if (this.progress.busy || this.keeper.refusesOutdated()) return;
    if (!this.checkpoints.value) {
      refuse(new Error("There is no checkpoint to fill with. Train an inpaint model first."), el("a", { class: "button", href: "/train/model.html" }, "Train"));
      return;
    }
    message.hidden = true;
    const same = !edges && this.tries.fills.findLast((fill) => !fill.steered && this.madeAlike(fill));
    if (same) {
      await this.#notAgain(same);
      return;
    }
    this.sideBySide.close();
    this.again.disabled = true;
    if (!this.tries.current) {
      compare.setLayers({ covered: true });
      this.result.tell("Filling…");
    }
    try {
      const fill = await this.run(this.checkpoints.value, edges);
      if (edges) this.edges.leave();
      await this.history.made(fill);
      this.comparing.reveal();
      this.#filled(fill);
      if (document.activeElement === document.body) compare.focus({ preventScroll: true });
    } catch (error) {
      this.#failed(error);
    } finally {
      this.again.disabled = false;
    }
  }

  /**
   * Have the hole filled and add the result to the tries.
   * @param {string} checkpoint
   * @param {boolean} edges
   * @param {string} [title] of the progress
   * @returns {Promise<Fill>}
   */
  async run(checkpoint, edges, title = "Filling") {
    const options = {
      checkpoint, device: "auto", engine: this.engines.value, edges, drawn_over: edges ? this.edges.drawnOver : null,
      feather_px: this.feather.value, texture: this.texture.value, page: PAGE,
    };
    const fill = await this.progress.follow(call("fill", this.info.id, options), title);
    this.#add(fill);
    return fill;
  }

  /**
   * @param {Fill} fill
   * @param {string} [checkpoint] the chosen one when left out
   * @returns {boolean} whether it was made with this checkpoint, the mask as it is, and texture, feather and engine as they stand
   */
  madeAlike(fill, checkpoint = this.checkpoints.value) {
    return fill.checkpoint === checkpoint && fill.texture === this.texture.value && fill.feather_px === this.feather.value
      && fill.mask_url === this.keeper.layers.mask_url
      && (checkpoint !== this.checkpoints.value || this.engines.runs(fill.engine)); // of other checkpoints it is not known
  }

  /** @param {Fill} fill is what another would be, to the bit */
  async #notAgain(fill) {
    await this.pick(fill);
    say(`Nothing has changed since result ${this.tries.number(fill)}: ${this.edges.unfinished
      ? "to fill from the edges you drew, press F" : "change the checkpoint, the texture, the feather, the edges or the mask"}.`);
  }

  /** @param {Fill} fill */
  #add(fill) {
    this.tries.add(fill, this.name(fill));
    this.again.textContent = "Fill again";
  }

  #warmUp() {
    if (this.checkpoints.value) this.engines.warmUp(this.checkpoints.value);
  }

  /** Show another try, which can be undone too. @param {Fill} fill */
  pick(fill) {
    return this.history.look(fill);
  }

  /**
   * @param {Fill | null} fill null: as before the first fill
   * @returns {Promise<void>} resolves when it is on the screen
   */
  async present(fill) {
    this.sideBySide.close();
    await this.tries.choose(fill);
    if (!fill) this.result.clear(this.tries.fills.length > 0);
  }

  /** Open the result that is shown as a picture of its own, and go to its mask. */
  async goOn() {
    const { current } = this.tries;
    if (!current) return;
    say("Opening this result…");
    const { id } = await call("open_fill", this.info.id, current.fill);
    handOn(this.info.id, id);
    location.href = stepUrl("mask", { picture: id });
  }

  /**
   * Show what was filled earlier, or fill when that was asked for.
   * @param {boolean} asked whether a fill was asked for
   * @param {"undo" | "redo" | null} direction what is to be undone or redone
   */
  async begin(asked, direction) {
    const known = this.tries.fills.length;
    const shown = this.history.left(known);
    await this.edges.restore(this.info.edges_url, this.tries.fills, shown);
    await this.present(shown);
    this.keeper.opened();
    const waited = !asked && await this.progress.waitForEarlier();
    if (waited) {
      for (const fill of (await call("picture_info", this.info.id)).fills.slice(known)) this.#add(fill);
    }
    const [arrived] = this.tries.fills.slice(known);
    if (arrived) {
      await this.history.made(arrived);
      this.#filled(arrived);
    } else if (waited) {
      const ended = "That fill ended without a result. Fill again, or edit the mask first.";
      if (!shown) this.result.tell(ended);
      say(ended);
    }
    if (direction) await this.keeper.go(direction);
    else if (asked) {
      const filling = this.fill();
      rememberChoice(); // from here on a reload waits for this fill; until here it would ask for it again
      await filling;
    }
    await this.tries.drawAll();
  }

  /** @param {Fill} fill */
  #filled({ hole_px: pixels, seconds }) {
    const left = this.edges.unfinished ? " The edges you drew are kept: F fills from them." : "";
    say(`Filled ${count(pixels)} pixels in ${seconds.toFixed(1)} s.${left}`, { kind: "ok" });
  }

  /** @param {unknown} error */
  #failed(error) {
    if (codeOf(error) === "cancelled") {
      if (!this.tries.current) this.result.tell("Cancelled. Fill again, or edit the mask first.");
      say("Cancelled. Nothing was changed.");
      this.again.disabled = false;
      (this.edges.active ? byId("fill-edges") : this.again).focus();
      return;
    }
    if (!this.tries.current) this.result.tell("Not filled.");
    const again = el("button", { type: "button", class: "button primary", onclick: () => this.fill() }, "Fill again");
    const goOn = this.tries.current
      ? el("button", { type: "button", class: "button", onclick: () => { message.hidden = true; } }, "Back to the result") : null;
    refuse(error, codeOf(error) === "mask-missing" ? null : again, linkTo("Edit the mask", "mask"), goOn);
    if (document.activeElement === document.body) /** @type {HTMLElement | null} */ (message.querySelector("button, a"))?.focus();
  }
}

async function start() {
  if (!chosen.picture) throw new Error("There is no picture yet. Open one first.");
  const asked = new URLSearchParams(location.search).has("run");
  const direction = askedWay();
  if (!asked) rememberChoice();
  await ready();
  const [info, state] = await Promise.all([call("picture_info", chosen.picture), call("app_state")]);
  linkSteps({ mask: true, fill: true });
  for (const take of [takeDrops, takePasted]) take(() => say("Open pictures on the Upload images page, and masks on the Mask image page."));
  showTitle(info);
  document.body.toggleAttribute("data-see-through", info.has_alpha);
  if (!info.mask_url) {
    refuse(new Error("Nothing is masked yet. Paint over the area to fill."), linkTo("Mask Image", "mask"));
    return;
  }
  showOpening(info.name);
  const checkpoints = new CheckpointChoice(state);
  const [picture, maskFile] = await Promise.all([fetched(info.url), fetched(info.mask_url)]);
  const { data } = await decoded(maskFile, info.width, info.height);
  const before = await PictureLayer.decode(picture, info.width, info.height);
  showOpening("");
  const page = new FillPage(info, checkpoints, data, before, state.formats);
  await page.begin(asked, direction);
}

start().catch((error) => refuse(error, linkTo("Upload Image", "upload")));
