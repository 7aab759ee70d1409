"""Whoever edits a pledge behind the registry's back is found out: table, row and column."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast
from uuid import UUID

from playwright.sync_api import expect
from sqlalchemy import Engine, select, text

from registry.pledges.models import Pledge
from tests.browser import sites
from tests.browser.conftest import Enter
from tests.browser.house import House


@contextmanager
def tampered(house: House, pledge: UUID) -> Iterator[None]:
    """Have a superuser, who can switch the triggers off, take a year off the day of a signature."""
    change = "UPDATE pledge SET signed_on = signed_on {} interval '1 year' WHERE id = :pledge"
    for sign, after in (("-", None), ("+", "back")):
        with cast(Engine, house.units.bind).begin() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text(change.format(sign)), {"pledge": pledge})
        if after is None:
            yield


def audit(house: House) -> tuple[int, str]:
    """What the operator's command answers and says."""
    result = house.app.test_cli_runner().invoke(args=["ledger", "audit"])
    return result.exit_code, result.output


def test_an_edited_pledge_is_found_by_table_row_and_column(
    house: House, landmark: sites.Landmark, enter: Enter
) -> None:
    site = landmark.site
    with house.units.reading(site.officer) as uow:
        pledge = uow.session.scalars(select(Pledge).where(Pledge.term_id == site.terms["design"])).one()
    house.sign_the_ledger()
    assert "审计通过。" in audit(house)[1]

    with tampered(house, pledge.id):
        officer = enter(site.officer)
        officer.go(f"/terms/{site.terms['design']}")
        expect(officer.page.get_by_text(pledge.number)).to_be_visible()  # the page alone does not tell
        status, said = audit(house)
        assert status == 1
        assert f"pledge {pledge.id} · signed_on" in said
    assert "审计通过。" in audit(house)[1]
