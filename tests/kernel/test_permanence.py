"""Legal records are kept by the database itself, whatever code would do to them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import ARRAY, Connection, Table, Uuid, insert, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError

from registry.rooms import whole_schema

PERMANENT = [table for _name, table in sorted(whole_schema().tables.items()) if "write_once" in table.info]
LEGAL = {
    "absence", "acceptance_paper", "acceptance_signature", "account_event", "account_grant", "archive",
    "archive_absence", "archive_file", "archive_handover", "argument_expert", "argument_opinion", "authorisation",
    "batch", "batch_file", "change_of_leader", "completion_acceptance", "completion_filing", "completion_notice",
    "completion_opinion", "completion_order", "completion_oversight", "completion_receipt", "completion_report",
    "completion_round", "completion_statement", "component", "component_step", "concealed_photo", "concealed_work",
    "design_approval", "design_change", "design_target", "disposition", "document", "drawing_issue", "drawing_review",
    "drawing_reviewed", "drawing_set", "drawing_sheet", "dwelling", "dwelling_check", "dwelling_signature",
    "entry_inspection", "filing", "filing_return", "first_sample", "ledger_checkpoint", "ledger_event", "ledger_leaf",
    "ledger_node", "lot_batch", "lot_result", "mark", "material_approval", "node_acceptance", "nonconformity",
    "notice", "part", "participation", "plan_review", "plaque", "plaque_mounting", "pledge", "qualification", "recall",
    "recall_notice", "report_batch", "report_item", "residential_paper", "reveal_log", "sample_signature",
    "scheme_argument", "site_check", "standard_edition", "term", "test_report", "trace_report", "warranty_certificate",
    "warranty_signature", "witnessed_sample", "wrong_plaque_report",
}


def some(column, number=1):
    """A value of a column's type, another one for another number."""
    if isinstance(column.type, Uuid):
        return uuid4()
    if isinstance(column.type, JSONB):
        return {"number": number}
    if isinstance(column.type, ARRAY):
        return [str(number)]
    if enumerated := getattr(column.type, "enums", None):
        return enumerated[number % len(enumerated)]
    return {
        str: str(number), int: number, bool: bool(number % 2), bytes: bytes([number]), Decimal: Decimal(number),
        date: date(2026, 3, number), datetime: datetime(2026, 3, number, tzinfo=UTC),
    }[column.type.python_type]


def enter(connection: Connection, table: Table) -> None:
    """One row, what may stay empty empty. Rules about its contents, and about rows it belongs to, are laid aside:
    what is looked at here is permanence alone.
    """
    rules = "SELECT conname FROM pg_constraint WHERE conrelid = CAST(:name AS regclass) AND contype IN ('c', 'f')"
    for rule in connection.scalars(text(rules), {"name": table.name}).all():
        connection.execute(text(f"ALTER TABLE {table.name} DROP CONSTRAINT {rule}"))
    connection.execute(insert(table).values({
        column.name: some(column) for column in table.columns if not column.nullable
    }))


@pytest.fixture
def connection(units):
    assert isinstance(units.bind, Connection)
    return units.bind


def another(connection, column):
    """A value that differs from what stands in the one row there is."""
    return next(value for value in (some(column, 2), some(column, 3)) if value != connection.scalar(select(column)))


def refused(connection, statement):
    with pytest.raises(DBAPIError) as failure, connection.begin_nested():
        connection.execute(statement)
    return failure.value.orig.sqlstate == "23001"  # restrict_violation


def test_every_legal_record_is_permanent():
    assert {table.name for table in PERMANENT} == LEGAL


@pytest.mark.parametrize("table", PERMANENT, ids=lambda table: table.name)
def test_a_legal_record_refuses_to_be_deleted(connection, table):
    enter(connection, table)
    assert refused(connection, table.delete())
    assert refused(connection, text(f"TRUNCATE {table.name} CASCADE"))


@pytest.mark.parametrize("table", PERMANENT, ids=lambda table: table.name)
def test_a_legal_record_refuses_to_be_changed(connection, table):
    enter(connection, table)
    standing = [column for column in table.columns if column.name not in table.info["write_once"]]
    for column in standing:
        assert refused(connection, update(table).values({column: another(connection, column)})), column.name


@pytest.mark.parametrize("table", [table for table in PERMANENT if table.info["write_once"]], ids=lambda table: table.name)
def test_what_was_left_empty_is_filled_in_once_and_stands_then(connection, table):
    enter(connection, table)
    for name in table.info["write_once"]:
        connection.execute(update(table).values({name: some(table.c[name], 2)}))
        assert refused(connection, update(table).values({name: some(table.c[name], 3)})), name
        assert refused(connection, update(table).values({name: None})), name


def test_what_can_be_filled_in_once_may_stand_empty_at_first():
    for table in PERMANENT:
        assert all(table.c[name].nullable for name in table.info["write_once"]), table.name
