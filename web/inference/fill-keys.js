// The keys of the filling page.

import * as keyboard from "./editor/keyboard.js";
import { drawingKeys } from "./mask-keys.js";
import { viewKeys } from "./panel.js";
import { byId } from "./steps.js";

/** @typedef {import("./editor/keyboard.js").Binding} Binding */
/** @typedef {import("./compare-view.js").CompareView} CompareView */

const { control, letter, named } = keyboard;

/**
 * @param {CompareView} compare
 * @param {{fill: () => void, openSave: () => void, edges: import("./edge-editing.js").EdgeEditing,
 *   tries: import("./tries.js").Tries, progress: import("./fill-run.js").ProgressCard,
 *   comparing: {before: (only: boolean) => void}}} page
 */
export function bindFillKeys(compare, page) {
  const { edges, tries, progress } = page;
  const press = (/** @type {string} */ id) => () => byId(id).click();
  const editing = (/** @type {Binding} */ binding) => ({
    ...binding, match: (/** @type {KeyboardEvent} */ event) => edges.active && Boolean(binding.match?.(event)),
  });
  /** @type {Binding[]} */
  const bindings = [
    {
      group: "Compare", keys: ["B"], text: "Hold to see the picture as it was", match: letter("b"),
      run: () => page.comparing.before(true), release: () => page.comparing.before(false),
    },
    { group: "Compare", keys: ["D"], text: "Divider in the middle, or away", match: letter("d"), run: () => toggleDivider(compare) },
    { group: "Compare", keys: ["PageUp"], text: "The try before", match: named("PageUp"), run: () => tries.step(-1) },
    { group: "Compare", keys: ["PageDown"], text: "The next try", match: named("PageDown"), run: () => tries.step(1) },
    { group: "Fill", keys: ["Enter"], text: "Fill again", match: named("Enter"), run: () => page.fill(), scope: "canvas" },
    { group: "Fill", keys: ["Esc"], text: "Cancel a fill that runs", match: (event) => event.key === "Escape" && progress.running, run: () => progress.cancel() },
    { group: "Fill", keys: ["Ctrl+S"], text: "Save Image", match: control("s"), run: page.openSave },
    { group: "Edges", keys: ["X"], text: "Show the edges in the hole", match: letter("x"), run: press("show-edges") },
    { group: "Edges", keys: ["P"], text: "Draw edges: pen", match: letter("p"), run: () => take(page, "brush") },
    { group: "Edges", keys: ["E"], text: "Draw edges: eraser", match: letter("e"), run: () => take(page, "eraser") },
    editing({ group: "Edges", keys: ["[", "]"], text: "Thinner, thicker line", match: named("[", "]"), run: ({ key }) => edges.drawing.stepWidth(key === "]" ? 1 : -1) }),
    editing({ group: "Edges", keys: ["Ctrl+Z"], text: "Undo", match: control("z"), run: () => edges.undo() }),
    editing({
      group: "Edges", keys: ["Ctrl+Shift+Z", "Ctrl+Y"], text: "Redo",
      match: (event) => control("z", true)(event) || control("y")(event), run: () => edges.redo(),
    }),
    ...drawingKeys(edges.drawing, compare.pointer).map((binding) => (binding.keys.length ? editing(binding) : binding)),
    ...viewKeys(compare.stage, { about: () => undefined }, keyboard),
  ];
  const listed = bindings.filter(({ keys }) => keys.length);
  const help = () => keyboard.showHelp([...listed, { group: "View", keys: ["?"], text: "This list" }]);
  keyboard.listen([...bindings, { group: "", keys: [], text: "", match: named("?"), run: help }], compare);
  compare.addEventListener("blur", () => edges.drawing.hideCrosshair());
}

/** @param {CompareView} compare */
function toggleDivider(compare) {
  compare.setDivider(compare.divider ? 0 : 0.5);
  for (const listener of compare.dividerListeners) listener();
}

/**
 * @param {{edges: import("./edge-editing.js").EdgeEditing}} page
 * @param {"brush" | "eraser"} tool
 */
function take({ edges }, tool) {
  if (edges.toggle.disabled) return;
  edges.setActive(true);
  edges.drawing.setTool(tool);
}
