// Actions that may fail: what went wrong is said instead of being lost with the promise.

import { setUsable } from "./dom.js";
import { showError } from "./shell.js";

/**
 * @template {any[]} A
 * @param {(...args: A) => unknown} action
 * @returns {(...args: A) => Promise<void>} the same, with its refusal in the status line; for listeners, which nobody awaits
 */
export function guarded(action) {
  return async (...args) => {
    try {
      await action(...args);
    } catch (error) {
      showError(error);
    }
  };
}

/**
 * @param {() => Promise<void>} action
 * @returns {(event: Event) => Promise<void>} for a button, which cannot be pressed again before the action has ended
 */
export function whileBusy(action) {
  return async ({ currentTarget }) => {
    const button = /** @type {HTMLElement} */ (currentTarget);
    setUsable(button, false);
    await guarded(action)();
    setUsable(button, true);
  };
}
