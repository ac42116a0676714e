"""Starts InpaintGAN: ``python main.py`` opens the window, ``python main.py --help`` lists the commands."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "src"))

from inpaintgan.cli import main

if __name__ == "__main__":  # data loader workers import this file again
    sys.exit(main())
