// Names of settings, choices, states and measured values as the pages show them. Pure.

import { count, plain } from "./format.js";

/** Titles of settings where the name alone, made readable, would not do. @type {Record<string, string>} */
const SETTINGS = {
  stage: "Model to train",
  edge_generator: "Edge generator",
  mask: "Masking image",
  edge: "Edge Detector",
  edge_data: "Folder of edges",
  val_edge_data: "Validation edges",
  edge_nms: "Thinned by Canny (NMS)",
  sigma: "Sigma",
  true_edge_share: "Share of true edges",
  block_ratio: "Block size",
  mask_data: "Folder of masks",
  efficientnet_weights: "EfficientNet weights",
  init_from: "Start from",
  edges_from: "Edge generator from",
  data: "Dataset folder path",
  val_data: "Validation folder",
  val_size: "Validation pictures",
  cache_gib: "Disk cache",
  cache_dir: "Folder of the disk cache",
  edge_device: "Edges are computed on",
  input_size: "Input size",
  augment_flip: "Mirror pictures",
  augment_zoom: "Zoom pictures up to",
  subject: "Pictures show",
  workers: "Loader processes",
  lr: "Learning Rate",
  d2g_lr: "Discriminator rate factor",
  beta1: "Adam beta 1",
  beta2: "Adam beta 2",
  lr_schedule: "Rate schedule",
  lr_warmup_steps: "Warm-up",
  lr_drop_step: "Step of the drop",
  lr_drop_factor: "Factor of the drop",
  rollback_lr_factor: "Factor after a breakdown",
  auto_patience: "Patience of the automatic stage",
  auto_max_steps: "Longest phase of the automatic stage",
  auto_anneal_steps: "Steps from true to predicted edges",
  accumulation_steps: "Batches in a step",
  batch_size: "Batch size",
  max_iters: "Iterations",
  max_seconds: "Time limit",
  ema_decay: "Average of weights",
  gan_loss: "GAN loss",
  edge_adv_loss_weight: "Edge adversarial weight",
  fm_loss_weight: "Feature matching weight",
  edge_bce_loss_weight: "Edge cross entropy weight",
  svr_loss_weight: "Spatial variant weight",
  l1_loss_weight: "L1 weight",
  l2_loss_weight: "Squared error weight",
  content_loss_weight: "Perceptual weight",
  style_loss_weight: "Style weight",
  inpaint_adv_loss_weight: "Adversarial weight",
  inpaint_adv_crop: "Adversarial crop",
  hrf_loss_weight: "High receptive field weight",
  hrf_weights: "SqueezeNet weights",
  perceptual_weights: "VGG19 weights",
  perceptual_interval: "Perceptual interval",
  imagenet_normalization: "ImageNet normalisation",
  tensorboard: "TensorBoard",
  processes: "Training processes",
  threads: "CPU threads",
  keep_checkpoints: "Checkpoints kept",
  eval_interval: "Validation interval",
};

/** Titles of what a setting offers. @type {Record<string, Record<string, string>>} */
export const CHOICES = {
  stage: {
    edge: "Edge Model", inpaint: "Inpaint Model", "edge-inpaint": "Edge-Inpaint Model", joint: "Joint Model",
    auto: "Automatic",
  },
  edge_generator: {
    mec: "MEC (multi-scale edge completion)", "mec-shared": "MEC with shared blocks", edgeconnect: "EdgeConnect",
    egc: "EGC (enhanced gated convolution)", effunet: "EffU-Net (EfficientNet-B0)", multistep: "Multistep",
  },
  mask: {
    "random-block": "Random block", half: "Half", irregular: "Irregular strokes", mixed: "Mixed", external: "External",
    "external-block": "External and random block", "external-block-half": "External, random block and half",
  },
  edge: {
    canny: "Canny", sobel: "Sobel", log: "Laplacian of Gaussian", "multi-scale": "Multi-scale",
    external: "External",
  },
  stem: { conv: "Convolution (paper)", unshuffle: "Unshuffle (fast)", unshuffle4: "Unshuffle 4x4 (fastest)" },
  subject: { any: "Anything", face: "One face each" },
  lr_schedule: { constant: "Constant", cosine: "Cosine", drop: "One drop (EdgeConnect)" },
  gan_loss: { nsgan: "Non-saturating (nsgan)", lsgan: "Least squares (lsgan)", hinge: "Hinge" },
  edge_device: { cpu: "CPU", gpu: "GPU" },
  compile: { auto: "Automatic", on: "On", off: "Off" },
  device: { auto: "Automatic", cpu: "CPU", cuda: "GPU (CUDA)" },
  precision: { auto: "Automatic", float32: "32-bit float", bfloat16: "bfloat16" },
};

/** What a choice means, shown below its control. @type {Record<string, Record<string, string>>} */
export const EXPLAINED = {
  stage: {
    edge: "Learns to complete the edge lines inside a hole. Train this one first.",
    inpaint: "Learns to paint colour along the true edges of each picture.",
    "edge-inpaint": "Learns to paint along edges that a trained edge generator predicts.",
    joint: "Trains the edge and the inpaint model together, in one run.",
    auto: "Trains the edge model, then the inpaint model, then both, and moves on when scores stop improving.",
  },
  edge_generator: {
    mec: "The paper's: looks at the picture at three scales and merges them, from coarse to fine. The largest at the paper's width.",
    "mec-shared": "MEC with one set of blocks for all scales: half the weights, more than twice the work.",
    edgeconnect: "The network that the paper starts from: one scale, simple and proven.",
    egc: "Learns at each layer how far to trust what it sees, so that the hole does not smear into its surroundings.",
    effunet: "A U-Net around EfficientNet-B0, a small network for recognising pictures: by far the least work. Has no unshuffle stem.",
    multistep: "Closes the hole in four passes, the easiest part first, with an eye on texture. Four times the work.",
  },
  mask: {
    "random-block": "A square at a random place.",
    half: "The left or the right half of the picture.",
    irregular: "Brush strokes of varying width, drawn afresh each time.",
    mixed: "Strokes, blocks and halves, in the ratio 6 to 3 to 1.",
    external: "Mask pictures from your own folder; white is the hole.",
    "external-block": "Your masks, and random blocks, half each.",
    "external-block-half": "Your masks, random blocks and halves, a third each.",
  },
  edge: {
    canny: "Thin lines, followed where they weaken: the papers' detector.",
    sobel: "Thin lines where brightness changes most. Weak parts of a line are left out.",
    log: "Zero crossings of the Laplacian of Gaussian: fine and closed lines, more of them in texture.",
    "multi-scale": "Contours that hold at three sizes, merged by weight. Texture is mostly left out.",
    external: "Edge pictures from your own folder, named like their pictures; white is an edge.",
  },
};

/** @type {Record<string, string>} */
const STATES = {
  starting: "Starting", running: "Training", paused: "Paused", finished: "Finished", stopped: "Stopped", failed: "Failed",
  interrupted: "Interrupted", queued: "Waiting", unstarted: "Not started",
};

/** What the stage auto does in each of its phases. @type {Record<string, string>} */
const PHASES = {
  edge: "(edge model)", inpaint: "(inpaint model)", joint: "(both models together)",
};

/** @type {Record<string, string>} */
const VALUES = {
  edge_generator_loss: "Edge generator", edge_discriminator_loss: "Edge discriminator", edge_adversarial_loss: "Adversarial (edge)",
  feature_matching_loss: "Feature matching", edge_bce_loss: "Edge cross entropy",
  svr_loss: "Spatial variant", precision: "Precision", recall: "Recall",
  inpaint_generator_loss: "Inpaint generator", inpaint_discriminator_loss: "Inpaint discriminator",
  inpaint_adversarial_loss: "Adversarial (inpaint)", l1_loss: "L1 loss", l2_loss: "Squared error", perceptual_loss: "Perceptual", style_loss: "Style",
  hrf_loss: "High receptive field", hrf: "Perceptual distance",
  psnr: "PSNR", psnr_hole: "PSNR in the hole", ssim: "SSIM", ssim_hole: "SSIM in the hole", l1: "L1, full picture",
};

/** @param {string} key @returns {string} */
const readable = (key) => {
  const words = key.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/**
 * A refusal may begin with the setting it is about.
 * @param {string} words "lr: must be above 0"
 * @returns {{key: string, text: string}} key is empty where none is named
 */
export function splitRefusal(words) {
  const [, key = "", text = words] = /^([a-z][a-z0-9_]*): (.*)$/s.exec(words) ?? [];
  return { key, text };
}

/** The same with the setting's title, by which people know it. @param {string} words @returns {string} */
export function titled(words) {
  const { key, text } = splitRefusal(words);
  return key in SETTINGS ? `${SETTINGS[key]}: ${text}` : words;
}

/** @param {string} key a setting's name @returns {string} */
export const settingTitle = (key) => SETTINGS[key] ?? readable(key);

/**
 * Sentences that name settings as files do, with the titles that the window gives them.
 * @param {string} words "ends even before max_iters"
 * @param {(key: string) => boolean} [isSetting] those with a title of their own when left out
 * @returns {string} "ends even before “Iterations”"
 */
export const inTitles = (words, isSetting = (key) => key in SETTINGS) => words.replace(/\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b(?!\.[a-z])/g, (key) => (isSetting(key) ? `“${settingTitle(key)}”` : key));

/** @param {string} key @param {string} value @returns {string} */
export const choiceTitle = (key, value) => CHOICES[key]?.[value] ?? value;

/** The same without what stands in brackets. @param {string} key @param {string} value @returns {string} */
export const shortTitle = (key, value) => choiceTitle(key, value).replace(/ \(.*/, "");

/** @param {string} state @returns {string} */
export const stateTitle = (state) => STATES[state] ?? readable(state);

/** @param {string} stage @returns {string} */
export const stageTitle = (stage) => choiceTitle("stage", stage);

/** @param {string | undefined} phase of the stage auto @returns {string} */
export const phaseText = (phase) => PHASES[phase ?? ""] ?? "";

/** @param {string} key name of a loss or metric @returns {string} */
export const valueTitle = (key) => VALUES[key] ?? readable(key.replace(/_loss$/, ""));

/** @param {string} name a baseline's name @returns {string} */
export const baselineTitle = (name) => ({ telea: "OpenCV Telea", "navier-stokes": "Navier-Stokes" })[name] ?? readable(name);

/**
 * A setting's value as text: "on", "Random block", "0.0001".
 * @param {string} key
 * @param {unknown} value
 * @returns {string}
 */
export function valueText(key, value) {
  if (typeof value === "boolean") return value ? "on" : "off";
  if (typeof value === "number") return Number.isInteger(value) && Math.abs(value) >= 1000 ? count(value) : plain(value);
  return value === "" || value === null || value === undefined ? "empty" : choiceTitle(key, String(value));
}
