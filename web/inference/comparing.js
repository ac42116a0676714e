// Before and after: the divider's slider, the button that shows the picture as it was, and the wipe of a new result.

import { byId } from "../js/dom.js";

/** @typedef {import("./compare-view.js").CompareView} CompareView */

const REVEAL_MS = 700;

/**
 * @param {CompareView} compare
 * @returns {{before: (only: boolean) => void, reveal: () => void, toggleDivider: () => void}} what keys and new results do
 */
export function comparing(compare) {
  const slider = byId("divider", HTMLInputElement);
  const hold = byId("hold-before");
  const words = (/** @type {number} */ share) => (share === 0 ? "all after" : `${Math.round(100 * share)} % before`);
  const show = () => {
    slider.value = String(100 * compare.divider);
    slider.setAttribute("aria-valuetext", words(compare.divider));
  };
  const set = (/** @type {number} */ share) => {
    compare.setDivider(share);
    show();
  };
  slider.addEventListener("input", () => set(slider.valueAsNumber / 100));
  compare.dividerListeners.add(show);
  const before = (/** @type {boolean} */ only) => {
    compare.showBefore(only);
    hold.setAttribute("aria-pressed", String(only));
  };
  hold.addEventListener("pointerdown", (event) => {
    hold.setPointerCapture(event.pointerId);
    before(true);
  });
  for (const type of ["pointerup", "pointercancel", "blur"]) hold.addEventListener(type, () => before(false));
  hold.addEventListener("keydown", (event) => (event.key === " " || event.key === "Enter") && before(true));
  hold.addEventListener("keyup", () => before(false));

  let revealing = false;
  /** Wipe from the picture as it was to the result, so that one sees what came. */
  const reveal = () => {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const began = performance.now();
    let at = 1;
    compare.setDivider(at);
    revealing = true;
    const frame = () => {
      revealing = compare.divider === at; // or a hand has taken it
      if (!revealing) return;
      const part = Math.min(1, (performance.now() - began) / REVEAL_MS);
      at = (1 - part) ** 2;
      set(at);
      revealing = part < 1;
      if (revealing) requestAnimationFrame(frame);
    };
    frame();
  };
  return { before, reveal, toggleDivider: () => set(compare.divider && !revealing ? 0 : 0.5) };
}
