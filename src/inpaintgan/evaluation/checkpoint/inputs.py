"""What `evaluate` is asked to score, looked at before torch is imported: a wrong name is refused at once."""

from __future__ import annotations

import argparse

from ...core.errors import InpaintError
from ...core.outputs import make_folder, make_way
from ...imaging.folder import find_pictures
from ..cases import paired_by_name
from ..mask_sets import MaskSet, mask_sets


def open_sets(arguments: argparse.Namespace) -> list[MaskSet]:
    """Return the sets of holes that a command line names, with the places made that it writes to.

    Raises:
        InpaintError: Pictures or masks are missing, or a place cannot be written to.
    """
    for file, suffix in ((arguments.report, ".json"), (arguments.html, ".html")):
        if file:
            make_way(file, suffix)
    data = arguments.data.resolve()
    for folder in filter(None, (arguments.save_inputs, arguments.save_fills)):
        if data in (folder.resolve(), *folder.resolve().parents):
            said = f"{folder} is inside {arguments.data}: what is written there would be scored the next time."
            raise InpaintError("output-inside", said, "Choose another place.")
        make_folder(folder)
    find_pictures(arguments.data)
    return [paired_by_name(one, arguments.data, limit=arguments.limit) for one in mask_sets(arguments.masks)]
