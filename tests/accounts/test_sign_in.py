"""Signing in: password, second factor, brakes."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from registry.accounts import passwords
from registry.accounts.actions import confirm_identity
from registry.accounts.brakes import TooManyGuesses, count_failure
from registry.accounts.models import (
    Account,
    AccountEvent,
    AccountSession,
    Brake,
    BrakeKind,
    RecoveryCode,
)
from registry.accounts.proof import Method, NoSecondFactor, WrongCode, WrongPassword, prove_password
from registry.accounts.second_factor import next_code, recovery_hash, step_of
from registry.accounts.sessions import (
    Admission,
    SignInExpired,
    Step,
    half_session,
    offered_secret,
    pass_second_factor,
    recognise,
    renew_recovery_codes,
    sign_in,
    take_second_factor,
)
from registry.kernel.actor import NOBODY, Actor, Role
from registry.kernel.uow import Units
from tests.accounts import build
from tests.accounts.build import HERE, PASSWORD, SECRET, Someone
from tests.conftest import Clock


def enter(units: Units, login: str, password: str = PASSWORD) -> Admission:
    with units.writing(NOBODY) as uow:
        return sign_in(uow, login, password, HERE)


def test_a_password_alone_lets_nobody_in_whose_account_has_a_second_factor(units: Units) -> None:
    build.officer(units)

    half = enter(units, "officer")

    assert half.step is Step.SECOND_FACTOR
    assert recognise(units, half.token) == NOBODY


def test_the_second_factor_opens_a_session_under_another_token(units: Units, clock: Clock) -> None:
    build.officer(units)
    half = enter(units, "officer")

    with units.writing(NOBODY) as uow:
        whole = pass_second_factor(uow, half.token, build.code(clock.at), HERE)

    assert whole.token != half.token
    actor = recognise(units, whole.token)
    assert (actor.name, actor.region, actor.roles) == ("李监督", "370100", frozenset({Role.OFFICER}))
    assert actor.fresh
    assert recognise(units, half.token) == NOBODY
    with pytest.raises(SignInExpired), units.reading(NOBODY) as uow:
        half_session(uow, half.token)


def test_a_code_of_the_second_factor_counts_once(units: Units, clock: Clock) -> None:
    build.officer(units)
    build.let_in(units, "officer")
    again = enter(units, "officer")

    with pytest.raises(WrongCode), units.writing(NOBODY) as uow:
        pass_second_factor(uow, again.token, build.code(clock.at), HERE)

    with units.writing(NOBODY) as uow:
        assert pass_second_factor(uow, again.token, build.code(clock.at, 1), HERE).step is Step.IN


def test_whoever_must_have_a_second_factor_binds_one_on_the_way_in(units: Units) -> None:
    build.account(units, Someone("head", "站长", frozenset({Role.STATION_HEAD}), "370000", secret=""))
    half = enter(units, "head")
    assert half.step is Step.ENROLMENT

    with units.reading(NOBODY) as uow:
        secret = offered_secret(uow, half_session(uow, half.token).account)
    with pytest.raises(WrongCode), units.writing(NOBODY) as uow:
        take_second_factor(uow, half.token, "000000", HERE)
    with units.writing(NOBODY) as uow:
        whole, codes = take_second_factor(uow, half.token, next_code(secret, uow.at, 0), HERE)

    assert Role.STATION_HEAD in recognise(units, whole.token).roles
    assert len(set(codes)) == 10


def test_a_half_session_does_not_wait_for_long(units: Units, clock: Clock) -> None:
    build.officer(units)
    half = enter(units, "officer")
    clock.forward(minutes=10)

    with pytest.raises(SignInExpired), units.writing(NOBODY) as uow:
        pass_second_factor(uow, half.token, build.code(clock.at), HERE)


def test_a_recovery_code_stands_in_for_the_second_factor_once(units: Units) -> None:
    key = build.officer(units).id
    with units.writing(NOBODY) as uow:
        [first, *_rest] = renew_recovery_codes(uow, uow.get(Account, key))
    half = enter(units, "officer")

    with units.writing(NOBODY) as uow:
        assert pass_second_factor(uow, half.token, first.upper().replace("-", " "), HERE).step is Step.IN
    again = enter(units, "officer")
    with pytest.raises(WrongCode), units.writing(NOBODY) as uow:
        pass_second_factor(uow, again.token, first, HERE)


def test_new_recovery_codes_spend_the_old_ones(units: Units) -> None:
    key = build.officer(units).id
    with units.writing(NOBODY) as uow:
        old = renew_recovery_codes(uow, uow.get(Account, key))
        uow.session.flush()
        renew_recovery_codes(uow, uow.get(Account, key))
        unused = select(RecoveryCode.code_sha256).where(RecoveryCode.used_at.is_(None))
        left = uow.session.scalars(unused).all()

    assert len(left) == 10
    assert not {recovery_hash(key, code) for code in old} & set(left)


def test_an_unknown_login_and_a_wrong_password_are_told_alike(units: Units) -> None:
    build.officer(units)

    with pytest.raises(WrongPassword) as wrong:
        enter(units, "officer", "不是这一句")
    with pytest.raises(WrongPassword) as unknown:
        enter(units, "nobody", "不是这一句")

    assert (str(wrong.value), wrong.value.field) == (str(unknown.value), unknown.value.field)


def test_an_unknown_login_costs_the_same_hash(units: Units) -> None:
    """Behaviour, not a stopwatch: what is verified for nobody has the very parameters of a real hash."""
    assert passwords.nobodys_hash().split("$")[:4] == build.HASHED.split("$")[:4]
    with pytest.raises(WrongPassword), units.writing(NOBODY) as uow:
        prove_password(uow, None, "nobody", "")


def test_wrong_passwords_make_the_next_one_wait_even_the_right_one(units: Units, clock: Clock) -> None:
    build.account(units, Someone(roles=frozenset()))
    for _guess in range(5):
        with pytest.raises(WrongPassword):
            enter(units, "someone", "不是这一句")

    with pytest.raises(TooManyGuesses) as refused:
        enter(units, "someone")
    assert refused.value.status == 429
    clock.forward(seconds=31)
    assert enter(units, "someone").step is Step.SECOND_FACTOR


def test_the_wait_grows_and_ends(units: Units, clock: Clock) -> None:
    build.account(units, Someone())
    for _guess in range(8):
        with pytest.raises(WrongPassword):
            enter(units, "someone", "不是这一句")
        clock.forward(minutes=61)
    with pytest.raises(WrongPassword):
        enter(units, "someone", "不是这一句")

    clock.forward(minutes=5)
    with pytest.raises(TooManyGuesses):
        enter(units, "someone")
    clock.forward(minutes=60)
    assert enter(units, "someone").step is Step.SECOND_FACTOR


def test_an_unknown_login_is_braked_like_a_known_one(units: Units) -> None:
    for _guess in range(5):
        with pytest.raises(WrongPassword):
            enter(units, "nobody", "不是这一句")

    with pytest.raises(TooManyGuesses):
        enter(units, "nobody", "不是这一句")


def test_one_address_that_tries_many_logins_is_braked(units: Units) -> None:
    build.account(units, Someone())
    with units.writing(NOBODY) as uow:
        for _guess in range(29):
            count_failure(uow, BrakeKind.ADDRESS, HERE.address)
    with pytest.raises(WrongPassword):
        enter(units, "nobody", "不是这一句")

    with pytest.raises(TooManyGuesses):
        enter(units, "someone")


def test_what_was_typed_as_a_login_is_kept_only_as_a_keyed_hash(units: Units) -> None:
    with pytest.raises(WrongPassword):
        enter(units, "我把密码打在了登录名里")

    with units.reading(NOBODY) as uow:
        keys = uow.session.scalars(select(Brake.key)).all()
        details = uow.session.scalars(select(AccountEvent.detail)).all()
    assert "密码打在" not in str(keys) + str(details)


def test_wrong_codes_make_the_next_one_wait(units: Units, clock: Clock) -> None:
    build.officer(units)
    half = enter(units, "officer")
    for _guess in range(5):
        with pytest.raises(WrongCode), units.writing(NOBODY) as uow:
            pass_second_factor(uow, half.token, "000000", HERE)

    with pytest.raises(TooManyGuesses), units.writing(NOBODY) as uow:
        pass_second_factor(uow, half.token, build.code(clock.at), HERE)


def test_a_wrong_code_counts_though_the_act_it_was_for_is_undone(units: Units, clock: Clock) -> None:
    build.officer(units)
    actor = build.actor(units, "officer")
    for _guess in range(5):
        with pytest.raises(WrongCode), units.writing(actor) as uow:
            confirm_identity(uow, "000000")

    with pytest.raises(TooManyGuesses), units.writing(actor) as uow:
        confirm_identity(uow, build.code(clock.at, 1))


def test_confirming_who_one_is_returns_evidence_and_makes_the_session_fresh(
    units: Units, clock: Clock
) -> None:
    key = build.officer(units).id
    token = build.let_in(units, "officer").token
    clock.forward(minutes=11)
    stale = recognise(units, token)
    assert not stale.fresh

    with units.writing(stale) as uow:
        evidence = confirm_identity(uow, build.code(clock.at))

    assert (evidence.method, evidence.at, evidence.account) == (Method.TOTP, clock.at, key)
    assert evidence.session == str(stale.session)
    assert token not in str(evidence)
    assert recognise(units, token).fresh


def test_nobody_signs_without_a_second_factor(units: Units) -> None:
    build.account(units, Someone(secret=""))
    actor = build.actor(units, "someone")

    with pytest.raises(NoSecondFactor), units.writing(actor) as uow:
        confirm_identity(uow, "123456")


def test_a_password_hashed_with_old_parameters_is_hashed_anew(units: Units) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD)
    key = build.account(units, Someone(secret="")).id
    with units.writing(NOBODY) as uow:
        uow.get(Account, key).password_hash = weak

    enter(units, "someone")

    with units.reading(NOBODY) as uow:
        assert not passwords.outdated(uow.get(Account, key).password_hash)


def test_every_step_of_signing_in_is_noted(units: Units) -> None:
    build.officer(units)
    with pytest.raises(WrongPassword):
        enter(units, "officer", "不是这一句")
    build.let_in(units, "officer")

    with units.reading(NOBODY) as uow:
        noted = uow.session.execute(select(AccountEvent.kind, AccountEvent.address)).all()
    assert {("password.wrong", "192.0.2.7"), ("password.right", "192.0.2.7"), ("code.right", "192.0.2.7"),
            ("session.opened", "192.0.2.7")} <= {tuple(row) for row in noted}


def test_the_table_of_sessions_holds_no_token(units: Units) -> None:
    build.officer(units)
    token = build.let_in(units, "officer").token

    with units.reading(NOBODY) as uow:
        rows = uow.session.scalars(select(AccountSession)).all()
    assert all(token.encode() not in row.token_sha256 and token not in repr(vars(row)) for row in rows)


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_clock_may_be_one_step_off(clock: Clock, steps: int) -> None:
    assert step_of(SECRET, build.code(clock.at, steps), clock.at, 0) is not None


@pytest.mark.parametrize("steps", [-2, 2])
def test_a_clock_two_steps_off_is_wrong(clock: Clock, steps: int) -> None:
    assert step_of(SECRET, build.code(clock.at, steps), clock.at, 0) is None


def test_the_hint_shows_a_code_that_will_be_taken(clock: Clock) -> None:
    now = int(clock.at.timestamp()) // 30

    assert next_code(SECRET, clock.at, 0) == build.code(clock.at)
    assert next_code(SECRET, clock.at, now) == build.code(clock.at, 1)
    assert next_code(SECRET, clock.at, now + 1) == ""


def test_a_session_ends_when_it_lies_idle(units: Units, clock: Clock) -> None:
    build.officer(units)
    token = build.let_in(units, "officer").token

    clock.forward(minutes=29)
    assert recognise(units, token) != NOBODY
    clock.forward(minutes=29)
    assert recognise(units, token) != NOBODY
    clock.forward(minutes=30)
    assert recognise(units, token) == NOBODY


def test_a_session_ends_after_twelve_hours_however_busy(units: Units, clock: Clock) -> None:
    build.officer(units)
    token = build.let_in(units, "officer").token

    for _quarter in range(47):
        clock.forward(minutes=15)
        assert recognise(units, token) != NOBODY
    clock.forward(minutes=15)
    assert recognise(units, token) == NOBODY


def test_a_proof_of_identity_is_recent_for_ten_minutes(units: Units, clock: Clock) -> None:
    build.officer(units)
    token = build.let_in(units, "officer").token

    clock.at += timedelta(minutes=9, seconds=59)
    assert recognise(units, token).fresh
    clock.forward(seconds=1)
    assert not recognise(units, token).fresh


def test_a_token_that_never_was_is_nobody(units: Units) -> None:
    assert recognise(units, "x" * 43) == Actor()
