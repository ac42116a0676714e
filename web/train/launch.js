// From settings to a training: what is checked before it starts or waits, and where a refusal is shown.

import { runUrl } from "../js/addresses.js";
import { call, codeOf } from "../js/bridge.js";
import { byId, el } from "../js/dom.js";
import { settingTitle } from "../js/labels.js";
import { isActive } from "../js/run-view.js";
import { fieldOf } from "../js/schema.js";
import { errorText, say, showError } from "../js/shell.js";
import { ResumeDraft } from "./resume.js";

const CHECK_MS = 400;
const NAME_REFUSED = new Set(["run-name-invalid", "run-exists"]);

export class Launch {
  /**
   * @param {import("./draft.js").Draft} draft
   * @param {import("../js/form.js").SettingsForm} form
   * @param {import("./dataset-check.js").DatasetLine} dataset
   */
  constructor(draft, form, dataset) {
    this.draft = draft;
    this.form = form;
    this.dataset = dataset;
    this.buttons = ["train", "queue"].map((id) => byId(id, HTMLButtonElement));
    this.ticket = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */ this.waiting = undefined;
  }

  /** The program has the last word on what fits together: ask it once the settings have come to rest. */
  checkSoon() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.check().catch(showError), CHECK_MS);
  }

  /** Ask the program whether these settings fit together. @returns {Promise<boolean>} whether a training could start with them */
  async check() {
    const { draft, form } = this;
    clearTimeout(this.waiting); // else it would wipe off what the start of a training is refused for
    const ticket = ++this.ticket;
    /** @type {unknown} */ let refusal = null;
    try {
      await call("check_config", draft.values, draft instanceof ResumeDraft ? draft.run : "");
    } catch (error) {
      if (codeOf(error) !== "config-invalid") throw error;
      refusal = error;
    }
    // Of two answers that cross on their way, the one to the newer question counts.
    if (ticket === this.ticket) {
      if (refusal) this.showRefusal(refusal);
      else form.setRefusals(new Map());
    }
    return !refusal && !form.firstError;
  }

  /** Start the training, or continue the one that is resumed. */
  async start() {
    const { draft } = this;
    await this.#begin("Starting the training…", async () => {
      if (draft instanceof ResumeDraft) {
        await call("resume_with", draft.run, draft.values);
        return runUrl(draft.run);
      }
      const { run } = await call("start_training", draft.values, draft.name);
      draft.begun();
      return runUrl(run);
    });
  }

  /** Have the training start when those before it have ended. */
  async queue() {
    const { draft } = this;
    await this.#begin("Adding the training to the queue…", async () => {
      await call("queue_training", draft.values, draft.name);
      draft.begun();
      return "/train/runs.html";
    });
  }

  /** Two trainings at once are slower, each of them: say so before one is started beside another. */
  async showOthers() {
    const { runs } = await call("list_runs");
    const busy = runs.some((/** @type {{state: string}} */ { state }) => isActive(state));
    const words = this.draft instanceof ResumeDraft ? "Another training is running; both will be slower."
      : "Another training is running: start now, or add this one to the queue.";
    byId("others").hidden = !busy;
    if (busy && byId("others").textContent !== words) byId("others").textContent = words;
  }

  /** @param {string} words said meanwhile @param {() => Promise<string>} order what to ask of the program; tells the page to go to */
  async #begin(words, order) {
    const { form } = this;
    this.refuse("");
    if (!this.draft.values.data) {
      this.refuse("Dataset path is not defined.", true);
      return;
    }
    this.#busy(true);
    try {
      if (!(await this.check())) {
        if (form.firstError) form.focus(form.firstError);
      } else if (await this.#datasetAllows()) {
        say(words);
        location.assign(await order());
        return;
      }
    } catch (error) {
      say("");
      clearTimeout(this.waiting);
      this.ticket++; // of what was typed meanwhile: its answer would wipe this one off
      this.showRefusal(error);
      if (NAME_REFUSED.has(codeOf(error))) {
        byId("run-name").setAttribute("aria-invalid", "true");
        byId("run-name").focus();
      } else if (form.firstError) form.focus(form.firstError);
    }
    this.#busy(false);
  }

  /** @param {boolean} busy */
  #busy(busy) {
    for (const button of this.buttons) button.disabled = busy;
  }

  /** Wait for the check of the dataset, unless a person will not. @returns {Promise<boolean>} whether a training may start */
  async #datasetAllows() {
    const { dataset } = this;
    if (dataset.checking) {
      say("Waiting for the check of the dataset…");
      const button = byId("no-wait");
      button.hidden = false;
      const impatient = new Promise((resolve) => button.addEventListener("click", resolve, { once: true }));
      await Promise.race([dataset.checking, impatient]);
      button.hidden = true;
      say("");
    }
    if (!dataset.blocker.length) return true;
    byId("start-error").hidden = false;
    byId("start-error").replaceChildren(...dataset.blocker.map((node) => node.cloneNode(true)));
    return false;
  }

  /** Each fault at its field where the form has it, else above the buttons. @param {unknown} error */
  showRefusal(error) {
    const faults = errorText(error).split("\n").map((line) => fieldOf(line, this.draft.config.schema));
    this.form.setRefusals(new Map(faults.map(({ key, text }) => [key, text])));
    const others = faults.filter(({ key }) => !this.form.fields.has(key));
    const words = others.map(({ key, text }) => (key ? `${settingTitle(key)}: ${text}` : text));
    if (words.length) this.refuse(words.join("\n"), others.some(({ key }) => this.draft.pageOneKeys.has(key)));
  }

  /** @param {string} message empty clears it @param {boolean} [pageOne] whether the remedy is on page 1 */
  refuse(message, pageOne = false) {
    byId("start-error").hidden = !message;
    byId("run-name").removeAttribute("aria-invalid");
    const there = pageOne && !(this.draft instanceof ResumeDraft); // page 1 is of new trainings
    byId("start-error").replaceChildren(message, there ? " " : "", there ? el("a", { href: "/train/model.html" }, "Change it on page 1") : "");
    byId("others").toggleAttribute("data-covered", Boolean(message)); // there is room for one of them
  }
}
