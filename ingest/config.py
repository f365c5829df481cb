"""Settings of a workspace: `seedbed.toml`, then `SEEDBED_*`, into one frozen `Settings`.

Neither is needed: no file means the defaults. Every mistake is reported at once, with its place,
its value and, for a name nobody knows, the one that was probably meant.
"""

from __future__ import annotations

import itertools
import json
import tomllib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    ValidationError,
    model_validator,
)

from ingest.archive_settings import Archives
from ingest.cluster_settings import Cluster
from ingest.discovery_settings import Discovery
from ingest.errors import ConfigError
from ingest.feed_settings import Feeds
from ingest.gdelt_settings import Gdelt
from ingest.links_settings import Links
from ingest.mistakes import (
    NamePath,
    did_you_mean,
    in_words,
    syntax_in_words,
    unknown_variable,
    variable_of,
)  # fmt: skip
from ingest.notify_settings import Notify
from ingest.polling_settings import Polling
from ingest.search_settings import Search
from ingest.service_settings import Backups, Health
from ingest.setting_types import Address, Hours, Share, Table, Text
from ingest.spider_names import scheduled_spiders
from ingest.text import clean_controls
from ingest.topic_settings import TopicSettings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic.fields import FieldInfo

__all__ = [
    "FILE_NAME",
    "TEXT_VARIABLE",
    "Archives",
    "Crawl",
    "Gdelt",
    "Log",
    "Option",
    "Paths",
    "Schedule",
    "Search",
    "Settings",
    "Sources",
    "TopicSettings",
    "find_workspace",
    "load_settings",
    "options",
    "seedbed_version",
    "settings_text",
]

FILE_NAME = "seedbed.toml"
_PREFIX = "SEEDBED_"
#: Environment variables that are ours and yet no settings.
_RESERVED = frozenset(
    {
        "SEEDBED_CLOCK_AHEAD_HOURS",
        "SEEDBED_STORE",
        "SEEDBED_TOML",
        "SEEDBED_TRIGGER",
        "SEEDBED_WORKSPACE",
    }
)
#: The text of a `seedbed.toml`, instead of the file: what a daemon has in force, for its crawls.
TEXT_VARIABLE = "SEEDBED_TOML"
_YES_NO = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def _growing(hours: tuple[float, ...]) -> tuple[float, ...]:
    if any(later <= earlier for earlier, later in itertools.pairwise(hours)):
        raise ValueError("expected growing hours")
    return hours


def _there_are(spiders: tuple[str, ...]) -> tuple[str, ...]:
    known = scheduled_spiders()
    for name in spiders:
        if name not in known:
            hint = did_you_mean(name, known) or f"; there are {', '.join(known)}"
            raise ValueError(f"none is called {name}{hint}")
    return spiders


def _upper_level(level: object) -> object:
    is_level = isinstance(level, str) and level.upper() in {"DEBUG", "INFO", "WARNING", "ERROR"}
    return str(level).upper() if is_level else level


class Sources(Table):
    """Where to look, beside what the seeds lead to."""

    sites: tuple[Address, ...] = Field(
        (), description="Home pages; their feeds, sitemaps and sections are found from them."
    )
    feeds: tuple[Address, ...] = Field((), description="RSS, Atom or JSON feeds.")
    sitemaps: tuple[Address, ...] = Field((), description="Sitemaps or sitemap indexes.")
    discover: bool = Field(
        True, description="Poll the home page of every outlet that gave an article, too."
    )


class Crawl(Table):
    """How pages are fetched and read."""

    user_agent: Text | None = Field(
        None, description="Name sent with each request; unset: made from the version and `contact`."
    )
    contact: Text | None = Field(
        None, description="Address or mail where a site can reach you; sent in the user agent."
    )
    proxy: Address | None = Field(None, description="HTTP proxy for all requests.")
    delay_s: float = Field(
        1.0, ge=0, le=3600, description="Seconds between two requests to one host."
    )
    concurrency: int = Field(8, ge=1, le=256, description="Requests in flight over all hosts.")
    timeout_s: float = Field(30, gt=0, le=3600, description="Seconds until a request is given up.")
    max_body_mib: float = Field(
        8, gt=0, le=1024, description="Larger responses are refused (MiB, decoded)."
    )
    max_tries: int = Field(3, ge=1, le=20, description="Tries of one address, over all runs.")
    max_pages_per_run: int = Field(5000, ge=1, description="Pages fetched by one run at most.")
    sample_share: Share = Field(
        0.01,
        description="Share of the addresses refused for their headline that is fetched all the "
        "same, to learn what is missed; 0: none.",
    )
    samples_per_run: int = Field(
        20, ge=0, description="Refused addresses fetched all the same by one run at most."
    )
    obey_robots: bool = Field(True, description="Obey robots.txt.")
    allow_private_networks: bool = Field(
        False, description="Fetch from loopback and private addresses too."
    )
    extract_processes: int = Field(2, ge=1, le=64, description="Processes that read pages.")
    extract_timeout_s: float = Field(
        20, gt=0, le=600, description="Seconds until reading one page is stopped."
    )
    extract_memory_mib: int = Field(
        1024, ge=128, le=65536, description="Memory in which one page is read (MiB)."
    )


class Schedule(Table):
    """When the daemon does what."""

    poll_every_minutes: float = Field(
        30, gt=0, le=60 * 24 * 31, description="Minutes between polls of a lively source."
    )
    poll_at_most_minutes: float = Field(
        1440, gt=0, le=60 * 24 * 366, description="Minutes between polls of a quiet source."
    )
    revisit_after_hours: Annotated[tuple[Hours, ...], AfterValidator(_growing)] = Field(
        (1, 6, 24, 168, 720), description="Ages in hours at which an article is looked at again."
    )
    spiders: Annotated[tuple[Text, ...], AfterValidator(_there_are)] = Field(
        ("feeds", "sitemaps", "links"), description="Source kinds the daemon runs, in this order."
    )
    lease_minutes: float = Field(
        10, gt=0, le=1440, description="Minutes a run may hold an address without a sign of life."
    )

    @model_validator(mode="after")
    def _distances_in_order(self) -> Schedule:
        if self.poll_at_most_minutes < self.poll_every_minutes:
            raise ValueError("poll_at_most_minutes is less than poll_every_minutes")
        return self


class Paths(Table):
    """Where things lie; relative to the workspace."""

    seeds: Text = Field("seeds", description="Folder of seed documents.")
    corpus: Text = Field("corpus.db", description="The SQLite file.")
    archive: Text = Field("archive", description="Folder of raw pages (WARC).")


class Log(Table):
    """What is written to standard error."""

    level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"],
        BeforeValidator(_upper_level),
    ] = Field("INFO", description="Least important event that is written.")
    format: Literal["auto", "text", "json"] = Field(
        "auto", description="Lines for people or JSON; auto: people on a terminal, else JSON."
    )


class _File(Table):
    """What `seedbed.toml` may hold."""

    name: Text | None = Field(None, description="Name of the corpus; unset: the folder's name.")
    sources: Sources = Sources()
    feeds: Feeds = Feeds()
    search: Search = Search()
    gdelt: Gdelt = Gdelt()
    archives: Archives = Archives()
    discovery: Discovery = Discovery()
    crawl: Crawl = Crawl()
    links: Links = Links()
    topic: TopicSettings = TopicSettings()
    schedule: Schedule = Schedule()
    polling: Polling = Polling()
    paths: Paths = Paths()
    log: Log = Log()
    health: Health = Health()
    backup: Backups = Backups()
    notify: Notify = Notify()
    cluster: Cluster = Cluster()


class Settings(_File):
    """The settings of one workspace, checked and complete."""

    workspace: Path  #: absolute
    name: Text

    @property
    def seeds_path(self) -> Path:
        """The folder of seed documents, absolute."""
        return self._within(self.paths.seeds)

    @property
    def corpus_path(self) -> Path:
        """The corpus, absolute."""
        return self._within(self.paths.corpus)

    @property
    def archive_path(self) -> Path:
        """The folder of raw pages, absolute."""
        return self._within(self.paths.archive)

    @property
    def backup_path(self) -> Path:
        """The folder of backups, absolute."""
        return self._within(self.backup.folder)

    @property
    def user_agent(self) -> str:
        """What each request says of itself."""
        if self.crawl.user_agent:
            return self.crawl.user_agent
        contact = f" (+{self.crawl.contact})" if self.crawl.contact else ""
        return f"Seedbed/{seedbed_version()}{contact}"

    def _within(self, path: str) -> Path:
        return self.workspace / Path(path).expanduser()


def seedbed_version() -> str:
    """The installed version; `0` in a checkout that was never installed."""
    try:
        return version("seedbed")
    except PackageNotFoundError:
        return "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One setting, as the documentation lists it."""

    path: NamePath  #: table, if it has one, and key
    default: str  #: as TOML; empty: unset
    meaning: str

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return variable_of(self.path)


def options() -> Iterator[Option]:
    """Every setting, in the order of the file."""
    for name, described in _File.model_fields.items():
        if isinstance(table := described.default, Table):
            fields = type(table).model_fields
            yield from (_option((name, key), field) for key, field in fields.items())
        else:
            yield _option((name,), described)


def _option(path: NamePath, field: FieldInfo) -> Option:
    assert field.description, f"{path} is not described"
    default = "" if field.default is None else json.dumps(field.default)
    return Option(path=path, default=default, meaning=field.description)


def find_workspace(start: Path, environ: Mapping[str, str]) -> Path:
    """The workspace to use: `SEEDBED_WORKSPACE`, else the nearest one at or above `start`.

    Returns:
        An absolute path; `start` itself when no folder above it looks like a workspace.

    Raises:
        ConfigError: `SEEDBED_WORKSPACE` names no folder.
    """
    if named := environ.get("SEEDBED_WORKSPACE"):
        chosen = Path(named).expanduser().absolute()
        if not chosen.is_dir():
            raise ConfigError([f"SEEDBED_WORKSPACE = {named!r}: no such folder"])
        return chosen
    start = start.absolute()
    return next((folder for folder in (start, *start.parents) if _is_workspace(folder)), start)


def _is_workspace(folder: Path) -> bool:
    return (
        (folder / FILE_NAME).is_file()
        or (folder / "scrapy.cfg").is_file()
        or (folder / "seeds").is_dir()
    )


def load_settings(workspace: Path, environ: Mapping[str, str]) -> Settings:
    """The settings of `workspace`: defaults, then its `seedbed.toml`, then `SEEDBED_*`.

    Raises:
        ConfigError: something cannot be used; holds every mistake, not only the first.
    """
    workspace = workspace.absolute()
    text = environ.get(TEXT_VARIABLE)
    text = settings_text(workspace) if text is None else text
    try:
        stated = tomllib.loads(text + "\n")  # at the very end it would state no line
    except (ValueError, RecursionError) as exc:  # a number too long, a list too deep
        raise ConfigError([syntax_in_words(str(exc), file=FILE_NAME)]) from exc
    known = frozenset(option.path for option in options())
    variables, problems = _overlay(stated, environ, known)
    try:
        file = _File.model_validate(_with_tuples(stated))
    except ValidationError as exc:
        errors = exc.errors(include_url=False)
        said = in_words(errors, known=known, file=FILE_NAME, text=text, variables=variables)
        raise ConfigError(said + problems) from exc
    if problems:
        raise ConfigError(problems)
    tables = {name: getattr(file, name) for name in _File.model_fields}
    tables["name"] = file.name or " ".join(clean_controls(workspace.name).split()) or "seedbed"
    return Settings(workspace=workspace, **tables)


def settings_text(workspace: Path) -> str:
    """What stands in the `seedbed.toml` of a workspace; empty: there is none.

    Raises:
        ConfigError: it cannot be read.
    """
    path = workspace / FILE_NAME
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as exc:
        raise ConfigError([f"{FILE_NAME}: not UTF-8 text (byte {exc.start})"]) from exc
    except OSError as exc:
        raise ConfigError([f"{FILE_NAME}: cannot be read: {exc.strerror}"]) from exc


def _overlay(
    stated: dict[str, Any], environ: Mapping[str, str], known: frozenset[NamePath]
) -> tuple[dict[NamePath, str], list[str]]:
    """Write the environment's settings into `stated`.

    Returns:
        For each path written, the variable that said so; and what is wrong with the others.
    """
    variables: dict[NamePath, str] = {}
    problems: list[str] = []
    for variable in sorted(environ):
        if not variable.startswith(_PREFIX) or variable in _RESERVED:
            continue
        path = tuple(variable.removeprefix(_PREFIX).lower().split("__", 1))
        if path not in known:
            problems.append(unknown_variable(variable, path, known))
            continue
        table = stated.setdefault(path[0], {}) if len(path) > 1 else stated
        if isinstance(table, dict):  # else the file is wrong here, and says so
            table[path[-1]] = _parsed(path, environ[variable])
            variables[path] = variable
    return variables, problems


def _parsed(path: NamePath, text: str) -> object:
    """A variable's text as the value TOML would give for this setting, else the text itself."""
    kinds = _kinds(_annotation(path))
    if NoneType in kinds and not text:
        return None
    if tuple in kinds:
        return _parsed_list(text, of_numbers=bool({int, float} & kinds))
    if bool in kinds:
        return _YES_NO.get(text.lower(), text)
    return _parsed_number(text) if {int, float} & kinds else text


def _kinds(annotation: object) -> set[object]:
    """The plain types that an annotation is made of."""
    kinds = {get_origin(annotation) or annotation}
    return kinds.union(*(_kinds(part) for part in get_args(annotation)))


def _parsed_number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _parsed_list(text: str, *, of_numbers: bool) -> object:
    if text.lstrip().startswith("["):
        try:
            return json.loads(text)
        except ValueError:
            return text
    parts = [part for piece in text.split(",") if (part := piece.strip())]
    return [_parsed_number(part) for part in parts] if of_numbers else parts


def _annotation(path: NamePath) -> object:
    *tables, key = path
    model: type[BaseModel] = _File
    for table in tables:
        model = type(model.model_fields[table].default)
    return model.model_fields[key].annotation


def _with_tuples(value: Any) -> Any:
    # strict validation takes no list for a tuple, and the models are frozen
    if isinstance(value, dict):
        return {key: _with_tuples(inner) for key, inner in value.items()}
    return tuple(map(_with_tuples, value)) if isinstance(value, list) else value
