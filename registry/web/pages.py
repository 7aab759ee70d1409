"""Answers a view gives: a page, the way to the next page, and which rows of a long list were asked for."""

from dataclasses import dataclass
from typing import Any, cast

from flask import Response, redirect, render_template, request, url_for
from wtforms import Form

SIZES = (20, 50, 100)
FURTHEST = 10_000


def page(template: str, **given: Any) -> tuple[str, int]:
    """Render a page: 422 when it carries a form with mistakes, else 200."""
    mistaken = any(isinstance(thing, Form) and thing.errors for thing in given.values())
    return render_template(template, **given), 422 if mistaken else 200


def see_other(endpoint: str, **values: Any) -> Response:
    """Send the browser on after an act (303), so that reloading the page does not repeat it."""
    return cast("Response", redirect(url_for(endpoint, **values), 303))


@dataclass(frozen=True, slots=True)
class Window:
    """The rows of a long list that one page shows. `number` counts from 1."""

    number: int
    size: int

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.size

    def last(self, total: int) -> int:
        """Return the number of the last page of a list of `total` rows (1 when there are none)."""
        return max(1, -(-total // self.size))


def window_asked(size: int = SIZES[0]) -> Window:
    """Read `?page=` and `?size=`; what cannot be read, or was never offered, becomes the usual."""
    number = request.args.get("page", 1, type=int)
    wanted = request.args.get("size", size, type=int)
    return Window(min(max(number, 1), FURTHEST), wanted if wanted in SIZES else size)


def sort_asked(*offered: str, usual: str) -> str:
    """Read `?sort=`: one of the `offered` names, with "-" before it for last first; else `usual`.

    >>> sort_asked("name", "signed_at", usual="-signed_at")     # ?sort=name
    'name'
    """
    wanted = request.args.get("sort", "")
    return wanted if wanted.removeprefix("-") in offered else usual
