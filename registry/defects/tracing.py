"""From a part and a day to the people who answer for it. Pure: no database, no clock.

In which order the parties stand is no business of this room: the handbook says so (standards/trace_order.py).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from registry.standards.trace_order import Order, Reason


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
    why: Reason
    boundary: bool                 # the day asked about is the first or the last of the term


FORERUNNERS = ("survey", "design", "drawing-review")


def trace(duties: Iterable[Duty], unit: UUID | None, done_on: date, order: Order) -> list[Traced]:
    """Return the duties that answer for work done on `done_on`, first in line first.

    duties   every duty of the project, in any order, overlapping or not
    unit     the unit project asked about, None for the project as a whole
    done_on  the day the work was done (China Standard Time), not the day the defect was found
    order    the parties first in line first, as the handbook has it for the cause and the part (`order_for`)
    returns  possibly empty; within one role, the later term first; a role the order does not name comes last
    raises   nothing: an empty answer is an answer, and the caller must show it as one
    source   建质〔2014〕124号 第二、五、六条
    """
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


def place(order: Order, role: str) -> int:
    return next((number for number, step in enumerate(order) if step.role == role), len(order))


def why(order: Order, role: str) -> Reason:
    return next((step.reason for step in order if step.role == role), Reason.OTHER)
