"""What people do with their own account."""

from uuid import UUID

import pytest
from sqlalchemy import select

from registry.accounts.models import AccountSession
from registry.accounts.own import (
    begin_second_factor,
    bind_second_factor,
    change_password,
    end_other_sessions,
    end_session,
    replace_recovery_codes,
)
from registry.accounts.passwords import WeakPassword, require_strong
from registry.accounts.proof import WrongCode, WrongPassword
from registry.accounts.queries import own
from registry.accounts.second_factor import next_code
from registry.accounts.sessions import offered_secret, recognise, sign_in, sign_out
from registry.kernel.actor import NOBODY, Actor
from registry.kernel.errors import NotFound
from registry.kernel.uow import Units
from registry.policy import NotFresh
from tests.accounts import build
from tests.accounts.build import HERE, PASSWORD, Someone
from tests.conftest import Clock

NEW = "另一句没有人会猜到的话，是不是"


def test_signing_out_ends_the_session_for_good(units: Units) -> None:
    build.officer(units)
    token = build.let_in(units, "officer").token

    with units.writing(recognise(units, token)) as uow:
        sign_out(uow)

    assert recognise(units, token) == NOBODY


def test_a_new_password_ends_every_session_and_opens_one(units: Units) -> None:
    build.account(units, Someone(secret=""))
    elsewhere = build.let_in(units, "someone").token
    here = build.let_in(units, "someone").token

    with units.writing(recognise(units, here)) as uow:
        after = change_password(uow, PASSWORD, NEW, HERE)

    assert recognise(units, elsewhere) == recognise(units, here) == NOBODY
    assert recognise(units, after.token) != NOBODY
    with pytest.raises(WrongPassword), units.writing(NOBODY) as uow:
        sign_in(uow, "someone", PASSWORD, HERE)


def test_a_new_password_asks_for_the_old_one_and_for_a_recent_proof(units: Units, clock: Clock) -> None:
    build.officer(units)
    token = build.let_in(units, "officer").token

    with pytest.raises(WrongPassword), units.writing(recognise(units, token)) as uow:
        change_password(uow, "不是这一句话啊啊啊啊啊", NEW, HERE)
    clock.forward(minutes=11)
    with pytest.raises(NotFresh), units.writing(recognise(units, token)) as uow:
        change_password(uow, PASSWORD, NEW, HERE)


def test_a_new_second_factor_takes_over_with_its_first_right_code(units: Units, clock: Clock) -> None:
    build.officer(units)
    elsewhere = build.let_in(units, "officer").token
    clock.forward(seconds=30)
    token = build.let_in(units, "officer").token
    actor = recognise(units, token)
    with units.writing(actor) as uow:
        begin_second_factor(uow)
    with pytest.raises(WrongCode), units.writing(actor) as uow:
        bind_second_factor(uow, build.code(clock.at, 1), HERE)  # of the old one

    with units.writing(actor) as uow:
        secret = offered_secret(uow, own(uow).account)
        codes = bind_second_factor(uow, next_code(secret, uow.at, 0), HERE)

    assert len(codes) == 10
    assert recognise(units, token) != NOBODY
    assert recognise(units, elsewhere) == NOBODY
    clock.forward(seconds=30)
    with pytest.raises(WrongCode):
        build.let_in(units, "officer")
    assert recognise(units, build.let_in(units, "officer", secret).token) != NOBODY


def test_recovery_codes_are_renewed_after_a_recent_proof_alone(units: Units, clock: Clock) -> None:
    build.officer(units)
    token = build.let_in(units, "officer").token
    with units.writing(recognise(units, token)) as uow:
        replace_recovery_codes(uow)
    with units.reading(recognise(units, token)) as uow:
        assert own(uow).recovery_codes_left == 10

    clock.forward(minutes=11)
    with pytest.raises(NotFresh), units.writing(recognise(units, token)) as uow:
        replace_recovery_codes(uow)


def test_people_see_and_end_their_own_sessions_and_nobody_elses(units: Units, clock: Clock) -> None:
    build.officer(units)
    build.account(units, Someone("other", secret=""))
    elsewhere = build.let_in(units, "officer").token
    clock.forward(seconds=30)
    actor = recognise(units, build.let_in(units, "officer").token)
    stranger = recognise(units, build.let_in(units, "other").token)

    with units.reading(actor) as uow:
        assert len(own(uow).sessions) == 2
    with pytest.raises(NotFound), units.writing(actor) as uow:
        end_session(uow, must(stranger))
    with units.writing(actor) as uow:
        end_session(uow, must(recognise(units, elsewhere)))
    with units.reading(actor) as uow:
        assert [one.id for one in own(uow).sessions] == [actor.session]


def must(actor: Actor) -> UUID:
    assert actor.session is not None
    return actor.session


def test_one_press_ends_all_other_sessions(units: Units, clock: Clock) -> None:
    build.officer(units)
    for _browser in range(3):
        clock.forward(seconds=30)
        token = build.let_in(units, "officer").token

    with units.writing(recognise(units, token)) as uow:
        end_other_sessions(uow)

    with units.reading(NOBODY) as uow:
        left = uow.session.scalars(select(AccountSession).where(
            AccountSession.ended_at.is_(None), AccountSession.opened_at.is_not(None),
        )).all()
    assert [one.id for one in left] == [recognise(units, token).session]


COMMON = [
    "password1234", "123456789012", "qwertyuiop123", "zhiliang123456", "Administrator1", "111111111111",
    "jianzhu@2026!!", "iloveyou1234", "abcabcabcabc", "passwordpassword", "密码1234567890", "工程质量" * 3,
    "百年大计质量第一1234",
]


@pytest.mark.parametrize("password", COMMON)
def test_passwords_that_everybody_tries_first_are_refused(password: str) -> None:
    with pytest.raises(WeakPassword):
        require_strong(password)


@pytest.mark.parametrize("password", [
    "correct horse battery staple", "我家门前有两棵枣树，另一棵也是", "Tr0ub4dor&3-ish-words",
    "𠀀" * 4 + "深山老林里的鹧鸪",
    "一句别人猜不到的话 2026", "x7$" + "长" * 60 + "abc", "12 spaces  and  more",
])
def test_long_passwords_of_any_characters_are_welcome(password: str) -> None:
    require_strong(password, ["lijianguo", "李建国", "济南样板建设有限公司"])


@pytest.mark.parametrize("password", ["lijianguo1234", "李建国的密码是1234", "Zhuze-lijianguo"])
def test_a_password_made_of_the_own_name_is_refused(password: str) -> None:
    with pytest.raises(WeakPassword):
        require_strong(password, ["lijianguo", "李建国"])


@pytest.mark.parametrize("password", ["一二三四五六七八九十壹", "甲乙丙丁戊己" * 22])
def test_a_password_is_neither_too_short_nor_endless(password: str) -> None:
    with pytest.raises(WeakPassword):
        require_strong(password)
