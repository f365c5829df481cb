"""Mistakes in a configuration, in words a person can act on: place, value, what was expected."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

__all__ = [
    "NamePath",
    "closest",
    "did_you_mean",
    "in_words",
    "syntax_in_words",
    "unknown_variable",
    "variable_of",
]

#: Names from the outermost table to the key: `("crawl", "delay_s")`.
NamePath = tuple[str, ...]

_EXPECTED = {
    "bool_type": "expected true or false",
    "float_type": "expected a number",
    "finite_number": "expected a finite number",
    "int_type": "expected a whole number",
    "model_type": "expected a table",
    "string_pattern_mismatch": "holds control characters",
    "string_too_short": "must not be empty",
    "string_type": "expected a text in quotes",
    "tuple_type": "expected a list",
}
_BOUNDS = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
_NAME = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_DOTTED = rf"({_NAME}(?:\s*\.\s*{_NAME})*)"
_HEADER = re.compile(rf"\s*\[\[?\s*{_DOTTED}\s*\]")
_ASSIGNMENT = re.compile(rf"\s*{_DOTTED}\s*=")
_TWICE = re.compile(r"Cannot declare \((.*)\) twice")  # what tomllib says of a table
_QUOTED = re.compile(r"'([^']*)'")
_PASSWORD = re.compile(r"://[^/@\s]+@")
_SHOWN_CHARS = 60
# Settings whose values are shown to nobody: how the names of keys end, and addresses with tokens.
_UNSHOWN = ("_key", "database")
_TOLD = ("notify",)
_RECEIVERS = frozenset({"all", "new", "story", "headline", "silent", "alarm"})


def closest(wrong: str, known: Collection[str]) -> str | None:
    """The known word that `wrong` was probably meant to be."""
    return next(iter(get_close_matches(wrong.lower(), sorted(known), n=1, cutoff=0.6)), None)


def did_you_mean(wrong: str, known: Collection[str]) -> str:
    """`; did you mean X?`, or nothing when no known word comes close."""
    meant = closest(wrong, known)
    return f"; did you mean {meant}?" if meant else ""


def syntax_in_words(message: str, *, file: str) -> str:
    """What tomllib says, with the place, which it states inside its message, in front."""
    found = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", message)
    if not found:
        return f"{file}: {_lowered(message)}"
    what, line, column = found.groups()
    if twice := _TWICE.fullmatch(what):
        return f"{file}:{line}: [{'.'.join(_QUOTED.findall(twice[1]))}] stands twice"
    if what == "Cannot overwrite a value":
        return f"{file}:{line}: this setting stands twice in its table"
    return f"{file}:{line}: {_lowered(what)} (column {column})"


def unknown_variable(variable: str, path: NamePath, known: frozenset[NamePath]) -> str:
    """What to say of an environment variable that sets nothing."""
    if inside := sorted(setting for setting in known if setting[:-1] == path):
        return f"{variable}: names a table; name one setting, as in {variable_of(inside[0])}"
    meant = _meant(path, known)
    hint = f"; did you mean {variable_of(meant)}?" if meant in known else ""
    return f"{variable}: unknown{hint}"


def in_words(
    errors: Iterable[Any],
    *,
    known: frozenset[NamePath],
    file: str,
    text: str,
    variables: Mapping[NamePath, str],
) -> list[str]:
    """One line for each of pydantic's `errors`: the file's in its order, then the environment's.

    Args:
        errors: what `ValidationError.errors()` returned.
        known: every setting there is.
        file: name to show for the file.
        text: the file as it stands.
        variables: for each path that the environment set, the variable that did.
    """
    placed: list[tuple[int, str]] = []
    from_environment: list[str] = []
    for error in errors:
        path = tuple(part for part in error["loc"] if isinstance(part, str))
        if path in variables:
            value = _shown(error["input"], path)
            from_environment.append(f"{variables[path]} = {value}: {_expectation(error)}")
        else:
            line = _line_of(text, path)
            place = file if line is None else f"{file}:{line}"
            placed.append((line or 0, f"{place}: {_of_file(path, error, known)}"))
    return [problem for _, problem in sorted(placed)] + sorted(from_environment)


def _of_file(path: NamePath, error: Any, known: frozenset[NamePath]) -> str:
    if error["type"] == "extra_forbidden":
        is_table = isinstance(error["input"], dict)
        meant = _meant(path, known)
        return f"{_in_toml(path, is_table=is_table)}: unknown{_hint(path, meant, known)}"
    index = "".join(f"[{part}]" for part in error["loc"] if isinstance(part, int))
    name = _in_toml(path, is_table=path not in known)
    if path not in known and error["type"] == "value_error":  # between two settings of a table
        return f"{name}: {_expectation(error)}"
    return f"{name}{index} = {_shown(error['input'], path)}: {_expectation(error)}"


def _meant(path: NamePath, known: frozenset[NamePath]) -> NamePath | None:
    """The setting or table that an unknown name was probably meant to be."""
    tables = {setting[0] for setting in known if len(setting) > 1}
    if len(path) > 1 and path[0] not in tables:
        path = (closest(path[0], tables) or "", *path[1:])
        if path in known:
            return path
    if elsewhere := [setting for setting in sorted(known) if setting[-1] == path[-1]]:
        return elsewhere[0]
    beside = {setting[-1]: setting for setting in known if setting[:-1] == path[:-1]}
    if len(path) == 1:
        beside |= {table: (table,) for table in tables}
    return beside.get(closest(path[-1], beside) or "")


def _hint(path: NamePath, meant: NamePath | None, known: frozenset[NamePath]) -> str:
    if meant is None:
        return ""
    if meant[-1] == path[-1]:
        where = f"belongs in [{meant[0]}]" if len(meant) > 1 else "stands before all tables"
        return f"; it {where}"
    return f"; did you mean {meant[-1] if meant in known else f'[{meant[-1]}]'}?"


def _expectation(error: Any) -> str:
    """What the setting takes, without the library's words."""
    kind, given = error["type"], error.get("ctx", {})
    if kind == "value_error":
        return str(given["error"])
    if kind == "literal_error":
        choices = str(given["expected"]).replace(" or ", ", ").replace("'", "")
        return f"expected one of {choices}"
    bounds = [f"{words} {given[key]:g}" for key, words in _BOUNDS.items() if key in given]
    if bounds:
        return f"expected {' and '.join(bounds)}"
    return _EXPECTED.get(kind) or _lowered(error["msg"])


def _in_toml(path: NamePath, *, is_table: bool) -> str:
    *tables, name = path
    if is_table:
        return f"[{'.'.join(path)}]"
    return f"[{'.'.join(tables)}] {name}" if tables else name


def variable_of(path: NamePath) -> str:
    """The environment variable that sets `path`."""
    return "SEEDBED_" + "__".join(path).upper()


def _shown(value: object, path: NamePath) -> str:
    is_receiver = path == _TOLD or (path[:1] == _TOLD and path[-1] in _RECEIVERS)
    if is_receiver or (path[-1:] and path[-1].endswith(_UNSHOWN)):
        return "…"
    if isinstance(value, bool):
        return str(value).lower()
    text = _PASSWORD.sub("://…@", repr(list(value) if isinstance(value, tuple) else value))
    return text if len(text) <= _SHOWN_CHARS else f"{text[: _SHOWN_CHARS - 1]}…"


def _lowered(message: str) -> str:
    return message[:1].lower() + message[1:]


def _line_of(text: str, path: NamePath) -> int | None:
    """1-based line that states `path`, else the line of its table; tomllib keeps no places."""
    table: NamePath = ()
    fallback: int | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            stated = table = _parts(header[1])
        elif assignment := _ASSIGNMENT.match(line):
            stated = table + _parts(assignment[1])
        else:
            continue
        if stated[: len(path)] == path:
            return number
        if fallback is None and stated[:1] == path[:1]:
            fallback = number
    return fallback


def _parts(dotted: str) -> NamePath:
    return tuple(part.strip("\"'") for part in re.findall(_NAME, dotted))
