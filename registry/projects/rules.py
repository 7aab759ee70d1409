"""Pure rules about terms in office: gaps, hand-over days, and who holds a post."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """Days in office, both inclusive; `until` None means still in office."""

    since: date
    until: date | None

    def covers(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Gap:
    """Days, both inclusive, on which nobody held a post; `until` None means it still stands empty."""

    since: date
    until: date | None

    def days(self, today: date) -> int:
        return ((self.until or today) - self.since).days + 1


def gaps(spans: Iterable[Span], since: date, until: date | None) -> list[Gap]:
    """Return the stretches within [since, until] that no span covers, earliest first.

    spans    terms of one post for one participating firm, in any order
    since    the day the firm came to the project
    until    its last day there, or None while it is still there; then a last open gap has `until` None
    source   建质〔2014〕124号 第八条 (a change needs the procedure at once); the alert is ours
    """
    found: list[Gap] = []
    expected = since
    for span in sorted(spans, key=lambda each: each.since):
        if until is not None and span.since > until:
            break
        if span.since > expected:
            found.append(Gap(expected, span.since - ONE_DAY))
        if span.until is None:
            return found
        expected = max(expected, span.until + ONE_DAY)
    if until is None or expected <= until:
        found.append(Gap(expected, until))
    return found


def overlaps(one: Span, other: Span) -> bool:
    """Whether two terms share more than the single day of a hand-over."""
    if one.until is not None and one.until <= other.since:
        return False
    return other.until is None or other.until > one.since
