"""Sessions, wrong guesses and invitations of which nobody can make use any more are swept away."""

import pytest
from sqlalchemy import func, select

from registry.accounts.invitations import InvitationFacts, invite
from registry.accounts.jobs import sweep
from registry.accounts.models import AccountEvent, AccountSession, Brake, Invitation
from registry.accounts.proof import WrongPassword
from registry.accounts.sessions import sign_in
from registry.kernel.actor import NOBODY, SYSTEM, Role
from registry.rooms import periodic_work
from tests.accounts import build
from tests.accounts.build import HERE


def rows(units, model):
    with units.reading(SYSTEM) as uow:
        return uow.session.scalar(select(func.count()).select_from(model))


@pytest.fixture
def lived_in(units):
    """One session, one wrong guess, one invitation."""
    build.officer(units)
    build.let_in(units, "officer")
    with pytest.raises(WrongPassword), units.writing(NOBODY) as uow:
        sign_in(uow, "officer", "错", HERE)
    with units.writing(SYSTEM) as uow:
        invite(uow, InvitationFacts("李监督", roles=frozenset({Role.OFFICER}), region="370100"))
    return units


def counted(units):
    return [rows(units, model) for model in (AccountSession, Brake, Invitation)]


def test_what_may_still_be_of_use_stays(lived_in, clock):
    before = counted(lived_in)
    assert all(before)
    clock.forward(days=29)
    sweep(lived_in)
    assert counted(lived_in) == before


def test_what_is_of_no_use_any_more_goes_and_the_log_of_the_doors_stays(lived_in, clock):
    events = rows(lived_in, AccountEvent)
    clock.forward(days=120)
    sweep(lived_in)
    assert counted(lived_in) == [0, 0, 0]
    assert rows(lived_in, AccountEvent) == events > 0


def test_the_worker_sweeps():
    assert sweep in [periodic.act for periodic in periodic_work()]
