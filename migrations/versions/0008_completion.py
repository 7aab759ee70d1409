"""Take completion in: rounds, reports, meetings, opinions, filings, warranty certificates and dwellings.

Until now only the day of 竣工验收合格 was kept. The tables begin empty: units accepted before stand accepted without a
round. Downgrading drops the tables and keeps the days.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

PERMANENT = {
    "completion_round": "'ended_at', 'ended_as', 'ended_reason'",
    "dwelling": "'struck_off_at', 'struck_off_reason'",
    "warranty_certificate": "'paper_sha256', 'withdrawn_at', 'withdrawn_reason'",
    "completion_acceptance": "",
    "completion_filing": "",
    "completion_notice": "'withdrawn_at', 'withdrawn_reason'",
    "completion_opinion": "",
    "completion_oversight": "",
    "completion_report": "",
    "completion_statement": "",
    "dwelling_check": "",
    "residential_paper": "",
    "warranty_signature": "",
    "completion_order": "",
    "completion_receipt": "",
    "dwelling_signature": "",
}
"""Table → columns that may be filled once."""


def upgrade() -> None:
    create_rounds()
    create_papers()
    for table, columns in PERMANENT.items():
        op.execute(
            f"CREATE TRIGGER {table}_is_permanent BEFORE UPDATE OR DELETE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION keep_record({columns})"
        )
        op.execute(
            f"CREATE TRIGGER {table}_is_not_truncated BEFORE TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION keep_table()"
        )


def create_rounds() -> None:
    op.create_table('completion_round',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('unit_project_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('opened_on', sa.Date(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opened_by_id', sa.Uuid(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_as', sa.Enum('accepted', 'disagreed', 'withdrawn', name='ending', native_enum=False, length=40), nullable=True),
    sa.Column('ended_reason', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['opened_by_id'], ['account.id'], name=op.f('fk_completion_round_opened_by_id')),
    sa.ForeignKeyConstraint(['unit_project_id'], ['unit_project.id'], name=op.f('fk_completion_round_unit_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_completion_round')),
    sa.UniqueConstraint('unit_project_id', 'number', name=op.f('uq_completion_round_unit_project_id_number'))
    )
    op.create_index('uq_completion_round_open', 'completion_round', ['unit_project_id'], unique=True, postgresql_where=sa.text('ended_at IS NULL'))
    op.create_table('dwelling',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('unit_project_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('area', sa.Numeric(precision=18, scale=6), nullable=True),
    sa.Column('layout', sa.String(), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('entered_by_id', sa.Uuid(), nullable=True),
    sa.Column('struck_off_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('struck_off_reason', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['entered_by_id'], ['account.id'], name=op.f('fk_dwelling_entered_by_id')),
    sa.ForeignKeyConstraint(['unit_project_id'], ['unit_project.id'], name=op.f('fk_dwelling_unit_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dwelling'))
    )
    op.create_index('uq_dwelling_standing', 'dwelling', ['unit_project_id', 'number'], unique=True, postgresql_where=sa.text('struck_off_at IS NULL'))
    op.create_table('warranty_certificate',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('unit_project_id', sa.Uuid(), nullable=False),
    sa.Column('participation_id', sa.Uuid(), nullable=False),
    sa.Column('scope_words', sa.String(), nullable=False),
    sa.Column('periods', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('defect_months', sa.Integer(), nullable=False),
    sa.Column('other', sa.String(), nullable=False),
    sa.Column('wording_id', sa.Uuid(), nullable=False),
    sa.Column('rules_id', sa.Uuid(), nullable=False),
    sa.Column('drawn_up_on', sa.Date(), nullable=False),
    sa.Column('drawn_up_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('drawn_up_by_id', sa.Uuid(), nullable=True),
    sa.Column('paper_sha256', sa.String(length=64), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_reason', sa.String(), nullable=True),
    sa.CheckConstraint('defect_months BETWEEN 1 AND 24', name=op.f('ck_warranty_certificate_defects_for_two_years_at_most')),
    sa.ForeignKeyConstraint(['drawn_up_by_id'], ['account.id'], name=op.f('fk_warranty_certificate_drawn_up_by_id')),
    sa.ForeignKeyConstraint(['paper_sha256'], ['document.sha256'], name=op.f('fk_warranty_certificate_paper_sha256')),
    sa.ForeignKeyConstraint(['participation_id'], ['participation.id'], name=op.f('fk_warranty_certificate_participation_id')),
    sa.ForeignKeyConstraint(['rules_id'], ['standard_edition.id'], name=op.f('fk_warranty_certificate_rules_id')),
    sa.ForeignKeyConstraint(['unit_project_id'], ['unit_project.id'], name=op.f('fk_warranty_certificate_unit_project_id')),
    sa.ForeignKeyConstraint(['wording_id'], ['standard_edition.id'], name=op.f('fk_warranty_certificate_wording_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_warranty_certificate'))
    )
    op.create_index('uq_warranty_certificate_standing', 'warranty_certificate', ['unit_project_id', 'participation_id'], unique=True, postgresql_where=sa.text('withdrawn_at IS NULL'))
    op.create_table('completion_acceptance',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('round_id', sa.Uuid(), nullable=False),
    sa.Column('accepted_on', sa.Date(), nullable=False),
    sa.Column('concluded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('report_sha256', sa.String(length=64), nullable=False),
    sa.Column('record_sha256', sa.String(length=64), nullable=False),
    sa.Column('clock_id', sa.Uuid(), nullable=False),
    sa.Column('file_by', sa.Date(), nullable=True),
    sa.Column('gates', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.ForeignKeyConstraint(['clock_id'], ['standard_edition.id'], name=op.f('fk_completion_acceptance_clock_id')),
    sa.ForeignKeyConstraint(['record_sha256'], ['document.sha256'], name=op.f('fk_completion_acceptance_record_sha256')),
    sa.ForeignKeyConstraint(['report_sha256'], ['document.sha256'], name=op.f('fk_completion_acceptance_report_sha256')),
    sa.ForeignKeyConstraint(['round_id'], ['completion_round.id'], name=op.f('fk_completion_acceptance_round_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_completion_acceptance')),
    sa.UniqueConstraint('round_id', name=op.f('uq_completion_acceptance_round_id'))
    )
    op.create_table('completion_filing',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('round_id', sa.Uuid(), nullable=False),
    sa.Column('content', sa.String(), nullable=False),
    sa.Column('scale', sa.String(), nullable=False),
    sa.Column('contract_price', sa.String(), nullable=False),
    sa.Column('form_sha256', sa.String(length=64), nullable=False),
    sa.Column('submitted_on', sa.Date(), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('submitted_by_id', sa.Uuid(), nullable=True),
    sa.Column('late', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['form_sha256'], ['document.sha256'], name=op.f('fk_completion_filing_form_sha256')),
    sa.ForeignKeyConstraint(['round_id'], ['completion_round.id'], name=op.f('fk_completion_filing_round_id')),
    sa.ForeignKeyConstraint(['submitted_by_id'], ['account.id'], name=op.f('fk_completion_filing_submitted_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_completion_filing')),
    sa.UniqueConstraint('round_id', name=op.f('uq_completion_filing_round_id'))
    )
    op.create_table('completion_notice',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('round_id', sa.Uuid(), nullable=False),
    sa.Column('meeting_id', sa.Uuid(), nullable=False),
    sa.Column('meets_on', sa.Date(), nullable=False),
    sa.Column('meets_at', sa.String(length=5), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('members', sa.String(), nullable=False),
    sa.Column('clock_id', sa.Uuid(), nullable=False),
    sa.Column('earliest_on', sa.Date(), nullable=False),
    sa.Column('notified_on', sa.Date(), nullable=False),
    sa.Column('notified_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('notified_by_id', sa.Uuid(), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_reason', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['clock_id'], ['standard_edition.id'], name=op.f('fk_completion_notice_clock_id')),
    sa.ForeignKeyConstraint(['notified_by_id'], ['account.id'], name=op.f('fk_completion_notice_notified_by_id')),
    sa.ForeignKeyConstraint(['round_id'], ['completion_round.id'], name=op.f('fk_completion_notice_round_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_completion_notice'))
    )
    op.create_index('ix_completion_notice_meeting_id', 'completion_notice', ['meeting_id'], unique=False)
    op.create_index('ix_completion_notice_round_id', 'completion_notice', ['round_id'], unique=False)


def create_papers() -> None:
    op.create_table('completion_opinion',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('round_id', sa.Uuid(), nullable=False),
    sa.Column('participation_id', sa.Uuid(), nullable=False),
    sa.Column('agrees', sa.Boolean(), nullable=False),
    sa.Column('opinion', sa.String(), nullable=False),
    sa.Column('warning', sa.String(), nullable=False),
    sa.Column('term_id', sa.Uuid(), nullable=False),
    sa.Column('person_name', sa.String(), nullable=False),
    sa.Column('post', sa.String(length=40), nullable=False),
    sa.Column('drawing_sha256', sa.String(length=64), nullable=True),
    sa.Column('evidence', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('signed_on', sa.Date(), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['drawing_sha256'], ['document.sha256'], name=op.f('fk_completion_opinion_drawing_sha256')),
    sa.ForeignKeyConstraint(['participation_id'], ['participation.id'], name=op.f('fk_completion_opinion_participation_id')),
    sa.ForeignKeyConstraint(['round_id'], ['completion_round.id'], name=op.f('fk_completion_opinion_round_id')),
    sa.ForeignKeyConstraint(['term_id'], ['term.id'], name=op.f('fk_completion_opinion_term_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_completion_opinion')),
    sa.UniqueConstraint('round_id', 'term_id', name=op.f('uq_completion_opinion_round_id_term_id'))
    )
    op.create_table('completion_oversight',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('round_id', sa.Uuid(), nullable=False),
    sa.Column('organisation', sa.Boolean(), nullable=False),
    sa.Column('procedure', sa.Boolean(), nullable=False),
    sa.Column('standards', sa.Boolean(), nullable=False),
    sa.Column('result', sa.Boolean(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('recorded_on', sa.Date(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Uuid(), nullable=False),
    sa.Column('late', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['account.id'], name=op.f('fk_completion_oversight_recorded_by_id')),
    sa.ForeignKeyConstraint(['round_id'], ['completion_round.id'], name=op.f('fk_completion_oversight_round_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_completion_oversight')),
    sa.UniqueConstraint('round_id', name=op.f('uq_completion_oversight_round_id'))
    )
    op.create_table('completion_report',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('round_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('contractor-report', 'supervision-assessment', 'survey-report', 'design-report', name='reportkind', native_enum=False, length=40), nullable=False),
    sa.Column('participation_id', sa.Uuid(), nullable=False),
    sa.Column('conclusion', sa.String(), nullable=False),
    sa.Column('approved_by', sa.String(), nullable=False),
    sa.Column('document_sha256', sa.String(length=64), nullable=True),
    sa.Column('paper_sha256', sa.String(length=64), nullable=False),
    sa.Column('term_id', sa.Uuid(), nullable=False),
    sa.Column('person_name', sa.String(), nullable=False),
    sa.Column('post', sa.String(length=40), nullable=False),
    sa.Column('drawing_sha256', sa.String(length=64), nullable=True),
    sa.Column('evidence', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('signed_on', sa.Date(), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['document_sha256'], ['document.sha256'], name=op.f('fk_completion_report_document_sha256')),
    sa.ForeignKeyConstraint(['drawing_sha256'], ['document.sha256'], name=op.f('fk_completion_report_drawing_sha256')),
    sa.ForeignKeyConstraint(['paper_sha256'], ['document.sha256'], name=op.f('fk_completion_report_paper_sha256')),
    sa.ForeignKeyConstraint(['participation_id'], ['participation.id'], name=op.f('fk_completion_report_participation_id')),
    sa.ForeignKeyConstraint(['round_id'], ['completion_round.id'], name=op.f('fk_completion_report_round_id')),
    sa.ForeignKeyConstraint(['term_id'], ['term.id'], name=op.f('fk_completion_report_term_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_completion_report')),
    sa.UniqueConstraint('round_id', 'kind', 'participation_id', name=op.f('uq_completion_report_round_id_kind_participation_id'))
    )
    op.create_table('completion_statement',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('unit_project_id', sa.Uuid(), nullable=False),
    sa.Column('rule', sa.String(length=60), nullable=False),
    sa.Column('stance', sa.Enum('met', 'unmet', 'not-applicable', name='stance', native_enum=False, length=40), nullable=False),
    sa.Column('number', sa.String(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('document_sha256', sa.String(length=64), nullable=True),
    sa.Column('term_id', sa.Uuid(), nullable=True),
    sa.Column('stated_by', sa.String(), nullable=False),
    sa.Column('stated_on', sa.Date(), nullable=False),
    sa.Column('stated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('stated_by_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['document_sha256'], ['document.sha256'], name=op.f('fk_completion_statement_document_sha256')),
    sa.ForeignKeyConstraint(['stated_by_id'], ['account.id'], name=op.f('fk_completion_statement_stated_by_id')),
    sa.ForeignKeyConstraint(['term_id'], ['term.id'], name=op.f('fk_completion_statement_term_id')),
    sa.ForeignKeyConstraint(['unit_project_id'], ['unit_project.id'], name=op.f('fk_completion_statement_unit_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_completion_statement'))
    )
    op.create_index('ix_completion_statement_unit_project_id', 'completion_statement', ['unit_project_id', 'rule'], unique=False)
    op.create_table('dwelling_check',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('dwelling_id', sa.Uuid(), nullable=False),
    sa.Column('findings', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('passed', sa.Boolean(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('photo_sha256', sa.String(length=64), nullable=True),
    sa.Column('checks_id', sa.Uuid(), nullable=False),
    sa.Column('term_id', sa.Uuid(), nullable=False),
    sa.Column('person_name', sa.String(), nullable=False),
    sa.Column('checked_on', sa.Date(), nullable=False),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['checks_id'], ['standard_edition.id'], name=op.f('fk_dwelling_check_checks_id')),
    sa.ForeignKeyConstraint(['dwelling_id'], ['dwelling.id'], name=op.f('fk_dwelling_check_dwelling_id')),
    sa.ForeignKeyConstraint(['photo_sha256'], ['document.sha256'], name=op.f('fk_dwelling_check_photo_sha256')),
    sa.ForeignKeyConstraint(['term_id'], ['term.id'], name=op.f('fk_dwelling_check_term_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dwelling_check'))
    )
    op.create_index('ix_dwelling_check_dwelling_id', 'dwelling_check', ['dwelling_id'], unique=False)
    op.create_table('residential_paper',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('unit_project_id', sa.Uuid(), nullable=False),
    sa.Column('dwelling_id', sa.Uuid(), nullable=True),
    sa.Column('kind', sa.Enum('residential-guarantee', 'residential-manual', name='paperkind', native_enum=False, length=40), nullable=False),
    sa.Column('answers', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('wording_id', sa.Uuid(), nullable=False),
    sa.Column('paper_sha256', sa.String(length=64), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('issued_by_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['dwelling_id'], ['dwelling.id'], name=op.f('fk_residential_paper_dwelling_id')),
    sa.ForeignKeyConstraint(['issued_by_id'], ['account.id'], name=op.f('fk_residential_paper_issued_by_id')),
    sa.ForeignKeyConstraint(['paper_sha256'], ['document.sha256'], name=op.f('fk_residential_paper_paper_sha256')),
    sa.ForeignKeyConstraint(['unit_project_id'], ['unit_project.id'], name=op.f('fk_residential_paper_unit_project_id')),
    sa.ForeignKeyConstraint(['wording_id'], ['standard_edition.id'], name=op.f('fk_residential_paper_wording_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_residential_paper'))
    )
    op.create_index('ix_residential_paper_unit_project_id', 'residential_paper', ['unit_project_id'], unique=False)
    op.create_table('warranty_signature',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('certificate_id', sa.Uuid(), nullable=False),
    sa.Column('side', sa.String(length=20), nullable=False),
    sa.Column('term_id', sa.Uuid(), nullable=False),
    sa.Column('person_name', sa.String(), nullable=False),
    sa.Column('post', sa.String(length=40), nullable=False),
    sa.Column('drawing_sha256', sa.String(length=64), nullable=True),
    sa.Column('evidence', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('signed_on', sa.Date(), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['certificate_id'], ['warranty_certificate.id'], name=op.f('fk_warranty_signature_certificate_id')),
    sa.ForeignKeyConstraint(['drawing_sha256'], ['document.sha256'], name=op.f('fk_warranty_signature_drawing_sha256')),
    sa.ForeignKeyConstraint(['term_id'], ['term.id'], name=op.f('fk_warranty_signature_term_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_warranty_signature')),
    sa.UniqueConstraint('certificate_id', 'side', name=op.f('uq_warranty_signature_certificate_id_side'))
    )
    op.create_table('completion_order',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('filing_id', sa.Uuid(), nullable=False),
    sa.Column('reasons', sa.String(), nullable=False),
    sa.Column('basis', sa.String(), nullable=False),
    sa.Column('ordered_on', sa.Date(), nullable=False),
    sa.Column('ordered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ordered_by_id', sa.Uuid(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['filing_id'], ['completion_filing.id'], name=op.f('fk_completion_order_filing_id')),
    sa.ForeignKeyConstraint(['ordered_by_id'], ['account.id'], name=op.f('fk_completion_order_ordered_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_completion_order')),
    sa.UniqueConstraint('filing_id', name=op.f('uq_completion_order_filing_id'))
    )
    op.create_table('completion_receipt',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('filing_id', sa.Uuid(), nullable=False),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=60), nullable=False),
    sa.Column('received_on', sa.Date(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_by_id', sa.Uuid(), nullable=False),
    sa.Column('station_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['filing_id'], ['completion_filing.id'], name=op.f('fk_completion_receipt_filing_id')),
    sa.ForeignKeyConstraint(['received_by_id'], ['account.id'], name=op.f('fk_completion_receipt_received_by_id')),
    sa.ForeignKeyConstraint(['station_id'], ['organisation.id'], name=op.f('fk_completion_receipt_station_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_completion_receipt')),
    sa.UniqueConstraint('filing_id', name=op.f('uq_completion_receipt_filing_id')),
    sa.UniqueConstraint('number', name=op.f('uq_completion_receipt_number')),
    sa.UniqueConstraint('region', 'year', 'sequence', name=op.f('uq_completion_receipt_region_year_sequence'))
    )
    op.create_table('dwelling_signature',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('check_id', sa.Uuid(), nullable=False),
    sa.Column('side', sa.String(length=20), nullable=False),
    sa.Column('term_id', sa.Uuid(), nullable=False),
    sa.Column('person_name', sa.String(), nullable=False),
    sa.Column('post', sa.String(length=40), nullable=False),
    sa.Column('drawing_sha256', sa.String(length=64), nullable=True),
    sa.Column('evidence', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('signed_on', sa.Date(), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['check_id'], ['dwelling_check.id'], name=op.f('fk_dwelling_signature_check_id')),
    sa.ForeignKeyConstraint(['drawing_sha256'], ['document.sha256'], name=op.f('fk_dwelling_signature_drawing_sha256')),
    sa.ForeignKeyConstraint(['term_id'], ['term.id'], name=op.f('fk_dwelling_signature_term_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dwelling_signature')),
    sa.UniqueConstraint('check_id', 'side', name=op.f('uq_dwelling_signature_check_id_side'))
    )


def downgrade() -> None:
    op.drop_table('dwelling_signature')
    op.drop_table('completion_receipt')
    op.drop_table('completion_order')
    op.drop_table('warranty_signature')
    op.drop_table('residential_paper')
    op.drop_table('dwelling_check')
    op.drop_table('completion_statement')
    op.drop_table('completion_report')
    op.drop_table('completion_oversight')
    op.drop_table('completion_opinion')
    op.drop_table('completion_notice')
    op.drop_table('completion_filing')
    op.drop_table('completion_acceptance')
    op.drop_table('warranty_certificate')
    op.drop_table('dwelling')
    op.drop_table('completion_round')
