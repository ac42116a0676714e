// Drawing on a map with pointer and keyboard: the tool, its size, the cursor, and what is being drawn.

import { say } from "../../js/shell.js";
import { Crosshair } from "./crosshair.js";
import { MapChanges } from "./map-changes.js";
import { drawOverlay } from "./overlay.js";
import { TOOLS } from "./tools.js";

/** @typedef {import("./raster.js").Point} Point */
/** @typedef {import("./bitmap.js").Bitmap} Bitmap */
/** @typedef {import("./history.js").History} History */
/** @typedef {import("./stage.js").Stage} Stage */
/** @typedef {import("./tools.js").ToolName} ToolName */
/** @typedef {{gesture: import("./tools.js").Gesture, edit: import("./edit.js").Edit, label: string}} Current */

export const MAX_WIDTH = 1000;

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
    this.kind = kind;
    this.changes = new MapChanges(map, kind, history, clip, {
      end: () => this.end(), setBusy: (busy) => stage.host.toggleAttribute("data-busy", busy), undone: () => this.cancel(),
    });
    this.enabled = true;
    /** Whether a pen pressed lightly draws a thinner line. */
    this.pressure = false;
    /** @type {ToolName} */
    this.tool = "brush";
    this.width = 20;
    /** @type {Current | null} */
    this.current = null;
    /** @type {Point | null} where the last stroke ended: Shift draws a straight line from there */
    this.last = null;
    /** @type {Point | null} on the screen, where it stays when the picture moves under it */
    this.pointer = null;
    /** Told when a stroke lay all where drawing is not allowed. */
    this.onMissed = () => {};
    this.crosshair = new Crosshair(this);
    this.shift = false;
    /** @type {Set<() => void>} told when tool or width change */
    this.settingListeners = new Set();
    this.refresh = stage.addLayer((context, view) => drawOverlay(context, view, this));
    // The straight line is shown as soon as Shift is held, though the pointer may rest.
    for (const type of ["keydown", "keyup"]) {
      document.addEventListener(type, (event) => {
        if (/** @type {KeyboardEvent} */ (event).key !== "Shift" || !this.pointer) return;
        this.shift = type === "keydown";
        this.refresh();
      });
    }
    /** @type {import("./pointer.js").Handlers} */
    this.handlers = {
      begin: (point, { erase, shift }) => {
        this.crosshair.hide();
        return this.begin(point, { erase, straight: shift });
      },
      extend: (points) => this.extend(points),
      end: () => this.end(),
      cancel: () => this.cancel(),
      hover: (point, { shift }) => {
        this.pointer = point && stage.view.toScreen(point);
        this.shift = shift;
        if (point && !this.crosshair.draws) this.crosshair.hide();
        this.refresh();
      },
    };
  }

  /** @returns {Point | null} what of the picture lies under the pointer */
  get pointerAt() {
    return this.pointer && this.stage.view.toPicture(this.pointer);
  }

  /**
   * Turn drawing on or off.
   * @param {boolean} enabled
   */
  enable(enabled) {
    if (!enabled) {
      this.end();
      this.crosshair.hide();
    }
    this.enabled = enabled;
    this.refresh();
  }

  /** @param {ToolName} tool from now on; what is being drawn is kept */
  setTool(tool) {
    this.end();
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
   * @returns {boolean} always true: a gesture has begun, although nothing comes of it while a change is being computed
   */
  begin(point, { erase = false, straight = false } = {}) {
    if (this.changes.busy) {
      say("Not drawn: the previous change is still being applied.", { kind: "error" });
      return true;
    }
    const { begin, sized } = TOOLS[this.tool];
    const name = this.toolName(this.tool);
    const value = /** @type {0 | 1} */ (erase ? 0 : 1);
    const edit = this.changes.begin();
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

  /**
   * Keep what is being drawn, although the hand may not have let go: what it still does, nothing comes of.
   * @returns {boolean} whether that changed anything
   */
  end() {
    const { current } = this;
    if (!current) return false;
    this.current = null;
    const meant = current.gesture.finish();
    const changed = this.changes.commit(current.edit, current.label);
    if (meant && !current.edit.wrote) this.onMissed();
    this.refresh();
    return changed;
  }

  /** Take back what is being drawn. No straight line goes on from where a stroke that is gone has ended. */
  cancel() {
    this.current?.edit.abort();
    this.current = null;
    this.last = null;
    this.refresh();
  }

  /** @param {Point} point @returns {number} how wide the line is there, in whole picture pixels */
  #widthOf({ pressure }) {
    return this.pressure && pressure !== undefined ? Math.max(1, Math.round(this.width * pressure)) : this.width;
  }

  #settingsChanged() {
    for (const listener of this.settingListeners) listener();
    this.refresh();
  }
}
