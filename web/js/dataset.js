// What the report of a dataset's check means for a training at some input size. Pure: no DOM, tested by node.

import { count } from "./format.js";

/**
 * @typedef {{level: "error" | "warning", code: string, message: string, hint: string, field: string}} Problem
 * @typedef {{n_pictures: number, sides: Record<string, number>, problems: Problem[]}} Checked
 */

const SMALL = "pictures-small";

/**
 * The report's problems, with that of too small pictures as it is at this input size: a large folder is looked at once.
 * @param {Checked} report
 * @param {number} side the input size, in px
 * @returns {Problem[]}
 */
export function problemsAt({ n_pictures: all, sides, problems }, side) {
  const rest = problems.filter(({ code }) => code !== SMALL);
  const small = Object.entries(sides).reduce((sum, [px, n]) => (Number(px) < side ? sum + n : sum), 0);
  if (!small) return rest;
  return [...rest, { level: "warning", code: SMALL, field: "input_size",
    message: `Smaller than ${count(side)} px on the shorter side: ${count(small)} of ${count(all)} pictures.`,
    hint: "They are enlarged to the input size, which blurs them; a smaller one avoids it." }];
}
