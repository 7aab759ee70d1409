"""The pure rules: what was in force, what must be reviewed again, what a delivery lacks, what a file's name tells."""

from dataclasses import dataclass, field
from datetime import date

import pytest

from registry.designs.naming import guessed
from registry.designs.rules import (
    Delivered,
    Verdict,
    Waiting,
    Word,
    change_state,
    completeness,
    drawings_on,
    review_state,
    touches,
    triggers_met,
)
from registry.standards.drawings import Deliverable, Discipline, Presence, ReviewTrigger

DAY = date(2026, 3, 2)
BEFORE, LATER = date(2026, 2, 1), date(2026, 4, 1)


@dataclass(frozen=True)
class Version:
    line: tuple[str, ...]
    version: int
    delivered_on: date = BEFORE
    review_required: bool = True
    verdicts: list[Verdict] = field(default_factory=list)


PASSED = [Verdict(True, BEFORE)]


def test_the_latest_that_passed_is_in_force_and_later_ones_wait():
    versions = [
        Version(("01", "structure"), 3), Version(("01", "structure"), 1, verdicts=PASSED),
        Version(("01", "structure"), 2, verdicts=PASSED), Version(("01", "plumbing"), 1),
    ]
    found = drawings_on(versions, DAY)
    assert found.sets == (versions[2],)
    assert [(one.what, one.why) for one in found.waiting] == [
        (versions[3], Waiting.NOT_REVIEWED), (versions[0], Waiting.NOT_REVIEWED),
    ]


def test_what_was_delivered_or_reviewed_later_does_not_count():
    assert drawings_on([Version(("01",), 1, delivered_on=LATER, verdicts=PASSED)], DAY) == drawings_on([], DAY)
    assert drawings_on([Version(("01",), 1, verdicts=[Verdict(True, LATER)])], DAY).sets == ()


@pytest.mark.parametrize(("verdicts", "why"), [
    ([], Waiting.NOT_REVIEWED), ([Verdict(False, BEFORE)], Waiting.REVIEW_FAILED),
    ([Verdict(False, BEFORE), Verdict(True, DAY)], None), ([Verdict(True, BEFORE), Verdict(False, DAY)], None),
])
def test_one_pass_is_enough(verdicts, why):
    assert review_state(True, verdicts, DAY) is why
    assert review_state(False, verdicts, DAY) is None


@pytest.mark.parametrize(("words", "effective_on", "review", "why"), [
    ([], BEFORE, None, Waiting.NOT_APPROVED),
    ([Word("design", True, BEFORE)], BEFORE, None, Waiting.NOT_APPROVED),
    ([Word("design", True, BEFORE), Word("owner", False, BEFORE)], BEFORE, None, Waiting.REFUSED),
    ([Word("design", True, BEFORE), Word("owner", True, LATER)], BEFORE, None, Waiting.NOT_APPROVED),
    ([Word("design", True, BEFORE), Word("owner", True, DAY)], BEFORE, Waiting.NOT_REVIEWED, Waiting.NOT_REVIEWED),
    ([Word("design", True, BEFORE), Word("owner", True, DAY)], LATER, None, Waiting.NOT_EFFECTIVE),
    ([Word("design", True, BEFORE), Word("owner", True, DAY)], DAY, None, None),
])
def test_a_change_waits_for_everybody_for_its_review_and_for_its_day(words, effective_on, review, why):
    assert change_state(["design", "owner"], words, effective_on, review, DAY) is why


@pytest.mark.parametrize(("parts", "code", "above", "yes"), [
    (["0201"], "020101", {"02", "0201", "020101"}, True), (["020101"], "02", {"02"}, True),
    (["0301"], "0201", {"02", "0201"}, False), (["F3"], "F3-A", {"02", "F3", "F3-A"}, True), (["0301"], "", set(), True),
])
def test_a_change_touches_its_part_what_lies_in_it_and_what_it_lies_in(parts, code, above, yes):
    assert touches(parts, code, above) is yes


def test_what_must_be_reviewed_again_follows_from_the_part_or_from_what_was_said():
    structure = ReviewTrigger("structural-safety", "结构安全", "x", ("01", "02"))
    fire = ReviewTrigger("fire-safety", "消防", "x")
    assert triggers_met((), {"020101"}, [structure, fire]) == (structure,)
    assert triggers_met(("fire-safety",), {"0301"}, [structure, fire]) == (fire,)
    assert triggers_met((), {"0301"}, [structure, fire]) == ()


def wanted(discipline, presence=Presence.ALWAYS, formats=("pdf",)):
    return Deliverable(discipline, discipline, "construction", discipline, formats, presence, "design")


def test_a_delivery_is_held_against_what_is_asked_for():
    asked = [wanted("structure"), wanted("curtain-wall", Presence.WHERE_PRESENT), wanted("architecture", formats=("model",))]
    there = [Delivered("construction", name, frozenset({"pdf"})) for name in ("structure", "architecture")]
    assert [(one.wanted.key, one.present) for one in completeness(asked, there)] == [
        ("structure", True), ("architecture", False),
    ]
    with_wall = [*there, Delivered("construction", "curtain-wall", frozenset({"drawing"}))]
    assert [one.present for one in completeness(asked, with_wall)] == [True, False, False]


def test_a_discipline_without_parts_shows_the_whole_building():
    assert Discipline("architecture", "建筑", "建施").shows("0501")
    assert not Discipline("structure", "结构", "结施", ("01", "02")).shows("0501")


@pytest.mark.parametrize(("name", "number", "title"), [
    ("结施-05 基础平面布置图.pdf", "结施-05", "基础平面布置图"),
    ("结施05_一层柱配筋图.dwg", "结施-05", "一层柱配筋图"),
    ("建施—12（三层平面图）.pdf", "建施-12", "三层平面图"),
    ("S-101 General notes.dwg", "S-101", "General notes"),
    ("０１ 图纸目录.PDF", "01", "图纸目录"),
    ("模型.ifc", "", "模型"),
    (".pdf", "", "pdf"),
])
def test_number_and_title_are_guessed_from_the_name_of_the_file(name, number, title):
    assert guessed(name, ["建施", "结施"]) == (number, title)
