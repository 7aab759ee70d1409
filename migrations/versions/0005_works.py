"""Lots, marks and first samples.

A unit project falls into inspection lots; each remembers which batches were built into it, who did, checked and
accepted it and its key steps, and whether it waits for a first sample. Uses, marks, samples and signatures are legal
records: the database refuses DELETE, and UPDATE of anything but columns that are filled once. A lot may be put right
and never goes. Nothing that exists changes. Downgrading drops all of it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

PERMANENT = {
    "first_sample": ("verdict", "settled_at"),
    "lot_batch": ("withdrawn_at", "withdrawn_by_id", "withdrawn_reason"),
    "mark": (
        "verdict", "verdict_words", "accepter_term_id", "accepter_name", "accepted_at",
        "superseded_at", "superseded_by_id", "superseded_reason",
    ),
    "sample_signature": (),
}
UNDELETABLE = ("lot",)


def make_permanent() -> None:
    for table, write_once in PERMANENT.items():
        columns = ", ".join(f"'{name}'" for name in write_once)
        op.execute(
            f"CREATE TRIGGER {table}_is_permanent BEFORE UPDATE OR DELETE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION keep_record({columns})"
        )
        op.execute(
            f"CREATE TRIGGER {table}_is_not_truncated BEFORE TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION keep_table()"
        )
    for table in UNDELETABLE:
        op.execute(
            f"CREATE TRIGGER {table}_is_kept BEFORE DELETE OR TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION keep_table()"
        )


def upgrade() -> None:
    op.create_table('first_sample',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('unit_project_id', sa.Uuid(), nullable=False),
    sa.Column('participation_id', sa.Uuid(), nullable=False),
    sa.Column('item_code', sa.String(length=20), nullable=False),
    sa.Column('edition_id', sa.Uuid(), nullable=False),
    sa.Column('sides', sa.ARRAY(sa.String(length=20)), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('shown_from', sa.Date(), nullable=False),
    sa.Column('shown_until', sa.Date(), nullable=True),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('photos', sa.ARRAY(sa.String(length=64)), nullable=False),
    sa.Column('videos', sa.ARRAY(sa.String(length=64)), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('made_by_id', sa.Uuid(), nullable=True),
    sa.Column('verdict', sa.Enum('passed', 'failed', name='verdict', native_enum=False, length=40), nullable=True),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(verdict IS NULL) = (settled_at IS NULL)', name='ck_first_sample_verdict_has_its_moment'),
    sa.CheckConstraint('cardinality(photos) > 0', name='ck_first_sample_shows_something'),
    sa.CheckConstraint('shown_until >= shown_from', name='ck_first_sample_shown_for_a_while'),
    sa.ForeignKeyConstraint(['edition_id'], ['standard_edition.id'], name='fk_first_sample_edition_id'),
    sa.ForeignKeyConstraint(['made_by_id'], ['account.id'], name='fk_first_sample_made_by_id'),
    sa.ForeignKeyConstraint(['participation_id'], ['participation.id'], name='fk_first_sample_participation_id'),
    sa.ForeignKeyConstraint(['unit_project_id'], ['unit_project.id'], name='fk_first_sample_unit_project_id'),
    sa.PrimaryKeyConstraint('id', name='pk_first_sample')
    )
    op.create_index('ix_first_sample_participation_id', 'first_sample', ['participation_id'], unique=False)
    op.create_index('ix_first_sample_unit_project_id', 'first_sample', ['unit_project_id'], unique=False)
    op.create_index('uq_first_sample_standing', 'first_sample', ['unit_project_id', 'item_code'], unique=True, postgresql_where=sa.text("verdict IS DISTINCT FROM 'failed'"))
    op.create_table('lot',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('unit_project_id', sa.Uuid(), nullable=False),
    sa.Column('participation_id', sa.Uuid(), nullable=False),
    sa.Column('item_code', sa.String(length=20), nullable=False),
    sa.Column('serial', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('storey', sa.Integer(), nullable=True),
    sa.Column('part_id', sa.Uuid(), nullable=True),
    sa.Column('capacity', sa.Numeric(precision=18, scale=6), nullable=True),
    sa.Column('capacity_unit', sa.String(length=20), nullable=False),
    sa.Column('divisions_edition_id', sa.Uuid(), nullable=False),
    sa.Column('template_edition_id', sa.Uuid(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('planned_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('planned_by_id', sa.Uuid(), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by_id', sa.Uuid(), nullable=True),
    sa.Column('withdrawn_reason', sa.String(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('(withdrawn_at IS NULL) = (withdrawn_reason IS NULL)', name='ck_lot_withdrawn_for_a_reason'),
    sa.CheckConstraint('capacity > 0', name='ck_lot_capacity_is_something'),
    sa.CheckConstraint('serial > 0', name='ck_lot_serial_counts_from_one'),
    sa.ForeignKeyConstraint(['divisions_edition_id'], ['standard_edition.id'], name='fk_lot_divisions_edition_id'),
    sa.ForeignKeyConstraint(['part_id'], ['part.id'], name='fk_lot_part_id'),
    sa.ForeignKeyConstraint(['participation_id'], ['participation.id'], name='fk_lot_participation_id'),
    sa.ForeignKeyConstraint(['planned_by_id'], ['account.id'], name='fk_lot_planned_by_id'),
    sa.ForeignKeyConstraint(['template_edition_id'], ['standard_edition.id'], name='fk_lot_template_edition_id'),
    sa.ForeignKeyConstraint(['unit_project_id'], ['unit_project.id'], name='fk_lot_unit_project_id'),
    sa.ForeignKeyConstraint(['withdrawn_by_id'], ['account.id'], name='fk_lot_withdrawn_by_id'),
    sa.PrimaryKeyConstraint('id', name='pk_lot'),
    sa.UniqueConstraint('unit_project_id', 'number', name='uq_lot_unit_project_id_number')
    )
    op.create_index('ix_lot_due', 'lot', ['unit_project_id', 'due_on'], unique=False, postgresql_where=sa.text('due_on IS NOT NULL'))
    op.create_index('ix_lot_part_id', 'lot', ['part_id'], unique=False)
    op.create_index('ix_lot_participation_id', 'lot', ['participation_id'], unique=False)
    op.create_index('ix_lot_unit_item', 'lot', ['unit_project_id', 'item_code', 'serial'], unique=False)
    op.create_table('sample_signature',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('sample_id', sa.Uuid(), nullable=False),
    sa.Column('side', sa.String(length=20), nullable=False),
    sa.Column('term_id', sa.Uuid(), nullable=False),
    sa.Column('signed_by', sa.String(), nullable=False),
    sa.Column('verdict', sa.Enum('passed', 'failed', name='verdict', native_enum=False, length=40), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['sample_id'], ['first_sample.id'], name='fk_sample_signature_sample_id'),
    sa.ForeignKeyConstraint(['term_id'], ['term.id'], name='fk_sample_signature_term_id'),
    sa.PrimaryKeyConstraint('id', name='pk_sample_signature'),
    sa.UniqueConstraint('sample_id', 'side', name='uq_sample_signature_sample_id_side')
    )
    op.create_index('ix_sample_signature_term_id', 'sample_signature', ['term_id'], unique=False)
    op.create_table('lot_batch',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('lot_id', sa.Uuid(), nullable=False),
    sa.Column('batch_id', sa.Uuid(), nullable=False),
    sa.Column('quantity', sa.Numeric(precision=18, scale=6), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Uuid(), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by_id', sa.Uuid(), nullable=True),
    sa.Column('withdrawn_reason', sa.String(), nullable=True),
    sa.CheckConstraint('(withdrawn_at IS NULL) = (withdrawn_reason IS NULL)', name='ck_lot_batch_withdrawn_for_a_reason'),
    sa.CheckConstraint('quantity > 0', name='ck_lot_batch_quantity_is_something'),
    sa.ForeignKeyConstraint(['batch_id'], ['batch.id'], name='fk_lot_batch_batch_id'),
    sa.ForeignKeyConstraint(['lot_id'], ['lot.id'], name='fk_lot_batch_lot_id'),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['account.id'], name='fk_lot_batch_recorded_by_id'),
    sa.ForeignKeyConstraint(['withdrawn_by_id'], ['account.id'], name='fk_lot_batch_withdrawn_by_id'),
    sa.PrimaryKeyConstraint('id', name='pk_lot_batch')
    )
    op.create_index('ix_lot_batch_batch_lot', 'lot_batch', ['batch_id', 'lot_id'], unique=False)
    op.create_index('ix_lot_batch_lot_id', 'lot_batch', ['lot_id'], unique=False)
    op.create_index('uq_lot_batch_standing', 'lot_batch', ['lot_id', 'batch_id'], unique=True, postgresql_where=sa.text('withdrawn_at IS NULL'))
    op.create_table('mark',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('lot_id', sa.Uuid(), nullable=False),
    sa.Column('step', sa.String(length=40), nullable=False),
    sa.Column('edition_id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.String(length=32), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('done_on', sa.Date(), nullable=False),
    sa.Column('doer_term_id', sa.Uuid(), nullable=False),
    sa.Column('doer_name', sa.String(), nullable=False),
    sa.Column('checker_term_id', sa.Uuid(), nullable=False),
    sa.Column('checker_name', sa.String(), nullable=False),
    sa.Column('self_check', sa.Enum('passed', 'not-applicable', name='check', native_enum=False, length=40), nullable=False),
    sa.Column('mutual_check', sa.Enum('passed', 'not-applicable', name='check', native_enum=False, length=40), nullable=False),
    sa.Column('handover_check', sa.Enum('passed', 'not-applicable', name='check', native_enum=False, length=40), nullable=False),
    sa.Column('photos', sa.ARRAY(sa.String(length=64)), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('made_by_id', sa.Uuid(), nullable=True),
    sa.Column('verdict', sa.Enum('passed', 'failed', name='verdict', native_enum=False, length=40), nullable=True),
    sa.Column('verdict_words', sa.String(), nullable=True),
    sa.Column('accepter_term_id', sa.Uuid(), nullable=True),
    sa.Column('accepter_name', sa.String(), nullable=True),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('superseded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('superseded_by_id', sa.Uuid(), nullable=True),
    sa.Column('superseded_reason', sa.String(), nullable=True),
    sa.CheckConstraint('(superseded_at IS NULL) = (superseded_reason IS NULL)', name='ck_mark_superseded_for_a_reason'),
    sa.CheckConstraint('(verdict IS NULL) = (accepted_at IS NULL)', name='ck_mark_verdict_has_its_moment'),
    sa.CheckConstraint('cardinality(photos) > 0', name='ck_mark_shows_something'),
    sa.ForeignKeyConstraint(['accepter_term_id'], ['term.id'], name='fk_mark_accepter_term_id'),
    sa.ForeignKeyConstraint(['checker_term_id'], ['term.id'], name='fk_mark_checker_term_id'),
    sa.ForeignKeyConstraint(['doer_term_id'], ['term.id'], name='fk_mark_doer_term_id'),
    sa.ForeignKeyConstraint(['edition_id'], ['standard_edition.id'], name='fk_mark_edition_id'),
    sa.ForeignKeyConstraint(['lot_id'], ['lot.id'], name='fk_mark_lot_id'),
    sa.ForeignKeyConstraint(['made_by_id'], ['account.id'], name='fk_mark_made_by_id'),
    sa.ForeignKeyConstraint(['superseded_by_id'], ['account.id'], name='fk_mark_superseded_by_id'),
    sa.PrimaryKeyConstraint('id', name='pk_mark'),
    sa.UniqueConstraint('code', name='uq_mark_code')
    )
    op.create_index('ix_mark_accepter_term_id', 'mark', ['accepter_term_id'], unique=False)
    op.create_index('ix_mark_checker_term_id', 'mark', ['checker_term_id'], unique=False)
    op.create_index('ix_mark_doer_term_id', 'mark', ['doer_term_id'], unique=False)
    op.create_index('ix_mark_lot_id', 'mark', ['lot_id'], unique=False)
    op.create_index('uq_mark_standing', 'mark', ['lot_id', 'step'], unique=True, postgresql_where=sa.text('superseded_at IS NULL'))

    make_permanent()


def downgrade() -> None:
    for table in ("mark", "lot_batch", "sample_signature", "lot", "first_sample"):
        op.drop_table(table)
