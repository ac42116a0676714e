// What is said of a change is what happened to the mask, also when nothing did.
import assert from "node:assert/strict";
import { test } from "node:test";

import { changeWords, coverageWords } from "../../web/inference/mask-words.js";

test("an empty mask neither grows nor is cleared", () => {
  assert.equal(changeWords("grow", 200, 0, 0), "Nothing is masked yet: there is nothing to grow.");
  assert.equal(changeWords("shrink", 4, 0, 0), "Nothing is masked yet: there is nothing to shrink.");
  assert.equal(changeWords("clear", 4, 0, 0), "The mask is empty already.");
  assert.equal(changeWords("clear", 4, 9, 0), "The mask is empty. Undo brings it back.");
});

test("a mask that is gone has not merely shrunk, and one without a border stays as it is", () => {
  assert.match(changeWords("shrink", 4, 9, 0), /^Nothing is left of the mask: .* 4 pixels\. Undo brings it back\.$/);
  assert.equal(changeWords("shrink", 1, 900, 800), "The mask has shrunk by 1 pixel.");
  assert.equal(changeWords("grow", 4, 800, 900), "The mask has grown by 4 pixels.");
  assert.match(changeWords("grow", 4, 900, 900), /covers the whole picture/);
});

test("five specks of a large photo are not none of it, and all but one pixel are not all", () => {
  assert.equal(coverageWords(3118, 3118 / 24e6), "Less than 0.1 % masked, 3,118 pixels");
  assert.equal(coverageWords(1, 1 / 24e6), "Less than 0.1 % masked, 1 pixel");
  assert.equal(coverageWords(512, 512 / 19200), "2.7 % masked, 512 pixels");
  assert.equal(coverageWords(9000, 0.5), "50 % masked, 9,000 pixels");
  assert.equal(coverageWords(19199, 19199 / 19200), "Over 99 % masked, 19,199 pixels");
});
