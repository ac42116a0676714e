// What is promised before saving must be what the receipt says afterwards.
import assert from "node:assert/strict";
import test from "node:test";

import { hintText, likeOriginal, lossesWith, receipt, usualQuality } from "../../web/inference/save-words.js";

const PICTURE = {
  width: 10, height: 10, notices: [], conversion: "", has_alpha: false,
  losses: { ".png": [], ".bmp": ["the reduction to 8 bits"], ".webp": [], ".jpg": ["the reduction to 8 bits", "the compression"] },
};
const WEBP = { name: "WebP", alpha: true, quality: true, exact_at_100: true };
const JPEG = { name: "JPEG", alpha: false, quality: true, exact_at_100: false };
const BMP = { name: "BMP", alpha: false, quality: false, exact_at_100: false };
const SAVED = { name: "a.bmp", width: 10, height: 10, bytes: 1234, changed_outside_px: 0, changed_by: [], notices: [] };

test("a format promises only what it keeps of this picture", () => {
  assert.equal(hintText(PICTURE, lossesWith(PICTURE, ".BMP", BMP, null)), "Outside the mask pixels change by the reduction to 8 bits. PNG keeps them.");
  assert.match(hintText(PICTURE, lossesWith(PICTURE, ".webp", WEBP, null)), /bit for bit/);
  assert.match(hintText(PICTURE, lossesWith(PICTURE, ".jpg", JPEG, null)), /by the reduction to 8 bits and the compression\./);
});

test("a quality decides whether WebP keeps every pixel", () => {
  assert.deepEqual([40, 100].map((quality) => lossesWith(PICTURE, ".webp", WEBP, quality)), [["the compression"], []]);
  assert.deepEqual(lossesWith(PICTURE, ".jpg", JPEG, 100), PICTURE.losses[".jpg"]);
  assert.deepEqual(lossesWith(PICTURE, ".png", { ...BMP, name: "PNG" }, 40), []);
  assert.equal(usualQuality(PICTURE, [], true, WEBP), "lossless");
  assert.deepEqual([true, false].map((own) => usualQuality(PICTURE, ["the compression"], own, JPEG)), ["like the original", "95"]);
});

test("a receipt names what changed the pixels, and repeats that colours were converted", () => {
  const changed = receipt(PICTURE, 4, { ...SAVED, changed_outside_px: 96, changed_by: ["the reduction to 8 bits"] });
  assert.match(changed.words, /96 of the 96 pixels outside the mask were changed by the reduction to 8 bits\./);
  assert.equal(changed.same, false);
  assert.deepEqual(receipt(PICTURE, 4, SAVED), { words: "a.bmp is saved: 10 × 10, 1.2 kB. None of the 96 pixels outside the mask changed.", same: true });
  const conversion = "CMYK colour was converted to RGB.";
  const converted = { ...PICTURE, conversion, notices: [conversion] };
  const { words, same } = receipt(converted, 4, { ...SAVED, notices: [conversion] });
  assert.match(words, /kB\. CMYK colour was converted to RGB\. Otherwise none of the 96 pixels outside the mask changed\.$/);
  assert.equal(same, false);
  assert.equal(likeOriginal(converted, { ...BMP, name: "TIFF" }), "TIFF (RGB)");
  assert.match(hintText(converted, []), /^CMYK colour was converted to RGB\. Otherwise every pixel/);
});
