// The keys of the filling page.

import { byId } from "../js/dom.js";
import { control, letter, listen, named } from "./editor/keyboard.js";
import { holeKey } from "./hole-tour.js";
import { ARROWS, drawingKeys, historyKeys } from "./mask-keys.js";
import { viewKeys } from "./panel.js";

/** @typedef {import("./editor/keyboard.js").Binding} Binding */
/** @typedef {import("./compare-view.js").CompareView} CompareView */

const ARROW_PAN_PX = 40;

/**
 * @param {CompareView} compare
 * @param {{fill: () => void, openSave: () => void, edges: import("./edge-editing.js").EdgeEditing,
 *   tries: import("./tries.js").Tries, progress: import("./fill-run.js").ProgressCard,
 *   comparing: ReturnType<typeof import("./comparing.js").comparing>, keeper: import("./picture-keeper.js").PictureKeeper,
 *   sideBySide: import("./side-by-side.js").SideBySide}} page
 */
export function bindFillKeys(compare, page) {
  const { edges, tries, progress, comparing, sideBySide } = page;
  const press = (/** @type {string} */ id) => () => byId(id).click();
  const editing = (/** @type {Binding} */ binding) => ({
    ...binding, match: (/** @type {KeyboardEvent} */ event) => edges.active && Boolean(binding.match?.(event)),
  });
  const before = (/** @type {boolean} */ only) => {
    comparing.before(only);
    sideBySide.refresh();
  };
  /** @type {Binding[]} */
  const bindings = [
    {
      group: "Compare", keys: ["H"], text: "Hold to see the picture as it was", match: letter("h"),
      run: () => before(true), release: () => before(false),
    },
    { group: "Compare", keys: ["D"], text: "Move the divider to the middle, or hide it", match: letter("d"), run: () => comparing.toggleDivider() },
    { group: "Compare", keys: ["PageUp"], text: "Previous result", match: named("PageUp"), run: () => tries.step(-1), repeats: true },
    { group: "Compare", keys: ["PageDown"], text: "Next result", match: named("PageDown"), run: () => tries.step(1), repeats: true },
    { group: "Compare", keys: ["C"], text: "Checkpoints side by side", match: letter("c"), run: press("choose-checkpoints") },
    {
      group: "Compare", keys: ["Esc"], text: "Close side by side", match: (event) => event.key === "Escape" && sideBySide.isOpen && !progress.busy,
      run: () => sideBySide.close(),
    },
    // What is seen decides: while edges are drawn, the only button that fills is the one that fills from them.
    {
      group: "Fill", keys: ["Enter"], text: "Fill again, or from the edges that are being drawn", match: named("Enter"), scope: "canvas",
      run: () => { (edges.active ? edges : page).fill(); },
    },
    { group: "Fill", keys: ["Esc"], text: "Cancel a running fill", match: (event) => event.key === "Escape" && progress.busy, run: () => progress.cancel() },
    { group: "Fill", keys: ["Ctrl+S"], text: "Save Image", match: control("s"), run: page.openSave },
    { group: "Fill", keys: ["N"], text: "Go on from this result", match: letter("n"), run: press("go-on") },
    ...historyKeys((way) => page.keeper.go(way)),
    { group: "Edges", keys: ["X"], text: "Show the edges in the hole", match: letter("x"), run: press("show-edges") },
    { group: "Edges", keys: ["P", "B"], text: "Pen", match: (event) => letter("p")(event) || letter("b")(event), run: () => edges.take("brush") },
    { group: "Edges", keys: ["E"], text: "Eraser", match: letter("e"), run: () => edges.take("eraser") },
    { group: "Edges", keys: ["R"], text: "Rectangle", match: letter("r"), run: () => edges.take("rectangle") },
    { group: "Edges", keys: ["L"], text: "Lasso", match: letter("l"), run: () => edges.take("lasso") },
    { group: "Edges", keys: ["V"], text: "Stop editing edges: compare", match: letter("v"), run: () => edges.take("compare") },
    { group: "Edges", keys: ["F"], text: "Fill from these edges", match: letter("f"), run: () => { edges.fill(); } },
    editing({ group: "Edges", keys: ["[", "]"], text: "Thinner, thicker line", match: named("[", "]"), run: (event) => edges.drawing.stepWidth(named("]")(event) ? 1 : -1), repeats: true }),
    ...drawingKeys(edges.drawing, compare.pointer).map((binding) => (binding.keys.length ? editing(binding) : binding)),
    {
      group: "View", keys: ["Arrows"], text: "Move the picture, when not editing edges", scope: "canvas", repeats: true,
      match: (event) => !edges.active && event.key in ARROWS && !event.ctrlKey && !event.altKey && !event.metaKey,
      run: ({ key }) => {
        const [dx, dy] = ARROWS[/** @type {keyof typeof ARROWS} */ (key)];
        compare.view.pan(-dx * ARROW_PAN_PX * compare.stage.density, -dy * ARROW_PAN_PX * compare.stage.density);
      },
    },
    ...viewKeys(compare.stage),
    holeKey(press("zoom-hole")),
  ];
  listen(bindings, compare);
  compare.addEventListener("blur", () => edges.drawing.crosshair.hide());
}
