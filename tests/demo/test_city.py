"""The demo city is built by lawful acts, whole or not at all, and built once."""

import json

import pytest
from sqlalchemy import select

from registry.demo import city as building
from registry.demo import projects
from registry.demo.cast import LANDMARK, SIGN_INS
from registry.kernel.actor import SYSTEM
from registry.ledger.audit import audit
from registry.plaques.models import Plaque
from registry.projects.models import Project
from tests.accounts.visiting import application
from tests.schema import lay_down_the_law


@pytest.fixture
def ground(engine, committed):
    with engine.begin() as connection:
        lay_down_the_law(connection)
    return committed


def test_the_city_stands_and_its_ledger_is_clean(ground):
    building.build_city(ground)
    said = building.landmarks(ground)
    assert building.exists(ground)
    assert said["project"] == LANDMARK
    assert said["plaque_url"].endswith(f"/v/{said['plaque']}")
    assert [one["login"] for one in said["sign_ins"]] == [one.login for one in SIGN_INS]
    assert audit(ground, ground.tools.store).findings == []


def test_an_interrupted_building_leaves_nothing(ground, monkeypatch):
    class Interrupted(RuntimeError):
        pass

    def stop(*_works):
        raise Interrupted

    monkeypatch.setattr(projects, "make_plaque", stop)
    with pytest.raises(Interrupted):
        building.build_city(ground)
    assert building.is_empty(ground)


def test_the_command_tells_the_landmarks_and_changes_nothing_the_second_time(ground):
    building.build_city(ground)
    with ground.reading(SYSTEM) as uow:
        before = uow.session.scalars(select(Plaque.code).order_by(Plaque.issued_at)).all()
    said = application(ground).test_cli_runner().invoke(args=["demo", "--json"])
    assert said.exit_code == 0, said.output
    assert {"sign_ins", "project", "plaque"} <= json.loads(said.output).keys()
    with ground.reading(SYSTEM) as uow:
        assert uow.session.scalars(select(Plaque.code).order_by(Plaque.issued_at)).all() == before


def test_real_data_is_never_mixed_with_the_demo(ground):
    with ground.writing(SYSTEM) as uow:
        uow.session.add(Project(
            id=uow.new_id(), number="1", name="真实工程", address="-", region="370102", category="房屋建筑工程",
            created_at=uow.at,
        ))
    said = application(ground).test_cli_runner().invoke(args=["demo"])
    assert said.exit_code == 1
    assert "真实数据" in said.output
