// Which pictures are too small depends on the input size, not on the check of the dataset.
import assert from "node:assert/strict";
import { test } from "node:test";

import { problemsAt } from "../../web/js/dataset.js";

const problem = (code, field = "data") => ({ level: "warning", code, message: code, hint: "", field });
const report = { n_pictures: 1200, sides: { 96: 3, 200: 1100, 1024: 97 }, problems: [problem("pictures-small", "input_size"), problem("pictures-gray")] };

test("the warning of small pictures follows the input size", () => {
  const said = (side) => problemsAt(report, side).map(({ code, message }) => (code === "pictures-small" ? message : code));
  assert.deepEqual(said(256), ["pictures-gray", "Smaller than 256 px on the shorter side: 1,103 of 1,200 pictures."]);
  assert.deepEqual(said(200), ["pictures-gray", "Smaller than 200 px on the shorter side: 3 of 1,200 pictures."]);
  assert.deepEqual(said(96), ["pictures-gray"]);
  assert.equal(problemsAt(report, 256).find(({ code }) => code === "pictures-small").field, "input_size");
});
