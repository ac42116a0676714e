// Settings are described once, in Python; what the form makes of the schema must agree with it.
import assert from "node:assert/strict";
import { test } from "node:test";

import { fieldOf, groups, options, parse, rangeText } from "../../web/js/schema.js";

test("ranges in words", () => {
  assert.equal(rangeText({ minimum: 8, maximum: 128, multipleOf: 8 }), "8 to 128, a multiple of 8");
  assert.equal(rangeText({ exclusiveMinimum: 0, maximum: 0.1 }), "above 0, at most 0.1");
  assert.equal(rangeText({ exclusiveMinimum: 0, exclusiveMaximum: 1 }), "above 0, below 1");
  assert.equal(rangeText({ minimum: 0 }), "at least 0");
  assert.equal(rangeText({ minimum: 1, maximum: 100000000 }), "1 to 100,000,000");
  assert.equal(rangeText({ type: "string" }), "");
});

test("typed numbers are read generously and checked exactly", () => {
  const integer = { type: "integer", minimum: 8, maximum: 128, multipleOf: 8 };
  assert.deepEqual(parse(integer, " 64 "), { value: 64, error: "" });
  assert.match(parse(integer, "60").error, /60 does not fit; allowed: 8 to 128, a multiple of 8/);
  assert.match(parse(integer, "12.5").error, /whole number/);
  assert.match(parse(integer, "").error, /A number is needed/);
  assert.match(parse(integer, "many").error, /A number is needed/);
  assert.equal(parse({ type: "integer", minimum: 1 }, "2,000,000").value, 2000000);
  assert.equal(parse({ type: "number", exclusiveMinimum: 0 }, "0,5").value, 0.5);
  assert.equal(parse({ type: "number", exclusiveMinimum: 0 }, "0,125").value, 0.125);
  assert.equal(parse({ type: "number", exclusiveMinimum: 0 }, "1e-4").value, 0.0001);
  assert.match(parse({ type: "number", exclusiveMinimum: 0 }, "0").error, /above 0/);
  // 3.6 to one reader, 3600 to another, as the page writes its limits.
  assert.match(parse({ type: "number", minimum: 0 }, "3,600").error, /write 3600 or 3\.6\./);
  assert.match(parse({ type: "number", minimum: 0 }, "1,000,000").error, /A number is needed/);
  assert.equal(parse({ type: "string" }, "  /a b/фото ").value, "/a b/фото");
});

test("a refusal finds its field", () => {
  const schema = { properties: { lr: {}, data: {} } };
  assert.deepEqual(fieldOf("lr: 2 is too much", schema), { key: "lr", text: "2 is too much" });
  assert.deepEqual(fieldOf("The disk: it is full", schema), { key: "", text: "The disk: it is full" });
  assert.deepEqual(fieldOf("unknown: x", schema), { key: "", text: "unknown: x" });
});

test("groups keep the order of the schema and leave out what is shown elsewhere", () => {
  const schema = { properties: { a: { group: "One" }, b: { group: "Two" }, c: { group: "One" }, d: { group: "Two" } } };
  assert.deepEqual(groups(schema, new Set(["b", "d"])), [{ name: "One", keys: ["a", "c"] }]);
});

test("choices have the names people know, unknown ones their own", () => {
  assert.deepEqual(options("stage", { enum: ["edge", "new-one"] }), [
    { value: "edge", title: "Edge Model" }, { value: "new-one", title: "new-one" }]);
  assert.deepEqual(options("edge", { const: "canny" }), [{ value: "canny", title: "Canny" }]);
});
