// What runs the networks: a list in which what cannot run here is disabled, with the reasons below it.

import { call, codeOf } from "../js/bridge.js";
import { byId, el } from "../js/dom.js";

/** @typedef {{engine: string, obstacle: string, fill_s: number | null}} Engine */

/** @type {Record<string, string>} */
const NAMES = { auto: "Automatic", eager: "PyTorch", compile: "torch.compile", onnx: "ONNX Runtime", openvino: "OpenVINO" };
const KEY = "inpaintgan-engine";

/** @param {string} engine @returns {string} its name, for people */
export const engineName = (engine) => NAMES[engine] ?? engine;

/** @returns {string} the engine that was chosen in this tab */
export function chosenEngine() {
  const kept = sessionStorage.getItem(KEY) ?? "";
  return kept in NAMES ? kept : "auto";
}

export class EngineChoice {
  constructor() {
    this.select = byId("engine", HTMLSelectElement);
    this.select.replaceChildren(...Object.entries(NAMES).map(([engine, name]) => new Option(name, engine)));
    this.select.value = chosenEngine();
    this.select.addEventListener("change", () => this.#choose(this.select.value));
    this.asked = 0;
    /** What runs the networks while nothing is chosen; empty until it is known. */
    this.automatic = "";
  }

  get value() {
    return this.select.value;
  }

  /** @param {string} engine @returns {boolean} whether the next fill is known to run on it */
  runs(engine) {
    return engine === (this.value === "auto" ? this.automatic : this.value);
  }

  /**
   * Have a checkpoint loaded, and show what can run it and what was measured.
   * @param {string} checkpoint
   */
  async warmUp(checkpoint) {
    const number = ++this.asked;
    this.automatic = "";
    try {
      const loaded = await call("warm_up", checkpoint, this.value);
      if (number === this.asked) this.#describe(loaded);
    } catch (error) {
      // What does not load is refused in words when it is filled with. An engine may have gone since it was chosen.
      if (codeOf(error) !== "engine-missing" || number !== this.asked) return;
      this.#choose("auto");
      await this.warmUp(checkpoint);
    }
  }

  /** @param {string} engine */
  #choose(engine) {
    this.select.value = engine;
    sessionStorage.setItem(KEY, engine);
  }

  /** @param {{engine: string, engines: Engine[]}} loaded */
  #describe({ engine: running, engines }) {
    if (this.value === "auto") this.automatic = running;
    for (const { engine, obstacle, fill_s: seconds } of engines) {
      const option = [...this.select.options].find(({ value }) => value === engine);
      if (!option) continue;
      option.disabled = Boolean(obstacle);
      const measured = seconds ? ` ${Math.round(1000 * seconds)} ms` : "";
      option.text = engine === "auto" && this.value === "auto" ? `Auto: ${engineName(running)}` : engineName(engine) + measured;
    }
    const missing = engines.filter(({ obstacle }) => obstacle);
    byId("engine-missing").textContent = `Not available: ${missing.map(({ engine }) => engineName(engine)).join(", ")}`;
    byId("engine-why").replaceChildren(...missing.map(({ engine, obstacle }) =>
      el("p", {}, el("b", {}, engineName(engine)), `: ${obstacle}`)));
    byId("engine-note").hidden = !missing.length;
    if (missing.length) this.select.setAttribute("aria-describedby", "engine-note"); // even hidden, it would be read out
    else this.select.removeAttribute("aria-describedby");
  }
}
