// Over how many pixels a fill fades at the hole's border: a slider, which stays as it was set in this tab.

import { byId } from "../js/dom.js";

const KEY = "inpaintgan-feather";

export class FeatherChoice {
  constructor() {
    this.slider = byId("feather", HTMLInputElement);
    this.slider.value = sessionStorage.getItem(KEY) ?? this.slider.value;
    this.slider.addEventListener("input", () => {
      sessionStorage.setItem(KEY, this.slider.value);
      this.#show();
    });
    this.#show();
  }

  /** Pixels. */
  get value() {
    return this.slider.valueAsNumber;
  }

  #show() {
    byId("feather-value").textContent = `${this.value} px`;
  }
}
