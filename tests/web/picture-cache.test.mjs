// Decoded pictures: never two of one fill, never one closed that is on the screen.
import assert from "node:assert/strict";
import { test } from "node:test";

import { PictureCache } from "../../web/inference/picture-cache.js";

function cacheOf(maxPixels, inSight = () => false) {
  const log = { decoded: [], closed: [] };
  const cache = new PictureCache(async (key) => {
    log.decoded.push(key);
    if (key === "broken" && log.decoded.length === 1) throw new Error("It is gone.");
    return { key, pixels: 10, close: () => log.closed.push(key) };
  }, inSight, maxPixels);
  return { cache, log };
}

test("two who ask at once get the same picture", async () => {
  const { cache, log } = cacheOf(100);
  const [first, second] = await Promise.all([cache.get("a"), cache.get("a")]);
  assert.equal(first, second);
  assert.deepEqual(log.decoded, ["a"]);
});

test("the one not looked at for longest goes first, and what is in sight stays", async () => {
  const { cache, log } = cacheOf(30, (key) => key === "a");
  for (const key of ["a", "b", "c", "b", "d"]) await cache.get(key);
  assert.deepEqual(log.closed, ["c"]);
  assert.equal((await cache.get("a")).key, "a");
  await cache.get("c");
  assert.deepEqual(log.decoded, ["a", "b", "c", "d", "c"]);
  assert.deepEqual(log.closed, ["c", "b"]);
});

test("two are kept, however large", async () => {
  const { cache, log } = cacheOf(1);
  for (const key of ["a", "b", "a"]) await cache.get(key);
  assert.deepEqual(log.closed, []);
  await cache.get("c");
  assert.deepEqual(log.closed, ["b"]);
});

test("one that somebody waits for is not closed as it comes, however long it took", async () => {
  /** @type {(picture: any) => void} */ let decoded = () => {};
  const closed = [];
  const picture = (key) => ({ key, pixels: 10, close: () => closed.push(key) });
  const cache = new PictureCache((key) => (key === "slow" ? new Promise((resolve) => { decoded = resolve; }) : Promise.resolve(picture(key))), () => false, 20);
  const slow = cache.get("slow");
  for (const key of ["a", "b"]) await cache.get(key);
  decoded(picture("slow"));
  assert.equal((await slow).key, "slow");
  assert.deepEqual(closed, ["a"]);
});

test("a picture that could not be decoded is tried again", async () => {
  const { cache } = cacheOf(100);
  await assert.rejects(cache.get("broken"), /gone/);
  assert.equal((await cache.get("broken")).key, "broken");
});
