"""Who did, who checked, who accepted: each for himself, each in office on that day, nothing edited."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from registry.documents.kinds import Unsuitable
from registry.kernel.codes import is_code
from registry.kernel.errors import Invalid, NotFound
from registry.ledger.models import LedgerEvent
from registry.projects.offices import NotInOffice
from registry.works.marking import (
    AlreadyDecided,
    AlreadyMarked,
    MarkSuperseded,
    SamePerson,
    accept_mark,
    mark_lot,
    supersede_mark,
)
from registry.works.models import Mark, Verdict
from registry.works.standing import BlockerKey, FirstSampleWaits, lot_blockers
from tests import build as house
from tests.works import build

FAILED, PASSED = Verdict.FAILED, Verdict.PASSED
STEP = "rebar-concealed"


@pytest.fixture
def lot(building):
    return build.lot(building)


@pytest.fixture
def inspector(building):
    return building.leaders["site/quality-inspector"]


@pytest.fixture
def engineer(building):
    return building.leaders["site/supervision-engineer"]


def judge(building, mark, verdict=PASSED, words=""):
    with building.units.writing(building.leaders["site/supervision-engineer"]) as uow:
        return accept_mark(uow, mark.id, verdict, words)


def test_a_mark_says_who_did_and_who_checked(building, lot):
    mark = build.mark(building, lot.id)
    assert (mark.doer_name, mark.checker_name, mark.accepter_name) == ("褚班长", "陈质检", None)
    assert mark.place == lot.place
    assert len(mark.photos) == 1
    assert is_code(mark.code)


def test_the_supervision_engineer_accepts_in_an_act_of_his_own(building, lot):
    mark = judge(building, build.mark(building, lot.id))
    assert (mark.verdict, mark.accepter_name) == (PASSED, "沈专监")


def test_every_word_of_a_mark_is_in_the_ledger_with_its_photos(building, units, lot):
    mark = judge(building, build.mark(building, lot.id))
    with units.reading(building.officer) as uow:
        events = uow.session.scalars(
            select(LedgerEvent).where(LedgerEvent.subject_id == mark.id).order_by(LedgerEvent.nth)).all()
    assert [event.kind for event in events] == ["mark.made", "mark.accepted"]
    assert mark.photos[0] in events[0].body.decode()


@pytest.mark.parametrize("post", ["site/crew-leader", "site/sampler", "site/supervision-engineer", "contractor"])
def test_only_an_inspector_or_a_foreman_checks(building, units, lot, post):
    with pytest.raises(NotInOffice), units.writing(building.leaders[post]) as uow:
        mark_lot(uow, lot.id, build.facts(building))


def test_a_foreman_who_did_the_work_does_not_check_it(building, units, lot):
    facts = replace(build.facts(building), doer_term=building.terms["site/foreman"])
    with pytest.raises(SamePerson, match="冯工长"), units.writing(building.leaders["site/foreman"]) as uow:
        mark_lot(uow, lot.id, facts)


def test_somebody_without_the_post_cannot_be_named_as_the_doer(building, units, lot, inspector):
    facts = replace(build.facts(building), doer_term=building.terms["site/sampler"])
    with pytest.raises(NotInOffice, match="卫取样"), units.writing(inspector) as uow:
        mark_lot(uow, lot.id, facts)


def test_offices_are_judged_by_the_day_of_the_work(building, units, lot, inspector):
    before = date(2025, 6, 1)
    with pytest.raises(NotInOffice, match="陈质检"), units.writing(inspector) as uow:
        mark_lot(uow, lot.id, build.facts(building, done_on=before))


def test_work_of_tomorrow_bears_no_mark(building, units, lot, inspector):
    with pytest.raises(Invalid, match="还没有到"), units.writing(inspector) as uow:
        mark_lot(uow, lot.id, build.facts(building, done_on=build.TODAY + timedelta(days=1)))


def test_a_mark_shows_a_photo(building, units, lot, inspector):
    with pytest.raises(Invalid, match="照片"), units.writing(inspector) as uow:
        mark_lot(uow, lot.id, build.facts(building, photos=[]))


@pytest.mark.parametrize("picture", [b"", b"\x00\x00\x00\x18ftypheic\x00\x00", b"%PDF-1.7 no picture"])
def test_an_empty_photo_and_a_heic_are_refused_in_words(building, units, lot, inspector, picture):
    with pytest.raises(Unsuitable) as no, units.writing(inspector) as uow:
        mark_lot(uow, lot.id, build.facts(building, photos=[build.sent(picture)]))
    assert str(no.value)


def test_a_second_mark_is_refused_while_one_stands(building, lot):
    build.mark(building, lot.id)
    with pytest.raises(AlreadyMarked, match="陈质检"):
        build.mark(building, lot.id)


def test_a_key_step_bears_a_mark_beside_that_of_the_lot(building):
    lot = build.lot(building, build.REBAR)
    assert {build.mark(building, lot.id, STEP).step, build.mark(building, lot.id).step} == {STEP, ""}


def test_a_lot_has_only_the_key_steps_of_its_item(building, lot):
    with pytest.raises(Invalid, match="关键环节"):
        build.mark(building, lot.id, STEP)


def test_a_refused_mark_gives_way_to_the_one_after_the_rework(building, units, lot):
    refused = judge(building, build.mark(building, lot.id), FAILED, "保护层不足")
    again = build.mark(building, lot.id)
    with units.reading(building.officer) as uow:
        assert "返工" in (uow.get(Mark, refused.id).superseded_reason or "")
    assert judge(building, again).verdict is PASSED


def test_a_refusal_says_why(building, lot):
    mark = build.mark(building, lot.id)
    with pytest.raises(Invalid, match="写明问题"):
        judge(building, mark, FAILED)


def test_a_mark_is_decided_once(building, lot):
    mark = judge(building, build.mark(building, lot.id))
    with pytest.raises(AlreadyDecided, match="沈专监"):
        judge(building, mark)


@pytest.mark.parametrize("post", ["site/quality-inspector", "site/owner-engineer", "site/witness"])
def test_only_the_supervision_engineer_accepts(building, units, lot, post):
    mark = build.mark(building, lot.id)
    with pytest.raises(NotInOffice), units.writing(building.leaders[post]) as uow:
        accept_mark(uow, mark.id, PASSED)


def test_a_wrong_mark_is_superseded_for_a_reason_and_stays(building, units, lot, inspector):
    mark = build.mark(building, lot.id)
    with units.writing(inspector) as uow:
        supersede_mark(uow, mark.id, "拍错了楼层")
    with pytest.raises(MarkSuperseded):
        judge(building, mark)
    assert build.mark(building, lot.id).id != mark.id


def test_once_accepted_only_the_supervision_side_takes_a_mark_back(building, units, lot, inspector, engineer):
    mark = judge(building, build.mark(building, lot.id))
    with pytest.raises(NotInOffice), units.writing(inspector) as uow:
        supersede_mark(uow, mark.id, "想改")
    with units.writing(engineer) as uow:
        supersede_mark(uow, mark.id, "标错了轴线")


def test_the_database_itself_keeps_a_mark_as_it_was_made(building, units, lot):
    mark = build.mark(building, lot.id)
    with pytest.raises(DBAPIError, match="never changed"), units.writing(building.officer) as uow:
        uow.get(Mark, mark.id).doer_name = "别人"


def test_a_demanded_key_step_keeps_the_lot_from_acceptance_until_it_is_accepted(building, units):
    lot = build.lot(building, build.REBAR)

    def said():
        with units.reading(building.officer) as uow:
            return [one.label for one in lot_blockers(uow.session, [lot.id], uow.today)[lot.id]]

    assert said() == ["“钢筋隐蔽”没有责任标识"]
    mark = build.mark(building, lot.id, STEP)
    assert said() == ["“钢筋隐蔽”待监理验收"]
    judge(building, mark)
    assert said() == []


def test_a_lot_waits_for_the_first_sample_of_its_item(building, units):
    lot = build.lot(building, build.INFILL)
    with units.reading(building.officer) as uow:
        [blocker] = lot_blockers(uow.session, [lot.id], uow.today)[lot.id]
    assert (blocker.key, blocker.bars_work) == (BlockerKey.FIRST_SAMPLE, True)
    assert blocker.link == f"/units/{building.unit}/first-samples/new?item={build.INFILL}"
    with pytest.raises(FirstSampleWaits, match="填充墙"):
        build.mark(building, lot.id)
    build.passed_sample(building)
    assert build.mark(building, lot.id)


def test_a_lot_nobody_has_is_not_found(building):
    with pytest.raises(NotFound):
        build.mark(building, uuid4())


def test_the_mark_of_another_tenant_is_not_found(building, units, lot):
    mark = build.mark(building, lot.id)
    stranger = house.filed_site(units)
    with pytest.raises(NotFound), units.writing(stranger.filer) as uow:
        supersede_mark(uow, mark.id, "不该看见")
