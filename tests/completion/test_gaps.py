"""A post that nobody holds keeps a building from acceptance, named with its firm, since when and for how long."""

from datetime import timedelta

from registry.projects.actions import end_term
from tests.completion import build


def test_a_post_that_nobody_holds_is_named_with_its_days(building):
    assert build.lines(building)["terms"].state == "met"
    with building.units.writing(building.officer) as uow:
        end_term(uow, building.terms["contractor"], uow.today - timedelta(days=10), "辞职")
    line = build.lines(building)["terms"]
    assert line.state == "not-met"
    assert "项目经理自 2026-02-21 起 10 天无人担任" in line.missing[0]
    assert line.link == f"/projects/{building.project}"
