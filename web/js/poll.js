// Asking the program again and again. One question at a time: a slow answer must not have others pile up behind it.

const ORDER_MS = 200;

/** @param {number} ms @returns {Promise<void>} */
export const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Do something now and then, for as long as the program is there; a page that nobody sees asks for nothing.
 * @param {number} ms from the end of one time to the next
 * @param {() => Promise<unknown>} task what it throws is ignored: the next time may go better
 * @returns {() => void} ends it
 */
export function every(ms, task) {
  let over = false;
  /** @type {ReturnType<typeof setTimeout>} */ let timer;
  const later = () => { timer = setTimeout(round, ms); };
  const round = async () => {
    if (!document.hidden) await task().catch(() => {});
    if (!over) later();
  };
  const end = () => {
    over = true;
    clearTimeout(timer);
    removeEventListener("bridge-closed", end);
  };
  addEventListener("bridge-closed", end);
  later();
  return end;
}

/**
 * Ask at once, and then now and then, until something is over; a page that nobody sees waits until it is seen.
 * @param {number} ms from an answer to the next question
 * @param {() => Promise<boolean>} isOver what it throws ends the waiting
 */
export async function pollUntil(ms, isOver) {
  while (!(await isOver())) do await wait(ms); while (document.hidden);
}

/**
 * Wait for long work of the program, and show meanwhile how far it is.
 * @template T, P
 * @param {Promise<T>} work
 * @param {() => Promise<P>} ask
 * @param {(progress: P) => void} show never called once the work is over
 * @param {number} ms
 * @returns {Promise<T>} what the work gives or throws
 */
export async function withProgress(work, ask, show, ms) {
  let over = false;
  const end = every(ms, async () => {
    const progress = await ask();
    if (!over) show(progress);
  });
  try {
    return await work;
  } finally {
    over = true;
    end();
  }
}

/**
 * Have work of the program ended. An order that arrives before the work does ends nothing, so it is given until that is over.
 * @param {() => Promise<unknown>} order
 * @param {() => boolean} isOver
 */
export async function cancelUntil(order, isOver) {
  while (!isOver()) {
    await order();
    await wait(ORDER_MS);
  }
}
