"""Acceptance.

A lot has results by attempts, a node of the tree its acceptances; work that is covered up its looks and photos; each of
them signatures, and one paper printed when the last has signed. What did not pass has its treatment, what a unit project
does not have is declared. All are legal records: the database refuses DELETE, and UPDATE of anything but columns that are
filled once. Nothing that exists changes. Downgrading drops all of it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

PERMANENT = {
    "absence": ("withdrawn_at", "withdrawn_reason"),
    "acceptance_paper": (),
    "acceptance_signature": (),
    "concealed_photo": (),
    "concealed_work": ("waived_at", "waived_by_id", "waived_reason"),
    "lot_result": ("superseded_at", "superseded_reason"),
    "node_acceptance": ("fallen_at", "fallen_reason"),
    "nonconformity": ("approved_at", "approved_term_id", "approved_name"),
}


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


def upgrade() -> None:
    op.create_table('absence',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('unit_project_id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('declared_term_id', sa.Uuid(), nullable=False),
    sa.Column('declared_name', sa.String(), nullable=False),
    sa.Column('declared_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_reason', sa.String(), nullable=True),
    sa.CheckConstraint('(withdrawn_at IS NULL) = (withdrawn_reason IS NULL)', name=op.f('ck_absence_withdrawn_for_a_reason')),
    sa.ForeignKeyConstraint(['declared_term_id'], ['term.id'], name=op.f('fk_absence_declared_term_id')),
    sa.ForeignKeyConstraint(['unit_project_id'], ['unit_project.id'], name=op.f('fk_absence_unit_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_absence'))
    )
    op.create_index('uq_absence_standing', 'absence', ['unit_project_id', 'code'], unique=True, postgresql_where=sa.text('withdrawn_at IS NULL'))
    op.create_table('concealed_work',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('unit_project_id', sa.Uuid(), nullable=False),
    sa.Column('lot_id', sa.Uuid(), nullable=True),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('previous_id', sa.Uuid(), nullable=True),
    sa.Column('item_code', sa.String(length=20), nullable=False),
    sa.Column('edition_id', sa.Uuid(), nullable=False),
    sa.Column('item_key', sa.String(length=40), nullable=False),
    sa.Column('roles_edition_id', sa.Uuid(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('drawings', sa.String(), nullable=False),
    sa.Column('materials', sa.String(), nullable=False),
    sa.Column('contents', sa.String(), nullable=False),
    sa.Column('looked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('notice_until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('station_told', sa.Boolean(), nullable=False),
    sa.Column('entered_term_id', sa.Uuid(), nullable=False),
    sa.Column('entered_name', sa.String(), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('waived_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('waived_by_id', sa.Uuid(), nullable=True),
    sa.Column('waived_reason', sa.String(), nullable=True),
    sa.CheckConstraint('(waived_at IS NULL) = (waived_reason IS NULL)', name=op.f('ck_concealed_work_waived_for_a_reason')),
    sa.ForeignKeyConstraint(['edition_id'], ['standard_edition.id'], name=op.f('fk_concealed_work_edition_id')),
    sa.ForeignKeyConstraint(['entered_term_id'], ['term.id'], name=op.f('fk_concealed_work_entered_term_id')),
    sa.ForeignKeyConstraint(['lot_id'], ['lot.id'], name=op.f('fk_concealed_work_lot_id')),
    sa.ForeignKeyConstraint(['previous_id'], ['concealed_work.id'], name=op.f('fk_concealed_work_previous_id')),
    sa.ForeignKeyConstraint(['roles_edition_id'], ['standard_edition.id'], name=op.f('fk_concealed_work_roles_edition_id')),
    sa.ForeignKeyConstraint(['unit_project_id'], ['unit_project.id'], name=op.f('fk_concealed_work_unit_project_id')),
    sa.ForeignKeyConstraint(['waived_by_id'], ['account.id'], name=op.f('fk_concealed_work_waived_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_concealed_work')),
    sa.UniqueConstraint('previous_id', name=op.f('uq_concealed_work_previous_id')),
    sa.UniqueConstraint('unit_project_id', 'number', name=op.f('uq_concealed_work_unit_project_id_number'))
    )
    op.create_index('ix_concealed_work_lot_id', 'concealed_work', ['lot_id'], unique=False)
    op.create_table('nonconformity',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('unit_project_id', sa.Uuid(), nullable=False),
    sa.Column('lot_id', sa.Uuid(), nullable=True),
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('kind', sa.Enum('rework', 'repair', 'tested', 'reckoned', 'strengthened', 'concession', 'forbidden', name='treatmentkind', native_enum=False, length=40), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('paper_sha256', sa.String(length=64), nullable=True),
    sa.Column('paper_number', sa.String(), nullable=False),
    sa.Column('issued_by', sa.String(), nullable=False),
    sa.Column('recorded_term_id', sa.Uuid(), nullable=False),
    sa.Column('recorded_name', sa.String(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('approved_term_id', sa.Uuid(), nullable=True),
    sa.Column('approved_name', sa.String(), nullable=True),
    sa.CheckConstraint('(approved_at IS NULL) = (approved_term_id IS NULL)', name=op.f('ck_nonconformity_approved_by_somebody')),
    sa.ForeignKeyConstraint(['approved_term_id'], ['term.id'], name=op.f('fk_nonconformity_approved_term_id')),
    sa.ForeignKeyConstraint(['lot_id'], ['lot.id'], name=op.f('fk_nonconformity_lot_id')),
    sa.ForeignKeyConstraint(['paper_sha256'], ['document.sha256'], name=op.f('fk_nonconformity_paper_sha256')),
    sa.ForeignKeyConstraint(['recorded_term_id'], ['term.id'], name=op.f('fk_nonconformity_recorded_term_id')),
    sa.ForeignKeyConstraint(['unit_project_id'], ['unit_project.id'], name=op.f('fk_nonconformity_unit_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_nonconformity'))
    )
    op.create_index('ix_nonconformity_lot_id', 'nonconformity', ['lot_id'], unique=False)
    op.create_index('ix_nonconformity_unit_project_id', 'nonconformity', ['unit_project_id', 'code'], unique=False)
    op.create_table('concealed_photo',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('work_id', sa.Uuid(), nullable=False),
    sa.Column('unit_project_id', sa.Uuid(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('caption', sa.String(), nullable=False),
    sa.Column('added_name', sa.String(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['sha256'], ['document.sha256'], name=op.f('fk_concealed_photo_sha256')),
    sa.ForeignKeyConstraint(['unit_project_id'], ['unit_project.id'], name=op.f('fk_concealed_photo_unit_project_id')),
    sa.ForeignKeyConstraint(['work_id'], ['concealed_work.id'], name=op.f('fk_concealed_photo_work_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_concealed_photo')),
    sa.UniqueConstraint('work_id', 'sha256', name=op.f('uq_concealed_photo_work_id_sha256'))
    )
    op.create_table('lot_result',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('lot_id', sa.Uuid(), nullable=False),
    sa.Column('unit_project_id', sa.Uuid(), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('treatment_id', sa.Uuid(), nullable=True),
    sa.Column('template_edition_id', sa.Uuid(), nullable=False),
    sa.Column('template_key', sa.String(length=40), nullable=False),
    sa.Column('sampling_edition_id', sa.Uuid(), nullable=False),
    sa.Column('roles_edition_id', sa.Uuid(), nullable=False),
    sa.Column('capacity', sa.String(length=40), nullable=False),
    sa.Column('checks', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('conforms', sa.Boolean(), nullable=False),
    sa.Column('basis', sa.String(), nullable=False),
    sa.Column('entered_term_id', sa.Uuid(), nullable=False),
    sa.Column('entered_name', sa.String(), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('superseded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('superseded_reason', sa.String(), nullable=True),
    sa.CheckConstraint('(superseded_at IS NULL) = (superseded_reason IS NULL)', name=op.f('ck_lot_result_superseded_for_a_reason')),
    sa.ForeignKeyConstraint(['entered_term_id'], ['term.id'], name=op.f('fk_lot_result_entered_term_id')),
    sa.ForeignKeyConstraint(['lot_id'], ['lot.id'], name=op.f('fk_lot_result_lot_id')),
    sa.ForeignKeyConstraint(['roles_edition_id'], ['standard_edition.id'], name=op.f('fk_lot_result_roles_edition_id')),
    sa.ForeignKeyConstraint(['sampling_edition_id'], ['standard_edition.id'], name=op.f('fk_lot_result_sampling_edition_id')),
    sa.ForeignKeyConstraint(['template_edition_id'], ['standard_edition.id'], name=op.f('fk_lot_result_template_edition_id')),
    sa.ForeignKeyConstraint(['treatment_id'], ['nonconformity.id'], name=op.f('fk_lot_result_treatment_id')),
    sa.ForeignKeyConstraint(['unit_project_id'], ['unit_project.id'], name=op.f('fk_lot_result_unit_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lot_result')),
    sa.UniqueConstraint('lot_id', 'attempt', name=op.f('uq_lot_result_lot_id_attempt'))
    )
    op.create_index(op.f('ix_lot_result_unit_project_id'), 'lot_result', ['unit_project_id'], unique=False)
    op.create_index('uq_lot_result_standing', 'lot_result', ['lot_id'], unique=True, postgresql_where=sa.text('superseded_at IS NULL'))
    op.create_table('node_acceptance',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('unit_project_id', sa.Uuid(), nullable=False),
    sa.Column('level', sa.Enum('lot', 'concealed', 'item', 'subdivision', 'division', 'unit', name='acceptancelevel', native_enum=False, length=40), nullable=False),
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('treatment_id', sa.Uuid(), nullable=True),
    sa.Column('divisions_edition_id', sa.Uuid(), nullable=False),
    sa.Column('roles_edition_id', sa.Uuid(), nullable=False),
    sa.Column('children', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('children_sha256', sa.String(length=64), nullable=False),
    sa.Column('totals', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('remarks', sa.String(), nullable=False),
    sa.Column('attendants', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('meets_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('opened_term_id', sa.Uuid(), nullable=False),
    sa.Column('opened_name', sa.String(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('fallen_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('fallen_reason', sa.String(), nullable=True),
    sa.CheckConstraint("(level = 'unit') = (code = '')", name=op.f('ck_node_acceptance_only_the_unit_has_no_code')),
    sa.CheckConstraint('(fallen_at IS NULL) = (fallen_reason IS NULL)', name=op.f('ck_node_acceptance_falls_for_a_reason')),
    sa.ForeignKeyConstraint(['divisions_edition_id'], ['standard_edition.id'], name=op.f('fk_node_acceptance_divisions_edition_id')),
    sa.ForeignKeyConstraint(['opened_term_id'], ['term.id'], name=op.f('fk_node_acceptance_opened_term_id')),
    sa.ForeignKeyConstraint(['roles_edition_id'], ['standard_edition.id'], name=op.f('fk_node_acceptance_roles_edition_id')),
    sa.ForeignKeyConstraint(['treatment_id'], ['nonconformity.id'], name=op.f('fk_node_acceptance_treatment_id')),
    sa.ForeignKeyConstraint(['unit_project_id'], ['unit_project.id'], name=op.f('fk_node_acceptance_unit_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_node_acceptance')),
    sa.UniqueConstraint('unit_project_id', 'code', 'attempt', name=op.f('uq_node_acceptance_unit_project_id_code_attempt'))
    )
    op.create_index('uq_node_acceptance_standing', 'node_acceptance', ['unit_project_id', 'code'], unique=True, postgresql_where=sa.text('fallen_at IS NULL'))
    op.create_table('acceptance_paper',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('unit_project_id', sa.Uuid(), nullable=False),
    sa.Column('result_id', sa.Uuid(), nullable=True),
    sa.Column('acceptance_id', sa.Uuid(), nullable=True),
    sa.Column('work_id', sa.Uuid(), nullable=True),
    sa.Column('form', sa.String(length=40), nullable=False),
    sa.Column('number', sa.String(length=80), nullable=False),
    sa.Column('document_sha256', sa.String(length=64), nullable=False),
    sa.Column('printed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('num_nonnulls(result_id, acceptance_id, work_id) = 1', name=op.f('ck_acceptance_paper_prints_one_thing')),
    sa.ForeignKeyConstraint(['acceptance_id'], ['node_acceptance.id'], name=op.f('fk_acceptance_paper_acceptance_id')),
    sa.ForeignKeyConstraint(['document_sha256'], ['document.sha256'], name=op.f('fk_acceptance_paper_document_sha256')),
    sa.ForeignKeyConstraint(['result_id'], ['lot_result.id'], name=op.f('fk_acceptance_paper_result_id')),
    sa.ForeignKeyConstraint(['unit_project_id'], ['unit_project.id'], name=op.f('fk_acceptance_paper_unit_project_id')),
    sa.ForeignKeyConstraint(['work_id'], ['concealed_work.id'], name=op.f('fk_acceptance_paper_work_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_acceptance_paper')),
    sa.UniqueConstraint('acceptance_id', name=op.f('uq_acceptance_paper_acceptance_id')),
    sa.UniqueConstraint('result_id', name=op.f('uq_acceptance_paper_result_id')),
    sa.UniqueConstraint('work_id', name=op.f('uq_acceptance_paper_work_id'))
    )
    op.create_index(op.f('ix_acceptance_paper_unit_project_id'), 'acceptance_paper', ['unit_project_id'], unique=False)
    op.create_table('acceptance_signature',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('unit_project_id', sa.Uuid(), nullable=False),
    sa.Column('result_id', sa.Uuid(), nullable=True),
    sa.Column('acceptance_id', sa.Uuid(), nullable=True),
    sa.Column('work_id', sa.Uuid(), nullable=True),
    sa.Column('duty', sa.String(length=40), nullable=False),
    sa.Column('label', sa.String(), nullable=False),
    sa.Column('decides', sa.Boolean(), nullable=False),
    sa.Column('verdict', sa.Enum('passed', 'failed', name='verdict', native_enum=False, length=40), nullable=False),
    sa.Column('opinion', sa.String(), nullable=False),
    sa.Column('term_id', sa.Uuid(), nullable=False),
    sa.Column('person_name', sa.String(), nullable=False),
    sa.Column('signed_on', sa.Date(), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('num_nonnulls(result_id, acceptance_id, work_id) = 1', name=op.f('ck_acceptance_signature_signs_one_thing')),
    sa.ForeignKeyConstraint(['acceptance_id'], ['node_acceptance.id'], name=op.f('fk_acceptance_signature_acceptance_id')),
    sa.ForeignKeyConstraint(['result_id'], ['lot_result.id'], name=op.f('fk_acceptance_signature_result_id')),
    sa.ForeignKeyConstraint(['term_id'], ['term.id'], name=op.f('fk_acceptance_signature_term_id')),
    sa.ForeignKeyConstraint(['unit_project_id'], ['unit_project.id'], name=op.f('fk_acceptance_signature_unit_project_id')),
    sa.ForeignKeyConstraint(['work_id'], ['concealed_work.id'], name=op.f('fk_acceptance_signature_work_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_acceptance_signature')),
    sa.UniqueConstraint('acceptance_id', 'duty', name=op.f('uq_acceptance_signature_acceptance_id_duty')),
    sa.UniqueConstraint('result_id', 'duty', name=op.f('uq_acceptance_signature_result_id_duty')),
    sa.UniqueConstraint('work_id', 'duty', name=op.f('uq_acceptance_signature_work_id_duty'))
    )
    op.create_index('ix_acceptance_signature_term_id', 'acceptance_signature', ['term_id'], unique=False)
    make_permanent()


def downgrade() -> None:
    for table in ("acceptance_signature", "acceptance_paper", "node_acceptance", "lot_result", "concealed_photo", "nonconformity", "concealed_work", "absence"):
        op.drop_table(table)
