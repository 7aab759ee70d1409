"""Files of the archive, and its way to the urban archive.

New tables: `archive_file` (documents under the catalogue), `archive_absence` (what a project does not have),
`archive_handover` (移交) and `archive_handover_check` (working notes of its check). Nothing of the past changes.
Downgrading drops the four tables with all that was filed and handed over.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

PERMANENT = {
    "archive_absence": ("withdrawn_at", "withdrawn_by_id"),
    "archive_file": ("lasting", "twin_sha256", "flaw", "examined_at"),
    "archive_handover": (
        "sent_at", "manifest_sha256", "catalogue_sha256", "size", "failed_at", "received_at", "received_by_id", "receipt",
        "returned_at", "returned_by_id", "returned_reason",
    ),
}


def upgrade() -> None:
    create_tables()
    for table, once in PERMANENT.items():
        columns = ", ".join(f"'{column}'" for column in once)
        op.execute(
            f"CREATE TRIGGER {table}_is_permanent BEFORE UPDATE OR DELETE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION keep_record({columns})"
        )
        op.execute(
            f"CREATE TRIGGER {table}_is_not_truncated BEFORE TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION keep_table()"
        )


def create_tables() -> None:



def downgrade() -> None:
    for table in ("archive_handover_check", "archive_handover", "archive_absence", "archive_file"):
        op.execute(f"DROP TABLE {table} CASCADE")
