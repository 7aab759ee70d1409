"""Finding rows by what somebody typed, also when a character is wrong or missing."""

import operator
from collections.abc import Sequence
from functools import reduce
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Integer, Select, cast, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from registry.kernel.search import bigrams, wanted

Row = TypeVar("Row")
FREQUENT = text(
    "SELECT c.reltuples, s.most_common_elems::text::text[], s.most_common_elem_freqs FROM pg_stats AS s"
    " JOIN pg_class AS c ON c.relname = s.tablename AND c.relnamespace = current_schema()::regnamespace"
    " WHERE s.schemaname = current_schema() AND s.tablename = :table AND s.attname = :column"
)
LOOKED_AT = 5_000
"""About as many rows are compared in full at most: in a large register the search for what is near stays quick, and
passes over rows that share nothing with what was typed but grams that thousands share."""


def found_by(
    session: Session, query: Select[Row], grams: InstrumentedAttribute[list[str]], typed: str, most: int
) -> list[Row]:
    """Return the rows of `query` that have every pair of `typed`; where none has, those nearest to it.

    Near is what shares 60 % of its characters and pairs of them. A number or code (ASCII alone) is right or it is not.

    query   with its order, which decides among rows that share as much
    grams   the column of characters and pairs, under a GIN index
    """
    exact = list(session.scalars(query.where(grams.contains(wanted(typed))).limit(most)))
    if exact or typed.isascii():
        return exact
    asked = bigrams(typed)
    needed = least(len(asked))
    # A row that lacks at most n - needed of them has one of any n - needed + 1: the rarest lead to the fewest rows.
    rare = rarest(session, grams, asked, len(asked) - needed + 1)
    shared = share(grams, asked)
    near = query.where(grams.overlap(rare), shared >= needed)
    nearest = near.order_by(None).order_by(shared.desc(), *query._order_by_clauses)
    return list(session.scalars(nearest.limit(most)))


def least(grams: int) -> int:
    """Return how many of so many grams a row must share: 60 %, rounded up.

    >>> [least(grams) for grams in (1, 2, 3, 5, 10)]
    [1, 2, 2, 3, 6]
    """
    return -(-grams * 3 // 5)


def share(grams: InstrumentedAttribute[list[str]], asked: Sequence[str]) -> ColumnElement[int]:
    """How many of the grams asked for a row has."""
    first, *others = (cast(grams.contains([gram]), Integer) for gram in asked)
    return reduce(operator.add, others, first)


def rarest(session: Session, grams: InstrumentedAttribute[Any], asked: Sequence[str], most: int) -> list[str]:
    """Return the rarest of the grams by PostgreSQL's statistics: `most`, fewer once some LOOKED_AT rows have one."""
    asked_of = {"table": grams.class_.__tablename__, "column": grams.key}
    rows, names, shares = session.execute(FREQUENT, asked_of).one_or_none() or (0, [], [])
    known = dict(zip(names or [], shares or [], strict=False))  # the shares end with three sums of their own
    chosen: list[str] = []
    looked_at = 0.0
    for gram in sorted(asked, key=lambda gram: (known.get(gram, 0.0), gram))[:most]:
        if looked_at and looked_at + rows * known.get(gram, 0.0) > LOOKED_AT:
            break
        looked_at += rows * known.get(gram, 0.0)
        chosen.append(gram)
    return chosen
