// Which settings a training with these choices does not use, and why. Pure, tested by node.

import { choiceTitle } from "../js/labels.js";

/** @typedef {import("../js/schema.js").Values} Values */

const PERCEPTUAL = ["perceptual_interval", "perceptual_crop", "imagenet_normalization"];
const AUTO = ["auto_patience", "auto_max_steps", "auto_anneal_steps"];
/** @type {Record<string, string>} */
const EDGES_OF = { inpaint: "true edges only", joint: "predicted edges only", auto: "true edges first, then predicted ones" };
const DISCRIMINATOR = ["d2g_lr", "gan_loss"];

/**
 * @param {string} key a setting
 * @param {Values} values all settings
 * @param {string} [ofModel] the only model that it is for, as the schema says: edge or inpaint
 * @returns {string} why it has no effect, as a sentence; empty when it has one
 */
export function unusedBecause(key, values, ofModel) {
  const { stage } = values;
  const trainsEdges = stage === "edge" || stage === "joint" || stage === "auto";
  const model = choiceTitle("stage", stage);
  if (ofModel === "edge" && !trainsEdges) return `Not used: the ${model} does not train the edge generator.`;
  if (ofModel === "inpaint" && stage === "edge") return `Not used: the ${model} does not paint.`;
  if (key === "true_edge_share" && stage !== "edge-inpaint") return `Not used: the ${model} paints along ${EDGES_OF[stage] ?? "no edges"}.`;
  if (AUTO.includes(key) && stage !== "auto") return `Not used: only "Automatic" goes through phases, and this is the ${model}.`;
  if (key === "efficientnet_weights" && values.edge_generator !== "effunet") return "Not used: only EffU-Net has an EfficientNet in it.";
  const judgesEdges = trainsEdges && (values.edge_adv_loss_weight || values.fm_loss_weight);
  const judgesPictures = stage !== "edge" && values.inpaint_adv_loss_weight;
  if (DISCRIMINATOR.includes(key) && !judgesEdges && !judgesPictures) {
    return "Not used: with adversarial weights of 0 there is no discriminator.";
  }
  if (key === "inpaint_adv_crop" && !judgesPictures) return "Not used: with an adversarial weight of 0 there is no discriminator.";
  if (key === "edge_device") return unusedEdgeDevice(values);
  return unusedLoss(key, values) || unusedFolder(key, values) || unusedRate(key, values);
}

/** @param {Values} values @returns {string} */
function unusedEdgeDevice({ device, edge, sigma }) {
  if (edge !== "canny") return "Not used: only Canny edges are computed on a GPU.";
  if (sigma !== 0) return "Not used: without a random sigma, edges are computed once and kept.";
  return device === "cpu" ? "Not used: the training runs on the CPU." : "";
}

/** @param {string} key @param {Values} values @returns {string} */
function unusedLoss(key, values) {
  const off = values.perceptual_weights === "off";
  if ((key === "content_loss_weight" || key === "style_loss_weight") && off) return "Not used: VGG19 weights are off.";
  if (key === "hrf_weights" && !values.hrf_loss_weight) return "Not used: the weight of that loss is 0.";
  const silent = !values.content_loss_weight && !values.style_loss_weight;
  if ((key === "perceptual_weights" || PERCEPTUAL.includes(key)) && silent) return "Not used: the perceptual and style weights are 0.";
  return PERCEPTUAL.includes(key) && off ? "Not used: VGG19 weights are off." : "";
}

/** @param {string} key @param {Values} values @returns {string} */
function unusedFolder(key, values) {
  if (key === "val_edge_data" && values.edge !== "external") return "Not used: edges are detected, not read from files.";
  if (key === "val_edge_data" && !values.val_data) return "Not used: without a validation folder, the folder of edges holds them too.";
  return key === "cache_dir" && !values.cache_gib ? "Not used: the cache is switched off." : "";
}

/** @param {string} key @param {Values} values @returns {string} */
function unusedRate(key, values) {
  const drops = key === "lr_drop_step" || key === "lr_drop_factor";
  return drops && values.lr_schedule !== "drop" ? "Not used: the learning rate does not drop at a step." : "";
}
