// What people read must be exact at the borders between units.
import assert from "node:assert/strict";
import { test } from "node:test";

import { ago, clock, count, measure, pace, percent, plain, plural, shortPath, span, timer } from "../../web/js/format.js";

test("the timer counts seconds, minutes, hours and days", () => {
  assert.equal(timer(0), "0:00");
  assert.equal(timer(5.99), "0:05");
  assert.equal(timer(754), "12:34");
  assert.equal(timer(3600), "1:00:00");
  assert.equal(timer(3723), "1:02:03");
  assert.equal(timer(2 * 86400 + 3723), "2 d 01:02:03");
  assert.equal(timer(-3), "0:00");
  assert.equal(timer(null), "–");
  assert.equal(timer(NaN), "–");
});

test("spans are rounded to what matters", () => {
  assert.equal(span(40.2), "40 s");
  assert.equal(span(59.6), "1 min");
  assert.equal(span(3599), "1 h");
  assert.equal(span(12000), "3 h 20 min");
  assert.equal(span(5 * 86400), "5 days");
  assert.equal(span(80 * 365 * 86400), "80 years");
  assert.equal(span(undefined), "–");
});

test("how long ago", () => {
  assert.equal(ago(1000, 1010), "just now");
  assert.equal(ago(1000, 1000 + 300), "5 min ago");
  assert.equal(ago(1000, 1000 + 7300), "2 h ago");
  assert.equal(ago(1000, 1000 + 23 * 3600), "23 h ago");
  assert.equal(ago(1000, 1000 + 25 * 3600), "yesterday");
  assert.equal(ago(1000, 1000 + 40 * 3600), "2 days ago");
  assert.equal(ago(2000, 1000), "just now");
});

test("the time of day, with the date of another day", () => {
  const at = (/** @type {number[]} */ ...parts) => new Date(...parts).getTime() / 1000;
  const now = at(2026, 10, 29, 22, 0);
  assert.equal(clock(at(2026, 10, 29, 0, 5), now), "00:05");
  assert.equal(clock(at(2026, 10, 29, 21, 40), now), "21:40");
  assert.equal(clock(at(2026, 10, 28, 21, 40), now), "Nov 28, 21:40");
});

test("counts, plurals and shares", () => {
  assert.equal(count(2000000), "2,000,000");
  assert.equal(count(999), "999");
  assert.equal(count(null), "–");
  assert.equal(plural(1, "picture"), "1 picture");
  assert.equal(plural(1200, "picture"), "1,200 pictures");
  assert.equal(plural(0, "child", "children"), "0 children");
  assert.equal(percent(0.034), "3.4 %");
  assert.equal(percent(0), "0 %");
  assert.equal(percent(1), "100 %");
});

test("measured values keep three or four meaningful digits", () => {
  assert.deepEqual([0, 0.51239, 1.2345, 23.456, 123.45, 12345, 0.0000123, -0.5, null].map(measure),
    ["0", "0.5124", "1.234", "23.46", "123.5", "12,345", "1.2e-5", "-0.5000", "–"]);
  assert.deepEqual([26.44, 0.351, 312.4, 0, NaN].map(pace), ["26.4", "0.35", "312", "–", "–"]);
});

test("settings are written as one types them", () => {
  assert.equal(plain(0.00005), "0.00005");
  assert.equal(plain(1e-5), "0.00001");
  assert.equal(plain(1e-7), "0.0000001");
  assert.equal(plain(0.0001), "0.0001");
  assert.equal(plain(2000000), "2000000");
});

test("a long path keeps its end", () => {
  assert.equal(shortPath("/a/b"), "/a/b");
  const short = shortPath(`/home/${"x".repeat(60)}/фото`, 20);
  assert.equal(short.length, 20);
  assert.ok(short.startsWith("…") && short.endsWith("/фото"));
});
