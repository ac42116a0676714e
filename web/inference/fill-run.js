// Runs a fill and shows how far it is: the real steps of the worker, the time, and a way to cancel.

import { call } from "../js/bridge.js";
import { byId, el } from "../js/dom.js";
import { cancelUntil, pollUntil, withProgress } from "../js/poll.js";
import { say, showError } from "../js/shell.js";

const STEPS = [
  { names: ["load", "wait"], text: "Loading the networks" },
  { names: ["decode"], text: "Reading picture and mask" },
  { names: ["edges"], text: "Completing the edges in the hole" },
  { names: ["inpaint"], text: "Painting along the edges" },
  { names: ["texture"], text: "Looking for texture" },
  { names: ["paste", "save"], text: "Pasting into the picture" },
];
const WAITING = "Waiting for the networks, still loading or in use";
const POLL_MS = 150;
/** Within it a second press of the key that began a fill is no wish to cancel it, though Cancel has the focus then. */
const DOUBLE_PRESS_MS = 700;
const PATIENCE_MS = 600; // every fill waits for a moment, which is not worth a word
/** This page: what it cancels are its own fills, not those of another window that shows the same picture. */
export const PAGE = crypto.randomUUID();
/** What begins a fill, and so cannot be done while one runs. */
const FILLERS = ["again", "choose-checkpoints", "fill-edges"];

/** Shows the progress of whatever is filled for one picture. */
export class ProgressCard {
  /** @param {string} picture */
  constructor(picture) {
    this.picture = picture;
    this.card = byId("progress");
    this.bar = byId("progress-bar", HTMLProgressElement);
    this.items = STEPS.map(({ text }) => el("li", { "data-state": "ahead" }, text));
    byId("progress-steps").replaceChildren(...this.items);
    this.cancelButton = byId("cancel", HTMLButtonElement);
    this.cancelButton.addEventListener("click", (event) => {
      const byKey = event.detail === 0;
      if (!byKey || performance.now() - this.began > DOUBLE_PRESS_MS) this.cancel();
    });
    this.cancelButton.addEventListener("keydown", (event) => {
      if (event.repeat) event.preventDefault();
    });
    this.running = false;
    this.held = false;
    /** Whether what is shown was begun before this page was loaded. */ this.earlier = false;
    /** Whether what is held was cancelled between two fills. */ this.dropped = false;
    this.began = 0;
    this.said = "";
    this.#allow(true);
  }

  /** Whether no fill may be begun. */
  get busy() {
    return this.running || this.held;
  }

  /**
   * Let no other fill be begun between several that belong together.
   * @param {() => Promise<void>} fills
   */
  async hold(fills) {
    this.held = true;
    this.dropped = false;
    this.#allow(false);
    try {
      await fills();
    } finally {
      this.held = false;
      this.#allow(true);
    }
  }

  /** @param {boolean} may whether a fill may be begun */
  #allow(may) {
    for (const id of FILLERS) byId(id, HTMLButtonElement).disabled = !may;
  }

  async cancel() {
    this.dropped = this.held;
    if (!this.running) return;
    this.cancelButton.disabled = true;
    say("Cancelling…");
    const { began } = this;
    try {
      await cancelUntil(() => call("cancel_fill", this.picture, this.earlier ? "" : PAGE), () => !this.running || this.began !== began);
    } catch (error) {
      this.cancelButton.disabled = false;
      showError(error);
    }
  }

  /**
   * Show the card until a work is done.
   * @template T
   * @param {Promise<T>} work
   * @param {string} [title]
   * @param {number} [seconds] for how long it has run already
   * @returns {Promise<T>}
   */
  async follow(work, title = "Filling", seconds = 0) {
    byId("progress-title").textContent = title;
    this.began = performance.now() - 1000 * seconds;
    this.running = true;
    this.#allow(false);
    this.cancelButton.disabled = false;
    this.card.hidden = false;
    this.#show({ step: "load", fraction: 0 });
    // On the picture all keys go on meaning what they mean there, Escape the end of the fill.
    if (!document.activeElement?.matches("compare-view")) this.cancelButton.focus({ preventScroll: true });
    this.card.parentElement?.scrollIntoView({ block: "nearest" }); // in a low window the page scrolls
    try {
      return await withProgress(work, () => call("fill_progress", this.picture), (progress) => this.#show(progress), POLL_MS);
    } finally {
      this.running = false;
      this.said = "";
      this.card.hidden = true;
      this.#allow(!this.held);
    }
  }

  /**
   * Wait for a fill that was begun before this page was loaded.
   * @returns {Promise<boolean>} whether there was one
   */
  async waitForEarlier() {
    const isOver = async () => !(await call("fill_progress", this.picture)).step;
    const { step, seconds } = await call("fill_progress", this.picture);
    if (!step) return false;
    this.earlier = true;
    await this.follow(pollUntil(POLL_MS, isOver), "Filling", seconds).finally(() => { this.earlier = false; });
    return true;
  }

  /** @param {{step: string, fraction: number}} progress */
  #show({ step, fraction }) {
    byId("progress-time").textContent = `${((performance.now() - this.began) / 1000).toFixed(1)} s`;
    const at = STEPS.findIndex(({ names }) => names.includes(step));
    if (at < 0) return;
    if (at === 0) this.bar.removeAttribute("value");
    else this.bar.value = fraction;
    const text = step === "wait" && performance.now() - this.began > PATIENCE_MS ? WAITING : STEPS[at].text;
    if (text === this.said) return;
    this.said = text;
    this.items[0].textContent = at === 0 ? text : STEPS[0].text;
    this.items.forEach((item, i) => {
      item.dataset.state = i < at ? "done" : i === at ? "now" : "ahead";
    });
    say(`${text}…`);
  }
}
