"""Our statements, written for SQLite, as PostgreSQL understands them with the same meaning.

What differs, and would go wrong silently: a comparison is a number in SQLite; `min` and `max` of
several values are null if one is; nulls come first in an order; LIKE takes no heed of ASCII case;
`IS` compares values; `json_each` gives what the list holds, here text that must be cast.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sqlglot
from sqlglot import exp

from ingest.corpus.postgres.columns import tables
from ingest.corpus.postgres.kinds import kind_of

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Translated", "translate"]

#: Text and names in quotes, left as they are; a placeholder; what only SQLite's planner reads.
_MARKS = re.compile(r"('(?:[^']|'')*'|\"[^\"]*\")|\?(\d*)|\s+INDEXED BY \w+")
_HELD = re.compile("\x01(.+?)\x02")
_TRUE = (
    exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.NullSafeEQ, exp.NullSafeNEQ,
    exp.In, exp.Exists, exp.Like, exp.ILike, exp.Escape, exp.Between, exp.And, exp.Or, exp.Not,
    exp.Boolean,
)  # fmt: skip
#: The one way in which ours writes a time, and the parts of a call that names a step.
_FORMAT, _STEPPED = "%Y-%m-%dT%H:%M:%SZ", 3
#: Statements that are kept translated; a crawl has some 600, but for those with names put in.
_KEPT = 4096


@dataclass(frozen=True, slots=True)
class Translated:
    """A statement for psycopg."""

    sql: str
    positional: bool  #: its parameters come as a list, and are named p1, p2, …


@lru_cache(maxsize=_KEPT)
def translate(sql: str) -> Translated:
    """The statement in PostgreSQL's words."""
    count = 0

    def named(match: re.Match[str]) -> str:
        nonlocal count
        quoted, number = match.group(1, 2)
        if quoted is not None:
            return quoted
        if number is None:
            return ""
        count += 1
        return f":p{number or count}"

    tree = sqlglot.parse_one(_MARKS.sub(named, sql), read="sqlite")
    for step in _STEPS:
        tree = tree.transform(step, copy=False)
    _name_derived(tree)
    _settle_truth(tree)
    for held in list(tree.find_all(exp.Placeholder)):
        held.replace(exp.Var(this=f"\x01{held.this}\x02"))
    written = tree.sql("postgres").replace("%", "%%")
    return Translated(_HELD.sub(r"%(\1)s", written), positional=count > 0)


def _json_lists(node: exp.Expr) -> exp.Expr:
    """`json_each`, where a value is looked for in a list, and where the list is a table."""
    if isinstance(node, exp.In) and (listed := _plain_list(node.args.get("query"))) is not None:
        values = _values_of(listed, kind_of(node.this) or "text")
        return exp.EQ(this=node.this, expression=exp.Any(this=exp.Paren(this=values)))
    if not (isinstance(node, exp.Table) and _is_json_each(node.this)):
        return node
    select = node.parent_select
    alias = node.alias or "each_value"
    kind = _kind_of_values(select, node.alias) or "text"
    listed = node.this.expressions[0]
    made: exp.Expr = exp.Subquery(this=_rows_of(listed, kind))
    if listed.find(exp.Column) is not None:  # it stands in a row of the table before it
        made = exp.Lateral(this=made)
    made.set("alias", exp.TableAlias(this=exp.to_identifier(alias)))
    return made


def _is_json_each(node: Any) -> bool:
    return isinstance(node, exp.Anonymous) and node.name.lower() == "json_each"


def _plain_list(query: exp.Expr | None) -> exp.Expr | None:
    """The list of `(SELECT value FROM json_each(list))`; None: it is another question."""
    inner = query.this if isinstance(query, exp.Subquery) else query
    if not isinstance(inner, exp.Select) or len(inner.expressions) != 1:
        return None
    source = inner.args.get("from_")
    is_plain = inner.expressions[0].sql() == "value" and not inner.args.get("where")
    if source is None or not is_plain or not _is_json_each(source.this.this):
        return None
    listed: exp.Expr = source.this.this.expressions[0]
    return listed


def _values_of(listed: exp.Expr, kind: str) -> exp.Expr:
    """The elements as an array, which is looked up by an index, each once."""
    source = listed.sql("sqlite")
    return sqlglot.parse_one(
        f"ARRAY(SELECT CAST(e.v AS {kind}) "  # noqa: S608  # our own words
        f"FROM JSONB_ARRAY_ELEMENTS_TEXT(CAST({source} AS JSONB)) AS e(v))",
        read=_Reading,
    )


def _rows_of(listed: exp.Expr, kind: str) -> exp.Expr:
    source, each = listed.sql("sqlite"), "JSONB_ARRAY_ELEMENTS_TEXT"
    if kind == "jsonb":
        each = "JSONB_ARRAY_ELEMENTS"
    value = f"CAST(e.v AS {kind})" + (_BYTES if kind == "text" else "")
    return sqlglot.parse_one(
        f"SELECT {value} AS value "  # noqa: S608  # our own words
        f"FROM {each}(CAST({source} AS JSONB)) AS e(v)",
        read=_Reading,
    )


_Reading = "postgres"
_BYTES = ' COLLATE "C"'  # as SQLite compares: columns have it, what is made of JSON has not


def _kind_of_values(select: exp.Expr | None, alias: str) -> str | None:
    """The type of what a list holds, by what is done with its values."""
    if select is None:
        return None
    for column in select.find_all(exp.Column):
        if column.name != "value" or (column.table and column.table != alias):
            continue
        parent = column.parent
        if isinstance(parent, (exp.JSONExtract, exp.JSONExtractScalar)):
            return "jsonb"
        if isinstance(parent, exp.EQ):
            other = parent.expression if parent.this is column else parent.this
            if (kind := kind_of(other)) is not None:
                return kind
        if (
            isinstance(parent, exp.Alias)
            and (kind := kind_of(exp.column(parent.alias))) is not None
        ):
            return kind
        if (kind := _kind_inserted(select, column)) is not None:
            return kind
    return None


def _kind_inserted(select: exp.Expr, column: exp.Column) -> str | None:
    insert = select.parent
    if not isinstance(insert, exp.Insert) or not isinstance(insert.this, exp.Schema):
        return None
    table = tables()[insert.this.this.name]
    for name, value in zip(insert.this.expressions, select.expressions, strict=True):
        if value is column:
            return table.columns[name.name].type
    return None


def _extremes(node: exp.Expr) -> exp.Expr:
    """The least or greatest of several values: null if one is."""
    if not isinstance(node, (exp.Greatest, exp.Least)) or node.parent is None:
        return node
    if isinstance(node.parent, exp.If) and node.arg_key == "true" and node.meta.get("settled"):
        return node
    node.meta["settled"] = True
    unsure = [one for one in (node.this, *node.expressions) if not isinstance(one, exp.Literal)]
    null = [exp.Is(this=one.copy(), expression=exp.Null()) for one in unsure]
    kept = node.copy()
    kept.meta["settled"] = True
    return exp.Case(
        ifs=[exp.If(this=exp.or_(*null), true=exp.Null())],
        default=kept,
    )


def _likeness(node: exp.Expr) -> exp.Expr:
    """LIKE without regard to ASCII case, and without an escape that nobody named."""
    if not isinstance(node, exp.Like):
        return node
    alike = exp.ILike(**node.args)  # with its NOT
    if isinstance(node.parent, exp.Escape):
        return alike
    return exp.Escape(this=alike, expression=exp.Literal.string(""))


def _functions(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Anonymous) and node.name.lower() == "last_insert_rowid":
        return exp.Anonymous(this="lastval", expressions=[])
    if isinstance(node, exp.Anonymous) and node.name.lower() == "total":
        summed = exp.Cast(this=exp.Sum(this=node.expressions[0]), to=exp.DataType.build("double"))
        return exp.Coalesce(this=summed, expressions=[exp.Literal.number(0)])
    if isinstance(node, exp.Round):  # of a float it would round half to even
        exact = exp.Cast(this=node.this, to=exp.DataType.build("decimal"))
        decimals = node.args.get("decimals") or exp.Literal.number(0)
        return _as_real(exp.Anonymous(this="round", expressions=[exact, decimals]))
    if isinstance(node, exp.TimeToStr):  # ours is made with the schema
        source = node.this.this if isinstance(node.this, exp.TsOrDsToTimestamp) else node.this
        return exp.Anonymous(this="strftime", expressions=[node.args["format"], source])
    if isinstance(node, (exp.JSONExtract, exp.JSONExtractScalar)):
        return _json_part(node)
    return node


def _as_real(node: exp.Expr) -> exp.Expr:
    return exp.Cast(this=node, to=exp.DataType.build("double precision", dialect=_Reading))


def _json_part(node: exp.Expr) -> exp.Expr:
    steps = [
        exp.Literal.string(str(step.this))
        for step in node.expression.expressions
        if not isinstance(step, exp.JSONPathRoot)
    ]
    held = exp.Cast(this=node.this, to=exp.DataType.build("jsonb", dialect=_Reading))
    found = exp.Anonymous(this="jsonb_extract_path_text", expressions=[held, *steps])
    return exp.Paren(this=exp.Collate(this=found, expression=exp.to_identifier("C", quoted=True)))


def _numbers(node: exp.Expr) -> exp.Expr:
    """INTEGER is of 64 bits, and a number with a point a float, not a decimal."""
    if isinstance(node, exp.Cast) and node.to.is_type("int"):
        return exp.Anonymous(this="as_integer", expressions=[node.this])
    if isinstance(node, exp.Cast) and node.to.is_type("float", "double"):
        return _as_real(node.this)
    if isinstance(node, exp.HexString):  # there it would be single bits
        octets = exp.Literal.string(f"\\x{node.this}")
        return exp.Cast(this=octets, to=exp.DataType.build("bytea", dialect=_Reading))
    if isinstance(node, exp.Literal) and not node.is_string and "." in node.this:
        return node if isinstance(node.parent, exp.Cast) else _as_real(node)
    return node


def _substrings(node: exp.Expr) -> exp.Expr:
    """Where a part of a text begins, and how long it is, are of 32 bits.

    A start below zero counts from the end, a length below zero goes backwards; PostgreSQL begins
    before the text, and refuses.
    """
    if isinstance(node, exp.Substring):
        if isinstance(node.args.get("length"), exp.Neg):
            raise _unequal(node)
        if not _is_never_negative(node.args["start"]):
            node.set("start", _from_the_end(node.args["start"], node.this))
        for place in ("start", "length"):
            number = node.args.get(place)
            if number is not None and not isinstance(number, (exp.Literal, exp.Cast)):
                node.set(place, exp.Cast(this=number, to=exp.DataType.build("int")))
    return node


def _is_never_negative(node: exp.Expr) -> bool:
    if isinstance(node, exp.Add):
        return _is_never_negative(node.this) and _is_never_negative(node.expression)
    if isinstance(node, exp.Anonymous):
        return node.name.lower() == "instr"
    return isinstance(node, (exp.Literal, exp.Length, exp.StrPosition))


def _from_the_end(start: exp.Expr, text: exp.Expr) -> exp.Expr:
    below = exp.LT(this=exp.Paren(this=start.copy()), expression=exp.Literal.number(0))
    whole = exp.Length(this=text.copy())
    behind = exp.Add(this=whole, expression=exp.Literal.number(1))
    counted = exp.Add(this=behind, expression=exp.Paren(this=start.copy()))
    return exp.Case(ifs=[exp.If(this=below, true=counted)], default=start.copy())


def _times(node: exp.Expr) -> exp.Expr:
    """What our functions of time give: `strftime` one format alone, `unixepoch` whole seconds."""
    if isinstance(node, (exp.Date, exp.Anonymous)):
        name, given = node.name.lower(), node.expressions
        if isinstance(node, exp.Date) or name in ("date", "datetime", "time"):
            raise _unequal(node)
        if name == "strftime" and (len(given) != _STEPPED or given[0].name != _FORMAT):
            raise _unequal(node)
        if name == "unixepoch" and not node.meta.get("settled"):
            return _whole_seconds(node)
    return node


def _whole_seconds(node: exp.Expr) -> exp.Expr:
    """The part before the point: a cast would round it."""
    if len(node.expressions) != 1:
        raise _unequal(node)
    said = node.expressions[0].sql("sqlite")
    return sqlglot.parse_one(
        f"CAST(FLOOR(EXTRACT(EPOCH FROM CAST({said} AS TIMESTAMPTZ))) AS BIGINT)", read=_Reading
    )


def _unequal(node: exp.Expr) -> ValueError:
    return ValueError(f"PostgreSQL has no equal of {node.sql('sqlite')}")


def _joins(node: exp.Expr) -> exp.Expr:
    """CROSS JOIN with a condition, which only tells SQLite an order; one without, which is any."""
    if not isinstance(node, exp.Join) or node.args.get("using"):
        return node
    if node.args.get("on") is not None and node.kind == "CROSS":
        node.set("kind", None)
    elif node.args.get("on") is None and not node.kind and not node.side:
        node.set("kind", "CROSS")
    return node


def _name_derived(tree: exp.Expr) -> None:
    """A table made by a question needs a name."""
    for number, node in enumerate(tree.find_all(exp.Subquery)):
        if not node.alias and isinstance(node.parent, (exp.From, exp.Join)):
            node.set("alias", exp.TableAlias(this=exp.to_identifier(f"derived_{number}")))


def _order(node: exp.Expr) -> exp.Expr:
    """Nulls first, said only where there may be nulls: else an index would not be used."""
    if isinstance(node, exp.OnConflict):
        keys = [
            one.this if isinstance(one, exp.Ordered) else one
            for one in node.args.get("conflict_keys") or ()
        ]
        node.set("conflict_keys", keys)
        return node
    if isinstance(node, exp.Ordered) and _is_never_null(node):
        node.set("nulls_first", bool(node.args.get("desc")))
    return node


def _is_never_null(node: exp.Ordered) -> bool:
    if not isinstance(node.this, exp.Column):
        return False
    select = node.parent_select
    if select is not None and any(join.side for join in select.args.get("joins") or ()):
        return False
    of = [one.columns[node.this.name] for one in tables().values() if node.this.name in one.columns]
    return bool(of) and all(column.is_required for column in of)


def _insertions(node: exp.Expr) -> exp.Expr:
    if not isinstance(node, exp.Insert):
        return node
    way = node.args.get("alternative")
    node.set("alternative", None)
    if way == "IGNORE":
        node.set("conflict", exp.OnConflict(action=exp.var("DO NOTHING")))
    elif way == "REPLACE":
        node.set("conflict", _replacing(node))
    elif (conflict := node.args.get("conflict")) is not None:
        _qualify(conflict, node.this.find(exp.Table).name)
    return node


def _replacing(node: exp.Insert) -> exp.OnConflict:
    table = tables()[node.this.find(exp.Table).name]
    named = [one.name for one in node.this.expressions] or list(table.columns)
    given = [
        exp.EQ(this=exp.column(name), expression=exp.column(name, table="excluded"))
        for name in named
        if name not in table.key
    ]
    keys = [exp.to_identifier(name) for name in table.key]
    return exp.OnConflict(action=exp.var("DO UPDATE"), expressions=given, conflict_keys=keys)


def _qualify(conflict: exp.OnConflict, table: str) -> None:
    """Name the table of what stands there already: `excluded` has the same columns."""
    plain = {id(one.this) for one in conflict.expressions}
    plain |= {id(one) for one in conflict.args.get("conflict_keys") or ()}
    for column in conflict.find_all(exp.Column):
        is_ours = isinstance(column.find_ancestor(exp.Select, exp.OnConflict), exp.OnConflict)
        if is_ours and not column.table and id(column) not in plain:
            column.set("table", exp.to_identifier(table))


def _limits(node: exp.Expr) -> exp.Expr:
    """A limit below zero is none."""
    if isinstance(node, exp.Limit) and isinstance(node.expression, exp.Placeholder):
        none = exp.Nullif(this=node.expression, expression=exp.Literal.number(-1))
        return exp.Limit(expression=none)
    return node


_STEPS: tuple[Callable[[exp.Expr], exp.Expr], ...] = (
    _json_lists, _extremes, _likeness, _functions, _times, _numbers, _substrings, _joins, _order,
    _insertions, _limits,
)  # fmt: skip


def _settle_truth(tree: exp.Expr) -> None:
    """A comparison where a number is wanted becomes one, and a number a comparison."""
    for node in list(tree.walk()):
        if not isinstance(node, exp.Condition) or isinstance(node, (exp.Paren, exp.Query)):
            continue
        is_wanted, is_given = _wants_truth(node), isinstance(node, _TRUE)
        if is_wanted and not is_given:
            unequal = exp.NEQ(this=exp.Null(), expression=exp.Literal.number(0))
            _wrap(node, exp.Paren(this=unequal), unequal)
        elif is_given and not is_wanted and not _is_no_value(node):
            held = exp.Paren(this=exp.Null())
            _wrap(node, exp.Cast(this=held, to=exp.DataType.build("int")), held)


def _wrap(node: exp.Expr, wrapper: exp.Expr, place: exp.Expr) -> None:
    """Put a wrapper where a node stands, and the node in its place within."""
    node.replace(wrapper)
    place.set("this", node)


def _outer(node: exp.Expr) -> exp.Expr:
    """The outermost of the brackets around a node, or itself."""
    while isinstance(node.parent, exp.Paren):
        node = node.parent
    return node


def _wants_truth(node: exp.Expr) -> bool:
    outer = _outer(node)
    parent = outer.parent
    if isinstance(parent, (exp.And, exp.Or, exp.Not, exp.Where, exp.Having)):
        return True
    if isinstance(parent, exp.Join):
        return outer.arg_key == "on"
    if isinstance(parent, exp.If) and outer.arg_key == "this":
        return not (isinstance(parent.parent, exp.Case) and parent.parent.this is not None)
    return False


def _is_no_value(node: exp.Expr) -> bool:
    """Whether it looks like a comparison and is an assignment, or the half of one."""
    parent = node.parent
    if isinstance(parent, (exp.Update, exp.OnConflict)):
        return node.arg_key == "expressions"
    return isinstance(parent, exp.Escape)
