from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.defects.tracing import Duty, forerunners, trace
from registry.standards import kinds
from registry.standards.drafts import shipped
from registry.standards.trace_order import Cause, order_for

MARCH, JUNE, SEPTEMBER = date(2024, 3, 1), date(2024, 6, 1), date(2024, 9, 1)
EVERYWHERE = frozenset()
[DRAFT] = [draft for draft in shipped() if draft.kind == kinds.TRACE_ORDER.name]
STEPS = kinds.TRACE_ORDER.read(DRAFT.content)


def order(cause=Cause.UNKNOWN, part=""):
    return order_for(STEPS, cause, part)


def duty(role, since, until=None, units=EVERYWHERE):
    return Duty(uuid4(), role, f"{role}-leader", units, since, until)


def roles(answer):
    return [traced.duty.role for traced in answer]


def test_who_left_before_the_work_was_done_does_not_answer_for_it():
    gone, successor = duty("contractor", MARCH, JUNE), duty("contractor", JUNE)
    assert [t.duty for t in trace([gone, successor], None, SEPTEMBER, order())] == [successor]


def test_who_came_after_the_work_was_done_does_not_answer_for_it():
    assert trace([duty("contractor", SEPTEMBER)], None, JUNE, order()) == []


def test_on_the_day_of_change_both_answer_the_newcomer_first():
    gone, successor = duty("contractor", MARCH, JUNE), duty("contractor", JUNE)
    answer = trace([gone, successor], None, JUNE, order())
    assert [t.duty for t in answer] == [successor, gone]
    assert all(t.boundary for t in answer)


@pytest.mark.parametrize(
    ("cause", "first"),
    [(Cause.SURVEY, "survey"), (Cause.DESIGN, "design"), (Cause.WORKMANSHIP, "contractor"), (Cause.UNKNOWN, "contractor")],
)
def test_the_party_that_did_the_work_comes_first(cause, first):
    everyone = [duty(role, MARCH) for role in ("owner", "survey", "design", "supervision", "contractor")]
    assert roles(trace(everyone, None, SEPTEMBER, order(cause, "0201")))[0] == first


def test_the_survey_comes_before_the_design_for_foundations_and_after_it_elsewhere():
    everyone = [duty(role, MARCH) for role in ("owner", "survey", "design", "supervision", "contractor")]
    assert roles(trace(everyone, None, SEPTEMBER, order(part="0102"))) == [
        "contractor", "supervision", "survey", "design", "owner"]
    assert roles(trace(everyone, None, SEPTEMBER, order(part="0201"))) == [
        "contractor", "supervision", "design", "survey", "owner"]


def test_a_firm_answers_only_for_the_unit_projects_it_took_on():
    one, two = uuid4(), uuid4()
    first, second = duty("contractor", MARCH, units=frozenset({one})), duty("contractor", MARCH, units=frozenset({two}))
    assert [t.duty for t in trace([first, second], two, JUNE, order())] == [second]


def test_the_designer_who_had_left_is_shown_beside_the_answer_not_in_it():
    drew = duty("design", MARCH, JUNE)
    assert trace([drew], None, SEPTEMBER, order()) == []
    assert forerunners([drew], None, SEPTEMBER) == [drew]


def test_a_role_the_table_does_not_know_still_answers_last():
    strange, known = duty("insurer", MARCH), duty("owner", MARCH)
    assert roles(trace([strange, known], None, JUNE, order(Cause.DESIGN))) == ["owner", "insurer"]


days = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@given(
    st.lists(st.tuples(st.sampled_from([step.role for step in order()]), days, st.integers(0, 900) | st.none())),
    days, st.sampled_from(Cause),
)
def test_the_answer_holds_exactly_those_in_office_that_day(lines, day, cause):
    duties = [duty(r, s, None if n is None else s + timedelta(days=n)) for r, s, n in lines]
    assert {t.duty.term for t in trace(duties, None, day, order(cause))} == {d.term for d in duties if d.covers(day)}


def test_every_cause_names_every_party_once():
    everyone = {step.role for step in STEPS}
    for cause in Cause:
        for part in ("", "01", "0201"):
            assert sorted(step.role for step in order(cause, part)) == sorted(everyone)


def test_an_order_without_any_step_leaves_everybody_in_the_answer():
    held = [duty("owner", MARCH), duty("design", JUNE)]
    assert roles(trace(held, None, SEPTEMBER, ())) == ["design", "owner"]
