// Whether texture of the picture is laid over what the networks paint: a list, which stays as it was set in this tab.

import { byId } from "../js/dom.js";

const KEY = "inpaintgan-texture";
/** @type {Record<string, string>} */
const NAMES = { auto: "Automatic", on: "From the picture", off: "As painted" };

/** @param {{texture: string, textured: boolean}} fill @returns {string} what is to say of its texture, after a comma */
export const textureName = ({ texture, textured }) => {
  if (textured) return ", texture from the picture";
  return texture === "off" ? ", as painted" : "";
};

export class TextureChoice {
  constructor() {
    this.select = byId("texture", HTMLSelectElement);
    this.select.replaceChildren(...Object.entries(NAMES).map(([texture, name]) => new Option(name, texture)));
    const kept = sessionStorage.getItem(KEY) ?? "";
    this.select.value = kept in NAMES ? kept : "auto";
    this.select.addEventListener("change", () => sessionStorage.setItem(KEY, this.select.value));
  }

  get value() {
    return this.select.value;
  }
}
