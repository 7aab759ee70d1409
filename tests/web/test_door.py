"""Doors: closed unless declared, and the same request sent twice is one act."""

import io
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from uuid import UUID

import pytest
from flask import Flask, jsonify, request
from sqlalchemy import text

from registry.kernel.actor import NOBODY, SYSTEM, Actor
from registry.kernel.errors import Conflict, Invalid, Refusal
from registry.kernel.jobs import Job, enqueue
from registry.policy import Permission
from registry.web.door import PUBLIC, door, guard, reading, writing, writing_once
from registry.web.pages import see_other
from tests.kernel.test_uow import complaint

LI = Actor(account=UUID(int=1), name="李建国")
WANG = Actor(account=UUID(int=2), name="王芳")
KEY = {"Idempotency-Key": "a-key-of-the-browser"}


class House:
    """A door of each kind. Its act is one row, and `outcome` is what a test wants to become of it."""

    def __init__(self, units):
        self.units, self.actor, self.outcome = units, LI, lambda _uow: None
        self.app = Flask("house")
        self.app.secret_key = "for tests alone"
        self.app.register_error_handler(Refusal, lambda no: (jsonify(code=no.code), no.status))
        guard(self.app, units, lambda: self.actor)
        for rule, endpoint, needs, view in (
            ("/acts", "act", Permission.DESK_OPEN, self.act), ("/told", "told", Permission.DESK_OPEN, self.tell),
            ("/read", "read", Permission.DESK_OPEN, self.write_while_reading), ("/open", "open", PUBLIC, self.act_openly),
            ("/report", "report", PUBLIC, self.report), ("/done/<what>", "done", PUBLIC, str),
            ("/desk", "desks.home", PUBLIC, str), ("/sign-in", "accounts.sign_in", PUBLIC, str),
        ):
            self.app.add_url_rule(rule, endpoint, door(needs)(view), methods=["GET", "POST"])
        self.app.add_url_rule("/wall", "wall", str)

    def act(self):
        what = request.form.get("what", "")
        with writing() as uow:
            enqueue(uow, f"act {what}", file=request.files["scan"].read().decode() if request.files else "")
            uow.session.flush()
            self.outcome(uow)
        return see_other("done", what=what)

    def tell(self):
        with writing() as uow:
            enqueue(uow, "told")
            return jsonify(id=str(uow.new_id()))

    def write_while_reading(self):
        with reading() as uow:
            enqueue(uow, "read")
            uow.session.flush()
        return ""

    def act_openly(self):
        with writing() as uow:
            enqueue(uow, "open")
        return "", 204

    def report(self):
        with writing_once() as uow:
            enqueue(uow, "report")
        return see_other("done", what="report")

    def send(self, what="承诺书", headers=KEY, to="/acts", **more):
        return self.app.test_client().post(to, data={"what": what} | more, headers=headers)

    def acts(self):
        with self.units.reading(SYSTEM) as uow:
            return list(uow.session.scalars(text("SELECT kind FROM job ORDER BY created_at, kind")))


@pytest.fixture
def house(units):
    return House(units)


def raising(failure):
    def outcome(_uow):
        raise failure
    return outcome


def test_a_view_that_declares_nothing_is_a_wall(house):
    assert house.app.test_client().get("/wall").status_code == 403


def test_a_stranger_is_sent_to_sign_in_and_back_again_afterwards(house):
    house.actor = NOBODY
    answer = house.app.test_client().get("/read?day=2026-03-02")
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/read?day%3D2026-03-02")
    asked = house.app.test_client().get("/read", headers={"Accept": "application/json"})
    assert asked.status_code == 401
    assert house.acts() == []


def test_a_door_open_to_all_lets_a_stranger_in_key_or_no_key(house):
    house.actor = NOBODY
    assert house.send(to="/open").status_code == 204
    assert house.send(to="/open").status_code == 204
    assert house.acts() == ["open", "open"]


def test_what_a_stranger_sends_twice_is_taken_down_once_where_the_door_says_so(house):
    house.actor = NOBODY
    said = [house.send(to="/report") for _time in range(2)]
    assert [(one.status_code, one.location) for one in said] == [(303, "/done/report")] * 2
    assert house.acts() == ["report"]


@pytest.mark.parametrize("key", ["a\0b", "\0", "a\x7fb", "\ud800"])
@pytest.mark.parametrize("actor", [LI, NOBODY])
def test_a_key_that_cannot_be_kept_is_refused_in_words(house, actor, key):
    house.actor = actor
    answer = house.send(headers={}, to="/report", _key=key.encode("utf-8", "surrogatepass"))
    assert (answer.status_code, answer.json) in [(422, {"code": "idempotency.bad-key"}), (303, None)]
    assert "\0" not in key or answer.status_code == 422


def test_a_view_that_only_reads_cannot_write(house):
    house.app.testing = True
    with pytest.raises(Exception, match="read-only transaction"):
        house.app.test_client().get("/read")


def test_the_same_request_sent_twice_is_one_act_and_one_answer(house):
    first, second = house.send(), house.send()
    assert (first.status_code, first.location) == (303, "/done/%E6%89%BF%E8%AF%BA%E4%B9%A6")
    assert (second.status_code, second.location) == (first.status_code, first.location)
    assert house.acts() == ["act 承诺书"]


def test_the_key_may_come_as_a_hidden_field(house):
    for _time in range(2):
        assert house.send(headers={}, _key="a-key-of-the-form").status_code == 303
    assert house.acts() == ["act 承诺书"]


def test_a_fresh_token_of_the_form_does_not_make_it_another_request(house):
    for token in ("one", "other"):
        assert house.send(csrf_token=token).status_code == 303
    assert house.acts() == ["act 承诺书"]


def test_what_was_told_as_json_is_told_again_to_the_letter(house):
    first, second = house.send(to="/told"), house.send(to="/told")
    assert first.get_data() == second.get_data()
    assert (second.status_code, second.mimetype) == (200, "application/json")
    assert house.acts() == ["told"]


def test_another_body_under_the_same_key_is_refused(house):
    house.send()
    answer = house.send("授权书")
    assert (answer.status_code, answer.json["code"]) == (422, "idempotency.key-reused")
    assert house.acts() == ["act 承诺书"]


def test_another_door_under_the_same_key_is_refused(house):
    house.send()
    assert house.send(to="/told").status_code == 422


def test_another_file_under_the_same_name_and_key_is_another_body(house):
    def sent(content):
        return house.send(scan=(io.BytesIO(content), "扫描件.pdf"))

    assert sent(b"one").status_code == 303
    assert sent(b"one").status_code == 303
    assert sent(b"two").status_code == 422
    with house.units.reading(SYSTEM) as uow:
        assert [job.args for job in uow.session.query(Job)] == [{"file": "one"}]


def test_the_key_of_one_account_is_nothing_to_another(house):
    house.send()
    house.actor = WANG
    assert house.send("授权书").status_code == 303
    assert len(house.acts()) == 2


def test_without_a_key_every_request_is_an_act(house):
    for _time in range(2):
        house.send(headers={})
    assert house.acts() == ["act 承诺书"] * 2


@pytest.mark.parametrize("refusal", [Conflict("现在不能办理"), Invalid("填写有误")])
def test_after_a_refusal_the_key_is_free_again(house, refusal):
    house.outcome = raising(refusal)
    assert house.send().status_code == refusal.status
    house.outcome = lambda _uow: None
    assert house.send().status_code == 303
    assert house.acts() == ["act 承诺书"]


def test_after_a_breakdown_the_key_is_free_again(house):
    house.outcome = raising(ZeroDivisionError())
    assert house.send().status_code == 500
    house.outcome = lambda _uow: None
    assert house.send().status_code == 303
    assert house.acts() == ["act 承诺书"]


def test_an_act_whose_answer_was_lost_is_not_done_again(house):
    """The server died between the commit and noting what it had answered."""
    house.send()
    with house.units.writing(SYSTEM) as uow:
        uow.session.execute(text("UPDATE receipt SET answer = NULL"))
    assert house.send().location == "/desk"
    assert house.acts() == ["act 承诺书"]


def test_a_request_that_comes_while_the_same_is_under_way_is_answered_409(committed):
    house = House(committed)
    begun, go_on = Event(), Event()

    def slowly(_uow):
        begun.set()
        assert go_on.wait(30)

    house.outcome = slowly
    with ThreadPoolExecutor(1) as other:
        first = other.submit(house.send)
        assert begun.wait(30)
        meanwhile = house.send()
        go_on.set()
        assert first.result().status_code == 303
    assert (meanwhile.status_code, meanwhile.json["code"]) == (409, "idempotency.in-progress")
    assert house.send().status_code == 303
    assert house.acts() == ["act 承诺书"]


def test_twenty_clicks_at_once_are_one_act(committed):
    house = House(committed)
    with ThreadPoolExecutor(8) as hands:
        said = [click.result().status_code for click in [hands.submit(house.send) for _click in range(20)]]
    assert set(said) <= {303, 409}
    assert 303 in said
    assert house.acts() == ["act 承诺书"]


class Stubborn:
    """PostgreSQL asks for the act again `failures` times."""

    def __init__(self, failures):
        self.failures, self.tries = failures, 0

    def __call__(self, uow):
        self.tries += 1
        if self.tries <= self.failures:
            uow.session.execute(complaint("40001"))


def test_an_act_that_postgresql_wants_again_is_done_again_with_the_same_file(house):
    house.outcome = Stubborn(2)
    assert house.send(scan=(io.BytesIO("承诺书".encode()), "扫描件.pdf")).status_code == 303
    with house.units.reading(SYSTEM) as uow:
        assert [job.args for job in uow.session.query(Job)] == [{"file": "承诺书"}]


def test_an_act_is_tried_five_times_and_no_more(house):
    house.outcome = Stubborn(99)
    assert house.send().status_code == 500
    assert house.outcome.tries == 5
    assert house.acts() == []
