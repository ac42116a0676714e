"""The program, whose window ends sooner after its last page has gone, so that a test need not wait for long."""

from __future__ import annotations

import sys
from functools import partial

from inpaintgan.cli import main
from inpaintgan.gui import app
from inpaintgan.gui.closing import ClosePolicy

if __name__ == "__main__":
    app.ClosePolicy = partial(ClosePolicy, grace_s=0.5)  # type: ignore[misc]
    sys.exit(main())
