"""A post is judged as it stood on the day its holder took it up, whatever later editions make of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from registry.kernel.actor import SYSTEM
from registry.pledges.queries import board, pair
from registry.standards.actions import publish_edition
from registry.standards.drafts import shipped
from registry.standards.rules import NATION
from tests import build
from tests.law import abolish_post

pytestmark = pytest.mark.usefixtures("law")


@pytest.fixture
def site(units):
    return build.site(units, build.BEGUN)


def rename_post(units, key, label, since):
    [newest] = [draft for draft in shipped() if draft.kind == "posts" and draft.region == NATION][-1:]
    content = [post | {"label": label} if post["key"] == key else post for post in newest.content]
    with units.writing(SYSTEM) as uow:
        publish_edition(uow, replace(newest, version=f"{key} renamed", effective_from=since, content=content))


def seats(units, site):
    with units.reading(site.officer) as uow:
        return {place.seat.post: place.seat.post_label for place in board(uow, site.project).places}


def test_the_board_names_a_post_as_it_was_called_when_it_was_taken_up(units, site, clock):
    rename_post(units, "project-manager", "施工单位质量责任人", clock.at.date() + timedelta(days=1))
    clock.forward(days=2)
    assert seats(units, site)["project-manager"] == "施工单位项目经理"


def test_who_took_up_a_post_since_abolished_keeps_his_seat(units, site, clock, visit):
    abolish_post(units, "project-manager", clock.at.date() + timedelta(days=1))
    clock.forward(days=2)
    assert seats(units, site)["project-manager"] == "施工单位项目经理"
    assert "施工单位项目经理" in visit(site.officer).get(f"/projects/{site.project}/board").text


def test_the_page_of_a_term_is_read_even_where_no_edition_knows_its_post(units, site, clock, visit):
    abolish_post(units, "project-manager", build.BEGUN)
    clock.forward(days=2)
    assert visit(site.officer).get(f"/terms/{site.terms['contractor']}").status_code == 200
    with units.reading(site.officer) as uow:
        assert pair(uow, site.terms["contractor"]).paragraphs == ()


def test_a_term_on_the_site_has_no_page_of_pledges(units, site, visit):
    build.staff(site, "site/foreman")
    assert visit(site.officer).get(f"/terms/{site.terms['site/foreman']}").status_code == 404
