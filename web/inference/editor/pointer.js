// Mouse, pen and fingers on the window onto a picture.
//
// Left draws, right or a pen's other end erases, middle or Space with left pans, the wheel and two fingers zoom about
// the place they point at. What a gesture means is decided by the handlers; this file only tells them apart.

/** @typedef {import("./raster.js").Point} Point */
/** @typedef {import("./stage.js").Stage} Stage */

/**
 * @typedef {object} Handlers all points are picture pixels
 * @property {(point: Point, how: {erase: boolean, shift: boolean}) => boolean} begin false: not drawing, pan instead
 * @property {(points: Point[]) => void} extend
 * @property {() => void} end
 * @property {() => void} cancel
 * @property {(point: Point | null, how: {shift: boolean}) => void} hover null when the pointer has left
 */

const MIDDLE = 1;
const RIGHT = 2;
const PEN_ERASER = 5;
const WHEEL_LINE_PX = 24;
/** A finger that comes while the first one has hardly drawn makes it a pinch; later it is a palm, or the stroke is over. */
const PINCH_MS = 200, PINCH_PX = 10;

export class Pointer {
  /**
   * @param {Stage} stage
   * @param {Handlers} handlers
   */
  constructor(stage, handlers) {
    this.stage = stage;
    this.handlers = handlers;
    /** @type {Map<number, Point>} pressed pointers, on the screen */
    this.pressed = new Map();
    /** @type {"draw" | "pan" | "pinch" | null} */
    this.mode = null;
    this.panKey = false;
    /** @type {Point | null} where the pointer was seen last, on the screen */
    this.at = null;
    /** The stroke that is being drawn: by what, since when, and how far on the screen. */
    this.stroke = { type: "", began: 0, length: 0 };
    /** What is done with it, though the page may hand over to others meanwhile. */
    this.taken = handlers;
    const { host } = stage;
    const on = (/** @type {string} */ type, /** @type {(event: any) => void} */ listener) =>
      host.addEventListener(type, listener.bind(this), { passive: false });
    on("pointerdown", this.#down);
    on("pointermove", this.#move);
    on("pointerup", this.#up);
    on("pointercancel", (/** @type {PointerEvent} */ event) => {
      if (this.mode === "draw" && this.pressed.has(event.pointerId)) this.taken.cancel(); // the system took a palm for it
      this.#up(event);
    });
    on("pointerleave", () => this.handlers.hover(null, { shift: false }));
    on("wheel", this.#wheel);
    on("contextmenu", (event) => event.preventDefault());
    on("mousedown", (event) => event.button === MIDDLE && event.preventDefault()); // no automatic scrolling
  }

  /** @param {boolean} held whether the key that turns drawing into panning is down */
  setPanKey(held) {
    this.panKey = held;
    this.stage.host.toggleAttribute("data-panning", held || this.mode === "pan");
  }

  /** @param {PointerEvent} event */
  #down(event) {
    const { host } = this.stage;
    const at = this.stage.screenPoint(event);
    const { pointerType: type } = event;
    if (this.mode === "draw" && this.stroke.type === "pen" && type === "touch") return; // the hand that holds the pen
    if (type === "pen" && this.pressed.size) this.#letGo(event); // it was there before the pen
    host.focus({ preventScroll: true });
    host.setPointerCapture(event.pointerId);
    this.pressed.set(event.pointerId, at);
    if (this.pressed.size === 2) {
      this.#endStroke(event);
      this.mode = "pinch";
    } else if (this.pressed.size === 1) {
      const erase = event.button === RIGHT || event.button === PEN_ERASER;
      const pans = this.panKey || event.button === MIDDLE;
      this.stroke = { type, began: event.timeStamp, length: 0 };
      this.taken = this.handlers;
      const draws = !pans && this.taken.begin(this.#picturePoint(event), { erase, shift: event.shiftKey });
      this.mode = draws ? "draw" : "pan";
    }
    host.toggleAttribute("data-panning", this.mode === "pan");
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const { view } = this.stage;
    const at = this.stage.screenPoint(event);
    this.at = at;
    const last = this.pressed.get(event.pointerId);
    if (!last && this.mode === "draw") return; // the cursor stays with what draws
    this.handlers.hover(view.toPicture(at), { shift: event.shiftKey });
    if (!last) return;
    if (this.mode === "draw") {
      const events = event.getCoalescedEvents?.() ?? [];
      this.stroke.length += Math.hypot(at.x - last.x, at.y - last.y);
      this.taken.extend((events.length ? events : [event]).map((one) => this.#picturePoint(one)));
    } else if (this.mode === "pan") {
      view.pan(at.x - last.x, at.y - last.y);
    } else if (this.mode === "pinch") {
      const before = spread([...this.pressed.values()]);
      this.pressed.set(event.pointerId, at);
      const after = spread([...this.pressed.values()]);
      view.pan(after.middle.x - before.middle.x, after.middle.y - before.middle.y);
      view.zoomTo((view.scale * after.distance) / Math.max(1, before.distance), after.middle);
    }
    this.pressed.set(event.pointerId, at);
  }

  /** What the first finger drew was meant for a pinch if that was hardly anything; else it is kept. @param {PointerEvent} event */
  #endStroke({ timeStamp }) {
    if (this.mode !== "draw") return;
    const { began, length } = this.stroke;
    if (timeStamp - began < PINCH_MS || length < PINCH_PX * this.stage.density) this.taken.cancel();
    else this.taken.end();
  }

  /** Take what is pressed for let go of. @param {PointerEvent} event */
  #letGo(event) {
    this.#endStroke(event);
    this.pressed.clear();
    this.mode = null;
  }

  /** @param {PointerEvent} event @returns {Point} */
  #picturePoint(event) {
    const point = this.stage.view.toPicture(this.stage.screenPoint(event));
    return event.pointerType === "pen" ? { ...point, pressure: event.pressure } : point;
  }

  /** @param {PointerEvent} event */
  #up(event) {
    if (!this.pressed.delete(event.pointerId)) return;
    if (this.mode === "draw") this.taken.end();
    // A finger left over from a pinch must not begin to draw.
    this.mode = this.pressed.size ? "pan" : null;
    this.stage.host.toggleAttribute("data-panning", this.panKey || this.mode === "pan");
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    event.preventDefault();
    const { view } = this.stage;
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? WHEEL_LINE_PX : 1;
    // A trackpad moves sideways by itself; up and down it zooms, as a wheel does.
    if (event.shiftKey || (!event.ctrlKey && Math.abs(event.deltaX) > Math.abs(event.deltaY))) {
      view.pan(-(event.deltaX || event.deltaY) * unit, 0);
      return;
    }
    // A trackpad's pinch comes as small steps with Ctrl.
    const speed = event.ctrlKey && Math.abs(event.deltaY) < 50 ? 0.01 : 0.0016;
    // A wheel tells whole pixels only, and with each step the place would slip by what they leave off.
    const told = this.stage.screenPoint(event);
    const exact = this.at && Math.hypot(this.at.x - told.x, this.at.y - told.y) < 2 * this.stage.density;
    view.zoomTo(view.scale * Math.exp(-event.deltaY * unit * speed), exact ? this.at ?? told : told);
  }
}

/** @param {Point[]} points two of them @returns {{middle: Point, distance: number}} */
function spread([a, b]) {
  return { middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }, distance: Math.hypot(a.x - b.x, a.y - b.y) };
}
