from datetime import date, timedelta

import pytest
from sqlalchemy import select

from registry.kernel.actor import SYSTEM
from registry.notices.models import Notice
from registry.pledges.reminders import due, empty_posts, remind
from registry.projects.actions import end_term
from tests import build
from tests.pledges.test_changes import change

pytestmark = pytest.mark.usefixtures("law")


@pytest.fixture
def site(units):
    return build.site(units, started_on=date(2026, 1, 5))


def kinds(units):
    with units.reading(SYSTEM) as uow:
        return [notice.kind for notice in uow.session.scalars(select(Notice).order_by(Notice.created_at))]


def test_a_pair_is_reminded_of_shortly_before_its_clock_runs_out(site, units, clock):
    change(site)
    with units.reading(SYSTEM) as uow:
        assert due(uow) == []
    clock.forward(days=5)
    with units.writing(SYSTEM) as uow:
        assert remind(uow) >= 1
    assert "pair.refile" in kinds(units)


def test_a_filed_pair_is_not_reminded_of(site, units, clock):
    clock.forward(days=1)
    with units.reading(SYSTEM) as uow:
        assert due(uow) == []


def test_an_empty_post_is_told_to_the_owners_filer_once_a_day(site, units, clock):
    with units.writing(site.officer) as uow:
        end_term(uow, site.terms["contractor"], uow.today, "离职")
    clock.forward(days=1)
    for _hour in range(2):
        with units.writing(SYSTEM) as uow:
            assert [post.key for _firm, post in empty_posts(uow)] == ["project-manager"]
            remind(uow)
    with units.reading(SYSTEM) as uow:
        told = uow.session.scalars(select(Notice).where(Notice.kind == "post.empty")).all()
    assert [notice.person_id for notice in told] == [site.filer.person]
    assert all(notice.created_at.date() == date(2026, 3, 2) + timedelta(days=1) for notice in told)
