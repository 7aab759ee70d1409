"""Keep materials from arrival to place of use.

A batch as it arrived, its papers, inspection, witnessed samples, test reports with their items, the supervision firm's
approval and what became of it; prefabricated components with their steps; recalls and the projects told of them. All
of it is record and none of it state: whether a batch may be used follows from these rows. Nothing exists yet that
would have to be moved. Downgrading drops the tables with all they hold.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

PERMANENT = {
    "batch": (),
    "batch_file": (),
    "component": ("batch_id",),
    "component_step": (),
    "disposition": (),
    "entry_inspection": (),
    "material_approval": (),
    "recall": ("lifted_at", "lifted_by_id", "lifted_reason"),
    "recall_notice": ("opened_at", "opened_by_id", "answered_at", "answered_by_id", "answer"),
    "report_batch": (),
    "report_item": (),
    "test_report": (),
    "witnessed_sample": (),
}
"""Each legal table, and its columns that may be filled once."""


def upgrade() -> None:
    op.create_table('recall',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('target', sa.Enum('batch', 'producer', 'supplier', 'product', name='target', native_enum=False, length=40), nullable=False),
    sa.Column('batch_number', sa.String(length=80), nullable=False),
    sa.Column('organisation_id', sa.Uuid(), nullable=True),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('product', sa.String(length=120), nullable=False),
    sa.Column('arrived_since', sa.Date(), nullable=True),
    sa.Column('arrived_until', sa.Date(), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('station_id', sa.Uuid(), nullable=True),
    sa.Column('announced_by_id', sa.Uuid(), nullable=True),
    sa.Column('announced_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lifted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lifted_by_id', sa.Uuid(), nullable=True),
    sa.Column('lifted_reason', sa.String(), nullable=True),
    sa.CheckConstraint("target <> 'batch' OR batch_number <> ''", name=op.f('ck_recall_names_the_batch')),
    sa.CheckConstraint("target <> 'product' OR product <> ''", name=op.f('ck_recall_names_the_product')),
    sa.CheckConstraint("target NOT IN ('producer', 'supplier') OR organisation_id IS NOT NULL", name=op.f('ck_recall_names_the_firm')),
    sa.ForeignKeyConstraint(['announced_by_id'], ['account.id'], name=op.f('fk_recall_announced_by_id')),
    sa.ForeignKeyConstraint(['lifted_by_id'], ['account.id'], name=op.f('fk_recall_lifted_by_id')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_recall_organisation_id')),
    sa.ForeignKeyConstraint(['station_id'], ['organisation.id'], name=op.f('fk_recall_station_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recall')),
    sa.UniqueConstraint('number', name=op.f('uq_recall_number'))
    )
    op.create_index('ix_recall_open', 'recall', ['announced_at'], unique=False, postgresql_where=sa.text('lifted_at IS NULL'))
    op.create_table('batch',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('participation_id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.String(length=24), nullable=False),
    sa.Column('number', sa.String(length=80), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('kinds_id', sa.Uuid(), nullable=False),
    sa.Column('product', sa.String(length=120), nullable=False),
    sa.Column('grade', sa.String(length=80), nullable=False),
    sa.Column('quantity', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('unit', sa.String(length=12), nullable=False),
    sa.Column('producer_id', sa.Uuid(), nullable=False),
    sa.Column('producer_name', sa.String(), nullable=False),
    sa.Column('producer_licence', sa.String(length=60), nullable=False),
    sa.Column('supplier_id', sa.Uuid(), nullable=False),
    sa.Column('supplier_name', sa.String(), nullable=False),
    sa.Column('arrived_on', sa.Date(), nullable=False),
    sa.Column('critical', sa.Boolean(), nullable=False),
    sa.Column('green', sa.Boolean(), nullable=False),
    sa.Column('term_id', sa.Uuid(), nullable=False),
    sa.Column('recorded_by', sa.String(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_batch_holds_something')),
    sa.ForeignKeyConstraint(['kinds_id'], ['standard_edition.id'], name=op.f('fk_batch_kinds_id')),
    sa.ForeignKeyConstraint(['participation_id'], ['participation.id'], name=op.f('fk_batch_participation_id')),
    sa.ForeignKeyConstraint(['producer_id'], ['organisation.id'], name=op.f('fk_batch_producer_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_batch_project_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['organisation.id'], name=op.f('fk_batch_supplier_id')),
    sa.ForeignKeyConstraint(['term_id'], ['term.id'], name=op.f('fk_batch_term_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_batch')),
    sa.UniqueConstraint('code', name=op.f('uq_batch_code'))
    )
    op.create_index('ix_batch_number', 'batch', ['number'], unique=False)
    op.create_index('ix_batch_producer_id', 'batch', ['producer_id'], unique=False)
    op.create_index('ix_batch_product', 'batch', ['product'], unique=False)
    op.create_index('ix_batch_project_id_arrived_on', 'batch', ['project_id', 'arrived_on', 'id'], unique=False)
    op.create_index('ix_batch_supplier_id', 'batch', ['supplier_id'], unique=False)
    op.create_table('recall_notice',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('recall_id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('batch_ids', postgresql.ARRAY(sa.String()), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('opened_by_id', sa.Uuid(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by_id', sa.Uuid(), nullable=True),
    sa.Column('answer', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['answered_by_id'], ['account.id'], name=op.f('fk_recall_notice_answered_by_id')),
    sa.ForeignKeyConstraint(['opened_by_id'], ['account.id'], name=op.f('fk_recall_notice_opened_by_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_recall_notice_project_id')),
    sa.ForeignKeyConstraint(['recall_id'], ['recall.id'], name=op.f('fk_recall_notice_recall_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recall_notice')),
    sa.UniqueConstraint('recall_id', 'project_id', name=op.f('uq_recall_notice_recall_id_project_id'))
    )
    op.create_index('ix_recall_notice_project_id', 'recall_notice', ['project_id'], unique=False)
    op.create_table('batch_file',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('batch_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('certificate', 'type-test', 'ccc', 'factory-test', 'pledge', 'photo', name='paper', native_enum=False, length=40), nullable=False),
    sa.Column('document_sha256', sa.String(length=64), nullable=False),
    sa.Column('added_by_id', sa.Uuid(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['added_by_id'], ['term.id'], name=op.f('fk_batch_file_added_by_id')),
    sa.ForeignKeyConstraint(['batch_id'], ['batch.id'], name=op.f('fk_batch_file_batch_id')),
    sa.ForeignKeyConstraint(['document_sha256'], ['document.sha256'], name=op.f('fk_batch_file_document_sha256')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_batch_file'))
    )
    op.create_index('ix_batch_file_batch_id', 'batch_file', ['batch_id'], unique=False)
    op.create_table('component',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.String(length=24), nullable=False),
    sa.Column('number', sa.String(length=80), nullable=False),
    sa.Column('kind', sa.String(length=80), nullable=False),
    sa.Column('plant_id', sa.Uuid(), nullable=False),
    sa.Column('plant_name', sa.String(), nullable=False),
    sa.Column('batch_id', sa.Uuid(), nullable=True),
    sa.Column('term_id', sa.Uuid(), nullable=False),
    sa.Column('recorded_by', sa.String(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['batch_id'], ['batch.id'], name=op.f('fk_component_batch_id')),
    sa.ForeignKeyConstraint(['plant_id'], ['organisation.id'], name=op.f('fk_component_plant_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_component_project_id')),
    sa.ForeignKeyConstraint(['term_id'], ['term.id'], name=op.f('fk_component_term_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_component')),
    sa.UniqueConstraint('code', name=op.f('uq_component_code')),
    sa.UniqueConstraint('plant_id', 'number', name=op.f('uq_component_plant_id_number'))
    )
    op.create_index('ix_component_batch_id', 'component', ['batch_id'], unique=False)
    op.create_index('ix_component_project_id', 'component', ['project_id', 'number'], unique=False)
    op.create_table('disposition',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('batch_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('removed', 'downgraded', 'retest', name='kind', native_enum=False, length=40), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('test', sa.String(length=40), nullable=False),
    sa.Column('quantity', sa.Numeric(precision=18, scale=6), nullable=True),
    sa.Column('new_grade', sa.String(length=80), nullable=False),
    sa.Column('witness_term_id', sa.Uuid(), nullable=True),
    sa.Column('witnessed_by', sa.String(), nullable=False),
    sa.Column('photo_sha256', sa.String(length=64), nullable=True),
    sa.Column('consent_sha256', sa.String(length=64), nullable=True),
    sa.Column('consent_term_id', sa.Uuid(), nullable=True),
    sa.Column('consented_by', sa.String(), nullable=False),
    sa.Column('term_id', sa.Uuid(), nullable=False),
    sa.Column('disposed_by', sa.String(), nullable=False),
    sa.Column('disposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind <> 'downgraded' OR (consent_sha256 IS NOT NULL AND consent_term_id IS NOT NULL)", name=op.f('ck_disposition_downgrading_has_consent')),
    sa.CheckConstraint("kind <> 'removed' OR (witness_term_id IS NOT NULL AND photo_sha256 IS NOT NULL AND quantity IS NOT NULL)", name=op.f('ck_disposition_removal_is_witnessed')),
    sa.CheckConstraint("kind <> 'retest' OR test <> ''", name=op.f('ck_disposition_retest_names_the_test')),
    sa.CheckConstraint('witness_term_id IS NULL OR witness_term_id <> term_id', name=op.f('ck_disposition_two_persons')),
    sa.ForeignKeyConstraint(['batch_id'], ['batch.id'], name=op.f('fk_disposition_batch_id')),
    sa.ForeignKeyConstraint(['consent_sha256'], ['document.sha256'], name=op.f('fk_disposition_consent_sha256')),
    sa.ForeignKeyConstraint(['consent_term_id'], ['term.id'], name=op.f('fk_disposition_consent_term_id')),
    sa.ForeignKeyConstraint(['photo_sha256'], ['document.sha256'], name=op.f('fk_disposition_photo_sha256')),
    sa.ForeignKeyConstraint(['term_id'], ['term.id'], name=op.f('fk_disposition_term_id')),
    sa.ForeignKeyConstraint(['witness_term_id'], ['term.id'], name=op.f('fk_disposition_witness_term_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_disposition'))
    )
    op.create_index('ix_disposition_batch_id', 'disposition', ['batch_id'], unique=False)
    op.create_index('uq_disposition_retest', 'disposition', ['batch_id', 'test'], unique=True, postgresql_where=sa.text("kind = 'retest'"))
    op.create_table('entry_inspection',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('batch_id', sa.Uuid(), nullable=False),
    sa.Column('appearance', sa.Enum('passed', 'failed', name='verdict', native_enum=False, length=40), nullable=False),
    sa.Column('dimension', sa.Enum('passed', 'failed', name='verdict', native_enum=False, length=40), nullable=False),
    sa.Column('marks', sa.Enum('passed', 'failed', name='verdict', native_enum=False, length=40), nullable=False),
    sa.Column('documents', sa.Enum('passed', 'failed', name='verdict', native_enum=False, length=40), nullable=False),
    sa.Column('verdict', sa.Enum('passed', 'failed', name='verdict', native_enum=False, length=40), nullable=False),
    sa.Column('remark', sa.String(), nullable=False),
    sa.Column('term_id', sa.Uuid(), nullable=False),
    sa.Column('inspected_by', sa.String(), nullable=False),
    sa.Column('inspected_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['batch_id'], ['batch.id'], name=op.f('fk_entry_inspection_batch_id')),
    sa.ForeignKeyConstraint(['term_id'], ['term.id'], name=op.f('fk_entry_inspection_term_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_entry_inspection'))
    )
    op.create_index('ix_entry_inspection_batch_id', 'entry_inspection', ['batch_id'], unique=False)
    op.create_table('material_approval',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('batch_id', sa.Uuid(), nullable=False),
    sa.Column('verdict', sa.Enum('passed', 'failed', name='verdict', native_enum=False, length=40), nullable=False),
    sa.Column('opinion', sa.String(), nullable=False),
    sa.Column('term_id', sa.Uuid(), nullable=False),
    sa.Column('approved_by', sa.String(), nullable=False),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['batch_id'], ['batch.id'], name=op.f('fk_material_approval_batch_id')),
    sa.ForeignKeyConstraint(['term_id'], ['term.id'], name=op.f('fk_material_approval_term_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_material_approval'))
    )
    op.create_index('ix_material_approval_batch_id', 'material_approval', ['batch_id'], unique=False)
    op.create_table('component_step',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('component_id', sa.Uuid(), nullable=False),
    sa.Column('step', sa.Enum('raw-material', 'reinforcement', 'concealed', 'concrete', 'release', 'delivered', 'installed', name='step', native_enum=False, length=40), nullable=False),
    sa.Column('verdict', sa.Enum('passed', 'failed', name='verdict', native_enum=False, length=40), nullable=False),
    sa.Column('remark', sa.String(), nullable=False),
    sa.Column('unit_project_id', sa.Uuid(), nullable=True),
    sa.Column('item_code', sa.String(length=20), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('part_id', sa.Uuid(), nullable=True),
    sa.Column('photo_sha256', sa.String(length=64), nullable=True),
    sa.Column('term_id', sa.Uuid(), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['component_id'], ['component.id'], name=op.f('fk_component_step_component_id')),
    sa.ForeignKeyConstraint(['part_id'], ['part.id'], name=op.f('fk_component_step_part_id')),
    sa.ForeignKeyConstraint(['photo_sha256'], ['document.sha256'], name=op.f('fk_component_step_photo_sha256')),
    sa.ForeignKeyConstraint(['term_id'], ['term.id'], name=op.f('fk_component_step_term_id')),
    sa.ForeignKeyConstraint(['unit_project_id'], ['unit_project.id'], name=op.f('fk_component_step_unit_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_component_step'))
    )
    op.create_index('ix_component_step_component_id', 'component_step', ['component_id'], unique=False)
    op.create_table('witnessed_sample',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('batch_id', sa.Uuid(), nullable=False),
    sa.Column('mark', sa.String(length=60), nullable=False),
    sa.Column('test', sa.String(length=40), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('sampler_term_id', sa.Uuid(), nullable=False),
    sa.Column('sampled_by', sa.String(), nullable=False),
    sa.Column('witness_term_id', sa.Uuid(), nullable=False),
    sa.Column('witnessed_by', sa.String(), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('photo_sha256', sa.String(length=64), nullable=False),
    sa.Column('retest_id', sa.Uuid(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('count > 0', name=op.f('ck_witnessed_sample_holds_something')),
    sa.CheckConstraint('sampler_term_id <> witness_term_id', name=op.f('ck_witnessed_sample_two_terms')),
    sa.ForeignKeyConstraint(['batch_id'], ['batch.id'], name=op.f('fk_witnessed_sample_batch_id')),
    sa.ForeignKeyConstraint(['photo_sha256'], ['document.sha256'], name=op.f('fk_witnessed_sample_photo_sha256')),
    sa.ForeignKeyConstraint(['retest_id'], ['disposition.id'], name=op.f('fk_witnessed_sample_retest_id')),
    sa.ForeignKeyConstraint(['sampler_term_id'], ['term.id'], name=op.f('fk_witnessed_sample_sampler_term_id')),
    sa.ForeignKeyConstraint(['witness_term_id'], ['term.id'], name=op.f('fk_witnessed_sample_witness_term_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_witnessed_sample')),
    sa.UniqueConstraint('mark', name=op.f('uq_witnessed_sample_mark'))
    )
    op.create_index('ix_witnessed_sample_batch_id', 'witnessed_sample', ['batch_id'], unique=False)
    op.create_table('test_report',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.String(length=80), nullable=False),
    sa.Column('laboratory_id', sa.Uuid(), nullable=False),
    sa.Column('laboratory_name', sa.String(), nullable=False),
    sa.Column('commissioner_id', sa.Uuid(), nullable=False),
    sa.Column('commissioner_name', sa.String(), nullable=False),
    sa.Column('commissioned_by_owner', sa.Boolean(), nullable=False),
    sa.Column('test', sa.String(length=40), nullable=False),
    sa.Column('verdict', sa.Enum('passed', 'failed', name='verdict', native_enum=False, length=40), nullable=False),
    sa.Column('represented_quantity', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('document_sha256', sa.String(length=64), nullable=False),
    sa.Column('sample_id', sa.Uuid(), nullable=True),
    sa.Column('term_id', sa.Uuid(), nullable=False),
    sa.Column('recorded_by', sa.String(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['commissioner_id'], ['organisation.id'], name=op.f('fk_test_report_commissioner_id')),
    sa.ForeignKeyConstraint(['document_sha256'], ['document.sha256'], name=op.f('fk_test_report_document_sha256')),
    sa.ForeignKeyConstraint(['laboratory_id'], ['organisation.id'], name=op.f('fk_test_report_laboratory_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_test_report_project_id')),
    sa.ForeignKeyConstraint(['sample_id'], ['witnessed_sample.id'], name=op.f('fk_test_report_sample_id')),
    sa.ForeignKeyConstraint(['term_id'], ['term.id'], name=op.f('fk_test_report_term_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_test_report')),
    sa.UniqueConstraint('laboratory_id', 'number', name=op.f('uq_test_report_laboratory_id_number'))
    )
    op.create_index('ix_test_report_project_id', 'test_report', ['project_id'], unique=False)
    op.create_index(op.f('ix_test_report_sample_id'), 'test_report', ['sample_id'], unique=False)
    op.create_table('report_batch',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('report_id', sa.Uuid(), nullable=False),
    sa.Column('batch_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['batch_id'], ['batch.id'], name=op.f('fk_report_batch_batch_id')),
    sa.ForeignKeyConstraint(['report_id'], ['test_report.id'], name=op.f('fk_report_batch_report_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report_batch')),
    sa.UniqueConstraint('report_id', 'batch_id', name=op.f('uq_report_batch_report_id_batch_id'))
    )
    op.create_index('ix_report_batch_batch_id', 'report_batch', ['batch_id'], unique=False)
    op.create_table('report_item',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('report_id', sa.Uuid(), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('limit', sa.String(length=80), nullable=False),
    sa.Column('value', sa.String(length=80), nullable=False),
    sa.Column('verdict', sa.Enum('passed', 'failed', name='verdict', native_enum=False, length=40), nullable=False),
    sa.ForeignKeyConstraint(['report_id'], ['test_report.id'], name=op.f('fk_report_item_report_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report_item')),
    sa.UniqueConstraint('report_id', 'line', name=op.f('uq_report_item_report_id_line'))
    )

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
    "report_item",
    "report_batch",
    "test_report",
    "witnessed_sample",
    "component_step",
    "material_approval",
    "entry_inspection",
    "disposition",
    "component",
    "batch_file",
    "recall_notice",
    "batch",
    "recall",
)
