// The "Start from" list: runs and checkpoints whose weights a new training may begin with.

import { call } from "../js/bridge.js";
import { el } from "../js/dom.js";
import { ago, count } from "../js/format.js";
import { choiceTitle, stageTitle } from "../js/labels.js";

/**
 * @typedef {import("../js/run-card.js").RunSummary} RunSummary
 * @typedef {{name: string, path: string, edge_generator: string | null, width: number, stem: string, step: number | null, title: string,
 *   rank: string}} Checkpoint
 */

/** Stages that paint along predicted edges, and so want a trained edge generator. */
const WANTS_EDGES = new Set(["inpaint", "edge-inpaint"]);
/** Stages whose runs hold one. */
const HAS_EDGES = new Set(["edge", "edge-inpaint", "joint", "auto"]);

/** How the names of what "Try it" trains begin: a minute's weights are nothing to start from. */
const TRIAL = "try-it_";

/** The title of a run's checkpoint names its step already. @param {Checkpoint} found @returns {string} */
const checkpointTitle = ({ title, step }) => (step === null || title.includes(`(step ${step}`) ? title : `${title} · step ${count(step)}`);

/** @param {Checkpoint | undefined} found @returns {string} "best, step 20" */
const savedText = (found) => (found ? [found.rank, found.step !== null && `step ${count(found.step)}`].filter(Boolean).join(", ") : "nothing saved yet");

export class StartFrom {
  /**
   * @param {HTMLSelectElement} select
   * @param {HTMLElement} text
   * @param {import("./draft.js").Draft} draft
   */
  constructor(select, text, draft) {
    this.select = select;
    this.text = text;
    this.draft = draft;
    /** @type {RunSummary[]} */ this.runs = [];
    /** @type {Checkpoint[]} */ this.checkpoints = [];
    /** Done when the networks' shape follows what was chosen last. @type {Promise<unknown>} */
    this.settled = Promise.resolve();
  }

  /** @param {RunSummary[]} runs newest first @param {Checkpoint[]} checkpoints */
  fill(runs, checkpoints) {
    this.runs = runs.filter((run) => run.step > 0);
    this.checkpoints = checkpoints;
    const named = new Set(this.runs.flatMap((run) => [this.#best(run), this.#latest(run)]));
    const group = (/** @type {string} */ label, /** @type {HTMLOptionElement[]} */ options) => {
      const node = el("optgroup", { label });
      node.append(...options);
      return options.length ? node : "";
    };
    this.select.replaceChildren(el("option", { value: "" }, "Random weights (from scratch)"),
      group("Runs", this.runs.flatMap((run) => {
        const [best, latest] = [this.#best(run), this.#latest(run)];
        const title = (/** @type {Checkpoint | undefined} */ found) => `${run.run} · ${stageTitle(run.stage)}, ${savedText(found)}`;
        return [el("option", { value: run.path }, `${title(best)}, ${ago(run.updated)}`),
          ...(latest ? [el("option", { value: latest.path }, title(latest))] : [])];
      })),
      group("Checkpoints", checkpoints.filter((found) => !named.has(found)).map((found) => el("option", { value: found.path }, checkpointTitle(found)))));
    this.show();
  }

  /** @param {RunSummary} run @returns {Checkpoint[]} the first is the one that the run itself stands for */
  #saved({ run, path }) {
    return this.checkpoints.filter((found) => found.name === run && found.path.startsWith(path));
  }

  /** @param {RunSummary} run @returns {Checkpoint | undefined} what is loaded where the run is chosen */
  #best(run) {
    return this.#saved(run)[0];
  }

  /** @param {RunSummary} run @returns {Checkpoint | undefined} its newest, where that is another */
  #latest(run) {
    return this.#saved(run).slice(1).find(({ rank }) => rank.includes("latest"));
  }

  /** Show the draft's choice; a path that is in no list (imported, or deleted since) gets an entry of its own. */
  show() {
    const path = this.draft.values.init_from;
    if (path && ![...this.select.options].some((option) => option.value === path)) {
      this.select.append(el("option", { value: path }, path));
    }
    this.select.value = path;
    this.#explain();
  }

  #explain() {
    const { stage, init_from: path } = this.draft.values;
    const run = this.runs.find((found) => found.path === path);
    const whose = run ? ` of ${run.run} (${savedText(this.#best(run))})` : "";
    if (path && this.draft.suggested) this.text.textContent = `Suggested: the newest run with an edge generator. Matching weights${whose} are copied.`;
    else if (path) this.text.textContent = `Matching weights${whose} are copied; settings are not.`;
    else if (stage === "edge-inpaint" && this.draft.values.edges_from) this.text.textContent = "The edge generator comes from the run that is set on the next page.";
    else if (stage === "edge-inpaint") {
      this.text.textContent = "This model needs a trained edge generator: train an Edge Model first, or choose a checkpoint that has one.";
    } else if (stage === "inpaint") {
      this.text.textContent = "It trains on true edges. To fill pictures afterwards, start from a run that has an edge generator.";
    } else this.text.textContent = "";
  }

  /**
   * After another model was chosen: propose the newest run with an edge generator, or take such a proposal back.
   * @returns {Promise<string>} what followed, in words; empty when nothing did
   */
  async suggest() {
    const { stage, init_from: path } = this.draft.values;
    let followed = "";
    if (WANTS_EDGES.has(stage) && !path) {
      const run = this.runs.find((found) => HAS_EDGES.has(found.stage) && !found.run.startsWith(TRIAL));
      if (run) followed = await this.choose(run.path, true);
    } else if (!WANTS_EDGES.has(stage) && this.draft.suggested) await this.choose("");
    this.show();
    return followed;
  }

  /**
   * Take a run or checkpoint, or nothing; the networks' shape has to follow it, or its weights would not fit. What followed
   * the one before is taken back.
   * @param {string} path
   * @param {boolean} [suggested]
   * @returns {Promise<string>} what followed, in words; empty when nothing did
   */
  async choose(path, suggested = false) {
    this.draft.takeBackFollowed();
    this.draft.suggested = suggested;
    this.draft.set("init_from", path);
    const following = this.#follow(path);
    this.settled = following.catch(() => {});
    const followed = await following;
    this.show();
    return followed;
  }

  /** @param {string} path @returns {Promise<string>} */
  async #follow(path) {
    const run = this.runs.find((found) => found.path === path);
    const shape = run ? (await call("get_run", run.run)).config : this.checkpoints.find((found) => found.path === path);
    if (!shape || path !== this.draft.values.init_from) return ""; // another was chosen meanwhile
    const before = this.draft.values;
    const words = [];
    for (const key of ["edge_generator", "width", "stem"]) {
      if (shape[key] === undefined || shape[key] === null || shape[key] === before[key]) continue;
      this.draft.followed[key] = { was: before[key], became: shape[key] };
      this.draft.set(key, shape[key]);
      words.push(`${key.replace("_", " ")} ${choiceTitle(key, String(shape[key]))}`);
    }
    return words.length ? `Adjusted to match: ${words.join(", ")}.` : "";
  }
}
