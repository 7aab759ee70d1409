"""Who may give which role to whom, and what ends it."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from registry.accounts.actions import (
    AccountFacts,
    AlreadyHasAccount,
    LoginTaken,
    MayNotGive,
    RolesApart,
    disable_account,
    enable_account,
    end_grant,
    end_sessions,
    grant_role,
    open_account,
    reset_second_factor,
    unlock_account,
)
from registry.accounts.logins import BadLogin, check_login
from registry.accounts.models import Account, Brake, Grant
from registry.accounts.proof import WrongPassword
from registry.accounts.queries import account as account_shown
from registry.accounts.queries import accounts_in_reach
from registry.accounts.sessions import Step, recognise, sign_in
from registry.kernel.actor import NOBODY, SYSTEM, Actor, Role
from registry.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from registry.kernel.uow import Units
from registry.ledger.models import LedgerEvent
from registry.policy import NotFresh
from tests.accounts import build
from tests.accounts.build import HERE, PASSWORD, Someone
from tests.conftest import Clock
from tests.parties import build as parties


def granted(units: Units, account: Account, role: Role, by: Actor = SYSTEM, region: str = "") -> Grant:
    with units.writing(by) as uow:
        return grant_role(uow, account.id, role, region)


def security(units: Units) -> Actor:
    build.administrator(units, Role.SECURITY_ADMIN)
    return build.actor(units, "security-admin")


@pytest.mark.parametrize("first", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN])
@pytest.mark.parametrize("second", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN])
def test_the_three_administrators_are_three_people(units: Units, first: Role, second: Role) -> None:
    account = build.administrator(units, first)

    with pytest.raises(Conflict):
        granted(units, account, second)


def test_one_person_is_not_two_administrators_through_two_accounts(units: Units) -> None:
    person = parties.person(units).id
    build.account(units, Someone("one", roles=frozenset({Role.SYSTEM_ADMIN}), person=person))
    other = build.account(units, Someone("other", person=person))

    with pytest.raises(RolesApart):
        granted(units, other, Role.AUDIT_ADMIN)


def test_a_role_of_a_station_needs_a_region_and_a_role_of_a_firm_a_firm(units: Units) -> None:
    account = build.account(units)

    with pytest.raises(Invalid):
        granted(units, account, Role.OFFICER)
    with pytest.raises(Invalid):
        granted(units, account, Role.FIRM_FILER)
    with pytest.raises(Invalid):
        granted(units, account, Role.SYSTEM_ADMIN, region="370100")


def test_an_account_looks_after_one_region(units: Units) -> None:
    account = build.officer(units, region="370102")

    with pytest.raises(Invalid):
        granted(units, account, Role.AUDITOR, region="370000")


def test_a_filer_gives_firm_roles_in_the_own_firm_and_no_others(units: Units) -> None:
    own, other = parties.organisation(units), parties.organisation(units)
    build.account(units, Someone("filer", roles=frozenset({Role.FIRM_FILER}), organisation=own.id))
    filer = build.actor(units, "filer")
    colleague = build.account(units, Someone("colleague", person=parties.person(units).id, organisation=own.id))
    stranger = build.account(units, Someone("stranger", organisation=other.id))

    assert granted(units, colleague, Role.PROJECT_LEADER, filer).granted_by_id == filer.account
    with pytest.raises(MayNotGive):
        granted(units, colleague, Role.OFFICER, filer)
    with pytest.raises(NotFound):
        granted(units, stranger, Role.PROJECT_LEADER, filer)


def test_the_head_of_a_station_gives_the_role_of_officer_in_the_own_region_only(units: Units) -> None:
    build.officer(units, Role.STATION_HEAD, "370100", "head")
    head = build.actor(units, "head")
    officer, other_head = frozenset({Role.OFFICER}), frozenset({Role.STATION_HEAD})
    with units.writing(head) as uow:
        open_account(uow, AccountFacts("new-officer", "新监督员", roles=officer, region="370102"))

    with pytest.raises(NotFound), units.writing(head) as uow:
        open_account(uow, AccountFacts("far-officer", "外地", roles=officer, region="110000"))
    with pytest.raises(MayNotGive), units.writing(head) as uow:
        open_account(uow, AccountFacts("new-head", "新站长", roles=other_head, region="370102"))


def test_nobody_gives_roles_to_themselves(units: Units) -> None:
    actor = security(units)
    with units.reading(NOBODY) as uow:
        own = uow.get(Account, actor.account)

    with pytest.raises(MayNotGive):
        granted(units, own, Role.AUDITOR, actor, "370000")


def test_a_grant_that_has_ended_counts_no_more_at_the_next_request(units: Units) -> None:
    account = build.officer(units)
    token = build.let_in(units, "officer").token
    with units.reading(NOBODY) as uow:
        [grant] = uow.session.scalars(select(Grant).where(Grant.account_id == account.id))

    with units.writing(SYSTEM) as uow:
        end_grant(uow, grant.id)

    assert (recognise(units, token).roles, recognise(units, token).region) == (frozenset(), "")
    with pytest.raises(Conflict), units.writing(SYSTEM) as uow:
        end_grant(uow, grant.id)
    granted(units, account, Role.OFFICER, region="370102")


def test_a_grant_is_never_rewritten(units: Units) -> None:
    build.officer(units)

    with pytest.raises(DBAPIError, match="never changed"), units.writing(NOBODY) as uow:
        uow.session.execute(text("UPDATE account_grant SET role = 'station-head'"))


def test_grants_are_events_of_the_ledger(units: Units) -> None:
    build.officer(units)

    with units.reading(NOBODY) as uow:
        kinds = uow.session.scalars(select(LedgerEvent.kind).order_by(LedgerEvent.at)).all()
    assert {"account.opened", "grant.given"} <= set(kinds)


def test_a_disabled_account_is_out_at_once_and_stays_out(units: Units) -> None:
    account = build.officer(units)
    token = build.let_in(units, "officer").token
    actor = security(units)

    with units.writing(actor) as uow:
        disable_account(uow, account.id)

    assert recognise(units, token) == NOBODY
    with pytest.raises(WrongPassword), units.writing(NOBODY) as uow:
        sign_in(uow, "officer", PASSWORD, HERE)
    with units.writing(actor) as uow:
        enable_account(uow, account.id)
    assert recognise(units, token) == NOBODY


def test_an_administrator_ends_sessions_and_the_wait(units: Units) -> None:
    account = build.officer(units)
    token = build.let_in(units, "officer").token
    actor = security(units)
    for _guess in range(5):
        with pytest.raises(WrongPassword), units.writing(NOBODY) as uow:
            sign_in(uow, "officer", "不是这一句", HERE)

    with units.writing(actor) as uow:
        end_sessions(uow, account.id)
        unlock_account(uow, account.id)

    assert recognise(units, token) == NOBODY
    with units.writing(NOBODY) as uow:
        assert uow.session.scalars(select(Brake).where(Brake.kind == "login")).all() == []
        assert sign_in(uow, "officer", PASSWORD, HERE).step is Step.SECOND_FACTOR


def test_a_filer_has_no_hold_over_an_account_with_more_power(units: Units) -> None:
    firm = parties.organisation(units)
    build.account(units, Someone("filer", roles=frozenset({Role.FIRM_FILER}), organisation=firm.id))
    admin = build.account(units, Someone("admin", roles=frozenset({Role.SYSTEM_ADMIN}), organisation=firm.id))

    with pytest.raises(MayNotGive), units.writing(build.actor(units, "filer")) as uow:
        disable_account(uow, admin.id)


def test_only_the_security_administrator_takes_off_a_second_factor(units: Units, clock: Clock) -> None:
    account = build.officer(units, region="370102")
    build.officer(units, Role.STATION_HEAD, "370100", "head")
    actor = security(units)

    with pytest.raises(Forbidden), units.writing(build.actor(units, "head")) as uow:
        reset_second_factor(uow, account.id, "手机遗失")
    with units.writing(actor) as uow:
        reset_second_factor(uow, account.id, "手机遗失")

    with units.writing(NOBODY) as uow:
        assert sign_in(uow, "officer", PASSWORD, HERE).step is Step.ENROLMENT
    clock.forward(minutes=10)
    stale = Actor(actor.account, roles=actor.roles, session=actor.session)
    with pytest.raises(NotFresh), units.writing(stale) as uow:
        reset_second_factor(uow, account.id, "手机遗失")


def test_a_login_is_taken_once_and_a_person_has_one_account_per_firm(units: Units) -> None:
    firm, person = parties.organisation(units), parties.person(units)
    build.account(units, Someone("lijg", person=person.id, organisation=firm.id))

    with pytest.raises(LoginTaken):
        build.account(units, Someone("ＬＩＪＧ"))
    with pytest.raises(AlreadyHasAccount):
        build.account(units, Someone("li2", person=person.id, organisation=firm.id))
    build.account(units, Someone("li3", person=person.id, organisation=parties.organisation(units).id))


@pytest.mark.parametrize("login", [
    "li", "a b c", "13800138000", "11010519491231002X", "x" * 41, "李\u202e明",
])
def test_a_login_is_short_plain_and_no_personal_number(login: str) -> None:
    with pytest.raises(BadLogin):
        check_login(login)


@pytest.mark.parametrize("login", ["李建国", "li.jianguo@zz", "𠀀𠀁经办", "filer-01"])
def test_a_login_may_be_chinese(login: str) -> None:
    assert check_login(login.upper()) == login


def test_lists_show_the_accounts_one_manages_and_no_others(units: Units) -> None:
    own, other = parties.organisation(units), parties.organisation(units)
    build.account(units, Someone("filer", "甲", frozenset({Role.FIRM_FILER}), organisation=own.id))
    build.account(units, Someone("colleague", "乙", organisation=own.id))
    stranger = build.account(units, Someone("stranger", "丙", organisation=other.id))
    build.officer(units, region="370102")
    build.officer(units, Role.STATION_HEAD, "370100", "head")

    def seen(login: str) -> set[str]:
        with units.reading(build.actor(units, login)) as uow:
            return {account.login for account in accounts_in_reach(uow, "", 0, 50)[0]}

    assert seen("filer") == {"filer", "colleague"}
    assert {"officer", "head"} <= seen("head")
    with pytest.raises(Forbidden), units.reading(build.actor(units, "officer")) as uow:
        accounts_in_reach(uow, "", 0, 50)
    with pytest.raises(NotFound), units.reading(build.actor(units, "colleague")) as uow:
        account_shown(uow, stranger.id)
