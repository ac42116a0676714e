"""Charts as SVG for a report's page: drawn here, so that they show without scripts; coloured by its style sheet."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from markupsafe import Markup

from .columns import Column

N_COLOURS = 8
"""Classes ``c0`` to ``c7`` of the style sheet."""

_WIDTH, _HEIGHT = 560.0, 270.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 52.0, 14.0, 12.0, 30.0
_ROW_PX = 26.0
_LABEL_PX = 190.0


@dataclass(frozen=True)
class Line:
    """One curve: its name in the legend, its colour's number, and (x, y) points with rising x."""

    name: str
    colour: int
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Dot:
    """One row of a dot plot; colour None is for what was not trained."""

    name: str
    colour: int | None
    value: float
    ends: tuple[float, float] | None
    """Of its bar: an interval, or a spread to both sides."""


def line_chart(title: str, lines: Sequence[Line], x_label: str, lowest: float = math.inf) -> Markup:
    """Draw curves over a common axis, which begins at their lowest value or at ``lowest``.

    To those who do not see it the drawing is its title and where each curve ends. Each curve carries its name, and the drawing
    the scale of its axes, so that a script can show values under a pointer.
    """
    points = [point for line in lines for point in line.points]
    x_ticks = _ticks(0, max(x for x, _ in points))
    y_ticks = _ticks(min(lowest, *(y for _, y in points)), max(y for _, y in points))
    x = _scale(0, max(max(x for x, _ in points), x_ticks[-1] * 1e-9), _LEFT, _WIDTH - _RIGHT)
    y = _scale(y_ticks[0], y_ticks[-1], _HEIGHT - _BOTTOM, _TOP)
    said = ", ".join(f"{line.name} {line.points[-1][1]:.3g}" for line in lines)
    label = escape(f"{title}; at the end: {said}")
    parts = [
        f'<svg class="chart" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" role="img" aria-label="{label}" data-left="{_LEFT:g}" '
        f'data-right="{_WIDTH - _RIGHT:g}" data-top="{_TOP:g}" data-bottom="{_HEIGHT - _BOTTOM:g}" '
        f'data-x1="{max(px for px, _ in points):g}" data-y0="{y_ticks[0]:g}" data-y1="{y_ticks[-1]:g}">'
    ]
    for tick in y_ticks:
        parts.append(
            f'<line class="grid" x1="{_LEFT:g}" x2="{_WIDTH - _RIGHT:g}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>'
        )
        parts.append(f'<text class="tick end" x="{_LEFT - 8:g}" y="{y(tick) + 4:.1f}">{_number(tick)}</text>')
    for tick in x_ticks:
        if x(tick) <= _WIDTH - _RIGHT + 1:
            parts.append(f'<text class="tick middle" x="{x(tick):.1f}" y="{_HEIGHT - 10:g}">{_number(tick)}</text>')
    parts.append(f'<text class="tick end axis" x="{_LEFT - 8:g}" y="{_HEIGHT - 10:g}">{escape(x_label)}</text>')
    for line in lines:
        path = " ".join(f"{x(px):.2f},{y(py):.2f}" for px, py in line.points)
        shape = f'<polyline points="{path}"/>'
        if len(line.points) == 1:
            px, py = line.points[0]
            shape = f'<circle cx="{x(px):.2f}" cy="{y(py):.2f}" r="3"/>'
        parts.append(f'<g class="line c{line.colour % N_COLOURS}" data-name="{escape(line.name)}">{shape}</g>')
    return Markup("".join([*parts, '<line class="cursor" hidden="hidden"/>', "</svg>"]))


def dot_plot(column: Column, dots: Iterable[Dot]) -> Markup:
    """Draw one score of each method on a common axis, the best on top, with its interval as a bar where there is one."""
    dots = sorted(dots, key=lambda dot: -column.better * dot.value)
    reach = [end for dot in dots for end in (dot.value, *(dot.ends or ()))]
    ticks = _ticks(min(reach), max(reach), 5)
    height = _ROW_PX * len(dots) + _BOTTOM
    x = _scale(ticks[0], ticks[-1], _LABEL_PX, _WIDTH - 70)
    said = ", ".join(f"{dot.name} {dot.value:.{column.digits}f}" for dot in dots)
    label = escape(f"{column.title}{column.unit and f' in {column.unit}'}: {said}")
    parts = [f'<svg class="chart" viewBox="0 0 {_WIDTH:g} {height:g}" role="img" aria-label="{label}">']
    for tick in ticks:
        parts.append(f'<line class="grid" x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="0" y2="{height - _BOTTOM:g}"/>')
        parts.append(f'<text class="tick middle" x="{x(tick):.1f}" y="{height - 10:g}">{_number(tick)}</text>')
    parts.append(f'<text class="tick end" x="{_WIDTH:g}" y="{height - 10:g}">{escape(column.unit)}</text>')
    for index, dot in enumerate(dots):
        middle = _ROW_PX * (index + 0.5)
        colour = "plain" if dot.colour is None else f"c{dot.colour % N_COLOURS}"
        parts.append(f'<g class="dot {colour}">')
        parts.append(f'<text class="name end" x="{_LABEL_PX - 14:g}" y="{middle + 4:.1f}">{escape(dot.name)}</text>')
        if dot.ends:
            ends = (x(dot.ends[0]), x(dot.ends[1]))
            parts.append(
                f'<line class="spread" x1="{ends[0]:.1f}" x2="{ends[1]:.1f}" y1="{middle:.1f}" y2="{middle:.1f}"/>'
            )
        parts.append(f'<circle cx="{x(dot.value):.1f}" cy="{middle:.1f}" r="5"/>')
        parts.append(
            f'<text class="value end" x="{_WIDTH:g}" y="{middle + 4:.1f}">{dot.value:.{column.digits}f}</text></g>'
        )
    return Markup("".join([*parts, "</svg>"]))


def _scale(low: float, high: float, start: float, end: float):
    span = high - low or 1.0
    return lambda value: start + (value - low) / span * (end - start)


def _ticks(low: float, high: float, wanted: int = 4) -> list[float]:
    """Round numbers that cover a range."""
    if high - low < 1e-12:
        low, high = low - 0.5 * abs(low), high + 0.5 * abs(high) or 1.0
    raw = (high - low) / wanted
    power = 10 ** math.floor(math.log10(raw))
    step = next(nice * power for nice in (1, 2, 2.5, 5, 10) if nice * power >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [float(f"{index * step:.10g}") for index in range(first, last + 1)]


def _number(value: float) -> str:
    if abs(value) >= 1000:
        return f"{value / 1000:g}k" if abs(value) < 1e6 else f"{value / 1e6:g}M"
    return f"{value:g}"
