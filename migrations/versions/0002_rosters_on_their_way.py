"""Keep the rosters that browsers send until their senders let them in.

A roster is checked and imported in the background. What was found has to be shown afterwards, and what may
be done with the file turns on who sent it. No rows exist to change; downgrading drops the reports.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "roster_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("region", sa.String(6), nullable=False),
        sa.Column("roles", postgresql.JSONB(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("state", sa.Enum(
            "checking", "checked", "importing", "imported", name="rosterstate", native_enum=False, length=40,
        ), nullable=False),
        sa.Column("report", postgresql.JSONB(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_roster_file"),
    )
    op.create_index("ix_roster_file_account_id", "roster_file", ["account_id"])


def downgrade() -> None:
    op.drop_table("roster_file")
