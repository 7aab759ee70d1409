"""Two at once, with real transactions: one wins, the other is told, nothing is there twice."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from registry.archives.filing import SupersededMeanwhile, supersede_file
from registry.archives.handover import OnItsWay, begin_handover
from registry.archives.models import ArchiveFile, Handover
from registry.kernel.actor import SYSTEM
from registry.kernel.errors import Conflict
from tests import build as house
from tests.archives.build import completed, filed, offered, sent
from tests.conftest import Clock
from tests.documents import samples
from tests.schema import lay_down_the_law


@pytest.fixture
def open_site(committed):
    with committed.bind.begin() as connection:
        lay_down_the_law(connection)
    return house.site(committed)


def both(act):
    """Run `act(number)` twice at once; return what each came to, a refusal included."""
    def one(number):
        try:
            return act(number)
        except Conflict as no:
            return no

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, range(2)))


def test_of_two_hand_overs_begun_at_once_one_is_on_its_way(open_site, clock: Clock):
    completed(open_site, clock)

    def begin(_number):
        with open_site.units.writing(open_site.filer) as uow:
            return begin_handover(uow, open_site.project)

    assert sorted(type(one).__name__ for one in both(begin)) == [Handover.__name__, OnItsWay.__name__]
    with open_site.units.reading(SYSTEM) as uow:
        assert uow.session.scalar(select(func.count()).select_from(Handover)) == 1


def test_of_two_better_versions_at_once_one_supersedes(open_site):
    [older] = filed(open_site)

    def supersede(number):
        paper = samples.pdf(lambda made: [made.add_blank_page() for _page in range(number + 1)])
        with open_site.units.writing(open_site.filer) as uow:
            return supersede_file(uow, older.id, offered(sent(paper), reason="漏签"))

    assert sorted(type(one).__name__ for one in both(supersede)) == [ArchiveFile.__name__, SupersededMeanwhile.__name__]
    with open_site.units.reading(SYSTEM) as uow:
        assert uow.session.scalar(select(func.count()).select_from(ArchiveFile)) == 2
