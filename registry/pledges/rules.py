"""Pure rules: how far a pair has come, when a signature is late, and what stands in the way of registration.

Source: 建质〔2014〕124号 第二、八条; 建办质〔2014〕44号.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from registry.kernel.text import _
from registry.standards.catalogues import Need


class PairState(StrEnum):
    """How far the authorisation and pledge of one term have come."""

    UNSIGNED = "unsigned"          # 均未签
    AUTHORISED = "authorised"      # 已授权,待承诺
    PLEDGED = "pledged"            # 已承诺,待授权
    UNSEEN = "unseen"              # 纸质件待核对原件
    COMPLETE = "complete"          # 齐备,待备案
    FILED = "filed"                # 已备案
    SUPERSEDED = "superseded"      # 任期已结束
    EXPIRED = "expired"            # 设计使用年限届满


@dataclass(frozen=True, slots=True)
class Paper:
    """What the rules need to know of a standing authorisation or pledge."""

    signed_on: date
    is_paper: bool
    original_seen: bool

    @property
    def counts(self) -> bool:
        return self.original_seen or not self.is_paper


@dataclass(frozen=True, slots=True)
class Pair:
    """One term's papers as they stand."""

    authorisation: Paper | None
    pledge: Paper | None
    filed_on: date | None
    term_until: date | None
    life_ends_on: date | None      # end of the design working life, None before acceptance


def state_of(pair: Pair, today: date) -> PairState:  # noqa: PLR0911 — one line a state
    """Return the state of a pair on a day. A filed pair stays proof after its term and its life are over."""
    if pair.filed_on is not None:
        if pair.life_ends_on is not None and today > pair.life_ends_on:
            return PairState.EXPIRED
        if pair.term_until is not None and today > pair.term_until:
            return PairState.SUPERSEDED
        return PairState.FILED
    if pair.authorisation is None and pair.pledge is None:
        return PairState.UNSIGNED
    if pair.pledge is None:
        return PairState.AUTHORISED
    if pair.authorisation is None:
        return PairState.PLEDGED
    if pair.authorisation.counts and pair.pledge.counts:
        return PairState.COMPLETE
    return PairState.UNSEEN


@dataclass(frozen=True, slots=True)
class First:
    """The first leader in a post: signs before construction begins (124号 第二、八条), or when he takes office later."""

    sign_by: date | None           # None while construction has not begun


def first(started_on: date | None, since: date) -> First:
    """The first leader of a post, in office from `since`; one who comes after the start signs on coming."""
    return First(max(started_on, since) if started_on else None)


@dataclass(frozen=True, slots=True)
class Successor:
    """A leader who took over: signs again within the region's clock, where there is one (124号 第八条)."""

    refile_by: date | None         # None where no rule sets a number of days


def is_late(signed_on: date, who: First | Successor) -> bool:
    """Whether a signature given on `signed_on` is a 补签 (44号: 已开工项目补签)."""
    due = who.sign_by if isinstance(who, First) else who.refile_by
    return due is not None and signed_on > due


@dataclass(frozen=True, slots=True)
class Seat:
    """One post that must be held and pledged for: the board shows a row for each."""

    post: str                     # key
    post_label: str
    role_label: str               # 责任主体
    principal: bool               # one of the five parties of the law
    organisation: str             # "" when no firm takes part in that role yet
    person: str                   # "" when the post stands empty
    state: PairState | None       # None when there is nobody to sign


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One reason why a gate is shut, what would cure it, and who must act."""

    seat: Seat
    label: str                    # what is not so
    remedy: str
    actor: str                    # owner | firm | legal-representative | leader | station


UNMET: dict[PairState | None, frozenset[str]] = {
    None: frozenset({"in-office"}),
    PairState.UNSIGNED: frozenset({"authorisation", "pledge"}),
    PairState.AUTHORISED: frozenset({"pledge"}),
    PairState.PLEDGED: frozenset({"authorisation"}),
    PairState.UNSEEN: frozenset({"filing"}),
    PairState.COMPLETE: frozenset({"filing"}),
}
"""By state: the needs that stand next in the way. Filing waits for the signatures and is not named before them."""


def obstacles(seats: Iterable[Seat], needs: Sequence[Need]) -> list[Obstacle]:
    """Return what keeps a gate shut, in the order of the seats. Empty means it is open.

    seats   the posts that are demanded, as they stand
    needs   what the gate asks of each, from the standards in force (44号: three gates)
    """
    found = []
    for seat in seats:
        if not seat.organisation:
            found.append(Obstacle(seat, _("该责任主体单位尚未登记"), _("登记该责任主体单位及其项目负责人"), "owner"))
            continue
        unmet = UNMET.get(seat.state, frozenset())
        named = [need for need in needs if need.key in unmet] or (needs[-1:] if unmet else ())
        found += [Obstacle(seat, _("未完成：{label}", label=need.label), need.remedy, need.acts) for need in named]
    return found


def done(seats: Iterable[Seat]) -> tuple[int, int]:
    """Return (seats whose pair is on file, all seats): the "5 of 5" of the board."""
    everyone = list(seats)
    return sum(seat.state in ON_FILE for seat in everyone), len(everyone)


ON_FILE = frozenset({PairState.FILED, PairState.SUPERSEDED, PairState.EXPIRED})


def png_size(image: bytes) -> tuple[int, int]:
    """Return (width, height) in pixels as a PNG's header says, (0, 0) when it is no PNG."""
    if len(image) < 24 or not image.startswith(b"\x89PNG\r\n\x1a\n") or image[12:16] != b"IHDR":
        return 0, 0
    return int.from_bytes(image[16:20], "big"), int.from_bytes(image[20:24], "big")
