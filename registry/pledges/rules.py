"""Pure rules: how far a pair has come, when a signature is late, and what stands in the way of registration.

Source: 建质〔2014〕124号 第二、八条; 建办质〔2014〕44号.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


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
    """The first leader in a post: signs before construction begins (124号 第二、八条)."""

    started_on: date | None        # None while construction has not begun


@dataclass(frozen=True, slots=True)
class Successor:
    """A leader who took over: signs again within the region's clock, where there is one (124号 第八条)."""

    refile_by: date | None         # None where no rule sets a number of days


def is_late(signed_on: date, who: First | Successor) -> bool:
    """Whether a signature given on `signed_on` is a 补签 (44号: 已开工项目补签)."""
    due = who.started_on if isinstance(who, First) else who.refile_by
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
    """One reason why a project may not be registered for oversight yet, and who can remove it."""

    code: str
    seat: Seat
    actor: str                    # who must act: owner | firm | legal-representative | leader | station


NEXT = {
    PairState.UNSIGNED: ("both-unsigned", "legal-representative"),
    PairState.AUTHORISED: ("pledge-unsigned", "leader"),
    PairState.PLEDGED: ("authorisation-unsigned", "legal-representative"),
    PairState.UNSEEN: ("original-unseen", "station"),
    PairState.COMPLETE: ("not-filed", "station"),
}


def obstacles(seats: Iterable[Seat]) -> list[Obstacle]:
    """Return what keeps a project from being registered for oversight, in the order of the seats.

    Empty means the gate is open. Source: 124号 第八条; 44号 (not filed ⇒ no 质量监督手续, no 施工许可证).
    """
    found = []
    for seat in seats:
        if not seat.organisation:
            found.append(Obstacle("firm-missing", seat, "owner"))
        elif seat.state is None:
            found.append(Obstacle("leader-missing", seat, "firm"))
        elif seat.state in NEXT:
            found.append(Obstacle(NEXT[seat.state][0], seat, NEXT[seat.state][1]))
    return found


def done(seats: Iterable[Seat]) -> tuple[int, int]:
    """Return (seats whose pair is complete or filed, all seats): the "5 of 5" of the board."""
    everyone = list(seats)
    complete = {PairState.COMPLETE, PairState.FILED, PairState.SUPERSEDED, PairState.EXPIRED}
    return sum(seat.state in complete for seat in everyone), len(everyone)


def png_size(image: bytes) -> tuple[int, int]:
    """Return (width, height) in pixels as a PNG's header says, (0, 0) when it is no PNG."""
    if len(image) < 24 or not image.startswith(b"\x89PNG\r\n\x1a\n") or image[12:16] != b"IHDR":
        return 0, 0
    return int.from_bytes(image[16:20], "big"), int.from_bytes(image[20:24], "big")
