#!/usr/bin/env bash
# What a session with a GPU runs, once: the CUDA tests, the speed beside the plain loop with every part switched off in
# turn, the share of the card's matrix rate, and bfloat16's scores beside float32's. Some 25 minutes on an H100.
#
#     benchmarks/cuda_session.sh PICTURES [REPORTS]
#
# Goals: at least 3 times the plain loop at equal batch, aiming at 4; 40 % of the bf16 matrix rate; data_wait below 5 %.
set -euo pipefail
pictures=$(realpath "$1")
reports=$(realpath "${2:-$(dirname "$0")/results}")
cd "$(dirname "$0")/.."
python=${PYTHON:-python}
mkdir -p "$reports"
nvidia-smi || true

"$python" -m pytest -q tests/training/test_cuda.py tests/training/test_acceleration.py

common=(--device cuda --size 256 --batch 8 --workers 8 --steps 20 --rounds 5)
"$python" benchmarks/training.py "${common[@]}" --report "$reports/training-cuda.json"
"$python" benchmarks/training.py "${common[@]}" --batch 32 --only "our loop" --report "$reports/training-cuda-batch-32.json"
"$python" benchmarks/training.py "${common[@]}" --stages edge --generator mec --only "our loop" \
  --report "$reports/training-cuda-mec.json"

"$python" benchmarks/precision.py --data "$pictures" --set device=cuda workers=8 input_size=128 width=32 \
  --report "$reports/precision-cuda.json"
