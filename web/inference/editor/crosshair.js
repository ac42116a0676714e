// The keyboard as a pointer: arrows move a crosshair, pressing starts and ends what a mouse button would.

/** @typedef {import("./raster.js").Point} Point */

const ARROW_STEP = 10; // screen pixels it moves with an arrow key

export class Crosshair {
  /** @param {import("./drawing.js").Drawing} drawing */
  constructor(drawing) {
    this.drawing = drawing;
    /** @type {Point | null} on the picture; null while it is not in use */
    this.at = null;
    /** @type {import("./drawing.js").Current | null} what it began last */
    this.begun = null;
  }

  /** Whether it draws now. */
  get draws() {
    return this.begun !== null && this.begun === this.drawing.current;
  }

  /**
   * @param {number} dx steps to the right
   * @param {number} dy steps down
   * @param {boolean} fine one picture pixel instead of a step
   */
  move(dx, dy, fine) {
    const { stage: { view, density }, changes: { map } } = this.drawing;
    const at = this.show();
    const step = fine ? 1 : Math.max(1, Math.round((ARROW_STEP * density) / view.scale));
    const next = {
      x: Math.min(map.width - 0.5, Math.max(0.5, at.x + dx * step)),
      y: Math.min(map.height - 0.5, Math.max(0.5, at.y + dy * step)),
    };
    this.at = next;
    view.reveal(next);
    if (this.drawing.current) this.drawing.extend([next]);
    this.drawing.refresh();
  }

  /** @returns {Point} where it is: at first where the pointer was, or in the middle of what is seen */
  show() {
    if (this.at) return this.at;
    const { stage: { view }, changes: { map }, pointerAt } = this.drawing;
    const { x, y } = pointerAt ?? view.toPicture({ x: view.screenWidth / 2, y: view.screenHeight / 2 });
    const inside = (/** @type {number} */ at, /** @type {number} */ size) => Math.min(size - 1, Math.max(0, Math.floor(at))) + 0.5;
    this.at = { x: inside(x, map.width), y: inside(y, map.height) };
    this.drawing.refresh();
    return this.at;
  }

  /** @returns {boolean} whether it draws from now on */
  press() {
    const at = this.show();
    if (this.drawing.current) {
      this.drawing.end();
    } else {
      this.drawing.begin(at);
      this.begun = this.drawing.current;
      this.drawing.refresh();
    }
    return this.draws;
  }

  /** The keyboard has gone elsewhere: what it was drawing is kept. */
  hide() {
    if (this.draws) this.drawing.end();
    this.at = null;
    this.drawing.refresh();
  }
}
