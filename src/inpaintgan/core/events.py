"""What a training tells the world: a tagged union, one JSON object a line, in a run's ``events.jsonl``.

The command line's progress bar, TensorBoard and the window are three readers of the same lines.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from pydantic_core import PydanticSerializationError, SchemaValidator, core_schema

_BLOCK_BYTES = 64 * 1024

SaveReason = Literal["interval", "requested", "stop", "finished", "best"]
End = Literal["max_iters", "max_seconds", "stopped"]


class _Event(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    seq: int = 0
    """Position in the run's history; rises over resumes."""
    time: float = 0.0
    """Seconds since the epoch."""
    step: int = 0
    stage: str = ""


class RunStarted(_Event):
    type: Literal["run_started"] = "run_started"
    device: str
    n_train: int
    n_val: int
    max_iters: int
    resumed: bool
    """True when an earlier process of this run left a checkpoint that this one continues from."""
    parameters: dict[str, int]
    """Trainable parameters by network."""
    perceptual: str
    """The networks that the losses look through, each with its weights' origin or as ``"VGG19 unavailable"``; or ``"off"``."""
    versions: dict[str, str]


class Preparing(_Event):
    """Pictures are decoded into the cache before the first step; only said when it takes seconds."""

    type: Literal["preparing"] = "preparing"
    done: int
    total: int
    """Pictures."""


class Step(_Event):
    type: Literal["step"] = "step"
    phase: str = ""
    """Which stage's steps are taken now, in the stage auto: edge, inpaint or joint; else empty."""
    learning_rate: float | None = None
    """Of the generators, at this step."""
    values: dict[str, float | None]
    """Means since the last step event: losses (unweighted), precision, recall, psnr. None was not finite."""
    images_per_s: float
    data_wait: float
    """Share of the time spent waiting for data, 0 to 1."""
    elapsed_s: float
    """Training time of the whole run, over resumes, pauses left out."""
    eta_s: float | None
    """Seconds to ``max_iters`` at the present pace, or to ``max_seconds`` if that comes first."""
    gpu_memory: tuple[float, float] | None = None
    """Gigabytes of the GPU in use, by all programs, and in all; None on a CPU."""
    gpu_utilisation: float | None = None
    """Share of the time in which the GPU computed lately, for all programs, 0 to 1; None where that is not known."""


class Validation(_Event):
    type: Literal["validation"] = "validation"
    values: dict[str, float | None]
    baselines: dict[str, dict[str, float | None]]
    best: bool


class Sample(_Event):
    type: Literal["sample"] = "sample"
    path: str
    """Relative to the run folder."""
    columns: list[str]


class CheckpointSaved(_Event):
    type: Literal["checkpoint"] = "checkpoint"
    path: str
    reason: SaveReason


class Warned(_Event):
    type: Literal["warning"] = "warning"
    code: str
    message: str


class Paused(_Event):
    type: Literal["paused"] = "paused"
    reason: str = ""


class Resumed(_Event):
    type: Literal["resumed"] = "resumed"


class RunFinished(_Event):
    type: Literal["run_finished"] = "run_finished"
    reason: End
    elapsed_s: float


class RunFailed(_Event):
    type: Literal["run_failed"] = "run_failed"
    code: str
    message: str
    hint: str = ""


Event = (
    RunStarted
    | Preparing
    | Step
    | Validation
    | Sample
    | CheckpointSaved
    | Warned
    | Paused
    | Resumed
    | RunFinished
    | RunFailed
)
_NUMBER = core_schema.float_schema(allow_inf_nan=False)
_NUMBER_OR_NONE = core_schema.nullable_schema(_NUMBER)
_READ = SchemaValidator(
    core_schema.typed_dict_schema(
        {
            "seq": core_schema.typed_dict_field(core_schema.int_schema(), required=True),
            "type": core_schema.typed_dict_field(core_schema.str_schema(), required=True),
            "time": core_schema.typed_dict_field(_NUMBER, required=True),
            "step": core_schema.typed_dict_field(core_schema.with_default_schema(core_schema.int_schema(), default=0)),
            "values": core_schema.typed_dict_field(core_schema.dict_schema(core_schema.str_schema(), _NUMBER_OR_NONE)),
            "elapsed_s": core_schema.typed_dict_field(_NUMBER),
            "learning_rate": core_schema.typed_dict_field(_NUMBER_OR_NONE),
        },
        total=False,
        extra_behavior="allow",
    )
)
"""What readers compute with, whoever wrote it; whole models, made into dicts again, take twice as long to read."""
_ADAPTER: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="type")])


def parse_event(line: str | bytes) -> Event:
    """Parse one line and check that it keeps the contract. Raises pydantic's ``ValidationError`` for anything else."""
    return _ADAPTER.validate_json(line)


def finite(values: dict[str, float]) -> dict[str, float | None]:
    """Replace NaN and infinities by None, which is what JSON can carry."""
    return {key: value if math.isfinite(value) else None for key, value in values.items()}


class EventLog:
    """Appends events to ``events.jsonl``, numbering on from what is already there."""

    def __init__(self, path: Path, on_event: Callable[[Event], None] | None = None) -> None:
        self._path = path
        self._on_event = on_event
        self._unwritten: list[bytes] = []
        self._seq = _repair_tail(path)

    def emit(self, event: Event) -> Event:
        """Stamp an event with ``seq`` and ``time``, append it and hand it to the listener.

        A full disk does not raise here: the line waits and goes out before the next one.
        """
        self._seq += 1
        stamped = event.model_copy(update={"seq": self._seq, "time": time.time()})
        self._unwritten.append(_line(stamped))
        with suppress(OSError):
            self.flush()
        if self._on_event:
            self._on_event(stamped)
        return stamped

    def flush(self) -> None:
        """Write the lines a full disk held back. Raises OSError while it is still full."""
        if not self._unwritten:
            return
        start = self._path.stat().st_size if self._path.exists() else 0
        try:
            with open(self._path, "ab") as file:
                file.write(b"".join(self._unwritten))
        except OSError:
            # Half a line would glue itself to the next one.
            if self._path.exists():
                os.truncate(self._path, start)
            raise
        self._unwritten.clear()


def _line(event: Event) -> bytes:
    try:
        return event.model_dump_json().encode() + b"\n"
    except PydanticSerializationError:  # it names a file whose name is not valid text
        said = json.dumps(event.model_dump(), ensure_ascii=False, separators=(",", ":"))
        return said.encode(errors="replace") + b"\n"


def _repair_tail(path: Path) -> int:
    """Cut a half-written last line, left by a kill, and return the last sequence number."""
    if not path.exists():
        return 0
    with open(path, "r+b") as file:
        pieces = _from_the_end(file)
        unfinished = len(next(pieces))
        last = next((event["seq"] for line in pieces if (event := parse(line))), 0)
        if unfinished:
            file.truncate(file.seek(0, 2) - unfinished)
    return last


def parse(line: bytes) -> dict[str, Any] | None:
    """Return the event in a line as a plain dict, or None when it holds none.

    What readers rely on is there, and numbers are numbers: ``seq``, ``type``, ``time`` and ``step``, and ``values`` where a type
    has them. What else the contract asks for may be missing, as in what older versions wrote.
    """
    try:
        event = _READ.validate_json(line)
    except ValueError:
        return None
    if event["type"] in ("step", "validation"):
        event.setdefault("values", {})
    return event


def read_events(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the events of a file as plain dicts; an unfinished last line is left out.

    One line is held at a time: a run of days has hundreds of megabytes.
    """
    try:
        with open(path, "rb") as file:
            for line in file:
                if line.endswith(b"\n") and (event := parse(line)):
                    yield event
    except FileNotFoundError:
        return


def newest(path: Path, kind: str = "", within: int | None = None) -> Iterator[dict[str, Any]]:
    """Yield the events of a file from the last to the first, reading no more of it than is asked for.

    Args:
        path: The file; one that cannot be read has no events.
        kind: Type of the events; empty is all of them.
        within: Bytes at the end that are looked through; None is the whole file.
    """
    # As `EventLog` writes it. To parse every line in order to find one validation would take a hundred times as long.
    mark = f'"type":"{kind}"'.encode() if kind else b""
    try:
        with open(path, "rb") as file:
            pieces = _from_the_end(file, within)
            next(pieces, None)  # not written to its end yet
            for line in pieces:
                if mark in line and (event := parse(line)):
                    yield event
    except OSError:
        return


def _from_the_end(file: BinaryIO, within: int | None = None) -> Iterator[bytes]:
    """Yield what stands between line ends, the last first: an unfinished line, mostly empty, then whole ones."""
    start = file.seek(0, 2)
    first = 0 if within is None else max(0, start - within)
    begun = b""
    while start > first:
        size = min(_BLOCK_BYTES, start - first)
        start -= size
        file.seek(start)
        begun, *whole = (file.read(size) + begun).split(b"\n")
        yield from reversed(whole)
    if not first:
        yield begun


class EventTail:
    """Follows ``events.jsonl`` as it grows; each `read` returns what is new since the last.

    Args:
        path: The file; it may not be there yet.
        after: Events up to this sequence number are left out.
        offset: Byte at which to begin, the start of a line; spares the reading of a long history.
    """

    def __init__(self, path: Path, after: int = 0, offset: int = 0) -> None:
        self._path = path
        self._after = after
        self._offset = offset

    def read(self) -> list[dict[str, Any]]:
        """Return new complete events, oldest first; an empty list when nothing has come or there is no file yet."""
        try:
            with open(self._path, "rb") as file:
                file.seek(self._offset)
                data = file.read()
        except OSError:  # not there yet, or on a drive that does not answer now
            return []
        complete = data[: data.rfind(b"\n") + 1]
        self._offset += len(complete)
        events = (parse(line) for line in complete.split(b"\n"))
        return [event for event in events if event and event["seq"] > self._after]
