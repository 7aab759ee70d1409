"""The pages of one project, reached from each of them."""

import re

import pytest

from registry.kernel.actor import Role
from tests import build as house
from tests.parties import build as parties

ENTRY = re.compile(r'<a href="([^"]+)"( aria-current="page")?>(\w+)</a>')


@pytest.fixture
def entries(visit):
    """entries(actor, path) → [(label, address, whether it is this page)]"""

    def read(actor, path):
        told = visit(actor).get(path).text
        row = told.partition('aria-label="本工程"')[2].partition("</nav>")[0]
        return [(label, address, bool(here)) for address, here, label in ENTRY.findall(row)]

    return read


@pytest.mark.parametrize(("path", "label"), [
    ("", "概况"), ("/board", "承诺"), ("/staff", "人员"), ("/plaques", "标牌"), ("/trace", "追溯"),
])
def test_each_page_of_a_project_leads_to_the_others(entries, site, path, label):
    shown = entries(site.filer, f"/projects/{site.project}{path}")
    assert [name for name, _address, here in shown if here] == [label]
    assert {"概况", "承诺", "标牌", "追溯"} <= {name for name, _address, _here in shown}


def test_every_page_it_names_opens(entries, visit, site):
    for _label, address, _here in entries(site.officer, f"/projects/{site.project}"):
        assert visit(site.officer).get(address).status_code == 200


def test_a_page_one_may_not_open_is_not_named(entries, site):
    hall = parties.organisation(site.units, "济南市城建档案馆", "370100")
    keeper = house.signed_in(site.units, "keeper", "馆员", hall.id, None, Role.URBAN_ARCHIVE, "370100")
    labels = {name for name, _address, _here in entries(keeper, f"/projects/{site.project}")}
    assert {"概况", "档案"} <= labels
    assert "追溯" not in labels
