"""What operators type: audit, checkpoint, prove, verify."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import text
from structlog.testing import capture_logs

from registry.kernel.actor import SYSTEM
from registry.kernel.errors import NotFound
from registry.kernel.ports import Tools
from registry.kernel.uow import Units
from registry.ledger.actions import append
from registry.ledger.jobs import PERIODIC
from registry.ledger.merkle import leaf_hash
from registry.ledger.models import LedgerEvent
from registry.ledger.notes import open_note, parse_checkpoint
from tests.ledger.build import an_organisation

HOUSE = Path(__file__).parent.parent.parent


@pytest.fixture
def event(committed: Units) -> LedgerEvent:
    with committed.writing(SYSTEM) as uow:
        return append(uow, "organisation.entered", an_organisation(uow))


def tamper(units: Units, statement: str) -> None:
    with units.writing(SYSTEM) as uow:
        uow.session.execute(text("SET LOCAL session_replication_role = replica"))
        uow.session.execute(text(statement))


@pytest.mark.usefixtures("event")
def test_an_audit_of_a_sound_ledger_ends_with_0(flask: FlaskCliRunner) -> None:
    answer = flask.invoke(args=["ledger", "audit"])
    assert answer.exit_code == 0
    assert "核对事件 1 个、记录 1 条" in answer.output
    assert answer.output.endswith("审计通过。\n")


def test_an_audit_that_finds_damage_names_it_and_ends_with_1(
    flask: FlaskCliRunner, committed: Units, event: LedgerEvent
) -> None:
    tamper(committed, "UPDATE organisation SET name = '别家'")
    answer = flask.invoke(args=["ledger", "audit"])
    assert answer.exit_code == 1
    assert "应为 第三建筑公司，实为 别家。" in answer.output
    assert "审计未通过：1 处不符。" in answer.output

    answer = flask.invoke(args=["ledger", "audit", "--json"])
    assert answer.exit_code == 1
    [finding] = json.loads(answer.output)["findings"]
    assert (finding["check"], finding["row"]) == ("record.differs", str(event.subject_id))


@pytest.mark.usefixtures("event")
def test_a_checkpoint_is_printed_as_it_was_signed(flask: FlaskCliRunner, tools: Tools) -> None:
    answer = flask.invoke(args=["ledger", "checkpoint"])
    assert answer.exit_code == 0
    assert parse_checkpoint(open_note(answer.output, tools.signer.verifier_key).text).size == 1


@pytest.mark.usefixtures("event")
def test_a_rewound_ledger_gets_no_checkpoint(flask: FlaskCliRunner, committed: Units) -> None:
    flask.invoke(args=["ledger", "checkpoint"])
    for table in ("ledger_checkpoint", "ledger_leaf"):
        tamper(committed, f"DELETE FROM {table}")
    answer = flask.invoke(args=["ledger", "checkpoint"])
    assert answer.exit_code == 1
    assert "曾签名 1 条" in answer.stderr
    with capture_logs() as logs:
        for periodic in PERIODIC:
            periodic.act(committed)
    assert [(line["log_level"], line["code"]) for line in logs] == [("critical", "ledger.rewound")]


def test_a_proof_is_written_and_verified_here_and_elsewhere(
    flask: FlaskCliRunner, tools: Tools, event: LedgerEvent, tmp_path: Path
) -> None:
    out = tmp_path / "证明.tlog-proof"
    assert flask.invoke(args=["ledger", "prove", str(event.id), "--out", str(out)]).exit_code == 0
    assert (tmp_path / "证明.json").read_bytes() == event.body

    answer = flask.invoke(args=["ledger", "verify", str(out)])
    assert answer.exit_code == 0
    assert "证明成立" in answer.output

    alone = subprocess.run(
        [sys.executable, "-m", "registry.ledger.verify", str(out), "--key", tools.signer.verifier_key],
        capture_output=True, text=True, cwd=HOUSE, check=False,
    )
    assert alone.returncode == 0, alone.stderr

    (tmp_path / "证明.json").write_bytes(event.body.replace("第三".encode(), "第四".encode()))
    answer = flask.invoke(args=["ledger", "verify", str(out)])
    assert answer.exit_code == 1
    assert "证明不成立" in answer.stderr
    assert flask.invoke(args=["ledger", "verify", str(tmp_path / "absent")]).exit_code == 2


def test_the_small_verifier_needs_nothing_of_ours_but_its_own_three_files() -> None:
    program = "import sys; import registry.ledger.verify; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=HOUSE, check=True
    )
    modules = loaded.stdout.split()
    assert {name for name in modules if name.startswith("registry.")} == {
        "registry.ledger", "registry.ledger.verify", "registry.ledger.merkle", "registry.ledger.notes",
        "registry.ledger.proofs",
    }
    assert not {"sqlalchemy", "flask", "babel", "rfc8785"} & set(modules)


def test_there_is_no_proof_of_an_event_that_never_was(flask: FlaskCliRunner) -> None:
    answer = flask.invoke(args=["ledger", "prove", "00000000-0000-0000-0000-000000000001"])
    assert isinstance(answer.exception, NotFound)
    assert "该事件不存在" in str(answer.exception)


@pytest.mark.parametrize("command", [[], ["audit"], ["checkpoint"], ["prove"], ["verify"]])
def test_each_command_explains_itself_in_chinese(flask: FlaskCliRunner, command: list[str]) -> None:
    answer = flask.invoke(args=["ledger", *command, "--help"])
    assert answer.exit_code == 0
    assert "账本" in answer.output or "证明" in answer.output


def test_the_worker_sequences_several_times_a_second_and_signs_within_the_minute(
    committed: Units, tools: Tools, event: LedgerEvent
) -> None:
    assert [periodic.seconds for periodic in PERIODIC] == [0.2, 30.0]
    for periodic in PERIODIC:
        periodic.act(committed)
    assert tools.signer.last() == (1, leaf_hash(event.body))


def test_a_checkpoint_and_a_proof_are_told_to_programs_as_well(
    flask: FlaskCliRunner, tools: Tools, event: LedgerEvent, tmp_path: Path
) -> None:
    told = json.loads(flask.invoke(args=["ledger", "checkpoint", "--json"]).output)
    signed = parse_checkpoint(open_note(told["note"], tools.signer.verifier_key).text)
    assert (told["size"], told["root"]) == (signed.size, signed.root.hex())

    out = tmp_path / "one.tlog-proof"
    answer = flask.invoke(args=["ledger", "prove", str(event.id), "--out", str(out), "--json"])
    assert json.loads(answer.output) == {
        "event": str(event.id), "proof": str(out), "body": str(tmp_path / "one.json"), "size": 1,
    }
    assert out.exists()
