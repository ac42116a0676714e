// Keys mean the same on every keyboard, whatever alphabet it writes.
import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.localStorage ??= { getItem: () => null };
const { control, letter, named } = await import("../../web/inference/editor/keyboard.js");

const key = (key, code, held = {}) => ({ key, code, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held });

test("letters of other alphabets act by their place", () => {
  assert.ok(control("z")(key("я", "KeyZ", { ctrlKey: true })));
  assert.ok(control("z", true)(key("Я", "KeyZ", { ctrlKey: true, shiftKey: true })));
  assert.ok(letter("e")(key("у", "KeyE")));
  assert.ok(named("[")(key("х", "BracketLeft")));
});

test("Latin letters act by what they write", () => {
  assert.ok(control("z")(key("z", "KeyY", { ctrlKey: true })), "a German keyboard");
  assert.ok(!control("y")(key("z", "KeyY", { ctrlKey: true })));
  assert.ok(letter("e")(key("E", "KeyE")));
  assert.ok(!letter("e")(key("é", "Digit2")));
  assert.ok(named("Enter")(key("Enter", "NumpadEnter")));
});
