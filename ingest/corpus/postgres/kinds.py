"""Of which type an expression of ours is, as far as the columns tell."""

from __future__ import annotations

from functools import lru_cache

from sqlglot import exp

from ingest.corpus.postgres.columns import tables

__all__ = ["kind_of"]

_AS_FIRST = (
    exp.Coalesce, exp.Min, exp.Max, exp.Greatest, exp.Least, exp.Paren,
    exp.Nullif, exp.Neg,
)  # fmt: skip
_TEXTS = (exp.DPipe, exp.Lower, exp.Upper, exp.Substring, exp.Concat)
_COUNTS = (exp.Count, exp.Length)


def kind_of(node: exp.Expr) -> str | None:
    """A type of PostgreSQL; None: it cannot be told."""
    if isinstance(node, exp.Column):
        return _of_column(node)
    if isinstance(node, exp.Literal):
        return "text" if node.is_string else "bigint"
    if isinstance(node, _TEXTS):
        return "text"
    if isinstance(node, _COUNTS):
        return "bigint"
    if isinstance(node, _AS_FIRST):
        return kind_of(node.this)
    return None


def _of_column(column: exp.Column) -> str | None:
    select = column.parent_select
    while select is not None:
        if (kind := _among(select, column)) is not None:
            return kind
        select = select.parent_select
    statement = column.find_ancestor(exp.Update, exp.Delete, exp.Insert)
    if statement is not None and (table := statement.find(exp.Table)) is not None:
        known = tables().get(table.name)
        if known is not None and column.name in known.columns:
            return known.columns[column.name].type
    return _everywhere(column.name)


def _among(select: exp.Expr, column: exp.Column) -> str | None:
    """The type of a column by the tables that a question reads."""
    sources = [select.args.get("from_"), *(select.args.get("joins") or ())]
    for source in sources:
        table = source.this if source is not None else None
        if not isinstance(table, exp.Table) or (known := tables().get(table.name)) is None:
            continue
        if column.table in ("", table.alias_or_name) and column.name in known.columns:
            return known.columns[column.name].type
    return None


@lru_cache(maxsize=1024)
def _everywhere(name: str) -> str | None:
    """The type that columns of this name have, if all have the same."""
    found = {one.columns[name].type for one in tables().values() if name in one.columns}
    return found.pop() if len(found) == 1 else None
