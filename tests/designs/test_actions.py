"""Delivering, reviewing, changing, approving: who may, what is refused, and that nothing goes."""

import io
from datetime import date

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError
from werkzeug.datastructures import FileStorage

from registry.designs.actions import (
    AlreadyDecided,
    CertificateTaken,
    ChangeNumberTaken,
    decide_change,
    withdraw_change,
)
from registry.designs.delivering import (
    DeliveredMeanwhile,
    SheetFacts,
    SheetTwice,
    UsedBeforeReview,
    deliver_drawings,
)
from registry.designs.models import (
    Decision,
    DesignApproval,
    DesignChange,
    DrawingReview,
    DrawingSet,
    DrawingSheet,
    Result,
)
from registry.documents.kinds import Unsuitable
from registry.kernel.actor import Role
from registry.kernel.errors import Forbidden, Invalid, NotFound
from registry.ledger.models import LedgerEvent
from registry.notices.models import Notice
from registry.pledges.changes import Newcomer, hand_over
from registry.policy import NotFresh
from registry.projects.offices import NotInOffice
from tests import build as house
from tests.designs.build import (
    approved,
    changed,
    delivered,
    delivery,
    dwg,
    handed_out,
    reviewed,
    sent,
    sheets,
)
from tests.documents import samples
from tests.parties import build as parties

TODAY = date(2026, 3, 2)


def kinds_of_events(site, record_id):
    with site.units.reading(site.officer) as uow:
        events = select(LedgerEvent.kind).where(LedgerEvent.subject_id == record_id).order_by(LedgerEvent.nth)
        return list(uow.session.scalars(events))


def test_a_set_names_its_designer_and_keeps_every_sheet_as_given(building):
    made = delivered(building, sheets=(
        SheetFacts("结施-01", "设计总说明", sent(name="结施-01 说明.pdf")), SheetFacts("结施-01", "设计总说明", dwg()),
        SheetFacts("模型", "结构模型", sent(samples.IFC, "模型.ifc", "")),
        SheetFacts("模型-R", "结构模型", sent(samples.rvt(), "模型.rvt", "")),
    ))
    assert (made.version, made.designer_name, made.review_required) == (1, "孙设计", True)
    with building.units.reading(building.officer) as uow:
        of_it = select(DrawingSheet).where(DrawingSheet.set_id == made.id).order_by(DrawingSheet.file_name)
        kept = uow.session.scalars(of_it).all()
    assert [(one.number, one.kind, one.file_name) for one in kept] == [
        ("模型", "model", "模型.ifc"), ("模型-R", "model", "模型.rvt"),
        ("结施-01", "drawing", "结施-01 图纸.dwg"), ("结施-01", "pdf", "结施-01 说明.pdf"),
    ]
    assert kinds_of_events(building, made.id) == ["drawings.delivered"]
    assert kinds_of_events(building, kept[0].id) == ["drawings.sheet-kept"]


def test_the_next_version_supersedes_and_the_one_before_stays(building):
    first = delivered(building)
    second = delivered(building, follows=1, delivered_on=date(2026, 2, 1))
    assert (second.version, second.supersedes_id) == (2, first.id)
    with building.units.reading(building.officer) as uow:
        assert uow.get(DrawingSet, first.id).title == first.title


def test_a_version_delivered_by_somebody_else_meanwhile_is_not_overtaken(building):
    delivered(building)
    with pytest.raises(DeliveredMeanwhile, match="第 1 版"):
        delivered(building, follows=0)


@pytest.mark.parametrize(("wrong", "said"), [
    ({"delivered_on": date(2026, 3, 3)}, "不得晚于今天"),
    ({"delivered_on": date(2025, 12, 1)}, "不是本工程的参建单位"),
    ({"sheets": ()}, "至少要有一张图"),
    ({"discipline": "alchemy"}, "请选择专业"),
    ({"stage": "dream"}, "请选择设计阶段"),
    ({"stage": "as-built", "participation_id": None}, "不负责交付"),
    ({"title": " "}, "图纸名称"),
])
def test_what_cannot_be_right_is_refused_with_a_sentence(building, wrong, said):
    if wrong.get("participation_id", "") is None:
        wrong = {"stage": "as-built", "participation_id": house.term_of(building, "supervision").participation_id}
    actor = building.leaders["supervision"] if "participation_id" in wrong else building.leaders["design"]
    with pytest.raises(Invalid, match=said):
        delivered(building, actor, **wrong)


def test_a_version_is_not_dated_before_the_one_it_follows(building):
    delivered(building, delivered_on=date(2026, 2, 1))
    with pytest.raises(Invalid, match="上一版"):
        delivered(building, follows=1, delivered_on=date(2026, 1, 20))


def test_a_number_twice_in_one_kind_of_file_is_refused_and_in_two_is_not(building):
    with pytest.raises(SheetTwice, match="结施-01"):
        delivered(building, sheets=sheets("结施-01", "结施-01"))
    assert delivered(building, sheets=(*sheets("结施-01"), SheetFacts("结施-01", "图", dwg())))


@pytest.mark.parametrize(("data", "name", "said"), [
    (b"", "结施-01.pdf", "空的"),
    (samples.jpeg(), "结施-01.jpg", "只接收"),
    (samples.pdf(), "结施-01.dwg", "扩展名"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "模型.rvt", "不是 Revit 模型"),
    (b"MZ\x90\x00" * 300, "模型.rvt", "不是可以接收的格式"),
])
def test_a_file_of_the_wrong_kind_is_refused_and_nothing_is_kept(building, data, name, said):
    file = FileStorage(io.BytesIO(data), name, content_type="")
    with pytest.raises(Unsuitable, match=said):
        delivered(building, sheets=(*sheets("结施-02"), SheetFacts("结施-01", "图", file)))
    with building.units.reading(building.officer) as uow:
        assert uow.session.scalars(select(DrawingSet)).all() == []


@pytest.mark.parametrize("role", ["owner", "contractor", "supervision"])
def test_only_the_design_firm_delivers_its_drawings(building, role):
    with pytest.raises(Forbidden):
        delivered(building, building.leaders[role])


def test_another_tenant_does_not_learn_of_the_project(building):
    firm = parties.organisation(building.units, "外省建设公司")
    foreign = house.signed_in(building.units, "foreign", "外人", firm.id, None, Role.FIRM_FILER)
    with pytest.raises(NotFound), building.units.writing(foreign) as uow:
        deliver_drawings(uow, building.project, delivery(building))


def test_only_the_owner_or_the_reviewers_record_a_review(building):
    made = delivered(building)
    with pytest.raises(Forbidden):
        reviewed(building, made.id, actor=building.leaders["design"])
    assert reviewed(building, made.id, actor=building.leaders["owner"]).result is Result.QUALIFIED


def test_a_certificate_number_is_used_once_in_a_project(building):
    made = delivered(building)
    reviewed(building, made.id, number="鲁审-9")
    with pytest.raises(CertificateTaken, match="鲁审-9"):
        reviewed(building, made.id, number="鲁审-9")


def test_a_review_before_the_delivery_or_of_nothing_is_refused(building):
    made = delivered(building)
    with pytest.raises(Invalid, match="早于"):
        reviewed(building, made.id, on=date(2026, 1, 6))
    with pytest.raises(Invalid, match="请选择审查的图纸"):
        reviewed(building)


def test_a_failed_review_is_told_to_the_designer(building):
    made = delivered(building)
    reviewed(building, made.id, result=Result.UNQUALIFIED)
    with building.units.reading(building.officer) as uow:
        told = uow.session.scalars(select(Notice).where(Notice.kind == "drawings.review-failed")).one()
    assert told.person_id == building.leaders["design"].person


def test_drawings_used_before_their_review_are_flagged_and_the_station_told(building):
    made = delivered(building)
    with pytest.raises(UsedBeforeReview, match="尚未审查合格"):
        handed_out(building, made.id, date(2026, 2, 1))
    reviewed(building, made.id, on=date(2026, 2, 20))
    assert handed_out(building, made.id, date(2026, 2, 1), "业主要求先行施工").before_review
    assert not handed_out(building, made.id, date(2026, 2, 21)).before_review


def test_a_preliminary_design_is_not_handed_to_the_builders(building):
    made = delivered(building, stage="preliminary")
    with pytest.raises(Invalid, match="不是施工的依据"):
        handed_out(building, made.id, date(2026, 2, 1))


def test_who_must_approve_is_asked_and_each_approval_is_an_event(building):
    change = changed(building)
    with building.units.reading(building.officer) as uow:
        asked = uow.session.scalars(select(Notice).where(Notice.kind == "design-change.to-approve")).all()
    assert {one.person_id for one in asked} == {building.leaders[role].person for role in ("design", "supervision", "owner")}
    approved(building, change.id, "supervision")
    with building.units.reading(building.officer) as uow:
        given = uow.session.scalars(select(DesignApproval)).one()
        waiting = uow.session.scalars(select(Notice).where(Notice.kind == "design-change.to-approve", Notice.done_at.is_(None)))
        assert len(waiting.all()) == 2
    assert (given.person_name, given.post, given.signed_on) == ("周总监", "chief-supervisor", TODAY)
    assert kinds_of_events(building, given.id) == ["design-change.approved"]


def decide(site, actor, change, office, decision=Decision.APPROVED, opinion=""):
    with site.units.writing(actor) as uow:
        return decide_change(uow, change.id, office, decision, opinion)


def test_somebody_who_does_not_hold_the_office_that_day_cannot_approve(building):
    change = changed(building)
    with pytest.raises(NotInOffice, match="李建国"):
        decide(building, building.leaders["contractor"], change, "supervision")


def test_a_leader_who_has_left_cannot_approve_any_more(building, clock):
    change = changed(building)
    clock.forward(days=1)
    with building.units.writing(building.officer) as uow:
        hand_over(uow, building.terms["supervision"], Newcomer(
            "郑接任", "citizen", house.identity(), "", "注册监理工程师", "鲁00000001", uow.today, "工作调动", "",
        ))
    clock.forward(days=1)
    with pytest.raises(NotInOffice, match="周总监"):
        decide(building, building.leaders["supervision"], change, "supervision")


def test_an_approval_needs_a_fresh_proof_of_identity(building):
    change = changed(building)
    leader = building.leaders["owner"]
    stale = type(leader)(**{name: getattr(leader, name) for name in leader.__slots__} | {"fresh": False})
    with pytest.raises(NotFresh):
        decide(building, stale, change, "owner")


def test_an_office_speaks_once_and_a_refusal_ends_it(building):
    change = changed(building)
    approved(building, change.id, "design")
    with pytest.raises(AlreadyDecided, match="孙设计"):
        decide(building, building.leaders["design"], change, "design")
    with pytest.raises(Invalid, match="意见"):
        decide(building, building.leaders["owner"], change, "owner", Decision.REFUSED)
    decide(building, building.leaders["owner"], change, "owner", Decision.REFUSED, "造价超限")
    with pytest.raises(AlreadyDecided, match="不同意"):
        decide(building, building.leaders["supervision"], change, "supervision")


def test_a_change_number_is_used_once_and_its_parts_exist(building):
    changed(building, number="变-9")
    with pytest.raises(ChangeNumberTaken, match="变-9"):
        changed(building, number="变-9")
    with pytest.raises(Invalid, match="9999"):
        changed(building, parts=("0301", "9999"))
    with pytest.raises(Invalid, match="不由"):
        changed(building, kind="consultation")


def test_a_change_is_withdrawn_before_it_is_in_force_and_stays_readable(building):
    change = changed(building)
    with building.units.writing(building.leaders["design"]) as uow:
        withdraw_change(uow, change.id, "重复提出")
    with pytest.raises(AlreadyDecided, match="已撤回"):
        decide(building, building.leaders["design"], change, "design")
    done = changed(building)
    approved(building, done.id)
    with pytest.raises(AlreadyDecided, match="已经生效"), building.units.writing(building.leaders["design"]) as uow:
        withdraw_change(uow, done.id, "后悔")


def test_nothing_of_it_is_edited_or_deleted(building):
    made = delivered(building)
    reviewed(building, made.id)
    changed(building)
    for act in (
        delete(DrawingSet), delete(DrawingSheet), delete(DrawingReview), delete(DesignChange),
        update(DrawingSet).values(title="别的"), update(DrawingReview).values(result=Result.UNQUALIFIED),
    ):
        with pytest.raises(DBAPIError), building.units.writing(building.officer) as uow:
            uow.session.execute(act)
