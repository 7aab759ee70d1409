"""Keep drawings, what reviewers said of them, and what changed.

Until now a project knew who designed it and not what. From here on each version of a drawing set stands for good with
its sheets, its review and its changes, so that the drawing in force for a part on a day can be named; with them what
experts argued and what a design aims at. No row that was there changes. Downgrading drops the tables and what is in them.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

PERMANENT = {
    "argument_expert": (),
    "argument_opinion": ("answer", "answered_at", "answered_by_id"),
    "design_approval": (),
    "design_change": ("withdrawn_at", "withdrawn_reason"),
    "design_target": ("superseded_at",),
    "drawing_issue": (),
    "drawing_review": (),
    "drawing_reviewed": (),
    "drawing_set": (),
    "drawing_sheet": (),
    "scheme_argument": ("conclusion", "closed_on", "closed_at", "closed_by_id", "report_sha256"),
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


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DROP TABLE {table} CASCADE")


TABLES = (
    "drawing_reviewed",
    "design_approval",
    "drawing_sheet",
    "drawing_issue",
    "design_change",
    "drawing_set",
    "argument_opinion",
    "argument_expert",
    "scheme_argument",
    "drawing_review",
    "design_target",
)


def create_tables() -> None:
    op.create_table('design_target',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('unit_project_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('value', sa.String(length=40), nullable=False),
    sa.Column('basis', sa.String(), nullable=False),
    sa.Column('set_on', sa.Date(), nullable=False),
    sa.Column('superseded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['account.id'], name=op.f('fk_design_target_recorded_by_id')),
    sa.ForeignKeyConstraint(['unit_project_id'], ['unit_project.id'], name=op.f('fk_design_target_unit_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_design_target'))
    )
    op.create_index(op.f('ix_design_target_unit_project_id'), 'design_target', ['unit_project_id'], unique=False)
    op.create_index('uq_design_target_standing', 'design_target', ['unit_project_id', 'kind'], unique=True, postgresql_where=sa.text('superseded_at IS NULL'))
    op.create_table('drawing_review',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('certificate_number', sa.String(length=80), nullable=False),
    sa.Column('organisation_name', sa.String(), nullable=False),
    sa.Column('reviewers', postgresql.ARRAY(sa.String()), nullable=False),
    sa.Column('result', sa.Enum('qualified', 'unqualified', name='result', native_enum=False, length=40), nullable=False),
    sa.Column('opinions', sa.String(), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_drawing_review_project_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['account.id'], name=op.f('fk_drawing_review_recorded_by_id')),
    sa.ForeignKeyConstraint(['sha256'], ['document.sha256'], name=op.f('fk_drawing_review_sha256')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_drawing_review')),
    sa.UniqueConstraint('project_id', 'certificate_number', name=op.f('uq_drawing_review_project_id_certificate_number'))
    )
    op.create_table('scheme_argument',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('unit_project_id', sa.Uuid(), nullable=True),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('participation_id', sa.Uuid(), nullable=False),
    sa.Column('held_on', sa.Date(), nullable=False),
    sa.Column('edition_id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Uuid(), nullable=True),
    sa.Column('conclusion', sa.Enum('passed', 'revised', 'rejected', name='conclusion', native_enum=False, length=40), nullable=True),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_by_id', sa.Uuid(), nullable=True),
    sa.Column('report_sha256', sa.String(length=64), nullable=True),
    sa.CheckConstraint('(conclusion IS NULL) = (closed_on IS NULL)', name=op.f('ck_scheme_argument_closed_with_a_conclusion')),
    sa.ForeignKeyConstraint(['closed_by_id'], ['account.id'], name=op.f('fk_scheme_argument_closed_by_id')),
    sa.ForeignKeyConstraint(['edition_id'], ['standard_edition.id'], name=op.f('fk_scheme_argument_edition_id')),
    sa.ForeignKeyConstraint(['participation_id'], ['participation.id'], name=op.f('fk_scheme_argument_participation_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_scheme_argument_project_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['account.id'], name=op.f('fk_scheme_argument_recorded_by_id')),
    sa.ForeignKeyConstraint(['report_sha256'], ['document.sha256'], name=op.f('fk_scheme_argument_report_sha256')),
    sa.ForeignKeyConstraint(['unit_project_id'], ['unit_project.id'], name=op.f('fk_scheme_argument_unit_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scheme_argument'))
    )
    op.create_index(op.f('ix_scheme_argument_project_id'), 'scheme_argument', ['project_id'], unique=False)
    op.create_table('argument_expert',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('argument_id', sa.Uuid(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('field', sa.String(), nullable=False),
    sa.Column('organisation', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['argument_id'], ['scheme_argument.id'], name=op.f('fk_argument_expert_argument_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_argument_expert')),
    sa.UniqueConstraint('argument_id', 'place', name=op.f('uq_argument_expert_argument_id_place'))
    )
    op.create_table('argument_opinion',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('argument_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('expert_name', sa.String(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answer', sa.String(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['answered_by_id'], ['account.id'], name=op.f('fk_argument_opinion_answered_by_id')),
    sa.ForeignKeyConstraint(['argument_id'], ['scheme_argument.id'], name=op.f('fk_argument_opinion_argument_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_argument_opinion')),
    sa.UniqueConstraint('argument_id', 'number', name=op.f('uq_argument_opinion_argument_id_number'))
    )
    op.create_table('drawing_set',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('unit_project_id', sa.Uuid(), nullable=True),
    sa.Column('discipline', sa.String(length=40), nullable=False),
    sa.Column('stage', sa.String(length=40), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('number', sa.String(length=60), nullable=False),
    sa.Column('participation_id', sa.Uuid(), nullable=False),
    sa.Column('designer_term_id', sa.Uuid(), nullable=True),
    sa.Column('designer_name', sa.String(), nullable=False),
    sa.Column('delivered_on', sa.Date(), nullable=False),
    sa.Column('supersedes_id', sa.Uuid(), nullable=True),
    sa.Column('review_required', sa.Boolean(), nullable=False),
    sa.Column('edition_id', sa.Uuid(), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Uuid(), nullable=True),
    sa.CheckConstraint('(version = 1) = (supersedes_id IS NULL)', name=op.f('ck_drawing_set_follows_the_version_before')),
    sa.CheckConstraint('version > 0', name=op.f('ck_drawing_set_versions_count_from_one')),
    sa.ForeignKeyConstraint(['designer_term_id'], ['term.id'], name=op.f('fk_drawing_set_designer_term_id')),
    sa.ForeignKeyConstraint(['edition_id'], ['standard_edition.id'], name=op.f('fk_drawing_set_edition_id')),
    sa.ForeignKeyConstraint(['participation_id'], ['participation.id'], name=op.f('fk_drawing_set_participation_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_drawing_set_project_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['account.id'], name=op.f('fk_drawing_set_recorded_by_id')),
    sa.ForeignKeyConstraint(['supersedes_id'], ['drawing_set.id'], name=op.f('fk_drawing_set_supersedes_id')),
    sa.ForeignKeyConstraint(['unit_project_id'], ['unit_project.id'], name=op.f('fk_drawing_set_unit_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_drawing_set')),
    sa.UniqueConstraint('project_id', 'unit_project_id', 'discipline', 'stage', 'version', name=op.f('uq_drawing_set_project_id_unit_project_id_discipline_stage_version'), postgresql_nulls_not_distinct=True),
    sa.UniqueConstraint('supersedes_id', name=op.f('uq_drawing_set_supersedes_id'))
    )
    op.create_index(op.f('ix_drawing_set_unit_project_id'), 'drawing_set', ['unit_project_id'], unique=False)
    op.create_table('design_change',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('unit_project_id', sa.Uuid(), nullable=True),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('number', sa.String(length=60), nullable=False),
    sa.Column('set_id', sa.Uuid(), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('content', sa.String(), nullable=False),
    sa.Column('parts', postgresql.ARRAY(sa.String()), nullable=False),
    sa.Column('asked_by', sa.String(length=40), nullable=False),
    sa.Column('participation_id', sa.Uuid(), nullable=False),
    sa.Column('triggers', postgresql.ARRAY(sa.String()), nullable=False),
    sa.Column('review_required', sa.Boolean(), nullable=False),
    sa.Column('edition_id', sa.Uuid(), nullable=False),
    sa.Column('triggers_edition_id', sa.Uuid(), nullable=False),
    sa.Column('effective_on', sa.Date(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_reason', sa.String(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['edition_id'], ['standard_edition.id'], name=op.f('fk_design_change_edition_id')),
    sa.ForeignKeyConstraint(['participation_id'], ['participation.id'], name=op.f('fk_design_change_participation_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_design_change_project_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['account.id'], name=op.f('fk_design_change_recorded_by_id')),
    sa.ForeignKeyConstraint(['set_id'], ['drawing_set.id'], name=op.f('fk_design_change_set_id')),
    sa.ForeignKeyConstraint(['sha256'], ['document.sha256'], name=op.f('fk_design_change_sha256')),
    sa.ForeignKeyConstraint(['triggers_edition_id'], ['standard_edition.id'], name=op.f('fk_design_change_triggers_edition_id')),
    sa.ForeignKeyConstraint(['unit_project_id'], ['unit_project.id'], name=op.f('fk_design_change_unit_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_design_change')),
    sa.UniqueConstraint('project_id', 'number', name=op.f('uq_design_change_project_id_number'))
    )
    op.create_index('ix_design_change_project_id_effective_on', 'design_change', ['project_id', 'effective_on'], unique=False)
    op.create_index(op.f('ix_design_change_unit_project_id'), 'design_change', ['unit_project_id'], unique=False)
    op.create_table('drawing_issue',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('set_id', sa.Uuid(), nullable=False),
    sa.Column('participation_id', sa.Uuid(), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('before_review', sa.Boolean(), nullable=False),
    sa.Column('explanation', sa.String(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['participation_id'], ['participation.id'], name=op.f('fk_drawing_issue_participation_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['account.id'], name=op.f('fk_drawing_issue_recorded_by_id')),
    sa.ForeignKeyConstraint(['set_id'], ['drawing_set.id'], name=op.f('fk_drawing_issue_set_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_drawing_issue'))
    )
    op.create_index(op.f('ix_drawing_issue_set_id'), 'drawing_issue', ['set_id'], unique=False)
    op.create_table('drawing_sheet',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('set_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.String(length=60), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('file_name', sa.String(length=120), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['set_id'], ['drawing_set.id'], name=op.f('fk_drawing_sheet_set_id')),
    sa.ForeignKeyConstraint(['sha256'], ['document.sha256'], name=op.f('fk_drawing_sheet_sha256')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_drawing_sheet')),
    sa.UniqueConstraint('set_id', 'number', 'kind', name=op.f('uq_drawing_sheet_set_id_number_kind'))
    )
    op.create_table('design_approval',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('change_id', sa.Uuid(), nullable=False),
    sa.Column('office', sa.String(length=40), nullable=False),
    sa.Column('term_id', sa.Uuid(), nullable=False),
    sa.Column('person_name', sa.String(), nullable=False),
    sa.Column('post', sa.String(length=40), nullable=False),
    sa.Column('decision', sa.Enum('approved', 'refused', name='decision', native_enum=False, length=40), nullable=False),
    sa.Column('opinion', sa.String(), nullable=False),
    sa.Column('signed_on', sa.Date(), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['change_id'], ['design_change.id'], name=op.f('fk_design_approval_change_id')),
    sa.ForeignKeyConstraint(['term_id'], ['term.id'], name=op.f('fk_design_approval_term_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_design_approval')),
    sa.UniqueConstraint('change_id', 'office', name=op.f('uq_design_approval_change_id_office'))
    )
    op.create_table('drawing_reviewed',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('review_id', sa.Uuid(), nullable=False),
    sa.Column('set_id', sa.Uuid(), nullable=True),
    sa.Column('change_id', sa.Uuid(), nullable=True),
    sa.CheckConstraint('(set_id IS NULL) <> (change_id IS NULL)', name=op.f('ck_drawing_reviewed_one_thing')),
    sa.ForeignKeyConstraint(['change_id'], ['design_change.id'], name=op.f('fk_drawing_reviewed_change_id')),
    sa.ForeignKeyConstraint(['review_id'], ['drawing_review.id'], name=op.f('fk_drawing_reviewed_review_id')),
    sa.ForeignKeyConstraint(['set_id'], ['drawing_set.id'], name=op.f('fk_drawing_reviewed_set_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_drawing_reviewed')),
    sa.UniqueConstraint('review_id', 'change_id', name=op.f('uq_drawing_reviewed_review_id_change_id')),
    sa.UniqueConstraint('review_id', 'set_id', name=op.f('uq_drawing_reviewed_review_id_set_id'))
    )
    op.create_index(op.f('ix_drawing_reviewed_change_id'), 'drawing_reviewed', ['change_id'], unique=False)
    op.create_index(op.f('ix_drawing_reviewed_set_id'), 'drawing_reviewed', ['set_id'], unique=False)
