"""Every event gets one place, without gaps, whoever writes and whoever is killed."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine, delete, func, select, text

from registry.kernel.actor import SYSTEM
from registry.kernel.ports import LedgerRewound, Tools
from registry.kernel.uow import Units
from registry.ledger import sequencing
from registry.ledger.actions import Entry, append, append_many
from registry.ledger.merkle import (
    inclusion_path,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)
from registry.ledger.models import LedgerEvent, LedgerLeaf, LedgerNode, LedgerPending
from registry.ledger.notes import open_note, parse_checkpoint
from registry.ledger.sequencing import checkpoint, sequence
from registry.ledger.tree import (
    LedgerDamaged,
    NotYetSequenced,
    consistency_path_at,
    inclusion_path_at,
    leaf_index,
    root_at,
    tree_size,
)
from registry.parties.models import Organisation
from tests.ledger.build import an_organisation


def write_events(units: Units, count: int) -> None:
    with units.writing(SYSTEM) as uow:
        append_many(uow, "organisation.entered", [Entry(an_organisation(uow)) for _ in range(count)])


def leaves(units: Units) -> list[tuple[int, bytes, bytes]]:
    """(idx, leaf hash, body) in the order of the tree."""
    with units.reading(SYSTEM) as uow:
        rows = uow.session.execute(
            select(LedgerLeaf.idx, LedgerLeaf.leaf_hash, LedgerEvent.body)
            .join(LedgerEvent, LedgerEvent.id == LedgerLeaf.event_id).order_by(LedgerLeaf.idx)
        )
        return [(idx, leaf, body) for idx, leaf, body in rows]


def require_a_sound_tree(units: Units) -> list[bytes]:
    """Dense, each leaf of its event, every perfect subtree there and right."""
    rows = leaves(units)
    hashes = [leaf for _, leaf, _ in rows]
    assert [idx for idx, _, _ in rows] == list(range(len(rows)))
    assert hashes == [leaf_hash(body) for _, _, body in rows]
    with units.reading(SYSTEM) as uow:
        nodes = {(node.level, node.idx): node.hash for node in uow.session.scalars(select(LedgerNode))}
    assert nodes == {
        (level, idx): root(hashes[idx << level : idx + 1 << level])
        for level in range(1, 20) for idx in range(len(rows) >> level)
    }
    return hashes


def test_events_get_places_from_zero_without_gaps(units: Units) -> None:
    for count in (1, 2, 5, 9):
        write_events(units, count)
        assert sequence(units) == count
    assert sequence(units) == 0
    assert len(require_a_sound_tree(units)) == 17


def test_a_long_queue_is_worked_off_in_batches(units: Units, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequencing, "BATCH", 7)
    write_events(units, 45)
    assert sequence(units) == 45
    assert len(require_a_sound_tree(units)) == 45


def test_an_event_never_stands_before_the_one_it_follows(units: Units) -> None:
    with units.writing(SYSTEM) as uow:
        firm = an_organisation(uow)
        events = [append(uow, "organisation.checked", firm) for _ in range(12)]
    sequence(units)
    with units.reading(SYSTEM) as uow:
        assert [leaf_index(uow.session, event.id) for event in events] == list(range(12))


def test_proofs_from_the_kept_nodes_are_those_of_the_leaves(units: Units) -> None:
    write_events(units, 21)
    sequence(units)
    hashes = require_a_sound_tree(units)
    with units.reading(SYSTEM) as uow:
        for size in range(22):
            assert root_at(uow.session, size) == root(hashes[:size])
            path = consistency_path_at(uow.session, size, 21)
            assert verify_consistency(size, 21, path, root(hashes[:size]), root(hashes))
        for index in range(21):
            path = inclusion_path_at(uow.session, index, 21)
            assert path == inclusion_path(hashes, index)
            assert verify_inclusion(index, 21, hashes[index], path, root(hashes))


def test_a_proof_for_an_event_without_a_place_is_refused(units: Units) -> None:
    write_events(units, 1)
    with pytest.raises(NotYetSequenced), units.reading(SYSTEM) as uow:
        leaf_index(uow.session, uow.session.scalars(select(LedgerEvent.id)).one())


def test_a_missing_node_is_named(committed: Units) -> None:
    write_events(committed, 4)
    sequence(committed)
    with committed.writing(SYSTEM) as uow:
        uow.session.execute(text("SET LOCAL session_replication_role = replica"))
        uow.session.execute(delete(LedgerNode).where(LedgerNode.level == 2))
    with pytest.raises(LedgerDamaged, match="第 2 层第 0 个"), committed.reading(SYSTEM) as uow:
        root_at(uow.session, 4)


def test_sixteen_clients_and_two_sequencers_lose_and_double_nothing(committed: Units) -> None:
    """Clients append to their own and to one shared record while two workers sequence."""
    with committed.writing(SYSTEM) as uow:
        shared = an_organisation(uow)
        append(uow, "organisation.entered", shared)
    done = threading.Event()

    def client(number: int) -> list[UUID]:
        written = []
        for step in range(12):
            with committed.writing(SYSTEM) as uow:
                record = uow.get(Organisation, shared.id) if step % 3 == 0 else an_organisation(uow)
                written.append(append(uow, "organisation.checked", record, data={"by": number}).id)
        return written

    def worker() -> None:
        while not done.is_set():
            sequence(committed)

    with ThreadPoolExecutor(18) as pool:
        workers = [pool.submit(worker) for _ in range(2)]
        written = [event for ids in pool.map(client, range(16)) for event in ids]
        done.set()
        for running in workers:
            running.result()
    sequence(committed)

    assert len(require_a_sound_tree(committed)) == len(written) + 1 == 193
    with committed.reading(SYSTEM) as uow:
        assert set(uow.session.scalars(select(LedgerLeaf.event_id))) >= set(written)
        chain = uow.session.execute(
            select(LedgerEvent.nth, LedgerLeaf.idx).join(LedgerLeaf, LedgerLeaf.event_id == LedgerEvent.id)
            .where(LedgerEvent.subject_id == shared.id).order_by(LedgerEvent.nth)
        ).all()
    assert [nth for nth, _ in chain] == list(range(65))
    assert [idx for _, idx in chain] == sorted(idx for _, idx in chain)


ENDLESS_SEQUENCER = """
import sys
from sqlalchemy import create_engine
from types import SimpleNamespace
from registry.kernel.uow import Units
from registry.ledger import sequencing
from datetime import UTC, datetime
sequencing.BATCH = 5
units = Units(create_engine(sys.argv[1]), SimpleNamespace(now=lambda: datetime.now(UTC)))
print("ready", flush=True)
while True:
    sequencing.sequence(units)
"""


@pytest.fixture
def sequencer() -> Iterator[list[subprocess.Popen[str]]]:
    """Start sequencers as processes of their own; whatever is left of them is ended afterwards."""
    running: list[subprocess.Popen[str]] = []
    yield running
    for process in running:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def test_a_sequencer_killed_in_the_middle_loses_and_doubles_nothing(
    committed: Units, engine: Engine, sequencer: list[subprocess.Popen[str]]
) -> None:
    write_events(committed, 600)
    address = engine.url.render_as_string(hide_password=False)
    for pause in (0.0, 0.01, 0.02, 0.03):
        process = subprocess.Popen(
            [sys.executable, "-c", ENDLESS_SEQUENCER, address], stdout=subprocess.PIPE, text=True
        )
        sequencer.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        process.wait()
    sequence(committed)
    assert len(require_a_sound_tree(committed)) == 600
    with committed.reading(SYSTEM) as uow:
        assert uow.session.scalar(select(func.count()).select_from(LedgerPending)) == 0


def test_a_checkpoint_states_the_present_tree_and_is_made_once(units: Units, tools: Tools) -> None:
    empty = checkpoint(units)
    assert (empty.size, empty.root) == (0, root([]))
    write_events(units, 6)
    sequence(units)
    made = checkpoint(units)
    said = parse_checkpoint(open_note(made.note, tools.signer.verifier_key).text)
    assert (said.origin, said.size, said.root) == ("zhuze.test/ledger", 6, made.root)
    assert made.root == root([leaf for _, leaf, _ in leaves(units)])
    assert checkpoint(units).note == made.note
    write_events(units, 1)
    sequence(units)
    assert checkpoint(units).size == 7
    with units.reading(SYSTEM) as uow:
        assert tree_size(uow.session) == 7


def test_a_ledger_restored_from_an_old_backup_gets_no_checkpoint(committed: Units) -> None:
    write_events(committed, 6)
    sequence(committed)
    checkpoint(committed)
    with committed.writing(SYSTEM) as uow:
        uow.session.execute(text("SET LOCAL session_replication_role = replica"))
        for forgotten in (
            "ledger_checkpoint", "ledger_leaf WHERE idx > 3", "ledger_node WHERE (level, idx) = (1, 2)",
        ):
            uow.session.execute(text(f"DELETE FROM {forgotten}"))
    with pytest.raises(LedgerRewound, match="曾签名 6 条"):
        checkpoint(committed)


def test_a_signer_that_forgot_signs_nothing_against_the_kept_checkpoint(
    committed: Units, tools: Tools, tmp_path: Path
) -> None:
    write_events(committed, 6)
    sequence(committed)
    checkpoint(committed)
    (tmp_path / "ledger" / "last.json").unlink()  # the operator lost it
    assert checkpoint(committed).size == 6
    assert tools.signer.last() is not None

    (tmp_path / "ledger" / "last.json").unlink()
    with committed.writing(SYSTEM) as uow:
        uow.session.execute(text("SET LOCAL session_replication_role = replica"))
        uow.session.execute(text("UPDATE ledger_leaf SET leaf_hash = sha256('x') WHERE idx = 5"))
        uow.session.execute(text("UPDATE ledger_node SET hash = sha256('x') WHERE level = 1 AND idx = 2"))
    with pytest.raises(LedgerRewound, match="第 6 条处的检查点不符"):
        checkpoint(committed)
