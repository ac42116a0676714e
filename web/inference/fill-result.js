// What the page shows and says of the current fill.

import { byId, el } from "../js/dom.js";
import { count } from "../js/format.js";
import { engineName } from "./engine-choice.js";

/** @typedef {import("./tries.js").Fill} Fill */

export class FillResult {
  /** @param {import("./compare-view.js").CompareView} compare */
  constructor(compare) {
    this.compare = compare;
    this.saveButton = byId("save", HTMLButtonElement);
    this.goOn = byId("go-on", HTMLButtonElement);
    this.resetEdges = byId("edges-predicted", HTMLButtonElement);
  }

  /** @param {string} text */
  tell(text) {
    byId("result-text").textContent = text;
  }

  /**
   * @param {Fill} fill
   * @param {import("./patched-picture.js").PatchedPicture} picture
   * @param {string} name of what made it
   * @param {{divided: boolean, stale: boolean}} state whether it is compared, and not drawn on; whether the mask has
   *   changed since
   */
  show(fill, picture, name, { divided, stale }) {
    const { compare } = this;
    compare.setLayers({ covered: false });
    compare.setResult(picture);
    this.tell(`${count(fill.hole_px)} pixels in ${fill.seconds.toFixed(1)} s by ${name} (${engineName(fill.engine)}).`);
    const notices = byId("notices");
    notices.replaceChildren(
      ...(stale ? [el("li", { class: "notice warn" }, "The mask has changed since this fill. Fill again.")] : []),
      ...fill.notices.map((text) => el("li", { class: "notice" }, text)));
    notices.hidden = !notices.childElementCount;
    byId("divider-bar").hidden = !divided;
    this.saveButton.disabled = this.goOn.disabled = false;
    this.resetEdges.disabled = !fill.edge_patches.length;
    byId("save-reason").textContent = "At its original size.";
    compare.dataset.fill = String(fill.fill);
  }

  /**
   * Show the hole as it was drawn.
   * @param {boolean} filled whether there are fills, though none is shown
   */
  clear(filled) {
    const { compare } = this;
    compare.setResult(null);
    compare.setLayers({ covered: true });
    delete compare.dataset.fill;
    this.tell(filled ? "The fill was undone. Press Redo or pick a result below." : "Not filled yet.");
    byId("notices").hidden = true;
    byId("divider-bar").hidden = true;
    this.saveButton.disabled = this.goOn.disabled = true;
    this.resetEdges.disabled = true;
    byId("save-reason").textContent = filled ? "No result is selected." : "There is no result to save yet.";
  }
}
