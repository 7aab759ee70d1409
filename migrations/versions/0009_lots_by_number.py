"""Find a lot by its number, whichever project it belongs to.

Whoever holds a record in his hand types the number that stands on it; until now such a search read every lot
there is. Rows stay as they are; downgrading drops the index.
"""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_index("ix_lot_number", "lot", ["number"])


def downgrade() -> None:
    op.drop_index("ix_lot_number", "lot")
