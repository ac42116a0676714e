// Lists of cards that are asked for again and again: runs, comparisons.

import { ago } from "./format.js";

/**
 * Redraw a list only where it changed, so that focus and pictures stay; not while something in it is being pressed.
 * @template {{updated: number}} T
 * @param {HTMLElement} list
 * @param {T[]} items
 * @param {(item: T) => string} nameOf what a card is known again by
 * @param {(item: T) => HTMLLIElement} draw
 */
export function updateList(list, items, nameOf, draw) {
  if (list.querySelector(":active")) return; // the press would be lost on a card that is drawn anew
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  const before = new Map(cards(list).map((node) => [node.dataset.name, node]));
  const names = new Set(items.map(nameOf));
  for (const [name, node] of before) if (!names.has(name ?? "")) node.remove();
  items.forEach((item, i) => {
    const name = nameOf(item);
    const seen = JSON.stringify([item, ago(item.updated)]); // the words age, too
    let node = before.get(name);
    if (node?.dataset.seen !== seen) {
      const fresh = draw(item);
      fresh.dataset.name = name;
      fresh.dataset.seen = seen;
      node?.replaceWith(fresh);
      node = fresh;
    }
    if (list.children[i] !== node) list.insertBefore(node, list.children[i] ?? null);
  });
  // A card that was drawn anew, or moved up, has lost it on the way.
  if (focused && document.activeElement !== focused) focusLike(focused, list);
}

/** @param {HTMLElement} list */
const cards = (list) => /** @type {HTMLElement[]} */ ([...list.children]);

/** The focus goes to the same control of the new card, or to its first. @param {Element} control @param {HTMLElement} list */
function focusLike(control, list) {
  const name = /** @type {HTMLElement | null} */ (control.closest("[data-name]"))?.dataset.name;
  const card = cards(list).find((node) => node.dataset.name === name);
  const wordsOf = (/** @type {Element} */ one) => one.getAttribute("aria-label") ?? one.textContent;
  const controls = /** @type {HTMLElement[]} */ ([...(card?.querySelectorAll(":is(a, button, input):not([tabindex='-1'])") ?? [])]);
  (controls.find((one) => wordsOf(one) === wordsOf(control)) ?? controls[0])?.focus({ preventScroll: true });
}
