// Questions that are asked again and again: one at a time, none from a page nobody sees, none once the program is gone.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { every, pollUntil, withProgress } from "../../web/js/poll.js";

let page;

beforeEach(() => {
  page = new EventTarget();
  globalThis.document = { hidden: false };
  globalThis.addEventListener = page.addEventListener.bind(page);
  globalThis.removeEventListener = page.removeEventListener.bind(page);
});

afterEach(() => page.dispatchEvent(new Event("bridge-closed")));

test("a slow answer is waited for, and a failure does not end it", async () => {
  let at_once = 0;
  let most = 0;
  let rounds = 0;
  every(1, async () => {
    most = Math.max(most, ++at_once);
    await sleep(10);
    at_once -= 1;
    rounds += 1;
    throw new Error("no answer");
  });
  while (rounds < 3) await sleep(5);
  assert.equal(most, 1);
});

test("a hidden page asks nothing, and one without its program neither", async () => {
  let rounds = 0;
  document.hidden = true;
  every(1, async () => { rounds += 1; });
  await sleep(20);
  assert.equal(rounds, 0);
  document.hidden = false;
  while (!rounds) await sleep(5);
  page.dispatchEvent(new Event("bridge-closed"));
  const before = rounds;
  await sleep(20);
  assert.equal(rounds, before);
});

test("the end of something is waited for while the page is seen, and a failure is told", async () => {
  let asked = 0;
  const over = pollUntil(1, async () => (asked += 1) > 2);
  document.hidden = true;
  await sleep(20);
  assert.equal(asked, 1);
  document.hidden = false;
  await over;
  assert.equal(asked, 3);
  await assert.rejects(pollUntil(1, () => Promise.reject(new Error("no"))), /no/);
});

test("an answer that comes after the work is over is not shown", async () => {
  const shown = [];
  let finish, answer;
  const work = new Promise((resolve) => { finish = resolve; });
  let asked = 0;
  const ask = () => {
    asked += 1;
    if (asked === 1) return Promise.resolve(1);
    finish("done");
    return new Promise((resolve) => { answer = resolve; });
  };
  assert.equal(await withProgress(work, ask, (n) => shown.push(n), 1), "done");
  answer(2);
  await sleep(5);
  assert.equal(asked, 2);
  assert.deepEqual(shown, [1]);
  await assert.rejects(withProgress(Promise.reject(new Error("no")), ask, () => {}, 1), /no/);
});
