// The cursor as a circle of true size, the keyboard's crosshair, and the outline of a shape.

import { snap } from "./raster.js";
import { TOOLS } from "./tools.js";

/** @typedef {import("./raster.js").Point} Point */
/** @typedef {import("./view.js").View} View */

const SMALLEST_CIRCLE_PX = 2.5; // below, the browser's own cross is easier to see
const CROSSHAIR_ARM_PX = 12;

/**
 * @param {CanvasRenderingContext2D} context
 * @param {View} view
 * @param {import("./drawing.js").Drawing} drawing
 */
export function drawOverlay(context, view, drawing) {
  const { density, host } = drawing.stage;
  const { crosshair: { at: crosshair }, current, enabled, width } = drawing;
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  const { sized } = TOOLS[drawing.tool];
  const radius = (width / 2) * view.scale;
  const circle = enabled && sized && radius > SMALLEST_CIRCLE_PX * density;
  host.toggleAttribute("data-own-cursor", circle && !crosshair);
  host.toggleAttribute("data-draws", enabled);
  if (!enabled) return;
  const dashes = [5 * density, 4 * density];
  const outline = current?.gesture.outline() ?? [];
  if (outline.length > 1) {
    path(context, outline.map((point) => view.toScreen(point)));
    context.closePath();
    twoTone(context, density, dashes);
  }
  const at = crosshair ?? drawing.pointerAt;
  if (!at) return;
  const centre = view.toScreen(snap(at, width));
  if (sized && drawing.shift && drawing.last && !current) {
    path(context, [view.toScreen(snap(drawing.last, width)), centre]);
    twoTone(context, density, dashes);
  }
  if (circle) {
    context.beginPath();
    context.arc(centre.x, centre.y, radius, 0, 2 * Math.PI);
    twoTone(context, density, drawing.tool === "eraser" ? dashes : []);
  }
  if (crosshair) {
    const { x, y } = view.toScreen(crosshair);
    const arm = CROSSHAIR_ARM_PX * density;
    path(context, [{ x: x - arm, y }, { x: x + arm, y }]);
    context.moveTo(x, y - arm);
    context.lineTo(x, y + arm);
    twoTone(context, density * (current ? 2 : 1));
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Point[]} points on the screen
 */
function path(context, points) {
  context.beginPath();
  for (const { x, y } of points) context.lineTo(x, y);
}

/**
 * A line that is seen on any picture: dark, with a light core.
 * @param {CanvasRenderingContext2D} context
 * @param {number} density
 * @param {number[]} [dash]
 */
function twoTone(context, density, dash = []) {
  context.setLineDash([]);
  context.lineWidth = 3 * density;
  context.strokeStyle = "rgb(0 0 0 / 0.65)";
  context.stroke();
  context.setLineDash(dash);
  context.lineWidth = 1.25 * density;
  context.strokeStyle = "#fff";
  context.stroke();
  context.setLineDash([]);
}
