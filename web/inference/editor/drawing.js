// Drawing on a map with pointer and keyboard: the tool in hand, its size, the cursor, and the way into the history.

import { Edit } from "./edit.js";
import { drawOverlay } from "./overlay.js";
import { TOOLS } from "./tools.js";

/** @typedef {import("./raster.js").Point} Point */
/** @typedef {import("./bitmap.js").Bitmap} Bitmap */
/** @typedef {import("./history.js").History} History */
/** @typedef {import("./patch.js").Patch} Patch */
/** @typedef {import("./stage.js").Stage} Stage */
/** @typedef {import("./tools.js").ToolName} ToolName */

export const MAX_WIDTH = 1000;
const ARROW_STEP = 10; // screen pixels the crosshair moves with an arrow key

export class Drawing {
  /**
   * @param {Stage} stage
   * @param {Bitmap} map
   * @param {"mask" | "edges"} kind what the map is, for the history
   * @param {History} history
   * @param {Bitmap | null} [clip] where drawing is allowed; everywhere when left out
   */
  constructor(stage, map, kind, history, clip = null) {
    this.stage = stage;
    this.map = map;
    this.kind = kind;
    this.history = history;
    this.clip = clip;
    this.enabled = true;
    /** Whether a pen pressed lightly draws a thinner line. */
    this.pressure = false;
    /** @type {ToolName} */
    this.tool = "brush";
    this.width = 20;
    /** @type {{gesture: import("./tools.js").Gesture, edit: Edit, label: string} | null} */
    this.current = null;
    /** @type {Point | null} where the last stroke ended: Shift draws a straight line from there */
    this.last = null;
    /** @type {Point | null} */
    this.pointerAt = null;
    /** @type {Point | null} the keyboard's cursor, on the picture; shown while it is in use */
    this.crosshair = null;
    this.keyboardDraws = false;
    this.shift = false;
    /** Whether a change of the map is being computed: until it is there, the hand rests. */
    this.busy = false;
    /** @type {Promise<unknown>} the changes that are to come, one after another */
    this.settled = Promise.resolve();
    /** @type {Set<() => void>} told after every finished change, undone and redone ones included */
    this.listeners = new Set();
    /** @type {Set<() => void>} told when tool or width change */
    this.settingListeners = new Set();
    history.handlers[kind] = ({ patch }) => {
      this.cancel();
      patch.apply(map);
      this.#tell();
    };
    this.refresh = stage.addLayer((context, view) => drawOverlay(context, view, this));
    /** @type {import("./pointer.js").Handlers} */
    this.handlers = {
      begin: (point, { erase, shift }) => {
        this.crosshair = null;
        return this.begin(point, { erase, straight: shift });
      },
      extend: (points) => this.extend(points),
      end: () => this.end(),
      cancel: () => this.cancel(),
      hover: (point, { shift }) => {
        this.pointerAt = point;
        this.shift = shift;
        if (point && !this.keyboardDraws) this.crosshair = null;
        this.refresh();
      },
    };
  }

  /**
   * Let the hand rest, or take the tool up again.
   * @param {boolean} enabled
   */
  enable(enabled) {
    if (!enabled) this.hideCrosshair();
    this.enabled = enabled;
    this.refresh();
  }

  /** @param {ToolName} tool */
  setTool(tool) {
    this.cancel();
    this.tool = tool;
    this.#settingsChanged();
  }

  /** @param {number} width picture pixels; brought into what is allowed */
  setWidth(width) {
    this.width = Math.min(MAX_WIDTH, Math.max(1, Math.round(width) || 1));
    this.#settingsChanged();
  }

  /** @param {1 | -1} direction one step larger or smaller, by about an eighth */
  stepWidth(direction) {
    this.setWidth(this.width + direction * Math.max(1, Math.round(this.width / 8)));
  }

  /** @param {ToolName} tool @returns {string} what people call it: lines of one pixel are drawn with a pen */
  toolName(tool) {
    return this.kind === "edges" && tool === "brush" ? "Pen" : TOOLS[tool].name;
  }

  /**
   * @param {Point} point on the picture
   * @param {{erase?: boolean, straight?: boolean}} [how]
   * @returns {boolean} always true: a gesture has begun, although nothing comes of it while busy
   */
  begin(point, { erase = false, straight = false } = {}) {
    if (this.busy) return true;
    const { begin, sized } = TOOLS[this.tool];
    const name = this.toolName(this.tool);
    const value = /** @type {0 | 1} */ (erase ? 0 : 1);
    const edit = new Edit(this.map, this.clip);
    const from = straight && sized ? this.last : null;
    const label = erase && this.tool !== "eraser" ? `${name} (erase)` : name;
    const widthOf = (/** @type {Point} */ at) => this.#widthOf(at);
    this.current = { gesture: begin(edit, point, { widthOf, value, from }), edit, label };
    this.last = sized ? point : this.last;
    return true;
  }

  /** @param {Point[]} points */
  extend(points) {
    if (!this.current) return;
    this.current.gesture.extend(points);
    if (TOOLS[this.tool].sized) this.last = points[points.length - 1];
    this.refresh();
  }

  end() {
    const { current } = this;
    if (!current) return;
    this.current = null;
    this.keyboardDraws = false;
    current.gesture.finish();
    this.#commit(current.edit, current.label);
    this.refresh();
  }

  cancel() {
    this.current?.edit.abort();
    this.current = null;
    this.keyboardDraws = false;
    this.refresh();
  }

  /**
   * Any other undoable change, such as a clearing.
   * @param {string} label
   * @param {(edit: Edit) => void} change
   * @returns {Promise<void>} resolves when it is done, which is at once unless another one is being computed
   */
  change(label, change) {
    return this.#inTurn(() => {
      const edit = new Edit(this.map, this.clip);
      change(edit);
      this.#commit(edit, label);
    });
  }

  /**
   * An undoable change that may take a while to compute.
   * @param {string} label
   * @param {() => Patch | null | Promise<Patch | null>} compute
   * @returns {Promise<void>} resolves when it is done
   */
  apply(label, compute) {
    return this.#inTurn(async () => {
      const patch = await compute();
      if (!patch) return;
      patch.apply(this.map);
      this.#record(label, patch);
    });
  }

  /**
   * @param {() => void | Promise<void>} work
   * @returns {Promise<void>}
   */
  #inTurn(work) {
    const turn = this.settled.then(async () => {
      this.cancel();
      this.#rest(true);
      try {
        await work();
      } finally {
        this.#rest(false);
      }
    });
    this.settled = turn.catch(() => {});
    return turn;
  }

  /** @param {boolean} busy */
  #rest(busy) {
    this.busy = busy;
    this.stage.host.toggleAttribute("data-busy", busy);
  }

  /**
   * A change that is part of a larger step, which the caller puts into the history.
   * @param {(edit: Edit) => void} change
   * @returns {Patch | null} null when nothing differs
   */
  edit(change) {
    this.cancel();
    const edit = new Edit(this.map, this.clip);
    change(edit);
    const patch = edit.commit();
    if (patch) this.#tell();
    return patch;
  }

  /**
   * The keyboard's way to draw: arrows move a crosshair, pressing starts and ends what a mouse button would.
   * @param {number} dx steps to the right
   * @param {number} dy steps down
   * @param {boolean} fine one picture pixel instead of a step
   */
  moveCrosshair(dx, dy, fine) {
    const { view, density } = this.stage;
    this.showCrosshair();
    const at = /** @type {Point} */ (this.crosshair);
    const step = fine ? 1 : Math.max(1, Math.round((ARROW_STEP * density) / view.scale));
    const next = {
      x: Math.min(this.map.width - 0.5, Math.max(0.5, at.x + dx * step)),
      y: Math.min(this.map.height - 0.5, Math.max(0.5, at.y + dy * step)),
    };
    this.crosshair = next;
    view.reveal(next);
    if (this.current) this.extend([next]);
    this.refresh();
  }

  showCrosshair() {
    if (this.crosshair) return;
    const { view } = this.stage;
    const middle = view.toPicture({ x: view.screenWidth / 2, y: view.screenHeight / 2 });
    const { x, y } = this.pointerAt ?? middle;
    const inside = (/** @type {number} */ at, /** @type {number} */ size) => Math.min(size - 1, Math.max(0, Math.floor(at))) + 0.5;
    this.crosshair = { x: inside(x, this.map.width), y: inside(y, this.map.height) };
    this.refresh();
  }

  /** @returns {boolean} whether the crosshair is drawing now */
  pressCrosshair() {
    this.showCrosshair();
    if (this.current) {
      this.end();
    } else {
      this.begin(/** @type {Point} */ (this.crosshair));
      this.keyboardDraws = this.current !== null;
      this.refresh();
    }
    return this.keyboardDraws;
  }

  /** The keyboard has gone elsewhere: what it was drawing is kept. */
  hideCrosshair() {
    if (this.keyboardDraws) this.end();
    this.crosshair = null;
    this.refresh();
  }

  /**
   * @param {Edit} edit
   * @param {string} label
   */
  #commit(edit, label) {
    const patch = edit.commit();
    if (patch) this.#record(label, patch);
  }

  /**
   * @param {string} label
   * @param {Patch} patch
   */
  #record(label, patch) {
    this.#tell(); // first, so that who keeps the history knows that the map is ahead of what is stored
    this.history.push({ label, changes: [{ kind: this.kind, patch }] });
  }

  /** @param {Point} point @returns {number} how wide the line is there, in whole picture pixels */
  #widthOf({ pressure }) {
    return this.pressure && pressure !== undefined ? Math.max(1, Math.round(this.width * pressure)) : this.width;
  }

  #tell() {
    for (const listener of this.listeners) listener();
  }

  #settingsChanged() {
    for (const listener of this.settingListeners) listener();
    this.refresh();
  }
}
