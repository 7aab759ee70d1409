"""What every table shares: names of constraints, time with zone, enums by value, and permanence."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Enum, MetaData, Numeric, Select, Table, Uuid, func, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase

NAMES = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


class Base(DeclarativeBase):
    """Every table.

    `ledger_facts` names the columns that go into the ledger with each event about a row and that the
    audit compares with the row afterwards. Personal columns are never among them.

    `ledger_within` names the column that leads to the record in whose region a row lies, where it has no `region`
    of its own; by it a station may read what the ledger says of it.

    `ledger_owner(id)` selects the firm to whom what the ledger says of a row belongs, and of all that lies within it:
    of a project, its 建设单位.

    `ledger_personal` says how the audit checks a commitment to personal data: field of the event →
    (sealed column, place it is sealed for, with "{id}" for the row), e.g.
    {"identity": ("identity_sealed", "person/identity/{id}")}. A column of text holds the value unsealed; its place is "".
    """

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar = {
        datetime: DateTime(timezone=True),
        Decimal: Numeric(18, 6),
        StrEnum: Enum(StrEnum, native_enum=False, length=40, values_callable=lambda e: [m.value for m in e]),
        UUID: Uuid(),
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
    }
    ledger_facts: ClassVar[tuple[str, ...]] = ()
    ledger_within: ClassVar[str] = ""
    ledger_personal: ClassVar[Mapping[str, tuple[str, str]]] = {}

    @staticmethod
    def ledger_owner(_key: ColumnElement[UUID]) -> Select[UUID] | None:
        return None


PLANNED_ONCE = func.set_config("plan_cache_mode", "force_generic_plan", true())
"""In the select list of an act's first statement: the rest of the act plans each of its statements once and for all.

For acts that find what they judge by keys alone, where planning anew costs more than running.
"""


def permanent(*write_once: str) -> dict[str, Any]:
    """Mark a table as a legal record: `__table_args__ = (…, permanent("superseded_at"))`.

    Its rows refuse DELETE, and UPDATE of anything but the columns named here, each of which can be
    filled once and never changed afterwards. The database itself holds that line (see permanence_sql).
    """
    return {"info": {"write_once": write_once}}


def undeletable() -> dict[str, Any]:
    """Mark a table whose rows may be amended but never go: `__table_args__ = (…, undeletable())`."""
    return {"info": {"undeletable": True}}


def undeletable_sql(table: Table) -> str:
    """Return the statement that makes PostgreSQL keep the rows of an undeletable table."""
    trigger = f"CREATE TRIGGER {table.name}_is_kept BEFORE DELETE OR TRUNCATE ON {table.name}"
    return f"{trigger} FOR EACH STATEMENT EXECUTE FUNCTION keep_table()"


def permanence_sql(table: Table) -> list[str]:
    """Return the statements that make PostgreSQL keep a permanent table's promise."""
    columns = ", ".join(f"'{name}'" for name in table.info["write_once"])
    name = table.name
    row = f"CREATE TRIGGER {name}_is_permanent BEFORE UPDATE OR DELETE ON {name}"
    whole = f"CREATE TRIGGER {name}_is_not_truncated BEFORE TRUNCATE ON {name}"
    return [
        f"{row} FOR EACH ROW EXECUTE FUNCTION keep_record({columns})",
        f"{whole} FOR EACH STATEMENT EXECUTE FUNCTION keep_table()",
    ]


KEEP_RECORD_SQL = """
CREATE FUNCTION keep_record() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before jsonb := to_jsonb(OLD);
    after jsonb;
    name text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION '% keeps its rows for good', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    after := to_jsonb(NEW);
    FOREACH name IN ARRAY coalesce(TG_ARGV, '{}') LOOP  -- null when no column is named
        IF before -> name = 'null'::jsonb THEN
            before := before - name;
            after := after - name;
        END IF;
    END LOOP;
    IF before <> after THEN
        RAISE EXCEPTION '% is superseded, never changed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""

KEEP_TABLE_SQL = """
CREATE FUNCTION keep_table() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% keeps its rows for good', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""
