"""Look lots up by their number: the one box on every page finds them across projects."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_index("ix_lot_number", "lot", ["number"])


def downgrade() -> None:
    op.drop_index("ix_lot_number", "lot")
