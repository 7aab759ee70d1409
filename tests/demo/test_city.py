"""The demo city is built by lawful acts, whole or not at all, and built once."""

import json

import pytest
from sqlalchemy import func, select

from registry.acceptance.rules import State
from registry.acceptance.standing import state_of_unit
from registry.archives.models import Handover, HandoverState
from registry.demo import city as building
from registry.demo import projects
from registry.demo.cast import LANDMARK, SIGN_INS
from registry.kernel.actor import SYSTEM
from registry.ledger.audit import audit
from registry.ledger.models import LedgerEvent
from registry.materials.standing import project_holds
from registry.projects.models import Project, UnitProject
from tests.accounts.visiting import application
from tests.schema import lay_down_the_law


@pytest.fixture
def ground(engine, committed):
    with engine.begin() as connection:
        lay_down_the_law(connection)
    return committed


def test_the_city_stands_its_ledger_is_clean_and_the_command_changes_nothing(ground):
    building.build_city(ground)
    said = building.landmarks(ground)
    assert building.exists(ground)
    assert said["project"] == LANDMARK
    assert said["plaque_url"].endswith(f"/v/{said['plaque']}")
    assert [one["login"] for one in said["sign_ins"]] == [one.login for one in SIGN_INS]
    assert audit(ground, ground.tools.store).findings == []
    assert stands(ground, said["foundation_project"]) == (False, False, True)
    assert stands(ground, said["structure_project"]) == (False, True, True)
    assert stands(ground, said["completed_project"]) == (True, True, False)
    before = events(ground)
    told = application(ground).test_cli_runner().invoke(args=["demo", "--json"])
    assert told.exit_code == 0, told.output
    assert json.loads(told.output)["completed_project"] == said["completed_project"]
    assert events(ground) == before


def stands(units, number):
    """(archive received by the urban archive, foundation accepted, materials held) of a project."""
    with units.reading(SYSTEM) as uow:
        unit = uow.session.scalars(select(UnitProject).join(Project).where(Project.number == number)).one()
        handover = uow.session.scalars(select(Handover).where(Handover.project_id == unit.project_id)).one_or_none()
        return (
            handover is not None and handover.state is HandoverState.RECEIVED,
            state_of_unit(uow.session, unit.id).node("01").state is State.PASSED,
            bool(project_holds(uow.session, unit.project_id)),
        )


def events(units):
    with units.reading(SYSTEM) as uow:
        return uow.session.scalar(select(func.count()).select_from(LedgerEvent))


def test_an_interrupted_building_leaves_nothing(ground, monkeypatch):
    class Interrupted(RuntimeError):
        pass

    def stop(*_works):
        raise Interrupted

    monkeypatch.setattr(projects, "make_plaque", stop)
    with pytest.raises(Interrupted):
        building.build_city(ground)
    assert building.is_empty(ground)


def test_real_data_is_never_mixed_with_the_demo(ground):
    with ground.writing(SYSTEM) as uow:
        uow.session.add(Project(
            id=uow.new_id(), number="1", name="真实工程", address="-", region="370102", category="房屋建筑工程",
            created_at=uow.at,
        ))
    said = application(ground).test_cli_runner().invoke(args=["demo"])
    assert said.exit_code == 1
    assert "真实数据" in said.output
