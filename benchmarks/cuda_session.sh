#!/usr/bin/env bash
# What a session with a GPU runs, part by part, the most telling first; each part leaves its own report.
#
#     benchmarks/cuda_session.sh PICTURES REPORTS [PART...]      PARTS: tests inpaint edge parts batch-32 mec precision
#
# On one H200 with 16 cores the machine itself was slow: a process was ready to train after 20 to 80 seconds, and compiled for
# another minute; side by side, with a thread for each core in every process, hardly any began. Hence few at once, two threads
# each. A turn is much longer than the 16 batches that the loaders have ready at its start, or nobody would wait for data.
# The last part is twelve whole trainings.
#
# Goals: at least 3 times the plain loop at equal batch, aiming at 4; 40 % of the bf16 matrix rate; data_wait below 5 %.
set -euo pipefail
pictures=$(realpath "$1")
mkdir -p "$2"
reports=$(realpath "$2")
shift 2
[ $# -gt 0 ] || set -- tests inpaint edge parts batch-32 mec precision
cd "$(dirname "$0")/.."
python=${PYTHON:-python}
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-2} PYTHONUNBUFFERED=1

pace() {
  local report=$1
  shift
  "$python" benchmarks/training.py --device cuda --size 256 --workers 4 --steps 60 --report "$reports/$report.json" "$@"
}

for part in "$@"; do
  echo "== $part"
  case $part in
    tests) "$python" -m pytest -q tests/training/test_cuda.py tests/training/test_acceleration.py ;;
    inpaint) pace training-cuda --batch 8 --stages inpaint --only "our loop" ;;
    edge) pace training-cuda --batch 8 --stages edge --only "our loop" ;;
    parts) pace training-cuda-parts --batch 8 --stages inpaint --only without ;;
    batch-32) pace training-cuda-batch-32 --batch 32 --rounds 3 --only "our loop" ;;
    mec) pace training-cuda-mec --batch 8 --stages edge --generator mec --only "our loop" ;;
    precision)
      "$python" benchmarks/precision.py --data "$pictures" --set device=cuda workers=8 input_size=128 width=32 \
        --report "$reports/precision-cuda.json"
      ;;
    *) echo "unknown part: $part" >&2 && exit 2 ;;
  esac
done
