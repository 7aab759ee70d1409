"""Gaps in office and hand-over days: pure."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from registry.projects.rules import Gap, Span, gaps, overlaps

FIRST = date(2024, 1, 1)
LAST = FIRST + timedelta(days=60)
numbers = st.integers(0, 60)


def day(number):
    return FIRST + timedelta(days=number)


@st.composite
def spans(draw):
    since = draw(numbers)
    return Span(day(since), draw(st.none() | st.integers(since, 60).map(day)))


def empty_days(lines):
    return {each for each in map(day, range(61)) if not any(span.covers(each) for span in lines)}


def test_a_post_that_was_always_held_has_no_gap():
    assert gaps([Span(day(0), day(9)), Span(day(9), None)], day(0), None) == []


def test_the_day_after_one_left_until_the_day_before_the_next_came_is_a_gap():
    assert gaps([Span(day(0), day(9)), Span(day(20), None)], day(0), None) == [Gap(day(10), day(19))]


def test_a_post_never_filled_has_been_empty_since_the_firm_came():
    assert gaps([], day(5), None) == [Gap(day(5), None)]
    assert Gap(day(5), None).days(day(9)) == 5


def test_a_term_ended_without_a_successor_leaves_an_open_gap():
    assert gaps([Span(day(0), day(9))], day(0), None) == [Gap(day(10), None)]


def test_after_the_firm_has_left_nothing_is_empty_any_more():
    assert gaps([Span(day(0), day(9))], day(0), day(9)) == []
    assert gaps([Span(day(0), day(9))], day(0), day(12)) == [Gap(day(10), day(12))]


@given(st.lists(spans()), numbers, numbers)
def test_the_gaps_are_exactly_the_days_nobody_held_the_post(lines, one, other):
    since, until = day(min(one, other)), day(max(one, other))
    found = [day for gap in gaps(lines, since, until) for day in days(gap.since, gap.until)]
    assert sorted(found) == found
    assert set(found) == {each for each in empty_days(lines) if since <= each <= until}
    assert len(set(found)) == len(found)


def days(since, until):
    return [since + timedelta(days=number) for number in range((until - since).days + 1)]


@given(st.lists(spans()), numbers)
def test_an_open_gap_is_the_last_and_begins_when_the_last_one_left(lines, since):
    found = gaps(lines, day(since), None)
    assert all(gap.until is not None for gap in found[:-1])
    in_office = any(span.until is None for span in lines)
    assert (bool(found) and found[-1].until is None) == (not in_office)


def test_two_terms_may_share_the_day_of_the_hand_over_and_no_more():
    assert not overlaps(Span(day(0), day(9)), Span(day(9), None))
    assert overlaps(Span(day(0), day(10)), Span(day(9), None))
    assert overlaps(Span(day(0), None), Span(day(9), day(12)))


@given(spans(), spans())
def test_it_does_not_matter_which_of_two_terms_is_asked(one, other):
    assert overlaps(one, other) == overlaps(other, one)


@given(spans(), spans())
def test_terms_that_share_two_days_overlap(one, other):
    shared = [each for each in map(day, range(61)) if one.covers(each) and other.covers(each)]
    if len(shared) > 1:
        assert overlaps(one, other)
    if not shared:
        assert not overlaps(one, other)
