"""Which drawings were in force for a part on a day."""

from datetime import date, timedelta

import pytest

from registry.designs.models import Result
from registry.designs.queries import drawings_in_force, unreviewed_changes
from registry.designs.rules import Waiting
from registry.kernel.errors import Invalid, NotFound
from registry.projects.queries import project
from tests import build as house
from tests.designs.build import DELIVERED, REVIEWED, approved, changed, delivered, reviewed

TODAY = date(2026, 3, 2)


@pytest.fixture
def asked(building):
    """asked(day, part) → what is in force"""

    def ask(on=TODAY, part="0201"):
        with building.units.reading(building.officer) as uow:
            return drawings_in_force(uow, building.unit, part, on)

    return ask


def test_a_set_that_was_not_reviewed_is_not_in_force(building, asked):
    made = delivered(building)
    found = asked()
    assert found.sets == ()
    assert [(one.what.id, one.why) for one in found.waiting] == [(made.id, Waiting.NOT_REVIEWED)]


def test_a_set_is_in_force_from_the_day_of_its_certificate_and_not_before(building, asked):
    made = delivered(building)
    reviewed(building, made.id)
    assert [one.id for one in asked(REVIEWED).sets] == [made.id]
    assert asked(REVIEWED - timedelta(days=1)).sets == ()


def test_a_set_found_unqualified_waits_and_says_so(building, asked):
    made = delivered(building)
    reviewed(building, made.id, result=Result.UNQUALIFIED)
    assert [one.why for one in asked().waiting] == [Waiting.REVIEW_FAILED]


def test_a_version_delivered_later_changes_no_earlier_days_answer(building, asked):
    first = delivered(building)
    reviewed(building, first.id)
    second = delivered(building, follows=1, delivered_on=date(2026, 2, 10))
    reviewed(building, second.id, on=date(2026, 2, 20))
    assert [one.id for one in asked(date(2026, 2, 1)).sets] == [first.id]
    assert [one.id for one in asked(date(2026, 2, 15)).sets] == [first.id]
    assert [one.what.id for one in asked(date(2026, 2, 15)).waiting] == [second.id]
    assert [one.id for one in asked(date(2026, 2, 20)).sets] == [second.id]


def test_one_certificate_covers_several_sets_and_those_of_all_units_count_too(building, asked):
    structure = delivered(building)
    general = delivered(building, discipline="architecture", unit_id=None, number="JZ-01")
    plumbing = delivered(building, discipline="plumbing", number="SS-01")
    reviewed(building, structure.id, general.id, plumbing.id)
    assert {one.id for one in asked(part="020101").sets} == {structure.id, general.id}
    assert {one.id for one in asked(part="0501").sets} == {general.id, plumbing.id}
    assert {one.id for one in asked(part="").sets} == {structure.id, general.id, plumbing.id}


def test_drawings_nobody_builds_from_are_never_in_force(building, asked):
    delivered(building, stage="preliminary")
    assert (asked().sets, asked().waiting) == ((), ())


def test_a_change_is_in_force_once_everybody_has_approved(building, asked):
    change = changed(building)
    approved(building, change.id, "design", "supervision")
    assert [one.why for one in asked(part="030101").waiting_changes] == [Waiting.NOT_APPROVED]
    approved(building, change.id, "owner")
    assert [one.id for one in asked(part="030101").changes] == [change.id]
    assert [one.id for one in asked(part="03").changes] == [change.id]
    assert asked(part="0401").changes == ()
    assert asked(date(2026, 3, 1), "0301").changes == ()


def test_a_change_that_touches_the_structure_waits_for_its_review(building, asked):
    made = delivered(building)
    reviewed(building, made.id)
    change = changed(building, parts=("020101",), set_id=made.id)
    approved(building, change.id)
    assert change.review_required
    assert change.triggers == ["structural-safety"]
    assert [one.why for one in asked(part="020101").waiting_changes] == [Waiting.NOT_REVIEWED]
    with building.units.reading(building.officer) as uow:
        assert [one.id for one in unreviewed_changes(uow, project(uow, building.project))] == [change.id]
    reviewed(building, changes=(change.id,), on=TODAY)
    assert [one.id for one in asked(part="020101").changes] == [change.id]
    with building.units.reading(building.officer) as uow:
        assert unreviewed_changes(uow, project(uow, building.project)) == []


def test_a_change_said_to_touch_fire_safety_is_reviewed_again_whatever_its_part(building):
    assert not changed(building, parts=("0301",)).review_required
    assert changed(building, parts=("0301",), triggers=("fire-safety",)).review_required


def test_a_change_with_a_later_day_of_effect_waits_for_it(building, asked, clock):
    change = changed(building, effective_on=date(2026, 3, 5))
    approved(building, change.id)
    assert [one.why for one in asked(part="0301").waiting_changes] == [Waiting.NOT_EFFECTIVE]
    assert [one.id for one in asked(date(2026, 3, 5), "0301").changes] == [change.id]


def test_no_such_part_is_refused_with_its_code(building, asked):
    with pytest.raises(Invalid, match="990099"):
        asked(part="990099")


def test_another_tenants_drawings_are_not_there(building):
    made = delivered(building)
    foreign = house.signed_in(building.units, "foreign", "外人", None, None, house.Role.OFFICER, "110100")
    with pytest.raises(NotFound), building.units.reading(foreign) as uow:
        drawings_in_force(uow, building.unit, "", made.delivered_on)


def test_the_days_of_delivery_count_not_those_of_recording(building, asked):
    made = delivered(building)
    reviewed(building, made.id)
    assert made.recorded_at.date() > DELIVERED
    assert asked(date(2026, 1, 25)).sets
