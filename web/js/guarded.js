// Actions that may fail: what went wrong is said instead of being lost with the promise.

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
