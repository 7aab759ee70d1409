"""From the contractor's report to the receipt of the station, as the law has it."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from registry.archives.models import ArchiveFile
from registry.completion.actions import (
    AlreadyCalled,
    AlreadyGiven,
    GatesNotMet,
    Meeting,
    NoMeeting,
    ReportsMissing,
    TooEarly,
    TooShortNotice,
    call_meeting,
    withdraw_notice,
    withdraw_round,
)
from registry.completion.models import Acceptance, Ending, ReportKind, Round, Stance
from registry.completion.reports import AlreadyAccepted, AlreadyReported, NotToBeStated, OutOfTurn
from registry.completion.station import (
    AlreadyAnswered,
    NotAccepted,
    OrderTooLate,
    Seen,
    order_reacceptance,
    receive_filing,
    record_oversight,
)
from registry.kernel.actor import Role
from registry.kernel.errors import Forbidden, Invalid, NotFound
from registry.kernel.uow import Units
from registry.ledger.queries import owner_around
from registry.notices.models import Notice
from registry.parties.models import IdentityKind
from registry.pledges.changes import Newcomer, hand_over
from registry.projects.models import UnitProject
from registry.projects.offices import NotInOffice
from registry.standards.completion import Moment
from tests import build as house
from tests.build import Site
from tests.completion import build
from tests.conftest import Clock, Visit

GOOD = Seen(organisation=True, procedure=True, standards=True, result=True, words="")


def rounds(site: Site) -> list[Round]:
    with site.units.reading(site.officer) as uow:
        return list(uow.session.scalars(select(Round).where(Round.unit_project_id == site.unit).order_by(Round.number)))


def accepted_on(site: Site) -> date | None:
    with site.units.reading(site.officer) as uow:
        return uow.get(UnitProject, site.unit).accepted_on


def second_unit(site: Site) -> UUID:
    with site.units.reading(site.officer) as uow:
        return uow.session.scalars(select(UnitProject.id).where(
            UnitProject.project_id == site.project, UnitProject.number == "02")).one()


def test_the_last_of_the_five_signatures_is_the_day_of_acceptance(building: Site, clock: Clock) -> None:
    build.called(building, clock)
    for role in build.ROLES[:-1]:
        build.opinion(building, clock, role)
        assert accepted_on(building) is None
    clock.forward(days=1)
    build.opinion(building, clock, build.ROLES[-1])
    with building.units.reading(building.officer) as uow:
        assert accepted_on(building) == uow.today
        acceptance = uow.session.scalars(select(Acceptance)).one()
        assert acceptance.file_by == uow.today + timedelta(days=15)
        kept = set(uow.session.scalars(select(ArchiveFile.code).where(ArchiveFile.project_id == building.project)))
    assert {"E1-01", "E1-02", "E1-03", "E1-04", "E1-05", "E1-10"} <= kept
    assert [held.ended_as for held in rounds(building)] == [Ending.ACCEPTED]


def test_a_notice_shorter_than_seven_working_days_is_refused_with_the_earliest_day(building: Site, clock: Clock) -> None:
    build.ready(building, clock)
    with pytest.raises(TooShortNotice, match="2026-03-11"), building.units.writing(building.filer) as uow:
        call_meeting(uow, [building.unit], Meeting(date(2026, 3, 10), "09:30", "项目部", "验收组"))
    with building.units.writing(building.filer) as uow:
        [notice] = call_meeting(uow, [building.unit], Meeting(date(2026, 3, 11), "09:30", "项目部", "验收组"))
    assert notice.earliest_on == date(2026, 3, 11)
    with pytest.raises(AlreadyCalled), building.units.writing(building.filer) as uow:
        call_meeting(uow, [building.unit], Meeting(date(2026, 3, 12), "09:30", "项目部", "验收组"))


def test_no_meeting_is_called_before_all_four_reports_are_there(building: Site, clock: Clock) -> None:
    build.report(building, clock, ReportKind.CONTRACTOR)
    build.report(building, clock, ReportKind.SUPERVISION)
    with pytest.raises(ReportsMissing, match="勘察"), building.units.writing(building.filer) as uow:
        call_meeting(uow, [building.unit], Meeting(date(2026, 4, 1), "09:30", "项目部", "验收组"))


def test_supervision_assesses_after_the_contractor_has_reported_and_each_reports_once(building: Site, clock: Clock) -> None:
    with pytest.raises(OutOfTurn):
        build.report(building, clock, ReportKind.SUPERVISION)
    build.report(building, clock, ReportKind.CONTRACTOR)
    with pytest.raises(AlreadyReported):
        build.report(building, clock, ReportKind.CONTRACTOR)


def test_a_report_is_signed_by_the_leader_of_its_firm_alone(building: Site, clock: Clock) -> None:
    build.REPORTERS[ReportKind.CONTRACTOR] = "supervision"
    try:
        with pytest.raises(NotInOffice, match="周总监"):
            build.report(building, clock, ReportKind.CONTRACTOR)
    finally:
        build.REPORTERS[ReportKind.CONTRACTOR] = "contractor"


def test_nobody_signs_before_the_day_or_without_a_notice(building: Site, clock: Clock) -> None:
    build.ready(building, clock)
    with pytest.raises(NoMeeting):
        build.opinion(building, clock, "owner")
    with building.units.writing(building.filer) as uow:
        call_meeting(uow, [building.unit], Meeting(date(2026, 3, 20), "09:30", "项目部", "验收组"))
    with pytest.raises(TooEarly, match="2026-03-20"):
        build.opinion(building, clock, "owner")


def test_a_meeting_before_the_conditions_are_met_is_refused_with_the_list(building: Site, clock: Clock) -> None:
    build.called(building, clock)
    build.state(building, "rectification", building.officer, Stance.UNMET)
    with pytest.raises(GatesNotMet, match="责令整改") as refused:
        build.opinion(building, clock, "owner")
    assert [line.rule for line in refused.value.lines] == ["rectification"]
    build.state(building, "rectification", building.officer)
    build.opinion(building, clock, "owner")


def test_a_leader_who_disagrees_ends_the_round_and_the_next_begins_with_the_contractor(building: Site, clock: Clock) -> None:
    build.called(building, clock)
    build.opinion(building, clock, "owner")
    build.opinion(building, clock, "supervision", voice=build.REFUSED)
    assert [held.ended_as for held in rounds(building)] == [Ending.DISAGREED]
    with pytest.raises(NoMeeting):
        build.opinion(building, clock, "contractor")
    with pytest.raises(OutOfTurn):
        build.report(building, clock, ReportKind.DESIGN)
    build.report(building, clock, ReportKind.CONTRACTOR)
    assert [held.number for held in rounds(building)] == [1, 2]


def test_nobody_gives_two_opinions_for_one_firm(building: Site, clock: Clock) -> None:
    build.called(building, clock)
    build.opinion(building, clock, "design")
    with pytest.raises(AlreadyGiven, match="孙设计"):
        build.opinion(building, clock, "design")


def test_a_leader_changed_between_notice_and_signature_signs_no_more(building: Site, clock: Clock) -> None:
    build.called(building, clock)
    with building.units.writing(building.filer) as uow:
        hand_over(uow, building.terms["contractor"], Newcomer(
            "郑接任", IdentityKind.CITIZEN, house.identity(), "", "一级注册建造师", "鲁1372026202600001",
            uow.today - timedelta(days=1), "工作调动", "",
        ))
    with pytest.raises(NotInOffice, match="李建国"):
        build.opinion(building, clock, "contractor")
    with pytest.raises(GatesNotMet, match="郑接任"):
        build.opinion(building, clock, "owner")


def test_a_successor_whose_pair_is_not_on_file_is_warned_of_and_cannot_agree(
    building: Site, clock: Clock, visit: Visit
) -> None:
    build.called(building, clock)
    successor = build.succeeded(building, "contractor", "郑接任")
    assert "郑接任的授权书、承诺书尚未备案" in visit(successor).get(f"/units/{building.unit}/completion").text
    changed = replace(building, leaders=building.leaders | {"contractor": successor})
    with pytest.raises(GatesNotMet, match="郑接任"):
        build.opinion(changed, clock, "contractor")
    given = build.opinion(changed, clock, "contractor", voice=build.REFUSED)
    assert "未备案" in given.warning
    assert "与备案的项目负责人不一致" in visit(building.officer).get(f"/units/{building.unit}/completion").text
    assert rounds(building)[0].ended_as is Ending.DISAGREED


def test_somebody_who_leads_no_firm_gives_no_opinion(building: Site, clock: Clock) -> None:
    build.called(building, clock)
    with pytest.raises(NotInOffice, match="冯工长"):
        build.opinion(building, clock, "site/foreman")


def test_a_meeting_called_off_stays_on_record_and_another_is_called(building: Site, clock: Clock) -> None:
    build.called(building, clock)
    with building.units.writing(building.filer) as uow:
        withdraw_notice(uow, building.unit, "台风")
    with building.units.writing(building.filer) as uow:
        call_meeting(uow, [building.unit], Meeting(uow.today + timedelta(days=20), "09:30", "项目部", "验收组"))
    with building.units.writing(building.filer) as uow:
        withdraw_round(uow, building.unit, "设计有重大变更")
    assert [held.ended_as for held in rounds(building)] == [Ending.WITHDRAWN]


def test_two_buildings_are_accepted_in_one_meeting_each_on_its_own(building: Site, clock: Clock) -> None:
    second = second_unit(building)
    build.called(building, clock, (building.unit, second))
    for role in build.ROLES:
        build.opinion(building, clock, role)
    with building.units.reading(building.officer) as uow:
        assert uow.get(UnitProject, building.unit).accepted_on is not None
        assert uow.get(UnitProject, second).accepted_on is None
    for role in build.ROLES:
        build.opinion(building, clock, role, second)
    with building.units.reading(building.officer) as uow:
        assert uow.get(UnitProject, second).accepted_on is not None


def test_the_station_records_what_it_saw_and_explains_a_fault(building: Site, clock: Clock) -> None:
    with pytest.raises(NotAccepted), building.units.writing(building.officer) as uow:
        record_oversight(uow, building.unit, GOOD)
    build.completed(building, clock)
    with pytest.raises(Invalid, match="写明"), building.units.writing(building.officer) as uow:
        record_oversight(uow, building.unit, Seen(organisation=True, procedure=False, standards=True, result=True, words=""))
    clock.forward(days=6)
    with building.units.writing(building.officer) as uow:
        assert record_oversight(uow, building.unit, GOOD).late


def test_the_owner_files_and_the_station_receives_with_a_number(building: Site, clock: Clock) -> None:
    build.completed(building, clock)
    filing = build.filed(building, clock)
    assert not filing.late
    with building.units.writing(building.officer) as uow:
        received = receive_filing(uow, filing.id)
        assert received.number == "JGBA-370102-2026-00001"
        assert owner_around(uow, "completion_receipt", received.id) == building.filer.organisation
    with pytest.raises(AlreadyAnswered, match="00001"), building.units.writing(building.officer) as uow:
        receive_filing(uow, filing.id)
    assert build.lines(building, Moment.HANDOVER)["filed"].state == "met"


def test_a_filing_after_fifteen_days_is_marked_late_and_taken(building: Site, clock: Clock) -> None:
    build.completed(building, clock)
    clock.forward(days=16)
    assert build.filed(building, clock).late


def test_the_station_orders_reacceptance_with_reasons_and_the_earlier_round_stays(building: Site, clock: Clock) -> None:
    build.completed(building, clock)
    filing = build.filed(building, clock)
    with building.units.writing(building.officer) as uow:
        order_reacceptance(uow, filing.id, "未按规定通知监督机构", "房屋建筑和市政基础设施工程竣工验收备案管理办法 第八条")
    with pytest.raises(AlreadyAnswered), building.units.writing(building.officer) as uow:
        receive_filing(uow, filing.id)
    assert [held.ended_as for held in rounds(building)] == [Ending.ACCEPTED, None]
    assert build.lines(building, Moment.FILING)["accepted"].state == "not-met"
    first = accepted_on(building)
    assert first is not None
    build.reports(building, clock)
    with building.units.writing(building.filer) as uow:
        call_meeting(uow, [building.unit], Meeting(uow.today + timedelta(days=14), "09:30", "项目部", "验收组"))
    clock.forward(days=14)
    for role in build.ROLES:
        build.opinion(building, clock, role)
    again = accepted_on(building)
    assert again is not None
    assert again > first
    assert build.lines(building, Moment.FILING)["accepted"].state == "met"


def test_after_fifteen_days_no_reacceptance_can_be_ordered(building: Site, clock: Clock) -> None:
    build.completed(building, clock)
    filing = build.filed(building, clock)
    clock.forward(days=16)
    with pytest.raises(OrderTooLate), building.units.writing(building.officer) as uow:
        order_reacceptance(uow, filing.id, "发现违反规定", "第八条")


def test_an_accepted_building_is_not_reported_again(building: Site, clock: Clock) -> None:
    build.completed(building, clock)
    with pytest.raises(AlreadyAccepted):
        build.report(building, clock, ReportKind.CONTRACTOR)


def test_what_the_registry_sees_itself_is_not_stated_by_anybody(building: Site) -> None:
    with pytest.raises(NotToBeStated):
        build.state(building, "pledges", building.officer)
    with pytest.raises(NotFound):
        build.state(building, "nothing", building.officer)
    with pytest.raises(Forbidden):
        build.state(building, "rectification", building.filer)
    with pytest.raises(NotInOffice):
        build.state(building, "payment", building.leaders["contractor"])


def test_each_step_tells_the_next_to_act(building: Site, clock: Clock) -> None:
    build.report(building, clock, ReportKind.CONTRACTOR)
    with building.units.reading(building.officer) as uow:
        told = {(row.person_id, row.kind) for row in uow.session.scalars(select(Notice).where(Notice.kind.like("completion.%")))}
    assert (building.leaders["supervision"].person, "completion.to-report.supervision-assessment") in told


def test_another_tenant_finds_nothing(building: Site, units: Units) -> None:
    stranger = house.signed_in(units, "stranger", "外人", None, None, Role.OFFICER, "110100")
    with pytest.raises(NotFound), units.writing(stranger) as uow:
        record_oversight(uow, building.unit, GOOD)
