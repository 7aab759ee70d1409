"""How pages write days, instants, amounts and numbers, and the few functions a template may call."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import urlencode

from flask import Flask, request
from wtforms import Field

from registry.kernel.text import _
from registry.kernel.uow import CHINA, day_in_china

NOTHING = "—"
KILO = 1024
THINNEST = 0.6


def install(app: Flask) -> None:
    env = app.jinja_env
    env.add_extension("jinja2.ext.i18n")
    env.extend(newstyle_gettext=False)
    env.globals.update(gettext=_, ngettext=one_or_many, _=_)
    env.globals.update(here=here, described=described, current_entry=current_entry, way_back=way_back)
    env.filters.update(
        day=day, day_iso=day_iso, instant=instant, instant_iso=instant_iso, period=period,
        along=along, share=share,
        number=number, money=money, area=area, file_size=file_size, mask=mask, short_hash=short_hash,
    )


def one_or_many(one: str, many: str, count: int) -> str:
    return _(one if count == 1 else many)


def day(value: date | datetime | None) -> str:
    """2026年11月22日. An instant is shown as the day it was in China."""
    if value is None:
        return NOTHING
    shown = as_day(value)
    return _("{year}年{month}月{day}日", year=shown.year, month=shown.month, day=shown.day)


def day_iso(value: date | datetime | None) -> str:
    """2026-11-22, for narrow columns and for attributes."""
    return NOTHING if value is None else as_day(value).isoformat()


def as_day(value: date | datetime) -> date:
    return day_in_china(value) if isinstance(value, datetime) else value


def instant(value: datetime | None) -> str:
    """2026年11月22日 14:05, in China Standard Time."""
    return NOTHING if value is None else f"{day(value)} {value.astimezone(CHINA):%H:%M}"


def instant_iso(value: datetime) -> str:
    """For the `datetime` attribute: 2026-11-22T14:05:09+08:00."""
    return value.astimezone(CHINA).isoformat(timespec="seconds")


def period(since: date | None, until: date | None) -> str:
    """2024年3月5日 至 今. `until` None means that it goes on."""
    return _("{since} 至 {until}", since=day(since), until=_("今") if until is None else day(until))


def along(value: date, since: date, until: date) -> str:
    """Return where a day lies between two others, as a share of the way: `37.50%`."""
    return f"{way_gone(value, since, until):.2f}%"


def share(first: date, last: date, since: date, until: date) -> str:
    """Return how much of the way the days `first` to `last` take up: `12.00%`. Never too thin to see."""
    return f"{max(way_gone(last, since, until) - way_gone(first, since, until), THINNEST):.2f}%"


def way_gone(value: date, since: date, until: date) -> float:
    whole = max((until - since).days, 1)
    return 100 * min(max((value - since).days, 0), whole) / whole


PROJECTS = "projects.index"
OF_A_PROJECT = {"project_id", "unit_id"}


def current_entry(navigation: Sequence[tuple[str, str, str]]) -> str:
    """Return the endpoint of the menu entry that this page is, or else lies under; "" when none.

    A page of a project or a unit project lies under the projects, whichever storey it is of.
    """
    here_now = request.endpoint or ""
    entries = [endpoint for _label, endpoint, _picture in navigation]
    if here_now in entries:
        return here_now
    if PROJECTS in entries and OF_A_PROJECT & (request.view_args or {}).keys():
        return PROJECTS
    storey = here_now.partition(".")[0]
    return next((endpoint for endpoint in entries if endpoint.partition(".")[0] == storey), "")


def number(value: float | Decimal | None) -> str:
    """12,345 or 12,345.6: thousands apart, no zeros without meaning."""
    if value is None:
        return NOTHING
    text = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(value: float | Decimal | None) -> str:
    """An amount in 万元, the unit of the roster and of every official form."""
    return NOTHING if value is None else _("{amount} 万元", amount=number(value))


def area(value: float | Decimal | None) -> str:
    return NOTHING if value is None else f"{number(value)} ㎡"


def file_size(size: int) -> str:
    """Return a size in the largest unit that leaves at least one whole: 512 B, 1.5 MB."""
    shown = float(size)
    for unit in ("B", "KB", "MB"):
        if shown < KILO:
            return f"{number(round(shown, 1))} {unit}"
        shown /= KILO
    return f"{number(round(shown, 1))} GB"


def mask(value: str, head: int = 1, tail: int = 1) -> str:
    """Hide all but the first `head` and last `tail` characters; hide everything when little would be left."""
    if len(value) <= head + tail + 2:
        return "*" * len(value)
    return value[:head] + "*" * (len(value) - head - tail) + value[len(value) - tail:]


def short_hash(value: str) -> str:
    """Return the two ends of a SHA-256, enough to compare by eye."""
    return f"{value[:8]}…{value[-8:]}"


def here(**changes: object) -> str:
    """Return the address of this page with some query parameters changed; None takes one away."""
    asked: Mapping[str, list[str]] = dict(request.args.lists())
    kept = {name: values for name, values in asked.items() if name not in changes}
    given = {name: [str(value)] for name, value in changes.items() if value is not None}
    query = urlencode({**kept, **given}, doseq=True)
    return f"{request.path}?{query}" if query else request.path


def described(field: Field, hint: str = "") -> dict[str, str]:
    """Return the attributes that tie a field to its hint and its mistake, for a screen reader."""
    told = [f"{field.id}-hint"] * bool(hint) + [f"{field.id}-mistake"] * bool(field.errors)
    wrong = {"aria-invalid": "true"} if field.errors else {}
    return wrong | ({"aria-describedby": " ".join(told)} if told else {})


def way_back() -> str:
    """Return the page of ours that the reader came from, "" when there is none."""
    came_from = request.referrer or ""
    return came_from if came_from.startswith(request.host_url) else ""
