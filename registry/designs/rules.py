"""Which drawings were in force on a day, and why others were not yet: pure, from plain facts."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby
from typing import Generic, Protocol, TypeVar

from registry.standards.drawings import Deliverable, Discipline, Presence, ReviewTrigger


class Waiting(StrEnum):
    """Why what was delivered was not in force on the day."""

    NOT_REVIEWED = "not-reviewed"        # 尚未审查合格
    REVIEW_FAILED = "review-failed"      # 审查不合格
    NOT_APPROVED = "not-approved"        # 批准未齐
    REFUSED = "refused"                  # 未获同意
    NOT_EFFECTIVE = "not-effective"      # 生效日期未到


@dataclass(frozen=True, slots=True)
class Verdict:
    """One review's word, and the day of it."""

    qualified: bool
    issued_on: date


@dataclass(frozen=True, slots=True)
class Word:
    """One office's word on a change, and the day of it."""

    office: str
    agreed: bool
    signed_on: date


class Version(Protocol):
    """What the rule must know of a drawing set. `line` is the same for all versions of one."""

    @property
    def line(self) -> tuple[str, ...]: ...
    @property
    def version(self) -> int: ...
    @property
    def delivered_on(self) -> date: ...
    @property
    def review_required(self) -> bool: ...
    @property
    def verdicts(self) -> Sequence[Verdict]: ...


V = TypeVar("V", bound=Version)
What = TypeVar("What")


@dataclass(frozen=True, slots=True)
class Held(Generic[What]):
    """Something delivered and not in force, with the reason."""

    what: What
    why: Waiting


@dataclass(frozen=True, slots=True)
class Drawings(Generic[V]):
    """`sets` were in force; `waiting` are later versions, or the only ones, that were not."""

    sets: tuple[V, ...]
    waiting: tuple[Held[V], ...]


def review_state(required: bool, verdicts: Iterable[Verdict], on: date) -> Waiting | None:
    """Return why a review keeps something out of force on a day, None when it does not.

    One 合格 on or before the day is enough, whatever was said before it: what failed was mended and sent in again.
    Source: 建设工程质量管理条例 第十一条.
    """
    if not required:
        return None
    said = [verdict for verdict in verdicts if verdict.issued_on <= on]
    if any(verdict.qualified for verdict in said):
        return None
    return Waiting.REVIEW_FAILED if said else Waiting.NOT_REVIEWED


def drawings_on(versions: Iterable[V], on: date) -> Drawings[V]:
    """Return, for each line, the latest version delivered and reviewed on or before a day.

    versions   of any number of lines, in any order
    on         China Standard Time; what was delivered or reviewed later does not count
    returns    in the order of the lines; `waiting` holds only versions later than the one in force
    source     建设工程质量管理条例 第十一条
    """
    there = sorted((one for one in versions if one.delivered_on <= on), key=lambda one: (one.line, -one.version))
    sets: list[V] = []
    waiting: list[Held[V]] = []
    for _line, line in groupby(there, key=lambda one: one.line):
        for one in line:
            why = review_state(one.review_required, one.verdicts, on)
            if why is None:
                sets.append(one)
                break
            waiting.append(Held(one, why))
    return Drawings(tuple(sets), tuple(waiting))


def change_state(
    wanted: Collection[str], words: Iterable[Word], effective_on: date, review: Waiting | None, on: date
) -> Waiting | None:
    """Return why a change was not in force on a day, None when it was.

    wanted   the offices whose approval the edition of its day asks for
    review   what `review_state` says of it
    """
    said = [word for word in words if word.signed_on <= on]
    if any(not word.agreed for word in said):
        return Waiting.REFUSED
    if not set(wanted) <= {word.office for word in said}:
        return Waiting.NOT_APPROVED
    if review is not None:
        return review
    return Waiting.NOT_EFFECTIVE if effective_on > on else None


def touches(parts: Iterable[str], code: str, above: Collection[str]) -> bool:
    """Whether a change to `parts` concerns a place: the place itself, what it lies in, or what lies in it.

    code    of the place; "" asks about the whole unit, which every change concerns
    above   the codes on the way down to it, itself among them
    """
    if not code:
        return True
    return any(part in above or (code.isdigit() and part.startswith(code)) for part in parts)


def triggers_met(
    named: Collection[str], codes: Collection[str], triggers: Iterable[ReviewTrigger]
) -> tuple[ReviewTrigger, ...]:
    """Return what a change touches that reviewers must look at again, in the order of the edition.

    named   keys of the triggers that whoever drew it up says it touches
    codes   of GB 50300, of the parts it touches: some concern a trigger whether anybody says so or not
    source  住房和城乡建设部令第13号 第十一、十四条
    """
    return tuple(one for one in triggers if one.key in named or one.concerns(codes))


def used_before_review(required: bool, verdicts: Iterable[Verdict], issued_on: date) -> bool:
    """Whether drawings were handed to the builders before a review had found them 合格.

    Source: 建设工程质量管理条例 第十一条: 施工图设计文件未经审查批准的，不得使用.
    """
    return review_state(required, verdicts, issued_on) is not None


@dataclass(frozen=True, slots=True)
class Delivered:
    """What is there of one discipline at one stage: the kinds of file among its newest sheets."""

    stage: str
    discipline: str
    formats: frozenset[str]


@dataclass(frozen=True, slots=True)
class Lack:
    """One deliverable of the edition, and whether it is there."""

    wanted: Deliverable
    present: bool


def completeness(wanted: Iterable[Deliverable], there: Sequence[Delivered]) -> tuple[Lack, ...]:
    """Hold what was delivered against what a complete digital delivery holds, in the order of the edition.

    What is asked for only where a discipline is present is left out while nothing of it was delivered at that stage.
    """
    by_place: dict[tuple[str, str], set[str]] = {}
    for one in there:
        by_place.setdefault((one.stage, one.discipline), set()).update(one.formats)
    found = []
    for item in wanted:
        formats = by_place.get((item.stage, item.discipline))
        if formats is None and item.presence is Presence.WHERE_PRESENT:
            continue
        found.append(Lack(item, present=bool(formats and formats & set(item.formats))))
    return tuple(found)


def showing(disciplines: Iterable[Discipline], code: str) -> frozenset[str]:
    """Return the keys of the disciplines whose drawings show a place of the catalogue."""
    return frozenset(one.key for one in disciplines if one.shows(code))
