"""What lies behind the addresses under ``/api/``: plain functions of a query and the parts of a path."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..core.comparison import ComparisonDir
from ..core.errors import InpaintError
from ..core.paths import resource
from . import comparisons
from .answers import NOT_FOUND, Answer, answered, json_answer, whole_number
from .files import receive, served_file
from .pictures import LAYERS
from .runs import event_stream, find_run
from .session import Session

Read = Callable[[int], bytes]
Query = dict[str, str]


class Routes:
    """Handlers of the HTTP addresses.

    Args:
        session: This launch.
        offload: Runs a blocking function while other requests are served.
        sleep: Pauses a stream without blocking.
    """

    def __init__(
        self,
        session: Session,
        offload: Callable[..., Any],
        sleep: Callable[[float], None],
    ) -> None:
        self._session = session
        self._offload = offload
        self._sleep = sleep
        self._uploads = itertools.count(1)

    def put_picture(self, read: Read, length: int, query: Query) -> Answer:
        """``PUT /api/pictures?name=``: take a picture file and open it; with ``&map=1``, a file of a mask or of edges."""

        def take() -> dict[str, Any]:
            name, is_map = query.get("name", ""), bool(query.get("map"))
            with self._session.pictures.arriving(name, is_map=is_map) as picture:
                receive(read, length, picture.original)
            return self._offload(self._session.pictures.open, picture)

        return json_answer(answered(take))

    def put_layer(self, read: Read, length: int, query: Query, picture: str, layer: str) -> Answer:
        """``PUT /api/pictures/ID/mask`` and ``.../edges``: take a PNG that was drawn; with ``?empty=1``, one all of black."""
        if layer not in LAYERS:
            return NOT_FOUND

        def take() -> dict[str, Any]:
            pictures = self._session.pictures
            found = pictures.get(picture)
            file = found.folder / f"upload-{next(self._uploads)}"
            try:
                receive(read, length, file, layer)
                return pictures.store_layer(found, layer, file, is_empty=bool(query.get("empty")))
            finally:
                file.unlink(missing_ok=True)

        return json_answer(answered(take))

    def picture_file(self, query: Query, picture: str, file: str) -> Answer:
        """``GET /api/pictures/ID/FILE``: the display copy, layers, fills and saved files."""
        found = self._session.pictures.find(picture)
        # Ours are lower case; some disks know no difference, and would serve the original as a page.
        if found is None or file != file.lower():
            return NOT_FOUND
        name = found.saved_names.get(file, "")
        if file == found.original.name:
            name = found.name
        return served_file(found.folder, file, download_name=name)

    def example_file(self, query: Query, file: str) -> Answer:
        """``GET /api/examples/FILE``."""
        return served_file(resource("examples"), file)

    def preview_file(self, query: Query, preview: str, file: str) -> Answer:
        """``GET /api/previews/ID/FILE``: training data as the network will see it."""
        return served_file(self._session.previews, f"{preview}/{file}")

    def sample_file(self, query: Query, run: str, file: str) -> Answer:
        """``GET /api/runs/RUN/samples/FILE``."""
        try:
            folder = self._offload(find_run, self._session.supervisor.runs, run).samples
        except InpaintError:
            return NOT_FOUND
        return served_file(folder, file)

    def report_page(self, query: Query, name: str) -> Answer:
        """``GET /api/comparisons/NAME/report``: a comparison's report, in a sandbox."""
        return self._of_comparison(name, comparisons.report_page)

    def report_file(self, query: Query, name: str, file: str) -> Answer:
        """``GET /api/comparisons/NAME/files/FILE``: the report's numbers, as JSON or CSV."""
        return self._of_comparison(name, lambda found: comparisons.report_file(found, file))

    def _of_comparison(self, name: str, answer: Callable[[ComparisonDir], Answer]) -> Answer:
        try:
            return answer(comparisons.find_comparison(self._session.comparisons, name))
        except InpaintError:
            return NOT_FOUND

    def events(self, query: Query, run: str) -> Answer:
        """``GET /api/runs/RUN/events?after=SEQ``: server-sent events, sent until the page leaves."""
        try:
            path: Path = self._offload(find_run, self._session.supervisor.runs, run).events_file
        except InpaintError:
            return NOT_FOUND
        last = whole_number(query.get("last_event_id") or query.get("after", "0"))
        if last is None:
            return Answer(400, body=b"after: a whole number is needed.")
        return Answer(
            200,
            "text/event-stream",
            event_stream(path, last, self._offload, self._sleep),
            {"X-Accel-Buffering": "no"},
        )
