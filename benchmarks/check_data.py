"""How long the check of a large folder takes: ``python benchmarks/check_data.py --files 100000``.

Writes that many small JPEG files, of which one in a hundred is a copy, one in a hundred nearly one, and one in a
thousand is broken; checks them, prints seconds and peak memory, and deletes them.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from inpaintgan.data.check import check_data


def write_files(folder: Path, count: int, side: int) -> None:
    """Write ``count`` JPEG files of drawn noise."""
    rng = np.random.default_rng(0)
    last = b""
    for index in range(count):
        if index % 1000 == 999:
            data = last[: len(last) // 2]
        elif index % 100 == 98:
            data = last
        elif index % 100 == 97:
            pixels = cv2.imdecode(np.frombuffer(last, np.uint8), cv2.IMREAD_COLOR)
            data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 40])[1].tobytes()
        else:
            blocks = rng.integers(0, 256, (8, 8, 3), dtype=np.uint8)
            picture = cv2.resize(blocks, (side, side), interpolation=cv2.INTER_CUBIC)
            data = last = cv2.imencode(".jpg", picture)[1].tobytes()
        (folder / f"{index:07d}.jpg").write_bytes(data)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--side", type=int, default=64, help="of the pictures, in px")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        write_files(Path(name), arguments.files, arguments.side)
        wall, cpu = time.perf_counter(), time.process_time()
        report = check_data(Path(name))
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{arguments.files} files of {arguments.side} px: {wall:.1f} s, {cpu:.1f} s of CPU time, {peak:.0f} MB at most"
    )
    print(f"copies {report.n_duplicates}, nearly the same {report.n_near_duplicates}, unreadable {report.n_unreadable}")


if __name__ == "__main__":
    main()
