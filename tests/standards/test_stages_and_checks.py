"""Checklists, required documents and the order of the trace, as shipped."""

from collections import Counter
from typing import Any

import pytest

from registry.standards import kinds
from registry.standards.checks import Check, CheckChapter, checks_of_part, checks_of_role
from registry.standards.drafts import shipped
from registry.standards.kinds import Kind
from registry.standards.reading import Malformed
from registry.standards.rules import Status
from registry.standards.stages import Requirement, Stage, StageDocument, documents_by
from registry.standards.trace_order import Cause, order_for

DRAFTS = shipped()


def latest(kind: Kind[Any]) -> Any:
    return kind.read([draft for draft in DRAFTS if draft.kind == kind.name][-1].content)


CHECKS: tuple[Check, ...] = latest(kinds.CHECKLIST)
DOCUMENTS: tuple[StageDocument, ...] = latest(kinds.STAGE_DOCUMENTS)


def test_two_hundred_checks_ask_about_conduct_the_building_and_lifetime_responsibility() -> None:
    assert Counter(check.chapter for check in CHECKS) == {
        CheckChapter.CONDUCT: 54, CheckChapter.ENTITY: 134, CheckChapter.LIFETIME: 12,
    }
    assert {check.status for check in CHECKS} == {Status.SUGGESTION}
    assert all(check.clause for check in CHECKS)


def test_conduct_is_asked_of_a_party_and_the_building_of_a_part_that_exists() -> None:
    divisions, roles = latest(kinds.DIVISIONS), {role.key for role in latest(kinds.ROLES)}
    for check in CHECKS:
        assert set(check.roles) <= roles
        assert all(code in divisions for code in check.divisions)
        assert check.roles or check.chapter is CheckChapter.ENTITY
    without = {check.subject for check in CHECKS if check.chapter is CheckChapter.ENTITY and not check.divisions}
    assert without == {"市政工程"}


@pytest.mark.parametrize(
    ("part", "first", "never"), [("020102", "E-32-01", "E-310-01"), ("0107", "E-37-01", "E-32-01"), ("02", "E-33-19", "E-31-01")]
)
def test_a_part_is_offered_the_checks_that_name_it_most_closely_first(part: str, first: str, never: str) -> None:
    offered = [check.key for check in checks_of_part(CHECKS, part)]
    assert offered[0] == first
    assert never not in offered
    assert checks_of_part(CHECKS, "") == []


def test_the_testing_lab_is_asked_about_its_own_conduct() -> None:
    assert [check.key for check in checks_of_role(CHECKS, "testing")][:1] == ["B-TESTER-01"]


def test_a_check_of_a_code_that_is_none_is_refused() -> None:
    row = {"key": "x", "chapter": "entity", "subject": "a", "text": "a", "clause": "a", "severity": "A", "divisions": ["1"]}
    with pytest.raises(Malformed, match="“1”不是"):
        kinds.CHECKLIST.read([row])


def test_every_required_document_is_in_the_catalogue_and_somebodys() -> None:
    codes = {document.code for document in latest(kinds.ARCHIVE_CATALOGUE)}
    roles = {role.key for role in latest(kinds.ROLES)}
    assert {document.code for document in DOCUMENTS} == codes
    assert {document.role for document in DOCUMENTS} <= roles
    assert all(bool(one.when) == (one.need is Requirement.IF_APPLICABLE) for one in DOCUMENTS)


def test_filing_asks_for_what_the_order_of_2009_names() -> None:
    filing = [one for one in DOCUMENTS if one.stage is Stage.FILING]
    assert [one.code for one in filing] == ["E1-05", "E1-09", "E1-10", "E1-11", "E1-12"]
    assert {one.status for one in filing} == {Status.LAW}


def test_by_a_stage_everything_of_the_stages_before_it_must_be_there() -> None:
    by_acceptance = {one.key for one in documents_by(DOCUMENTS, Stage.ACCEPTANCE)}
    assert {"before-start/Q1-02", "construction/C4-05", "acceptance/E1-05"} <= by_acceptance
    assert not any(key.startswith(("filing", "handover")) for key in by_acceptance)
    assert len(documents_by(DOCUMENTS, Stage.HANDOVER)) == len(DOCUMENTS)


def test_a_foundation_has_an_order_of_its_own_while_the_cause_is_unknown() -> None:
    steps = latest(kinds.TRACE_ORDER)
    assert [s.role for s in order_for(steps, Cause.UNKNOWN, "0102")] != [s.role for s in order_for(steps, Cause.UNKNOWN, "02")]
    assert order_for(steps, Cause.DESIGN, "0102") == order_for(steps, Cause.DESIGN, "")
    assert order_for((), Cause.DESIGN, "02") == ()
