"""Whatever a superuser changes behind the ledger's back, the audit finds it and names the place."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from registry.kernel.actor import SYSTEM
from registry.kernel.ports import Tools
from registry.kernel.uow import Units
from registry.ledger import findings
from registry.ledger.actions import Entry, append, append_many
from registry.ledger.audit import audit
from registry.ledger.findings import CHECKS, Report
from registry.ledger.merkle import Frontier
from registry.ledger.models import LedgerLeaf, LedgerNode
from registry.ledger.rules import FileRef, file_key
from registry.ledger.sequencing import checkpoint, sequence
from registry.parties.models import Organisation, Person
from tests.ledger.build import a_person, an_organisation

DRAWING = b"%PDF-1.7 drawing"
SHA = hashlib.sha256(DRAWING).hexdigest()


@dataclass
class City:
    """A small ledger: nine events about seven records, sequenced and signed, and a tenth that still waits."""

    units: Units
    tools: Tools
    firms: list[UUID]
    people: list[UUID]
    events: list[UUID]

    def audit(self) -> Report:
        return audit(self.units, self.tools.store)

    def found(self) -> set[tuple[str, str, str, str]]:
        return {(found.check, found.table, found.row, found.column) for found in self.audit().findings}

    def tamper(self, *statements: str, **values: Any) -> None:
        """Do as a database superuser who switches the triggers off."""
        with self.units.writing(SYSTEM) as uow:
            uow.session.execute(text("SET LOCAL session_replication_role = replica"))
            for statement in statements:
                wanted = {name: value for name, value in values.items() if f":{name}" in statement}
                uow.session.execute(text(statement), wanted)


@pytest.fixture
def city(committed: Units, tools: Tools) -> City:
    keep(tools, DRAWING)
    with committed.writing(SYSTEM) as uow:
        firms = [an_organisation(uow, f"第{number}建筑公司") for number in range(5)]
        people = [a_person(uow) for _ in range(2)]
        written = append_many(uow, "organisation.entered", [Entry(firm) for firm in firms])
        written += append_many(uow, "person.entered", [
            Entry(person, files=[FileRef(SHA, len(DRAWING), "application/pdf")],
                  personal={"identity": "11010519491231002X"})
            for person in people
        ])
    with committed.writing(SYSTEM) as uow:
        firm = uow.get(Organisation, firms[0].id, lock=True)
        firm.name = "改名建筑公司"
        written.append(append(uow, "organisation.renamed", firm))
        written.append(append(uow, "person.checked", uow.get(Person, people[0].id)))
    sequence(committed)
    checkpoint(committed)
    with committed.writing(SYSTEM) as uow:
        written.append(append(uow, "organisation.checked", uow.get(Organisation, firms[0].id)))
    firm_ids, people_ids = [firm.id for firm in firms], [person.id for person in people]
    return City(committed, tools, firm_ids, people_ids, [made.id for made in written])


def keep(tools: Tools, data: bytes) -> None:
    path = tools.staging / "upload"
    path.write_bytes(data)
    tools.store.put_once(file_key(hashlib.sha256(data).hexdigest()), path, "application/pdf")


def test_an_untouched_ledger_is_sound(city: City) -> None:
    report = city.audit()
    assert report.sound, report.findings
    assert (report.size, report.events, report.records, report.files, report.checkpoints) == (9, 10, 7, 1, 1)


def test_an_empty_ledger_is_sound(committed: Units, tools: Tools) -> None:
    assert audit(committed, tools.store).sound
    checkpoint(committed)
    assert audit(committed, tools.store).sound


def test_an_edited_record_is_named_with_its_column(city: City) -> None:
    city.tamper("UPDATE organisation SET name = '别家' WHERE id = :id", id=city.firms[0])
    [finding] = city.audit().findings
    assert (finding.check, finding.table, finding.row, finding.column) == (
        "record.differs", "organisation", str(city.firms[0]), "name"
    )
    assert (finding.expected, finding.found) == ("改名建筑公司", "别家")
    assert str(finding) == (
        f"记录与最近一次存证不符：organisation {city.firms[0]} · name。应为 改名建筑公司，实为 别家。"
    )


def test_a_deleted_record_is_named(city: City) -> None:
    city.tamper("DELETE FROM organisation WHERE id = :id", id=city.firms[1])
    assert city.found() == {("record.missing", "organisation", str(city.firms[1]), "")}


def test_a_record_put_in_behind_the_ledgers_back_is_named(city: City) -> None:
    with city.units.writing(SYSTEM) as uow:
        intruder = an_organisation(uow)
    assert city.found() == {("record.unspoken", "organisation", str(intruder.id), "")}


def test_two_records_that_changed_places_are_both_named(city: City) -> None:
    first, second = city.firms[1:3]
    city.tamper(
        "UPDATE organisation AS o SET name = p.name FROM organisation AS p"
        " WHERE (o.id, p.id) IN ((:first, :second), (:second, :first))", first=first, second=second,
    )
    assert city.found() == {("record.differs", "organisation", str(firm), "name") for firm in (first, second)}


EDITS = {
    "id": "gen_random_uuid()",
    "at": "at + interval '1 second'",
    "kind": "'organisation.merged'",
    "subject_table": "'person'",
    "subject_id": "gen_random_uuid()",
    "nth": "nth + 7",
    "previous_id": "gen_random_uuid()",
    "body": "convert_to(replace(convert_from(body, 'UTF8'), '建筑', '安装'), 'UTF8')",
}


@pytest.mark.parametrize("column", EDITS)
def test_no_column_of_an_event_can_be_edited_unseen(city: City, column: str) -> None:
    event = city.events[7]
    city.tamper(f"UPDATE ledger_event SET {column} = {EDITS[column]} WHERE id = :id", id=event)
    expected = {
        "id": ("event.missing", "ledger_event", str(event), ""),
        "body": ("leaf.differs", "ledger_event", str(event), "body"),
    }.get(column, ("event.differs", "ledger_event", str(event), column))
    assert expected in city.found()


def test_an_event_edited_together_with_its_record_is_named(city: City) -> None:
    city.tamper(
        "UPDATE organisation SET name = replace(name, '建筑', '安装') WHERE id = :firm",
        f"UPDATE ledger_event SET body = {EDITS['body']} WHERE id = :event",
        firm=city.firms[3], event=city.events[3],
    )
    assert city.found() == {("leaf.differs", "ledger_event", str(city.events[3]), "body")}


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b'{"v":1}', b"[" * 60_000])
def test_a_body_of_nonsense_is_named_and_the_audit_goes_on(city: City, body: bytes) -> None:
    city.tamper("UPDATE ledger_event SET body = :body WHERE id = :id", body=body, id=city.events[3])
    assert city.found() >= {
        ("leaf.differs", "ledger_event", str(city.events[3]), "body"),
        ("event.unreadable", "ledger_event", str(city.events[3]), "body"),
    }


@pytest.mark.parametrize(("old", "new"), [
    ('"files":[', '"files":[5,'), ('"nth":0', '"nth":"0"'), ('"record":{', '"record":[],"recorx":{'),
    ('"v":1', '"v":2'), ('"data":null', '"data":7'),
    ('"files":[', '"files":[{"sha256":"x","size":1,"type":""},'),
])  # fmt: skip
def test_a_body_of_another_shape_is_named_and_the_audit_goes_on(city: City, old: str, new: str) -> None:
    city.tamper(
        "UPDATE ledger_event SET body = convert_to(replace(convert_from(body, 'UTF8'), :old, :new), 'UTF8')"
        " WHERE id = :id",
        old=old, new=new, id=city.events[3],
    )
    assert ("event.unreadable", "ledger_event", str(city.events[3]), "body") in city.found()


def test_a_deleted_event_is_named(city: City) -> None:
    city.tamper("DELETE FROM ledger_event WHERE id = :id", id=city.events[0])
    assert city.found() >= {
        ("event.missing", "ledger_event", str(city.events[0]), ""),
        ("chain.broken", "ledger_event", str(city.events[7]), "previous_id"),
    }


def test_an_event_deleted_with_its_place_is_named(city: City) -> None:
    city.tamper(
        "DELETE FROM ledger_leaf WHERE event_id = :id", "DELETE FROM ledger_event WHERE id = :id",
        id=city.events[4],
    )
    assert city.found() == {
        ("leaf.missing", "ledger_leaf", "4", "idx"),
        ("record.unspoken", "organisation", str(city.firms[4]), ""),
    }


def test_an_event_that_waits_and_is_dropped_from_the_queue_is_named(city: City) -> None:
    city.tamper("DELETE FROM ledger_pending")
    assert city.found() == {("event.unplaced", "ledger_event", str(city.events[9]), "")}


def test_an_event_queued_a_second_time_is_named(city: City) -> None:
    city.tamper("INSERT INTO ledger_pending (event_id) VALUES (:id)", id=city.events[2])
    assert city.found() == {("event.placed-twice", "ledger_pending", str(city.events[2]), "number")}


def test_a_tail_cut_off_is_named_by_checkpoint_and_signer(city: City) -> None:
    city.tamper(
        "DELETE FROM ledger_leaf WHERE idx = 8", "DELETE FROM ledger_event WHERE id = :last",
        last=city.events[8],
    )
    assert city.found() == {
        ("leaf.missing", "ledger_leaf", "8", "idx"),
        ("signer.differs", "ledger_leaf", "0–8", "root"),
    }


def test_a_tail_cut_off_with_its_checkpoint_is_named_by_the_signer(city: City) -> None:
    city.tamper(
        "DELETE FROM ledger_checkpoint", "DELETE FROM ledger_leaf WHERE idx = 8",
        "DELETE FROM ledger_event WHERE id = :last", last=city.events[8],
    )
    assert city.found() == {("signer.differs", "ledger_leaf", "0–8", "root")}


def test_reordered_events_are_named(city: City) -> None:
    first, second = city.events[1:3]
    city.tamper(
        "UPDATE ledger_leaf SET event_id = gen_random_uuid() WHERE idx IN (1, 2)",
        "UPDATE ledger_leaf SET event_id = :first WHERE idx = 2",
        "UPDATE ledger_leaf SET event_id = :second WHERE idx = 1", first=first, second=second,
    )
    assert city.found() == {("leaf.differs", "ledger_event", str(event), "body") for event in (first, second)}


def test_events_reordered_with_their_hashes_are_named_by_the_nodes(city: City) -> None:
    reorder(city)
    assert {check for check, *_ in city.found()} >= {"node.differs", "checkpoint.differs", "signer.differs"}


def test_a_tree_rebuilt_from_top_to_bottom_is_named_by_checkpoint_and_signer(city: City) -> None:
    reorder(city)
    rebuild(city)
    assert city.found() == {
        ("checkpoint.differs", "ledger_checkpoint", "9", "root"),
        ("signer.differs", "ledger_leaf", "0–8", "root"),
    }


def test_an_event_put_before_the_one_it_follows_is_named(city: City) -> None:
    reorder(city, 0, 7)
    rebuild(city)
    assert ("chain.reordered", "ledger_leaf", "0", "idx") in city.found()


def test_a_replaced_event_in_a_rebuilt_tree_is_named_by_checkpoint_and_signer(city: City) -> None:
    city.tamper(
        "UPDATE organisation SET name = replace(name, '建筑', '安装') WHERE id = :firm",
        f"UPDATE ledger_event SET body = {EDITS['body']} WHERE id = :event",
        "UPDATE ledger_leaf AS l SET leaf_hash = sha256('\\x00'::bytea || e.body)"
        " FROM ledger_event AS e WHERE e.id = l.event_id",
        firm=city.firms[3], event=city.events[3],
    )
    rebuild(city)
    assert city.found() == {
        ("checkpoint.differs", "ledger_checkpoint", "9", "root"),
        ("signer.differs", "ledger_leaf", "0–8", "root"),
    }


def reorder(city: City, first: int = 1, second: int = 2) -> None:
    """Let two leaves change places, whole."""
    city.tamper(*(
        f"UPDATE ledger_leaf SET idx = {to} WHERE idx = {place}"
        for place, to in ((first, -1), (second, first), (-1, second))
    ))


def rebuild(city: City) -> None:
    """Make all nodes fit the leaves again, as an attacker who knows the code would."""
    with city.units.writing(SYSTEM) as uow:
        uow.session.execute(text("SET LOCAL session_replication_role = replica"))
        tree = Frontier()
        for leaf in uow.session.scalars(select(LedgerLeaf.leaf_hash).order_by(LedgerLeaf.idx)).all():
            for node, made in tree.push(leaf):
                at = (LedgerNode.level == node.level, LedgerNode.idx == node.number)
                uow.session.execute(update(LedgerNode).where(*at).values(hash=made))


def test_an_edited_leaf_is_named(city: City) -> None:
    city.tamper("UPDATE ledger_leaf SET leaf_hash = sha256('x') WHERE idx = 6")
    assert ("leaf.differs", "ledger_event", str(city.events[6]), "body") in city.found()


def test_a_leaf_moved_elsewhere_is_named(city: City) -> None:
    city.tamper("UPDATE ledger_leaf SET idx = 11 WHERE idx = 6")
    assert city.found() == {("leaf.missing", "ledger_leaf", "6", "idx")}


def test_edited_missing_and_surplus_nodes_are_named(city: City) -> None:
    city.tamper(
        "UPDATE ledger_node SET hash = sha256('x') WHERE (level, idx) = (2, 1)",
        "DELETE FROM ledger_node WHERE (level, idx) = (1, 0)",
        "INSERT INTO ledger_node VALUES (1, 4, sha256('x')), (9, 0, sha256('x')), (0, 0, sha256('x')),"
        " (1, -1, sha256('x')), (70, 0, sha256('x'))",
    )
    assert city.found() == {
        ("node.differs", "ledger_node", "(2, 1)", "hash"),
        ("node.missing", "ledger_node", "(1, 0)", "hash"),
        *(
            ("node.extra", "ledger_node", row, "hash")
            for row in ("(1, 4)", "(9, 0)", "(0, 0)", "(1, -1)", "(70, 0)")
        ),
    }


@pytest.mark.parametrize(("change", "checks"), [
    ("note = replace(note, '9', '8')", {"checkpoint.unsigned"}),
    ("note = ''", {"checkpoint.unsigned"}),
    ("root = sha256('x')", {"checkpoint.unsigned", "checkpoint.differs"}),
    ("size = 4", {"checkpoint.unsigned", "checkpoint.differs"}),
])  # fmt: skip
def test_an_edited_checkpoint_is_named(city: City, change: str, checks: set[str]) -> None:
    city.tamper(f"UPDATE ledger_checkpoint SET {change}")
    assert {check for check, *_ in city.found()} == checks


def test_a_signer_without_memory_is_named(city: City, tmp_path: Path) -> None:
    (tmp_path / "ledger" / "last.json").unlink()
    assert city.found() == {("signer.forgot", "signer", "zhuze.test/ledger", "state")}


@pytest.mark.parametrize(("damage", "found"), [
    (lambda path: path.write_bytes(DRAWING[::-1]), {("file.differs", "sha256")}),
    (lambda path: path.write_bytes(DRAWING + b" "), {("file.differs", "sha256"), ("file.differs", "size")}),
    (lambda path: path.unlink(), {("file.missing", "size")}),
])  # fmt: skip
def test_a_swapped_or_missing_file_is_named(
    city: City, tmp_path: Path, damage: Callable[[Path], object], found: set[tuple[str, str]]
) -> None:
    [path] = (path for path in (tmp_path / "objects").rglob("*") if path.is_file() and SHA in path.name)
    path.parent.chmod(0o700)
    path.chmod(0o600)
    damage(path)
    assert city.found() == {(check, "object", file_key(SHA), column) for check, column in found}


def test_an_identity_number_sealed_anew_with_another_value_is_named(city: City) -> None:
    person = city.people[0]
    other = city.tools.vault.seal("110105194912310038", f"person/identity/{person}")
    city.tamper("UPDATE person SET identity_sealed = :other WHERE id = :id", other=other, id=person)
    assert city.found() == {("personal.differs", "person", str(person), "identity_sealed")}


def test_an_identity_number_taken_from_another_row_is_named(city: City) -> None:
    first, second = city.people
    city.tamper(
        "UPDATE person SET identity_sealed = (SELECT identity_sealed FROM person WHERE id = :first)"
        " WHERE id = :second",
        first=first, second=second,
    )
    assert city.found() == {("personal.differs", "person", str(second), "identity_sealed")}


def test_what_was_lawfully_erased_is_counted_and_is_no_damage(city: City) -> None:
    city.tamper("DELETE FROM ledger_salt")
    report = city.audit()
    assert report.sound
    assert report.erased == 2


def test_of_very_many_findings_the_first_are_kept_and_all_are_counted(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(findings, "MOST_KEPT", 3)
    city.tamper("UPDATE organisation SET name = 'x'")
    report = city.audit()
    assert (len(report.findings), report.left_off) == (3, 2)


def test_a_record_of_an_unknown_table_is_named(city: City) -> None:
    city.tamper("UPDATE ledger_event SET subject_table = 'gone' WHERE id = :id", id=city.events[2])
    assert city.found() >= {("record.unknown", "gone", str(city.firms[2]), "")}


def test_each_check_says_in_chinese_what_it_means() -> None:
    assert all(str(meaning) for meaning in CHECKS.values())
