"""Dwelling by dwelling, and the two papers."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from registry.completion.dwellings import (
    BadList,
    Found,
    NotAllAnswered,
    NothingToSign,
    check_dwelling,
    enter_dwellings,
    issue_residential_paper,
    rows_pasted,
    sign_dwellings,
    strike_off,
)
from registry.completion.housing import PaperKind
from registry.completion.models import Dwelling
from registry.completion.standing import standing
from registry.documents.kinds import Unsuitable
from registry.kernel.errors import Conflict, Forbidden, Invalid
from registry.projects.offices import NotInOffice
from registry.standards.drafts import shipped
from registry.standards.kinds import DWELLING_CHECKS
from tests.build import Site
from tests.completion.sending import sent
from tests.conftest import Clock

CHECKS = [one.key for draft in [every for every in shipped() if every.kind == "dwelling-checks"][-1:]
          for one in DWELLING_CHECKS.read(draft.content)]
GOOD = dict.fromkeys(CHECKS, True)


def entered(site: Site, text: str) -> list[Dwelling]:
    with site.units.writing(site.filer) as uow:
        return enter_dwellings(uow, site.unit, rows_pasted(text))


def all_good(site: Site) -> None:
    with site.units.reading(site.officer) as uow:
        ids = list(uow.session.scalars(select(Dwelling.id).where(Dwelling.unit_project_id == site.unit)))
    for dwelling_id in ids:
        with site.units.writing(site.leaders["site/owner-engineer"]) as uow:
            check_dwelling(uow, dwelling_id, Found(GOOD))
    for side, who in (("contractor", "site/quality-inspector"), ("supervision", "site/supervision-engineer"), ("owner", "owner")):
        with site.units.writing(site.leaders[who]) as uow:
            assert sign_dwellings(uow, site.unit, side) == len(ids)


def test_a_list_is_pasted_from_a_table() -> None:
    rows = rows_pasted("1-101\t89.5\t两室一厅\n\n1-102，120 三室\n2#203\n")
    assert [(row.number, row.area, row.layout) for row in rows] == [
        ("1-101", Decimal("89.5"), "两室一厅"), ("1-102", Decimal(120), "三室"), ("2#203", None, ""),
    ]


@pytest.mark.parametrize(("text", "said"), [
    ("1-101 大", "第 1 行"), ("1-101\n1_!2", "第 2 行"), ("1-101 -5", "面积"), ("1-1 NaN", "面积"),
])
def test_a_bad_line_is_named(text: str, said: str) -> None:
    with pytest.raises(BadList, match=said):
        rows_pasted(text)


def test_no_dwelling_is_entered_twice_and_one_struck_off_may_come_again(building: Site) -> None:
    [home] = entered(building, "1-101")
    with pytest.raises(BadList, match="1-101"):
        entered(building, "1-102\n1-101")
    with building.units.writing(building.filer) as uow:
        strike_off(uow, home.id, "户号有误")
    with pytest.raises(Conflict), building.units.writing(building.filer) as uow:
        strike_off(uow, home.id, "户号有误")
    entered(building, "1-101")


def test_every_checkpoint_is_answered_and_a_fault_is_explained(building: Site) -> None:
    [home] = entered(building, "1-101")
    by = building.leaders["site/quality-inspector"]
    with pytest.raises(NotAllAnswered), building.units.writing(by) as uow:
        check_dwelling(uow, home.id, Found({CHECKS[0]: True}))
    with pytest.raises(Invalid, match="写明"), building.units.writing(by) as uow:
        check_dwelling(uow, home.id, Found(GOOD | {CHECKS[0]: False}))
    with building.units.writing(by) as uow:
        assert not check_dwelling(uow, home.id, Found(GOOD | {CHECKS[0]: False}, "客厅空鼓")).passed
    with pytest.raises(NothingToSign), building.units.writing(by) as uow:
        sign_dwellings(uow, building.unit, "contractor")


def test_a_later_check_counts_and_wants_its_own_signatures(building: Site, clock: Clock) -> None:
    [home] = entered(building, "1-101")
    all_good(building)
    clock.forward(seconds=1)
    with building.units.writing(building.leaders["site/owner-engineer"]) as uow:
        check_dwelling(uow, home.id, Found(GOOD, "复验"))
    with building.units.reading(building.officer) as uow:
        [again] = standing(uow, building.unit).dwellings
        assert not again.accepted
        assert len(again.checks) == 2


def test_each_side_signs_by_its_own_people(building: Site) -> None:
    [home] = entered(building, "1-101")
    with building.units.writing(building.leaders["site/owner-engineer"]) as uow:
        check_dwelling(uow, home.id, Found(GOOD))
    with pytest.raises(NotInOffice), building.units.writing(building.leaders["site/foreman"]) as uow:
        sign_dwellings(uow, building.unit, "supervision")
    with pytest.raises(Forbidden), building.units.writing(building.officer) as uow:
        sign_dwellings(uow, building.unit, "owner")


@pytest.mark.parametrize(("data", "name"), [(b"", "一.jpg"), (b"\x00\x00\x00\x18ftypheic", "二.heic")])
def test_a_photo_that_is_none_is_refused_with_a_sentence(building: Site, data: bytes, name: str) -> None:
    [home] = entered(building, "1-101")
    with pytest.raises(Unsuitable), building.units.writing(building.leaders["site/quality-inspector"]) as uow:
        check_dwelling(uow, home.id, Found(GOOD, "", sent(data, name)))


def test_the_guarantee_names_what_it_still_asks_for_and_is_printed(building: Site) -> None:
    entered(building, "1-101")
    with pytest.raises(Invalid, match="报修单位"), building.units.writing(building.filer) as uow:
        issue_residential_paper(uow, building.unit, PaperKind.GUARANTEE, {})
    with building.units.writing(building.filer) as uow:
        made = issue_residential_paper(uow, building.unit, PaperKind.GUARANTEE, {
            "quality": "合格", "repair": "历城物业 0531-80000000", "answer": "七日内派人维修",
        })
    assert made.kind is PaperKind.GUARANTEE


def test_the_manual_states_what_the_seismic_rules_ask(building: Site) -> None:
    entered(building, "1-101")
    with pytest.raises(Invalid, match="抗震设防烈度"), building.units.writing(building.filer) as uow:
        issue_residential_paper(uow, building.unit, PaperKind.MANUAL, {})
