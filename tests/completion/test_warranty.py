"""The warranty certificate: never shorter than the law, signed by both sides."""

import pytest

from registry.completion.models import Certificate
from registry.completion.warranty import (
    AlreadyDrawnUp,
    AlreadySigned,
    Terms,
    TooShort,
    draw_up,
    sign_certificate,
    withdraw_certificate,
)
from registry.kernel.errors import Conflict
from registry.projects.offices import NotInOffice
from tests.build import Site
from tests.completion import build
from tests.conftest import Clock


def drawn(site: Site, **amounts: int) -> Certificate:
    with site.units.writing(site.leaders["contractor"]) as uow:
        return draw_up(uow, site.unit, Terms("全部内容", {name.replace("_", "-"): years for name, years in amounts.items()}))


def test_a_period_below_the_minimum_is_refused_with_the_minimum(building: Site) -> None:
    with pytest.raises(TooShort, match="屋面防水工程的保修期不得少于 5 年"):
        drawn(building, roof_waterproofing=3)
    with pytest.raises(TooShort, match="2 个采暖期"):
        drawn(building, heating=1)


def test_longer_periods_may_be_agreed_and_structures_last_as_long_as_the_design_life(building: Site) -> None:
    periods = {one["key"]: one for one in drawn(building, roof_waterproofing=8).periods}
    assert periods["roof-waterproofing"]["words"] == "8 年"
    assert periods["main-structure"]["amount"] is None
    assert periods["heating"]["unit"] == "heating-season"


def test_only_the_contractors_leader_draws_it_up_and_only_once(building: Site) -> None:
    with pytest.raises(NotInOffice), building.units.writing(building.leaders["owner"]) as uow:
        draw_up(uow, building.unit, Terms("全部内容", {}))
    drawn(building)
    with pytest.raises(AlreadyDrawnUp):
        drawn(building)


def test_it_is_printed_when_both_have_signed_and_nobody_signs_twice(building: Site, clock: Clock) -> None:
    certificate = drawn(building)
    for role in ("contractor", "owner"):
        given = build.signing(building, clock)
        with building.units.writing(building.leaders[role]) as uow:
            sign_certificate(uow, certificate.id, given)
    given = build.signing(building, clock)
    with pytest.raises(AlreadySigned), building.units.writing(building.leaders["owner"]) as uow:
        sign_certificate(uow, certificate.id, given)
    with building.units.reading(building.officer) as uow:
        assert uow.get(Certificate, certificate.id).paper_sha256 is not None
    with pytest.raises(AlreadySigned), building.units.writing(building.leaders["contractor"]) as uow:
        withdraw_certificate(uow, certificate.id, "改期限")


def test_before_that_it_may_be_taken_back_and_drawn_up_again(building: Site, clock: Clock) -> None:
    first = drawn(building)
    with building.units.writing(building.leaders["contractor"]) as uow:
        withdraw_certificate(uow, first.id, "改期限")
    given = build.signing(building, clock)
    with pytest.raises(Conflict), building.units.writing(building.leaders["owner"]) as uow:
        sign_certificate(uow, first.id, given)
    assert drawn(building).id != first.id
