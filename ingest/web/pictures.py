"""Pictures of a corpus as inline SVG: numbers in, markup out; no script, no request, no font.

Each says in words what it shows (`<title>`, `<desc>`), so that a reader who cannot see it misses
no figure that matters. Colours are CSS variables with a fallback: where a style sheet defines
`--seedbed-articles` and its like the picture follows it, into the dark as well, and where there is
none it stands as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from markupsafe import Markup

from ingest.text import xml_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

__all__ = [
    "ARTICLES", "INK", "LINE", "Bar", "count_of", "fold_days", "rhythm", "sparkline",
    "stretch_of", "svg", "timeline", "weekly_shares",
]  # fmt: skip

ARTICLES = "var(--seedbed-articles, #276890)"
_COPIES = "var(--seedbed-copies, #d9822b)"
INK = "var(--seedbed-ink, #555e6b)"
LINE = "var(--seedbed-line, #c9d1d9)"
_WIDTH, _HEIGHT, _AXIS = 960, 120, 18
_NARROWEST = 144  # what the legend takes
_LABEL = 74  # as wide as a day below the axis
_MOST_BARS = 190  # so that a bar is some three pixels wide on a desk
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_HOURS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """What was published in one stretch of time."""

    first: date
    last: date  #: the stretch ends with it
    articles: int
    copies: int


def fold_days(days: Iterable[tuple[str, int, int]]) -> list[Bar]:
    """Days as bars, in order, those without anything among them; of a long time weeks or months.

    Args:
        days: (ISO date, articles, copies); what is no date is left out.
    """
    counted = _counted(days)
    if not counted:
        return []
    return _folded(counted, _step(counted)[1], min(counted), max(counted))


def stretch_of(days: Iterable[tuple[str, int, int]]) -> str:
    """What a bar of these days is: a day, week, month, year or century."""
    counted = _counted(days)
    return _step(counted)[0] if counted else "day"


def _counted(days: Iterable[tuple[str, int, int]]) -> dict[date, tuple[int, int]]:
    counted: dict[date, tuple[int, int]] = {}
    for text, articles, copies in days:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            continue
        before = counted.get(day, (0, 0))
        counted[day] = (before[0] + articles, before[1] + copies)
    return counted


def _step(counted: Collection[date]) -> tuple[str, Callable[[date], date]]:
    """The finest stretch that leaves few enough bars: its name, and the start of a day's."""
    first, last = min(counted), max(counted)
    steps: tuple[tuple[str, Callable[[date], date]], ...] = (
        ("day", _same), ("week", _monday), ("month", _month), ("year", _year)
    )  # fmt: skip
    fitting = (step for step in steps if _stretches(step[1], first, last) <= _MOST_BARS)
    return next(fitting, ("century", _century))


def _same(day: date) -> date:
    return day


def _monday(day: date) -> date:
    return date.fromordinal(max(1, day.toordinal() - day.weekday()))


def _month(day: date) -> date:
    return day.replace(day=1)


def _year(day: date) -> date:
    return day.replace(month=1, day=1)


def _century(day: date) -> date:
    return date(max(1, day.year // 100 * 100), 1, 1)


def _stretches(start_of: Callable[[date], date], first: date, last: date) -> float:
    """How many stretches there are from one day to another, about."""
    days = 1.0 if start_of is _same else 7.0 if start_of is _monday else 30.44
    return (last - first).days / (365.25 if start_of is _year else days) + 1


def _folded(
    counted: Mapping[date, tuple[int, int]],
    start_of: Callable[[date], date],
    first: date,
    last: date,
) -> list[Bar]:
    sums: dict[date, tuple[int, int]] = {}
    for day, (articles, copies) in counted.items():
        before = sums.get(start_of(day), (0, 0))
        sums[start_of(day)] = (before[0] + articles, before[1] + copies)
    bars, start = [], start_of(first)
    while True:
        following = _next(start, start_of)
        end = last if following is None or following > last else following - timedelta(days=1)
        articles, copies = sums.get(start, (0, 0))
        bars.append(Bar(first=max(start, first), last=end, articles=articles, copies=copies))
        if following is None or following > last:
            return bars
        start = following


def _next(start: date, start_of: Callable[[date], date]) -> date | None:
    """The start of the following stretch; None: time ends before."""
    try:
        if start_of is _same:
            return start + timedelta(days=1)
        if start_of is _monday:  # the first one may be short, at the beginning of time
            return _monday(start + timedelta(days=7))
        if start_of is _month:
            return (start + timedelta(days=31)).replace(day=1)
        return start.replace(
            year=start.year + 1 if start_of is _year else start.year // 100 * 100 + 100
        )
    except (OverflowError, ValueError):
        return None


def timeline(
    days: Iterable[tuple[str, int, int]],
    *,
    link: Callable[[Bar], str | None] = lambda _: None,
    name: str = "Articles and copies published",
    has_legend: bool = False,
) -> Markup:
    """Bars of articles and, on them, copies; empty where there is no day.

    Args:
        days: (ISO date, articles, copies), in any order; gaps stay gaps.
        link: address of what is behind a bar; None: it leads nowhere.
        name: what the picture is called where it is not seen, before `by day` or the like.
        has_legend: whether it says which colour is which.
    """
    days = list(days)
    bars = fold_days(days)
    if not bars:
        return Markup()
    name = f"{name}, by {stretch_of(days)}"
    highest = max(bar.articles + bar.copies for bar in bars) or 1
    step = min(_WIDTH / len(bars), 24.0)
    width = max(step * len(bars), _NARROWEST)
    drawn = Markup().join(
        _linked(_drawn(bar, place * step, step, highest), link(bar), _said(bar))
        for place, bar in enumerate(bars)
        if bar.articles or bar.copies
    )
    drawn += _axis(bars, step, width)
    if not has_legend:
        return svg("timeline", width, _HEIGHT + _AXIS, name, _summary(bars), drawn)
    drawn = _legend() + Markup('<g transform="translate(0 {})">{}</g>').format(_AXIS, drawn)
    return svg("timeline", width, _HEIGHT + 2 * _AXIS, name, _summary(bars), drawn)


def _legend() -> Markup:
    return (
        _rect(0, 2, 10, 10, "seedbed-articles", ARTICLES)
        + _text(14, 12, "articles")
        + _rect(76, 2, 10, 10, "seedbed-copies", _COPIES)
        + _text(90, 12, "copies")
    )


def _drawn(bar: Bar, left: float, step: float, highest: int) -> Markup:
    own, taken = (_HEIGHT * count / highest for count in (bar.articles, bar.copies))
    width = max(step - 1, step * 0.8)
    return _rect(left, _HEIGHT - own, width, own, "seedbed-articles", ARTICLES) + _rect(
        left, _HEIGHT - own - taken, width, taken, "seedbed-copies", _COPIES
    )


def _rect(left: float, top: float, width: float, height: float, kind: str, colour: str) -> Markup:
    if height <= 0:
        return Markup()
    return Markup(
        '<rect x="{:.2f}" y="{:.2f}" width="{:.2f}" height="{:.2f}" class="{}" fill="{}"/>'
    ).format(left, top, width, height, kind, colour)


def _linked(shape: Markup, address: str | None, said: str) -> Markup:
    titled = Markup("<g>{}<title>{}</title></g>").format(shape, xml_text(said))
    if not address:
        return titled
    return Markup('<a href="{}" tabindex="-1">{}</a>').format(xml_text(address), titled)


def _said(bar: Bar) -> str:
    when = f"{bar.first}" if bar.first == bar.last else f"{bar.first} to {bar.last}"
    return f"{when}: {count_of(bar.articles, 'article')}, {count_of(bar.copies, 'copy', 'copies')}"


def count_of(number: int, one: str, many: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _summary(bars: Sequence[Bar]) -> str:
    articles, copies = sum(bar.articles for bar in bars), sum(bar.copies for bar in bars)
    whole = Bar(first=bars[0].first, last=bars[-1].last, articles=articles, copies=copies)
    busiest = max(bars, key=lambda bar: bar.articles + bar.copies)
    return f"{_said(whole)}. Most in {_said(busiest)}."


def _axis(bars: Sequence[Bar], step: float, width: float) -> Markup:
    """The line below the bars, its first and last day, and the first of some months between."""
    right = step * len(bars)
    line = Markup(
        '<path d="M0 {0}.5H{1:.2f}" stroke="{2}" fill="none"/>'
    ).format(_HEIGHT, right, LINE)  # fmt: skip
    labels, free_from = [], 0.0
    for place, bar in enumerate(bars):
        left = place * step
        is_whole = free_from <= left <= width - _LABEL
        if is_whole and (place == 0 or bar.first.month != bars[place - 1].first.month):
            labels.append(_text(left, _HEIGHT + 14, str(bar.first)))
            free_from = left + 110
    return line + Markup().join(labels)


def _text(left: float, top: float, words: str, *, anchor: str = "start") -> Markup:
    return Markup(
        '<text x="{:.2f}" y="{:.2f}" font-size="12" text-anchor="{}" class="seedbed-ink" '
        'fill="{}">{}</text>'
    ).format(left, top, anchor, INK, xml_text(words))


def sparkline(counts: Sequence[int], *, name: str = "By day") -> Markup:
    """A line of small bars, as high as a line of text; negative counts are none."""
    if not counts:
        return Markup()
    highest = max(1, *counts)
    step, height = 6, 24
    drawn = Markup().join(
        _rect(place * step, height - height * one / highest, step - 1, height * one / highest,
              "seedbed-articles", ARTICLES)
        for place, one in enumerate(counts)
    )  # fmt: skip
    said = f"{', '.join(f'{one:,}' for one in counts)}"
    return svg("sparkline", step * len(counts), height, name, said, drawn)


def rhythm(counts: Mapping[tuple[int, int], int], *, name: str = "When it publishes") -> Markup:
    """A square for each hour of the week, the fuller the busier.

    Args:
        counts: by (weekday, hour), Monday 0, hour 0..23, UTC; what is outside is left out.
        name: what the picture is called where it is not seen.
    """
    inside = {(day, hour): counts.get((day, hour), 0) for day in range(7) for hour in range(_HOURS)}
    highest = max(1, *inside.values())
    size, left, top = 20, 40, 16
    squares = [
        _square(left + hour * size, top + day * size, size, count / highest,
                f"{_WEEKDAYS[day]} {hour:02}:00 UTC: {count:,}")
        for (day, hour), count in inside.items()
    ]  # fmt: skip
    days = [
        _text(left - 6, top + day * size + 14, _WEEKDAYS[day], anchor="end") for day in range(7)
    ]
    hours = [_text(left + hour * size, 11, f"{hour:02}") for hour in range(0, _HOURS, 3)]
    return svg(
        "rhythm", left + _HOURS * size, top + 7 * size, name, _busiest(inside),
        Markup().join([*squares, *days, *hours]),
    )  # fmt: skip


def _square(left: float, top: float, size: float, share: float, said: str) -> Markup:
    """A square that is filled as the share says, 0..1; an empty one is still to be seen."""
    opacity = 0 if share <= 0 else 0.15 + 0.85 * min(share, 1.0)
    return Markup(
        '<g><rect x="{:.2f}" y="{:.2f}" width="{:.2f}" height="{:.2f}" fill="{}" '
        'fill-opacity="{:.3f}" stroke="{}" class="seedbed-articles"/><title>{}</title></g>'
    ).format(left, top, size - 2, size - 2, ARTICLES, opacity, LINE, xml_text(said))


def _busiest(counts: Mapping[tuple[int, int], int]) -> str:
    total = sum(counts.values())
    if not total:
        return "Nothing with a time of day."
    (day, hour), most = max(counts.items(), key=lambda one: (one[1], (-one[0][0], -one[0][1])))
    return f"{total:,} in all, most on {_WEEKDAYS[day]} at {hour:02}:00 UTC: {most:,}."


def weekly_shares(
    weeks: Sequence[tuple[str, int, float | None, float | None]],
    *,
    name: str = "Texts found and estimated, by week",
) -> Markup:
    """A bar of what was found each week, and a line between the bounds of what there is.

    Args:
        weeks: (week, found, low, high) in order of time; low or high None: it cannot be told.
        name: what the picture is called where it is not seen.
    """
    if not weeks:
        return Markup()
    highest = max(1.0, *(max(found, high or 0) for _, found, _, high in weeks))
    step = min(_WIDTH / len(weeks), 36.0)
    parts = []
    for place, (week, found, low, high) in enumerate(weeks):
        left, height = place * step, _HEIGHT * found / highest
        said = f"{week}: {found:,} found"
        shape = _rect(left, _HEIGHT - height, max(step - 2, step * 0.7), height,
                      "seedbed-articles", ARTICLES)  # fmt: skip
        if low is not None and high is not None:
            said += f", of {low:,.0f} to {high:,.0f}"
            shape += _bounds(left + step / 2 - 1, low / highest, high / highest)
        parts.append(_linked(shape, None, said))
    ends = _text(0, _HEIGHT + 14, weeks[0][0])
    if len(weeks) > 1 and step * len(weeks) > 160:  # noqa: PLR2004  # room for two labels
        ends += _text(step * len(weeks), _HEIGHT + 14, weeks[-1][0], anchor="end")
    said = f"{len(weeks)} weeks, {sum(found for _, found, _, _ in weeks):,} texts found."
    return svg("weeks", _WIDTH, _HEIGHT + _AXIS, name, said, Markup().join(parts) + ends)


def _bounds(middle: float, low: float, high: float) -> Markup:
    """The upright line of an interval; both bounds as shares of the height, 0..1."""
    bottom, top = _HEIGHT * (1 - max(0.0, low)), _HEIGHT * (1 - min(1.0, max(0.0, high)))
    return Markup(
        '<path d="M{0:.2f} {1:.2f}V{2:.2f}M{3:.2f} {1:.2f}h6M{3:.2f} {2:.2f}h6" stroke="{4}" '
        'stroke-width="1.5" fill="none" class="seedbed-ink"/>'
    ).format(middle, bottom, top, middle - 3, INK)


def svg(kind: str, width: float, height: float, name: str, said: str, inside: Markup) -> Markup:
    role = "group" if "<a " in inside else "img"  # nobody may press what stands inside a picture
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="seedbed-picture seedbed-{}" role="{}" '
        'viewBox="0 0 {:.0f} {:.0f}" width="{:.0f}" height="{:.0f}">'
        "<title>{}</title><desc>{}</desc>{}</svg>"
    ).format(kind, role, width, height, width, height, xml_text(name), xml_text(said), inside)
