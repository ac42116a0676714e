// Finding one of some seventy settings: by words of its name or its explanation, or only those that have an effect. To
// settings of the page before, whose names have the words, there are links.

import { byId, el } from "../js/dom.js";
import { plural } from "../js/format.js";
import { settingTitle } from "../js/labels.js";
import { options } from "../js/schema.js";

/** Settings of the page before whose controls are always there. */
const BEFORE = ["stage", "edge_generator", "init_from", "data", "mask", "edge", "sigma"];
/** Terms of the field by which people look for a setting that is called otherwise. @type {Record<string, string>} */
const ALSO = {
  ema_decay: "EMA exponential moving average", beta1: "momentum", beta2: "RMSprop second moment", max_iters: "epochs", seed: "random number",
  device: "GPU CUDA", edge_device: "GPU", processes: "GPU DDP", lr: "step size", batch_size: "minibatch", precision: "AMP mixed precision fp16 bf16",
  accumulation_steps: "gradient accumulation", workers: "num_workers",
};
/** What one reads of a row; "Reset to" stands in all of them. */
const READ = "label, option, .unit, .setting-text > p:not(.error)";

export class SettingsSearch {
  /** @param {import("../js/form.js").SettingsForm} form drawn already @param {boolean} first whether this page is the first */
  constructor(form, first) {
    this.form = form;
    this.first = first;
    this.words = byId("find", HTMLInputElement);
    this.used = byId("only-used", HTMLInputElement);
    this.words.addEventListener("input", () => {
      this.apply();
      // What is found stands below the search, and that may stand at the foot of the window.
      if (this.words.value) this.words.closest(".settings-search")?.scrollIntoView({ block: "start" });
    });
    this.used.addEventListener("change", () => this.apply());
    form.reveal = () => this.clear();
  }

  /** Show what is looked for; to be called again when a value changes what is used. */
  apply() {
    const words = this.words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const has = (/** @type {(string | null | undefined)[]} */ ...texts) => {
      const text = texts.join(" ").toLowerCase();
      return words.every((word) => text.includes(word));
    };
    const shown = this.form.filter((row) => !(this.used.checked && row.hasAttribute("data-unused"))
      && has(row.dataset.key, ALSO[row.dataset.key ?? ""], ...[...row.querySelectorAll(READ)].map((node) => node.textContent)));
    const { properties } = this.form.schema;
    const before = this.first || !words.length ? [] : BEFORE.filter((key) =>
      has(key, settingTitle(key), ...options(key, properties[key]).map(({ title }) => title)));
    const links = before.flatMap((key, i) => [i ? ", " : "", el("a", { href: `/train/model.html#${key}` }, settingTitle(key))]);
    if (!words.length && !this.used.checked) byId("find-result").replaceChildren();
    else if (!links.length) byId("find-result").replaceChildren(shown ? plural(shown, "setting") : "No setting contains these words.");
    else byId("find-result").replaceChildren(shown ? `${plural(shown, "setting")}; on the previous page: ` : "On the previous page: ", ...links);
  }

  clear() {
    this.words.value = "";
    this.used.checked = false;
    this.apply();
  }
}
