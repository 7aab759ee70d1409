"""Where the region asks for it, a producer pledges for life, and nothing of his is used before the pledge is there."""

from datetime import date

import pytest

from registry.kernel.actor import SYSTEM
from registry.materials.arriving import add_file
from registry.materials.rules import HoldKey
from registry.materials.standing import holds
from registry.standards import handbook as standards
from registry.standards.actions import publish_edition
from registry.standards.drafts import Draft
from registry.standards.materials import Paper
from registry.standards.rules import Status
from tests.materials import build


def papers_missing(site, batch):
    with site.units.reading(site.officer) as uow:
        return [hold.label for hold in holds(uow.session, [batch.id])[batch.id] if hold.key is HoldKey.PAPER]


@pytest.fixture
def asked(building):
    """Jinan asks the producers of rebar for a pledge from this year on."""
    with building.units.writing(SYSTEM) as uow:
        publish_edition(uow, Draft(
            "producer-pledges", "2026-1", date(2026, 1, 1), "材料生产单位质量承诺（济南）", "地方规定", Status.LAW,
            {"kinds": ["rebar"]}, region="370100",
        ))
    return building


def test_no_pledge_is_asked_for_where_no_rule_does(building):
    assert papers_missing(building, build.batch(building)) == []


def test_a_batch_is_held_until_its_producers_pledge_is_there(asked):
    batch = build.batch(asked)
    assert papers_missing(asked, batch) == ["缺生产单位质量承诺书"]
    with asked.units.writing(asked.leaders["site/materials-clerk"]) as uow:
        add_file(uow, batch.id, Paper.PLEDGE, build.paper())
    assert papers_missing(asked, batch) == []


def test_beijing_asks_for_key_materials_and_not_for_the_others(building):
    with building.units.reading(building.officer) as uow:
        asked = standards.producer_pledges(uow.session, "110105", date(2026, 3, 2)).kinds
    assert {"rebar", "ready-mixed-concrete", "insulation"} <= set(asked)
    assert "glass" not in asked
