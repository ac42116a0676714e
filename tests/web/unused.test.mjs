import assert from "node:assert/strict";
import test from "node:test";

import { unusedBecause } from "../../web/train/unused.js";

const values = {
  stage: "joint", edge_generator: "mec", edge: "canny", perceptual_weights: "auto", content_loss_weight: 1, style_loss_weight: 1, hrf_loss_weight: 1,
  edge_adv_loss_weight: 1, fm_loss_weight: 10, inpaint_adv_loss_weight: 0.01, lr_schedule: "constant", cache_gib: 10, val_data: "",
};
const because = (key, changes = {}) => unusedBecause(key, { ...values, ...changes });

test("each model uses its own losses only", () => {
  for (const key of ["svr_loss_weight", "edge_adv_loss_weight", "fm_loss_weight", "edge_bce_loss_weight", "efficientnet_weights", "a_new_loss_weight"]) {
    const because = (key, changes) => unusedBecause(key, { ...values, edge_generator: "effunet", ...changes }, "edge");
    assert.equal(because(key), "");
    assert.equal(because(key, { stage: "edge" }), "");
    assert.match(because(key, { stage: "inpaint" }), /Inpaint Model does not train the edge generator/);
    assert.match(because(key, { stage: "edge-inpaint" }), /Edge-Inpaint Model/);
  }
  for (const key of ["l1_loss_weight", "style_loss_weight", "perceptual_weights", "hrf_loss_weight", "hrf_weights", "inpaint_adv_crop", "a_new_loss_weight"]) {
    const because = (key, changes) => unusedBecause(key, { ...values, ...changes }, "inpaint");
    assert.equal(because(key, { stage: "inpaint" }), "");
    assert.match(because(key, { stage: "edge" }), /does not paint/);
  }
});

test("what stands behind another setting is named", () => {
  assert.equal(because("true_edge_share", { stage: "edge-inpaint" }), "");
  assert.match(because("true_edge_share", { stage: "inpaint" }), /Inpaint Model paints along true edges only/);
  assert.match(because("true_edge_share", { stage: "edge" }), /Edge Model paints along no edges/);
  assert.match(because("auto_patience"), /Automatic/);
  assert.equal(because("auto_patience", { stage: "auto" }), "");
  assert.match(because("efficientnet_weights"), /EffU-Net/);
  assert.equal(because("efficientnet_weights", { edge_generator: "effunet" }), "");
  assert.match(because("lr_drop_step"), /does not drop/);
  assert.equal(because("lr_drop_factor", { lr_schedule: "drop" }), "");
  assert.match(because("perceptual_crop", { perceptual_weights: "off" }), /VGG19/);
  assert.match(because("perceptual_interval", { content_loss_weight: 0, style_loss_weight: 0 }), /are 0/);
  assert.match(because("hrf_weights", { hrf_loss_weight: 0 }), /is 0/);
  assert.match(because("cache_dir", { cache_gib: 0 }), /cache/);
  assert.match(because("val_edge_data"), /detected/);
  assert.match(because("val_edge_data", { edge: "external" }), /validation folder/);
  assert.equal(because("val_edge_data", { edge: "external", val_data: "/held-out" }), "");
});

test("without its weight there is no discriminator to set up", () => {
  assert.match(because("gan_loss", { stage: "inpaint", inpaint_adv_loss_weight: 0 }), /discriminator/);
  assert.equal(because("gan_loss", { inpaint_adv_loss_weight: 0 }), "");
  assert.match(because("inpaint_adv_crop", { inpaint_adv_loss_weight: 0 }), /discriminator/);
  const silent = { edge_adv_loss_weight: 0, fm_loss_weight: 0 };
  assert.match(because("gan_loss", { stage: "edge", ...silent }), /discriminator/);
  assert.equal(because("d2g_lr", { stage: "edge", ...silent, fm_loss_weight: 10 }), "");
  assert.equal(because("gan_loss", silent), "");
  assert.match(because("gan_loss", { ...silent, inpaint_adv_loss_weight: 0 }), /discriminator/);
});

test("settings of every training are always used", () => {
  for (const key of ["lr", "batch_size", "max_iters", "seed", "val_size"]) assert.equal(because(key, { stage: "edge" }), "");
});

test("where edges are computed matters where they are drawn anew each time, on a GPU", () => {
  assert.equal(because("edge_device", { sigma: 0, device: "auto" }), "");
  assert.match(because("edge_device", { sigma: 2, device: "auto" }), /without a random sigma/);
  assert.match(because("edge_device", { sigma: 0, device: "cpu" }), /runs on the CPU/);
  assert.match(because("edge_device", { sigma: 0, edge: "sobel" }), /only Canny/);
});
