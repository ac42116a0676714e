#!/usr/bin/env bash
# How checkpoints/faces-lite and checkpoints/faces are trained: hours on two CPU cores, best with bfloat16.
#
#     benchmarks/train_faces.sh FACES HELD_OUT VGG19 SQUEEZENET RUNS
#
# FACES and HELD_OUT are folders of aligned faces, VGG19 and SQUEEZENET weights files or "auto", RUNS a folder for the trainings.
# Each can be stopped and goes on with `main.py train --run DIR --resume`. What led to the shipped weights took about as many
# steps, with detours, see results/recipe.md: the first networks had no skips and no detail blocks yet. Those of faces-lite took
# 400 steps of 8 with row 42's losses, the first 602 of the training outlines, sharp, softer and the one of their name. Those of faces:
# wide-near-truth was stopped at step 2,092, when scores no longer rose; its edges are the best ones, of step 750. The first four
# trainings have not been run as a whole.
set -euo pipefail
faces=$1 held_out=$2 vgg19=$3 squeezenet=$4 runs=$5
cd "$(dirname "$0")/.."
python=${PYTHON:-python}

train() {
  local run=$1
  shift
  "$python" main.py train --data "$faces" --run "$runs/$run" --set "val_data=$held_out" threads=1 workers=1 \
    edge_generator=edgeconnect stem=unshuffle4 input_size=256 subject=face mask=irregular batch_size=8 beta1=0.9 beta2=0.99 \
    ema_decay=0.998 precision=auto edge_adv_loss_weight=0 fm_loss_weight=0 edge_bce_loss_weight=50 style_loss_weight=0 \
    inpaint_adv_loss_weight=0 perceptual_crop=128 eval_interval=250 save_interval=250 val_size=48 "$@"
}

# Cross entropy alone: no discriminator leads away from it, and none has to be paid for.
train edges stage=edge width=32 lr=1e-3 lr_warmup_steps=100 lr_schedule=cosine max_iters=13000
# Along true edges first: the easiest way to learn what lies beside a line.
train true-edges stage=inpaint width=32 init_from="$runs/edges" lr=1e-3 lr_warmup_steps=100 lr_schedule=cosine \
  l1_loss_weight=0 l2_loss_weight=10 content_loss_weight=0 perceptual_weights=off max_iters=1500
train predicted-edges stage=edge-inpaint width=32 init_from="$runs/true-edges" true_edge_share=0.3 lr=9e-4 \
  lr_warmup_steps=50 l1_loss_weight=0.5 l2_loss_weight=10 content_loss_weight=0 perceptual_weights=off max_iters=11000
# VGG19 costs as much as everything else: at the end only.
train near-truth stage=edge-inpaint width=32 init_from="$runs/predicted-edges" true_edge_share=0.3 lr=8e-4 \
  lr_warmup_steps=30 lr_schedule=cosine batch_size=16 processes=2 l1_loss_weight=1 l2_loss_weight=5 content_loss_weight=1 \
  perceptual_weights="$vgg19" max_iters=2400
# Blurred eyes are nearest to the truth, by nearly every score. A loss of high receptive field and a discriminator of the hole
# give mouths their teeth, and what lies before a background its outline; the style loss gives eyes lids and pupils.
sharp=(stage=edge-inpaint width=32 processes=2 augment_zoom=1.5 true_edge_share=0.3 lr_schedule=cosine lr_warmup_steps=50
  beta1=0.5 d2g_lr=1 ema_decay=0.995 l1_loss_weight=1 l2_loss_weight=5 hrf_weights="$squeezenet" inpaint_adv_loss_weight=0.2
  inpaint_adv_crop=128)
train outlines init_from="$runs/near-truth" "${sharp[@]}" lr=4e-4 batch_size=16 hrf_loss_weight=2.5 content_loss_weight=0 \
  perceptual_weights=off max_iters=1000
train sharp init_from="$runs/outlines" "${sharp[@]}" lr=3e-4 hrf_loss_weight=1.5 content_loss_weight=1 \
  style_loss_weight=30 perceptual_weights="$vgg19" max_iters=330
# Half of that, for longer: as sharp, and nearer to the truth. max_iters was 8,000 up to step 500, then 4,500, and at step 1,500
# first 3,300, then 2,400, from where it was resumed with 7,400; at step 5,131 that became 6,400.
softer=(content_loss_weight=1.5 style_loss_weight=14 perceptual_interval=2 hrf_loss_weight=0.7 inpaint_adv_loss_weight=0.08)
train softer init_from="$runs/sharp" "${sharp[@]}" "${softer[@]}" lr=4e-4 perceptual_weights="$vgg19" max_iters=6400
# Both networks at once: the edges learn what the paint needs of them. max_iters was 1,200, from where it was resumed with 2,200,
# at step 1,445 that became 1,800, at 1,614 4,500 and at 2,554 4,000. Becomes checkpoints/faces-lite.
train faces-lite init_from="$runs/softer" "${sharp[@]}" "${softer[@]}" stage=joint edge_bce_loss_weight=1 lr=4e-4 \
  perceptual_weights="$vgg19" max_iters=4000

# Twice as wide, from before those, and with faces of other sizes.
wide=(width=64 processes=2 augment_zoom=1.5 lr_schedule=cosine lr_warmup_steps=50)
train wide-edges stage=edge init_from="$runs/near-truth" "${wide[@]}" lr=5e-4 max_iters=1000
train wide-near-truth stage=edge-inpaint init_from="$runs/near-truth" edges_from="$runs/wide-edges" "${wide[@]}" \
  true_edge_share=0.3 lr=4e-4 l1_loss_weight=1 l2_loss_weight=5 content_loss_weight=1 perceptual_weights="$vgg19" \
  max_iters=2800
train wide-sharp stage=edge-inpaint init_from="$runs/wide-near-truth" "${wide[@]}" true_edge_share=0.3 lr=3e-4 \
  lr_warmup_steps=30 ema_decay=0.99 l1_loss_weight=1 l2_loss_weight=5 content_loss_weight=1 perceptual_weights="$vgg19" \
  style_loss_weight=10 max_iters=700
# Half-way between the two: a quarter of what sharpness costs, and most of it.
"$python" main.py release --run "$runs/wide-sharp/checkpoints/step-000000700" --name wide-half --output "$runs" \
  --blend "$runs/wide-near-truth" --share 0.5
# The losses that sharpened faces-lite, at about half their weights, for four times as many steps; VGG19's every other step.
# max_iters was 4,500 up to step 2,148, 3,300 up to 2,499 and 3,000 up to 2,810, from where it was resumed with more.
train wide-crisp stage=edge-inpaint init_from="$runs/wide-half" "${wide[@]}" true_edge_share=0.3 lr=4e-4 beta1=0.5 d2g_lr=1 \
  ema_decay=0.995 l1_loss_weight=1 l2_loss_weight=5 content_loss_weight=1.5 style_loss_weight=14 perceptual_interval=2 \
  perceptual_weights="$vgg19" hrf_loss_weight=0.7 hrf_weights="$squeezenet" inpaint_adv_loss_weight=0.08 inpaint_adv_crop=128 \
  max_iters=7000
# A seventh of the way back, which is nearer to the truth and hardly softer.
"$python" main.py release --run "$runs/wide-crisp" --name wide-mixed --output "$runs" --blend "$runs/wide-half" --share 0.15
# Both networks at once, as for faces-lite. max_iters was 4,000 up to step 347 and 2,000 up to 928.
train wide-joint stage=joint init_from="$runs/wide-mixed" "${wide[@]}" "${softer[@]}" edge_bce_loss_weight=1 \
  true_edge_share=0.3 lr=4e-4 beta1=0.5 d2g_lr=1 ema_decay=0.995 l1_loss_weight=1 l2_loss_weight=5 \
  perceptual_weights="$vgg19" hrf_weights="$squeezenet" inpaint_adv_crop=128 max_iters=1600
# A third of the paint's way back. Becomes checkpoints/faces.
"$python" main.py release --run "$runs/wide-joint/checkpoints/step-000001600" --name faces --output "$runs" \
  --blend "$runs/wide-mixed" --share 0.35
