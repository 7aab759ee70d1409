"""From a part and a day to the people who answer for it. Pure: no database, no clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID


class Cause(StrEnum):
    """What a defect is thought to come from. UNKNOWN is where every trace begins."""

    UNKNOWN = "unknown"            # 成因未定
    SURVEY = "survey"              # 勘察
    DESIGN = "design"              # 设计
    WORKMANSHIP = "workmanship"    # 施工
    MATERIAL = "material"          # 材料


@dataclass(frozen=True, slots=True)
class Duty:
    """One line of the register: who held which post for which firm, between which days (inclusive)."""

    term: UUID
    role: str                      # key of the 责任主体
    post: str                      # key of the post
    units: frozenset[UUID]         # unit projects covered; empty means the whole project
    since: date
    until: date | None

    def covers(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)

    def reaches(self, unit: UUID | None) -> bool:
        return unit is None or not self.units or unit in self.units


@dataclass(frozen=True, slots=True)
class Traced:
    """A duty in the answer, and why it stands where it stands."""

    duty: Duty
    why: str                       # did-the-work | watched-the-work | made-the-documents | overall | supplied | other
    boundary: bool                 # the day asked about is the first or the last of the term


# Who did it, who watched it, to whose documents, and who answers for all of it. The order is ours (docs/tracing.md).
BUILT = (("contractor", "did-the-work"), ("general-contractor", "did-the-work"), ("supervision", "watched-the-work"))
SUPPLIED = (("concrete-supplier", "supplied"), ("component-supplier", "supplied"), ("testing", "supplied"))
DRAWN = (("design", "made-the-documents"), ("drawing-review", "made-the-documents"))
SURVEYED = (("survey", "made-the-documents"),)
OVERALL = (("owner", "overall"),)

ORDER: dict[Cause, tuple[tuple[str, str], ...]] = {
    Cause.UNKNOWN: (*BUILT, *DRAWN, *SURVEYED, *OVERALL, *SUPPLIED),
    Cause.WORKMANSHIP: (*BUILT, *OVERALL, *DRAWN, *SURVEYED, *SUPPLIED),
    Cause.MATERIAL: (*SUPPLIED[:2], *BUILT, *SUPPLIED[2:], *OVERALL, *DRAWN, *SURVEYED),
    Cause.DESIGN: (*DRAWN, *OVERALL, *SURVEYED, *BUILT, *SUPPLIED),
    Cause.SURVEY: (*SURVEYED, *OVERALL, *DRAWN, *BUILT, *SUPPLIED),
}

FOUNDATION = "01"                  # 地基与基础: here the survey comes before the design (GB 50300: 勘察 accepts 地基基础 only)
FORERUNNERS = ("survey", "design", "drawing-review")


def trace(duties: Iterable[Duty], unit: UUID | None, part: str, done_on: date, cause: Cause) -> list[Traced]:
    """Return the duties that answer for work done on `done_on`, first in line first.

    duties   every duty of the project, in any order, overlapping or not
    unit     the unit project asked about, None for the project as a whole
    part     GB 50300 code of the part ("0201"), "" when unknown; it moves the survey forward for foundations
    done_on  the day the work was done (China Standard Time), not the day the defect was found
    returns  possibly empty; within one role, the later term first
    raises   nothing: an empty answer is an answer, and the caller must show it as one
    source   建质〔2014〕124号 第二、五、六条
    """
    order = ranked(cause, part)
    held = [duty for duty in duties if duty.covers(done_on) and duty.reaches(unit)]
    held.sort(key=lambda duty: (place(order, duty.role), -duty.since.toordinal(), str(duty.term)))
    return [Traced(duty, why(order, duty.role), done_on in (duty.since, duty.until)) for duty in held]


def forerunners(duties: Iterable[Duty], unit: UUID | None, done_on: date) -> list[Duty]:
    """Return the survey and design duties that had ended before `done_on`, the latest first.

    Surveys and drawings are finished before the work that is built to them, so those who answered for
    them may have left. They are shown beside the answer, never in it.
    """
    gone = [
        duty for duty in duties
        if duty.role in FORERUNNERS and duty.until is not None and duty.until < done_on and duty.reaches(unit)
    ]
    return sorted(gone, key=lambda duty: (-duty.since.toordinal(), str(duty.term)))


def ranked(cause: Cause, part: str) -> tuple[tuple[str, str], ...]:
    order = ORDER[cause]
    if cause is Cause.UNKNOWN and part.startswith(FOUNDATION):
        return (*BUILT, *SURVEYED, *DRAWN, *OVERALL, *SUPPLIED)
    return order


def place(order: tuple[tuple[str, str], ...], role: str) -> int:
    return next((number for number, (known, _why) in enumerate(order) if known == role), len(order))


def why(order: tuple[tuple[str, str], ...], role: str) -> str:
    return next((reason for known, reason in order if known == role), "other")
