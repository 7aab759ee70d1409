"""Keep what comes before the first lot, and what a supplier's code said.

How a site is managed (GB 50300 附录A) and what the supervision said of a plan of lots are legal records: the database
refuses DELETE, and UPDATE of anything but columns that are filled once. A batch keeps the number of its certificate and
what was read from the code on its delivery note; of batches that exist neither is known, both stay empty. Downgrading
drops the records and both columns.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"

PERMANENT = {
    "plan_review": (),
    "site_check": (
        "verdict", "conclusion", "checker_term_id", "checker_name", "checked_on", "checked_at", "document_sha256",
    ),
}
ON_A_BATCH = (("certificate_number", sa.String(length=80)), ("scanned", sa.String()))
VERDICT = sa.Enum('passed', 'failed', name='verdict', native_enum=False, length=40)


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
    op.create_table('site_check',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('participation_id', sa.Uuid(), nullable=False),
    sa.Column('edition_id', sa.Uuid(), nullable=False),
    sa.Column('answers', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('self_check', sa.String(), nullable=False),
    sa.Column('filler_term_id', sa.Uuid(), nullable=False),
    sa.Column('filler_name', sa.String(), nullable=False),
    sa.Column('filled_on', sa.Date(), nullable=False),
    sa.Column('filled_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('verdict', VERDICT, nullable=True),
    sa.Column('conclusion', sa.String(), nullable=True),
    sa.Column('checker_term_id', sa.Uuid(), nullable=True),
    sa.Column('checker_name', sa.String(), nullable=True),
    sa.Column('checked_on', sa.Date(), nullable=True),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('document_sha256', sa.String(length=64), nullable=True),
    sa.CheckConstraint('(verdict IS NULL) = (checked_at IS NULL)', name=op.f('ck_site_check_verdict_has_its_moment')),
    sa.CheckConstraint('(verdict IS NULL) = (document_sha256 IS NULL)', name=op.f('ck_site_check_printed_when_judged')),
    sa.ForeignKeyConstraint(['checker_term_id'], ['term.id'], name='fk_site_check_checker_term_id'),
    sa.ForeignKeyConstraint(['document_sha256'], ['document.sha256'], name='fk_site_check_document_sha256'),
    sa.ForeignKeyConstraint(['edition_id'], ['standard_edition.id'], name='fk_site_check_edition_id'),
    sa.ForeignKeyConstraint(['filler_term_id'], ['term.id'], name='fk_site_check_filler_term_id'),
    sa.ForeignKeyConstraint(['participation_id'], ['participation.id'], name='fk_site_check_participation_id'),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name='fk_site_check_project_id'),
    sa.PrimaryKeyConstraint('id', name='pk_site_check')
    )
    op.create_index('ix_site_check_project_id', 'site_check', ['project_id'], unique=False)
    op.create_index('uq_site_check_standing', 'site_check', ['participation_id'], unique=True, postgresql_where=sa.text("verdict IS DISTINCT FROM 'failed'"))
    op.create_table('plan_review',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('unit_project_id', sa.Uuid(), nullable=False),
    sa.Column('lots', sa.Integer(), nullable=False),
    sa.Column('plan_sha256', sa.String(length=64), nullable=False),
    sa.Column('verdict', VERDICT, nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('term_id', sa.Uuid(), nullable=False),
    sa.Column('reviewer_name', sa.String(), nullable=False),
    sa.Column('reviewed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['term_id'], ['term.id'], name='fk_plan_review_term_id'),
    sa.ForeignKeyConstraint(['unit_project_id'], ['unit_project.id'], name='fk_plan_review_unit_project_id'),
    sa.PrimaryKeyConstraint('id', name='pk_plan_review')
    )
    op.create_index('ix_plan_review_unit_project_id', 'plan_review', ['unit_project_id', 'reviewed_at'], unique=False)
    for name, shape in ON_A_BATCH:
        op.add_column('batch', sa.Column(name, shape, nullable=False, server_default=''))
        op.alter_column('batch', name, server_default=None)
    make_permanent()


def downgrade() -> None:
    for name, _shape in reversed(ON_A_BATCH):
        op.drop_column('batch', name)
    op.drop_table('plan_review')
    op.drop_table('site_check')
