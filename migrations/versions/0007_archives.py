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
        "sent_at", "manifest_sha256", "catalogue_sha256", "papers", "size", "failed_at", "received_at", "received_by_id",
        "receipt", "returned_at", "returned_by_id", "returned_reason",
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
    op.create_table('archive_file',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('unit_project_id', sa.Uuid(), nullable=True),
    sa.Column('participation_id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('edition_id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('document_sha256', sa.String(length=64), nullable=False),
    sa.Column('dated_on', sa.Date(), nullable=False),
    sa.Column('retention', sa.Enum('permanent', 'long', 'short', name='retention', native_enum=False, length=40), nullable=False),
    sa.Column('secrecy', sa.String(length=20), nullable=False),
    sa.Column('supersedes_id', sa.Uuid(), nullable=True),
    sa.Column('reason', sa.String(), nullable=True),
    sa.Column('filed_on', sa.Date(), nullable=False),
    sa.Column('filed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('filed_by_id', sa.Uuid(), nullable=True),
    sa.Column('lasting', sa.Enum('itself', 'twin', 'none', name='lasting', native_enum=False, length=40), nullable=True),
    sa.Column('twin_sha256', sa.String(length=64), nullable=True),
    sa.Column('flaw', sa.String(), nullable=True),
    sa.Column('examined_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['document_sha256'], ['document.sha256'], name=op.f('fk_archive_file_document_sha256')),
    sa.ForeignKeyConstraint(['edition_id'], ['standard_edition.id'], name=op.f('fk_archive_file_edition_id')),
    sa.ForeignKeyConstraint(['filed_by_id'], ['account.id'], name=op.f('fk_archive_file_filed_by_id')),
    sa.ForeignKeyConstraint(['participation_id'], ['participation.id'], name=op.f('fk_archive_file_participation_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_archive_file_project_id')),
    sa.ForeignKeyConstraint(['supersedes_id'], ['archive_file.id'], name=op.f('fk_archive_file_supersedes_id')),
    sa.ForeignKeyConstraint(['twin_sha256'], ['document.sha256'], name=op.f('fk_archive_file_twin_sha256')),
    sa.ForeignKeyConstraint(['unit_project_id'], ['unit_project.id'], name=op.f('fk_archive_file_unit_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_archive_file'))
    )
    op.create_index('ix_archive_file_project_code', 'archive_file', ['project_id', 'code'], unique=False)
    op.create_index('uq_archive_file_superseded_once', 'archive_file', ['supersedes_id'], unique=True, postgresql_where=sa.text('supersedes_id IS NOT NULL'))
    op.create_table('archive_absence',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('said_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('said_by_id', sa.Uuid(), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_archive_absence_project_id')),
    sa.ForeignKeyConstraint(['said_by_id'], ['account.id'], name=op.f('fk_archive_absence_said_by_id')),
    sa.ForeignKeyConstraint(['withdrawn_by_id'], ['account.id'], name=op.f('fk_archive_absence_withdrawn_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_archive_absence'))
    )
    op.create_index('uq_archive_absence_standing', 'archive_absence', ['project_id', 'code'], unique=True, postgresql_where=sa.text('withdrawn_at IS NULL'))
    op.create_table('archive_handover',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=80), nullable=False),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('begun_by_id', sa.Uuid(), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('manifest_sha256', sa.String(length=64), nullable=True),
    sa.Column('catalogue_sha256', sa.String(length=64), nullable=True),
    sa.Column('papers', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('size', sa.BigInteger(), nullable=True),
    sa.Column('failed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('received_by_id', sa.Uuid(), nullable=True),
    sa.Column('receipt', sa.String(length=80), nullable=True),
    sa.Column('returned_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('returned_by_id', sa.Uuid(), nullable=True),
    sa.Column('returned_reason', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['begun_by_id'], ['account.id'], name=op.f('fk_archive_handover_begun_by_id')),
    sa.ForeignKeyConstraint(['catalogue_sha256'], ['document.sha256'], name=op.f('fk_archive_handover_catalogue_sha256')),
    sa.ForeignKeyConstraint(['manifest_sha256'], ['document.sha256'], name=op.f('fk_archive_handover_manifest_sha256')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_archive_handover_project_id')),
    sa.ForeignKeyConstraint(['received_by_id'], ['account.id'], name=op.f('fk_archive_handover_received_by_id')),
    sa.ForeignKeyConstraint(['returned_by_id'], ['account.id'], name=op.f('fk_archive_handover_returned_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_archive_handover')),
    sa.UniqueConstraint('number', name=op.f('uq_archive_handover_number')),
    sa.UniqueConstraint('project_id', 'sequence', name=op.f('uq_archive_handover_project_id_sequence'))
    )
    op.create_index('uq_archive_handover_open', 'archive_handover', ['project_id'], unique=True, postgresql_where=sa.text('failed_at IS NULL AND received_at IS NULL AND returned_at IS NULL'))
    op.create_table('archive_handover_check',
    sa.Column('handover_id', sa.Uuid(), nullable=False),
    sa.Column('files', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('done_bytes', sa.BigInteger(), nullable=False),
    sa.Column('total_bytes', sa.BigInteger(), nullable=False),
    sa.Column('findings', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('waiting', sa.String(), nullable=True),
    sa.Column('looked_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['handover_id'], ['archive_handover.id'], name=op.f('fk_archive_handover_check_handover_id')),
    sa.PrimaryKeyConstraint('handover_id', name=op.f('pk_archive_handover_check'))
    )


def downgrade() -> None:
    for table in ("archive_handover_check", "archive_handover", "archive_absence", "archive_file"):
        op.execute(f"DROP TABLE {table} CASCADE")
