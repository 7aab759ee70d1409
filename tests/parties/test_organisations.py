"""Organisations: one row per code, and what becomes of them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import func, select

from registry.kernel.actor import SYSTEM, Actor, Role
from registry.kernel.errors import Invalid, NotFound
from registry.kernel.uow import Units
from registry.ledger.models import LedgerEvent
from registry.parties.actions import (
    ChangedMeanwhile,
    StatusChange,
    StatusIsFinal,
    change_legal_representative,
    change_organisation_status,
    register_organisation,
    rename_organisation,
)
from registry.parties.entering import OrganisationFacts, PartyDiffers, differences, enter_organisations
from registry.parties.identifiers import InvalidIdentifier
from registry.parties.models import Organisation, OrganisationStatus
from registry.parties.queries import organisation, organisations
from tests.parties import build

READER = Actor(account=UUID(int=1))


def became(units: Units, firm: Organisation, status: OrganisationStatus, successor: str = "") -> Organisation:
    with units.writing(SYSTEM) as uow:
        change = StatusChange(status, date(2026, 3, 1), "公告", successor)
        return change_organisation_status(uow, firm.id, change, uow.get(Organisation, firm.id).version)


def found(units: Units, words: str) -> set[str]:
    with units.reading(READER) as uow:
        return {one.name for one in organisations(uow, words).organisations}


def test_a_firm_is_registered_once(units: Units) -> None:
    facts = OrganisationFacts(build.code(), "甲建设公司", "周法人")

    with units.writing(SYSTEM) as uow:
        first = register_organisation(uow, facts)
        again = register_organisation(uow, OrganisationFacts(facts.uscc.lower(), " 甲建设公司 ", "周法人"))

    assert first.id == again.id
    assert first.region == "370102"


def test_the_same_code_with_another_name_is_refused_and_says_what_differs(units: Units) -> None:
    code = build.code()
    with units.writing(SYSTEM) as uow:
        register_organisation(uow, OrganisationFacts(code, "甲建设公司", "周法人"))

    said = "单位名称为“甲建设公司”，而不是“乙建设公司”.*法定代表人为“周法人”"
    with pytest.raises(PartyDiffers, match=said) as refused, units.writing(SYSTEM) as uow:
        register_organisation(uow, OrganisationFacts(code, "乙建设公司", "吴法人"))
    assert "变更" in refused.value.remedy


def test_what_differs_can_be_asked_beforehand(units: Units) -> None:
    firm = build.organisation(units)

    given = OrganisationFacts(firm.uscc, firm.name, "吴法人", "110000")
    assert [one.field for one in differences(firm, given)] == ["法定代表人"]


def test_a_wrong_code_is_refused(units: Units) -> None:
    code = build.code()
    wrong = code[:-1] + ("A" if code[-1] != "A" else "B")
    with pytest.raises(InvalidIdentifier), units.writing(SYSTEM) as uow:
        register_organisation(uow, OrganisationFacts(wrong, "甲", "乙"))


def test_many_are_entered_at_once_each_with_its_event(units: Units) -> None:
    facts = [OrganisationFacts(build.code(), f"第{number}建设公司", "周法人") for number in range(50)]
    with units.writing(SYSTEM) as uow:
        enter_organisations(uow, facts[:20])
        entered = enter_organisations(uow, [*facts, facts[0]])

    assert [one.name for one in entered.rows] == [*(one.name for one in facts), facts[0].name]
    assert entered.new == 30
    with units.reading(SYSTEM) as uow:
        assert uow.session.scalar(
            select(func.count()).where(LedgerEvent.kind == "organisation.registered")
        ) == 50


def test_two_imports_at_once_enter_a_firm_once(committed: Units) -> None:
    facts = [OrganisationFacts(build.code(), f"第{number}建设公司", "周法人") for number in range(20)]

    def enter(turn: int) -> int:
        with committed.writing(SYSTEM) as uow:
            return enter_organisations(uow, facts if turn % 2 else facts[::-1]).new

    with ThreadPoolExecutor(6) as imports:
        new = list(imports.map(enter, range(6)))

    assert sum(new) == 20
    with committed.reading(SYSTEM) as uow:
        assert uow.session.scalar(select(func.count()).select_from(Organisation)) == 20
        events = select(func.count()).where(LedgerEvent.kind == "organisation.registered")
        assert uow.session.scalar(events) == 20


def test_a_merged_firm_names_its_successor_and_the_chain_is_followed(units: Units) -> None:
    first, second, third = (build.organisation(units, name) for name in ("甲公司", "乙公司", "丙公司"))
    with pytest.raises(Invalid, match="承继单位"):
        became(units, first, OrganisationStatus.MERGED)
    became(units, first, OrganisationStatus.MERGED, second.uscc)
    became(units, second, OrganisationStatus.DIVIDED, third.uscc)

    with units.reading(READER) as uow:
        shown = organisation(uow, first.id)
    assert [one.name for one in shown.successors] == ["乙公司", "丙公司"]
    assert shown.organisation.status is OrganisationStatus.MERGED


def test_succession_never_goes_round_in_a_circle(units: Units) -> None:
    first, second = build.organisation(units, "甲公司"), build.organisation(units, "乙公司")
    became(units, first, OrganisationStatus.MERGED, second.uscc)

    with pytest.raises(Invalid, match="承继"):
        became(units, second, OrganisationStatus.MERGED, first.uscc)
    with pytest.raises(Invalid, match="承继"):
        became(units, second, OrganisationStatus.MERGED, second.uscc)


def test_a_firm_struck_off_does_not_come_back(units: Units) -> None:
    firm = build.organisation(units)
    became(units, firm, OrganisationStatus.REVOKED)
    became(units, firm, OrganisationStatus.DEREGISTERED)

    for status in OrganisationStatus:
        with pytest.raises(StatusIsFinal):
            became(units, firm, status)


def test_a_status_is_not_of_tomorrow(units: Units) -> None:
    firm = build.organisation(units)
    with pytest.raises(Invalid, match="今天"), units.writing(SYSTEM) as uow:
        change_organisation_status(uow, firm.id, StatusChange(
            OrganisationStatus.BANKRUPT, date(2026, 3, 3), "裁定"), firm.version)


def test_a_renamed_firm_is_found_by_both_names(units: Units) -> None:
    firm = build.organisation(units, "济南老城建设公司")
    with units.writing(SYSTEM) as uow:
        rename_organisation(uow, firm.id, "山东新城建设集团", firm.version)

    assert found(units, "老城建设") == found(units, "新城") == {"山东新城建设集团"}


def test_two_people_editing_at_once_do_not_overwrite_each_other(units: Units) -> None:
    firm = build.organisation(units)
    with units.writing(SYSTEM) as uow:
        change_legal_representative(uow, firm.id, "吴法人", firm.version)

    with pytest.raises(ChangedMeanwhile), units.writing(SYSTEM) as uow:
        rename_organisation(uow, firm.id, "新名称", 1)


def test_a_filer_edits_the_own_firm_alone(units: Units) -> None:
    own, other = build.organisation(units), build.organisation(units)
    filer = Actor(account=UUID(int=2), organisation=own.id, roles=frozenset({Role.FIRM_FILER}))

    with units.writing(filer) as uow:
        rename_organisation(uow, own.id, "新名称", own.version)
    with pytest.raises(NotFound), units.writing(filer) as uow:
        rename_organisation(uow, other.id, "新名称", other.version)
    with pytest.raises(NotFound), units.writing(filer) as uow:
        register_organisation(uow, OrganisationFacts(build.code(), "又一家", "周法人", "370102"))


def officer(region: str) -> Actor:
    return Actor(account=UUID(int=3), region=region, roles=frozenset({Role.OFFICER}))


def test_a_station_edits_the_firms_of_its_region_alone(units: Units) -> None:
    near, far = build.organisation(units), build.organisation(units, region="330102")

    with units.writing(officer("370100")) as uow:
        assert rename_organisation(uow, near.id, "新名称", near.version).name == "新名称"
    for act in (rename_organisation, change_legal_representative):
        with pytest.raises(NotFound), units.writing(officer("370100")) as uow:
            act(uow, far.id, "新名称", far.version)
    with pytest.raises(NotFound), units.writing(officer("370100")) as uow:
        change_organisation_status(uow, far.id, StatusChange(
            OrganisationStatus.BANKRUPT, date(2026, 3, 1), "裁定"), far.version)


def test_a_station_enters_a_firm_from_anywhere(units: Units) -> None:
    with units.writing(officer("370100")) as uow:
        entered = register_organisation(uow, OrganisationFacts(build.code(region="330102"), "浙江某建设公司", "周法人"))
    assert entered.region == "330102"


@pytest.mark.parametrize(("words", "hit"), [
    ("第一建", True), ("建", True), ("济南 第一", True), ("ＡＢＣ", True), ("abc", True), ("", True),
    ("建第一", False), ("丁", False),
])
def test_firms_are_found_by_any_part_of_the_name(units: Units, words: str, hit: bool) -> None:
    build.organisation(units, "济南市第一建筑 ABC 公司")

    assert bool(found(units, words)) is hit
