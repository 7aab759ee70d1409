"""First tables.

The whole register as it begins: law by region and day, parties and people, projects and terms in office, pledges
and their filing, plaques, archives, traces, accounts, and the ledger all of these are written into. Legal tables
refuse DELETE, and UPDATE of anything but columns that are filled once; the database holds that line itself.
Downgrading drops everything.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

PERMANENT = {
    "account_event": (),
    "account_grant": ("until", "ended_by_id"),
    "archive": (),
    "authorisation": ("original_seen_at", "original_seen_by_id", "withdrawn_at", "withdrawn_reason"),
    "change_of_leader": (),
    "document": (),
    "filing": (),
    "filing_return": (),
    "ledger_checkpoint": (),
    "ledger_event": (),
    "ledger_leaf": (),
    "ledger_node": (),
    "notice": ("opened_at", "done_at"),
    "part": (),
    "participation": ("until", "ended_reason"),
    "plaque": ("superseded_at", "superseded_reason"),
    "plaque_mounting": (),
    "pledge": ("original_seen_at", "original_seen_by_id", "withdrawn_at", "withdrawn_reason"),
    "qualification": ("withdrawn_on",),
    "reveal_log": (),
    "standard_edition": (),
    "term": ("until", "ended_reason", "corrected_by_id", "corrected_reason"),
    "trace_report": (),
    "wrong_plaque_report": ("answered_at", "answered_by_id", "answer"),
}
"""Each legal table, and its columns that may be filled once."""

KEPT = ("organisation", "person", "project", "unit_project")
"""Tables whose rows may be amended but never go."""

KEEP_RECORD = """
CREATE FUNCTION keep_record() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before jsonb := to_jsonb(OLD);
    after jsonb;
    name text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION '% keeps its rows for good', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    after := to_jsonb(NEW);
    FOREACH name IN ARRAY coalesce(TG_ARGV, '{}') LOOP  -- null when no column is named
        IF before -> name = 'null'::jsonb THEN
            before := before - name;
            after := after - name;
        END IF;
    END LOOP;
    IF before <> after THEN
        RAISE EXCEPTION '% is superseded, never changed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""

KEEP_TABLE = """
CREATE FUNCTION keep_table() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% keeps its rows for good', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""

TERMS_DO_NOT_OVERLAP = """
CREATE FUNCTION terms_do_not_overlap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.corrected_by_id IS NOT NULL OR NEW.shared THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('term:' || NEW.participation_id::text || NEW.post, 0));
    IF EXISTS (
        SELECT 1 FROM term AS other
        WHERE other.participation_id = NEW.participation_id AND other.post = NEW.post AND other.id <> NEW.id
          AND other.corrected_by_id IS NULL
          AND daterange(other.since, other.until, '[)') && daterange(NEW.since, NEW.until, '[)')
    ) THEN
        RAISE EXCEPTION 'two terms of one post overlap' USING ERRCODE = 'exclusion_violation',
            CONSTRAINT = 'ex_term_overlap', TABLE = 'term';
    END IF;
    RETURN NULL;
END $$
"""

TERM_OVERLAP = """
CREATE CONSTRAINT TRIGGER term_overlap AFTER INSERT OR UPDATE ON term
DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION terms_do_not_overlap()
"""


def upgrade() -> None:
    create_tables()
    for function in (KEEP_RECORD, KEEP_TABLE, TERMS_DO_NOT_OVERLAP, TERM_OVERLAP):
        op.execute(function)
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
    for table in KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_is_kept BEFORE DELETE OR TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION keep_table()"
        )


def create_tables() -> None:
    op.create_table('brake',
    sa.Column('kind', sa.Enum('login', 'address', 'code', name='brakekind', native_enum=False, length=40), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('failed_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('kind', 'key', name=op.f('pk_brake'))
    )
    op.create_table('document',
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('media_type', sa.String(), nullable=False),
    sa.Column('stored_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f('ck_document_sha256_in_hex')),
    sa.CheckConstraint('size >= 0', name=op.f('ck_document_size_is_no_debt')),
    sa.PrimaryKeyConstraint('sha256', name=op.f('pk_document'))
    )
    op.create_table('job',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('args', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('run_after', sa.DateTime(timezone=True), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('leased_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('failed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('error', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job'))
    )
    op.create_index('ix_job_waiting', 'job', ['run_after'], unique=False, postgresql_where=sa.text('finished_at IS NULL AND failed_at IS NULL'))
    op.create_table('ledger_checkpoint',
    sa.Column('size', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('root', sa.LargeBinary(length=32), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('size', name=op.f('pk_ledger_checkpoint'))
    )
    op.create_table('ledger_event',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('subject_table', sa.String(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('nth', sa.Integer(), nullable=False),
    sa.Column('previous_id', sa.Uuid(), nullable=True),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.CheckConstraint('(nth = 0) = (previous_id IS NULL)', name=op.f('ck_ledger_event_follows_the_one_before')),
    sa.CheckConstraint('octet_length(body) <= 65536', name=op.f('ck_ledger_event_body_is_small')),
    sa.ForeignKeyConstraint(['previous_id'], ['ledger_event.id'], name=op.f('fk_ledger_event_previous_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_event')),
    sa.UniqueConstraint('previous_id', name=op.f('uq_ledger_event_previous_id')),
    sa.UniqueConstraint('subject_table', 'subject_id', 'nth', name=op.f('uq_ledger_event_subject_table_subject_id_nth'))
    )
    op.create_table('ledger_node',
    sa.Column('level', sa.SmallInteger(), autoincrement=False, nullable=False),
    sa.Column('idx', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('hash', sa.LargeBinary(length=32), nullable=False),
    sa.CheckConstraint('octet_length(hash) = 32', name=op.f('ck_ledger_node_is_a_hash')),
    sa.PrimaryKeyConstraint('level', 'idx', name=op.f('pk_ledger_node'))
    )
    op.create_table('organisation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('uscc', sa.String(length=18), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('legal_representative', sa.String(), nullable=False),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('status', sa.Enum('existing', 'deregistered', 'revoked', 'bankrupt', 'merged', 'divided', name='organisationstatus', native_enum=False, length=40), nullable=False),
    sa.Column('status_since', sa.Date(), nullable=True),
    sa.Column('successor_id', sa.Uuid(), nullable=True),
    sa.Column('grams', postgresql.ARRAY(sa.String()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("status NOT IN ('merged', 'divided') OR successor_id IS NOT NULL", name=op.f('ck_organisation_names_its_successor')),
    sa.ForeignKeyConstraint(['successor_id'], ['organisation.id'], name=op.f('fk_organisation_successor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organisation')),
    sa.UniqueConstraint('uscc', name=op.f('uq_organisation_uscc')),
    info={'undeletable': True}
    )
    op.create_index('ix_organisation_grams', 'organisation', ['grams'], unique=False, postgresql_using='gin')
    op.create_table('person',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('identity_kind', sa.Enum('citizen', 'residence-permit', 'passport', 'foreign-permanent', 'hkm-travel', 'taiwan-travel', name='identitykind', native_enum=False, length=40), nullable=False),
    sa.Column('identity_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('identity_index', sa.LargeBinary(), nullable=False),
    sa.Column('identity_mask', sa.String(), nullable=False),
    sa.Column('phone_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('phone_mask', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person')),
    sa.UniqueConstraint('identity_kind', 'identity_index', name=op.f('uq_person_identity_kind_identity_index')),
    info={'undeletable': True}
    )
    op.create_index(op.f('ix_person_name'), 'person', ['name'], unique=False)
    op.create_table('project',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.String(length=60), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('address', sa.String(), nullable=False),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('category', sa.String(), nullable=False),
    sa.Column('structure', sa.String(), nullable=False),
    sa.Column('area', sa.Numeric(precision=18, scale=6), nullable=True),
    sa.Column('cost', sa.Numeric(precision=18, scale=6), nullable=True),
    sa.Column('duration_days', sa.Integer(), nullable=True),
    sa.Column('permit_number', sa.String(), nullable=False),
    sa.Column('oversight_number', sa.String(), nullable=False),
    sa.Column('started_on', sa.Date(), nullable=True),
    sa.Column('accepted_on', sa.Date(), nullable=True),
    sa.Column('longitude', sa.Numeric(precision=18, scale=6), nullable=True),
    sa.Column('latitude', sa.Numeric(precision=18, scale=6), nullable=True),
    sa.Column('grams', postgresql.ARRAY(sa.String()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_project')),
    sa.UniqueConstraint('number', name=op.f('uq_project_number')),
    info={'undeletable': True}
    )
    op.create_index('ix_project_grams', 'project', ['grams'], unique=False, postgresql_using='gin')
    op.create_index('ix_project_region_number', 'project', ['region', 'number'], unique=False)
    op.create_table('receipt',
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('fingerprint', sa.LargeBinary(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answer', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.PrimaryKeyConstraint('account_id', 'key', name=op.f('pk_receipt'))
    )
    op.create_index(op.f('ix_receipt_at'), 'receipt', ['at'], unique=False)
    op.create_table('roster_file',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=True),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('organisation_id', sa.Uuid(), nullable=True),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('roles', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('state', sa.Enum('checking', 'checked', 'importing', 'imported', name='rosterstate', native_enum=False, length=40), nullable=False),
    sa.Column('report', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_roster_file'))
    )
    op.create_index(op.f('ix_roster_file_account_id'), 'roster_file', ['account_id'], unique=False)
    op.create_table('standard_edition',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('region', sa.String(), nullable=False),
    sa.Column('version', sa.String(), nullable=False),
    sa.Column('effective_from', sa.Date(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('status', sa.Enum('law', 'suggestion', name='status', native_enum=False, length=40), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('content', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('content_sha256', sa.String(), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('entered_by', sa.Uuid(), nullable=True),
    sa.CheckConstraint("region ~ '^[0-9]{6}$'", name=op.f('ck_standard_edition_region_is_six_digits')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_standard_edition')),
    sa.UniqueConstraint('kind', 'key', 'region', 'version', name=op.f('uq_standard_edition_kind_key_region_version'))
    )
    op.create_index('ix_standard_edition_lookup', 'standard_edition', ['kind', 'key', 'region', 'effective_from'], unique=False)
    op.create_table('upload',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=True),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('declared_type', sa.String(length=100), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('received', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Enum('receiving', 'complete', 'refused', name='uploadstate', native_enum=False, length=40), nullable=False),
    sa.Column('kind', sa.String(), nullable=True),
    sa.Column('media_type', sa.String(), nullable=True),
    sa.Column('sha256', sa.String(length=64), nullable=True),
    sa.Column('facts', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('reason', sa.String(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("state <> 'complete' OR (sha256 IS NOT NULL AND media_type IS NOT NULL)", name=op.f('ck_upload_complete_is_known')),
    sa.CheckConstraint('received BETWEEN 0 AND size', name=op.f('ck_upload_received_within_size')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_upload'))
    )
    op.create_index(op.f('ix_upload_account_id'), 'upload', ['account_id'], unique=False)
    op.create_index(op.f('ix_upload_expires_at'), 'upload', ['expires_at'], unique=False)
    op.create_index(op.f('ix_upload_sha256'), 'upload', ['sha256'], unique=False)
    op.create_index(op.f('ix_upload_state'), 'upload', ['state'], unique=False)
    op.create_table('account',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('organisation_id', sa.Uuid(), nullable=True),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('login', sa.String(length=60), nullable=False),
    sa.Column('password_hash', sa.String(), nullable=False),
    sa.Column('totp_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('totp_offered', sa.LargeBinary(), nullable=True),
    sa.Column('totp_last_step', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('active', 'disabled', name='accountstate', native_enum=False, length=40), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_account_organisation_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_account_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account')),
    sa.UniqueConstraint('login', name=op.f('uq_account_login')),
    sa.UniqueConstraint('person_id', 'organisation_id', name=op.f('uq_account_person_id_organisation_id'))
    )
    op.create_index(op.f('ix_account_organisation_id'), 'account', ['organisation_id'], unique=False)
    op.create_table('ledger_leaf',
    sa.Column('idx', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('leaf_hash', sa.LargeBinary(length=32), nullable=False),
    sa.CheckConstraint('octet_length(leaf_hash) = 32', name=op.f('ck_ledger_leaf_is_a_hash')),
    sa.ForeignKeyConstraint(['event_id'], ['ledger_event.id'], name=op.f('fk_ledger_leaf_event_id')),
    sa.PrimaryKeyConstraint('idx', name=op.f('pk_ledger_leaf')),
    sa.UniqueConstraint('event_id', name=op.f('uq_ledger_leaf_event_id'))
    )
    op.create_table('ledger_pending',
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['ledger_event.id'], name=op.f('fk_ledger_pending_event_id')),
    sa.PrimaryKeyConstraint('event_id', name=op.f('pk_ledger_pending')),
    sa.UniqueConstraint('number', name=op.f('uq_ledger_pending_number'))
    )
    op.create_table('ledger_salt',
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('field', sa.String(), nullable=False),
    sa.Column('salt', sa.LargeBinary(), nullable=False),
    sa.CheckConstraint('octet_length(salt) = 32', name=op.f('ck_ledger_salt_is_long_enough')),
    sa.ForeignKeyConstraint(['event_id'], ['ledger_event.id'], name=op.f('fk_ledger_salt_event_id')),
    sa.PrimaryKeyConstraint('event_id', 'field', name=op.f('pk_ledger_salt'))
    )
    op.create_table('notice',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=60), nullable=False),
    sa.Column('link', sa.String(length=200), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("link ~ '^/([^/\\\\]|$)'", name=op.f('ck_notice_leads_to_a_page_of_ours')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_notice_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice')),
    sa.UniqueConstraint('person_id', 'kind', 'link', 'day', name=op.f('uq_notice_person_id_kind_link_day'))
    )
    op.create_index('ix_notice_inbox', 'notice', ['person_id', 'created_at'], unique=False)
    op.create_index('ix_notice_waiting', 'notice', ['kind', 'link'], unique=False, postgresql_where=sa.text('done_at IS NULL'))
    op.create_table('participation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.String(length=40), nullable=False),
    sa.Column('organisation_name', sa.String(), nullable=False),
    sa.Column('legal_representative', sa.String(), nullable=False),
    sa.Column('licence_number', sa.String(), nullable=False),
    sa.Column('unit_numbers', postgresql.ARRAY(sa.String()), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('ended_reason', sa.String(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('until IS NULL OR until >= since', name=op.f('ck_participation_ends_after_it_starts')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_participation_organisation_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_participation_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_participation'))
    )
    op.create_index('ix_participation_organisation_id', 'participation', ['organisation_id'], unique=False)
    op.create_index('ix_participation_project_id', 'participation', ['project_id'], unique=False)
    op.create_table('qualification',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('number', sa.String(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('withdrawn_on', sa.Date(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_qualification_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_qualification')),
    sa.UniqueConstraint('person_id', 'kind', 'number', name=op.f('uq_qualification_person_id_kind_number'))
    )
    op.create_index(op.f('ix_qualification_person_id'), 'qualification', ['person_id'], unique=False)
    op.create_table('reveal_log',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('what', sa.String(length=20), nullable=False),
    sa.Column('reason', sa.Enum('archive', 'verification', 'contact', 'trace', 'inquiry', name='revealreason', native_enum=False, length=40), nullable=False),
    sa.Column('explanation', sa.String(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_reveal_log_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reveal_log'))
    )
    op.create_index('ix_reveal_log_person_id_at', 'reveal_log', ['person_id', 'at'], unique=False)
    op.create_table('unit_project',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('storeys_above', sa.Integer(), nullable=True),
    sa.Column('storeys_below', sa.Integer(), nullable=True),
    sa.Column('area', sa.Numeric(precision=18, scale=6), nullable=True),
    sa.Column('structure', sa.String(), nullable=False),
    sa.Column('design_life_years', sa.Integer(), nullable=False),
    sa.Column('design_life_basis', sa.String(), nullable=False),
    sa.Column('accepted_on', sa.Date(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('design_life_years > 0', name=op.f('ck_unit_project_lives')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_unit_project_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unit_project')),
    sa.UniqueConstraint('project_id', 'number', name=op.f('uq_unit_project_project_id_number')),
    info={'undeletable': True}
    )
    op.create_table('account_event',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=True),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    sa.Column('address', sa.String(length=60), nullable=False),
    sa.Column('detail', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_account_event_account_id')),
    sa.ForeignKeyConstraint(['by_id'], ['account.id'], name=op.f('fk_account_event_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account_event'))
    )
    op.create_index('ix_account_event_account_id_at', 'account_event', ['account_id', 'at'], unique=False)
    op.create_table('account_grant',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Enum('firm-filer', 'legal-representative', 'project-leader', 'officer', 'station-head', 'auditor', 'urban-archive', 'system-admin', 'security-admin', 'audit-admin', name='role', native_enum=False, length=40), nullable=False),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('granted_by_id', sa.Uuid(), nullable=True),
    sa.Column('ended_by_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_account_grant_account_id')),
    sa.ForeignKeyConstraint(['ended_by_id'], ['account.id'], name=op.f('fk_account_grant_ended_by_id')),
    sa.ForeignKeyConstraint(['granted_by_id'], ['account.id'], name=op.f('fk_account_grant_granted_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account_grant'))
    )
    op.create_index(op.f('ix_account_grant_account_id'), 'account_grant', ['account_id'], unique=False)
    op.create_index('uq_account_grant_standing', 'account_grant', ['account_id', 'role'], unique=True, postgresql_where=sa.text('until IS NULL'))
    op.create_table('account_session',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('token_sha256', sa.LargeBinary(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('address', sa.String(length=60), nullable=False),
    sa.Column('agent', sa.String(length=200), nullable=False),
    sa.CheckConstraint('confirmed_at IS NULL OR opened_at IS NOT NULL', name=op.f('ck_account_session_confirmed_when_opened')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_account_session_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account_session')),
    sa.UniqueConstraint('token_sha256', name=op.f('uq_account_session_token_sha256'))
    )
    op.create_index('ix_account_session_live', 'account_session', ['account_id'], unique=False, postgresql_where=sa.text('ended_at IS NULL'))
    op.create_table('archive',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.String(length=80), nullable=False),
    sa.Column('catalogue_sha256', sa.String(length=64), nullable=False),
    sa.Column('manifest_sha256', sa.String(length=64), nullable=False),
    sa.Column('files', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('missing', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('assembled_on', sa.Date(), nullable=False),
    sa.Column('assembled_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('assembled_by_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['assembled_by_id'], ['account.id'], name=op.f('fk_archive_assembled_by_id')),
    sa.ForeignKeyConstraint(['catalogue_sha256'], ['document.sha256'], name=op.f('fk_archive_catalogue_sha256')),
    sa.ForeignKeyConstraint(['manifest_sha256'], ['document.sha256'], name=op.f('fk_archive_manifest_sha256')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_archive_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_archive')),
    sa.UniqueConstraint('number', name=op.f('uq_archive_number'))
    )
    op.create_index(op.f('ix_archive_project_id'), 'archive', ['project_id'], unique=False)
    op.create_table('invitation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('token_sha256', sa.LargeBinary(), nullable=False),
    sa.Column('purpose', sa.Enum('join', 'recover', name='purpose', native_enum=False, length=40), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=True),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('organisation_id', sa.Uuid(), nullable=True),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('login', sa.String(length=60), nullable=False),
    sa.Column('roles', postgresql.ARRAY(sa.String()), nullable=False),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('target', sa.String(), nullable=False),
    sa.Column('created_by_id', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("purpose <> 'recover' OR account_id IS NOT NULL", name=op.f('ck_invitation_recovers_an_account')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_invitation_account_id')),
    sa.ForeignKeyConstraint(['created_by_id'], ['account.id'], name=op.f('fk_invitation_created_by_id')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_invitation_organisation_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_invitation_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invitation')),
    sa.UniqueConstraint('token_sha256', name=op.f('uq_invitation_token_sha256'))
    )
    op.create_index(op.f('ix_invitation_organisation_id'), 'invitation', ['organisation_id'], unique=False)
    op.create_index(op.f('ix_invitation_person_id'), 'invitation', ['person_id'], unique=False)
    op.create_table('part',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('unit_project_id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('parent_id', sa.Uuid(), nullable=True),
    sa.Column('below_code', sa.String(length=20), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("parent_id IS NULL OR below_code = ''", name=op.f('ck_part_hangs_in_one_place')),
    sa.ForeignKeyConstraint(['parent_id'], ['part.id'], name=op.f('fk_part_parent_id')),
    sa.ForeignKeyConstraint(['unit_project_id'], ['unit_project.id'], name=op.f('fk_part_unit_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_part')),
    sa.UniqueConstraint('unit_project_id', 'code', name=op.f('uq_part_unit_project_id_code'))
    )
    op.create_index(op.f('ix_part_unit_project_id'), 'part', ['unit_project_id'], unique=False)
    op.create_table('plaque',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('unit_project_id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.String(length=32), nullable=False),
    sa.Column('facts', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('pdf_sha256', sa.String(length=64), nullable=False),
    sa.Column('svg_sha256', sa.String(length=64), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('superseded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('superseded_reason', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['pdf_sha256'], ['document.sha256'], name=op.f('fk_plaque_pdf_sha256')),
    sa.ForeignKeyConstraint(['svg_sha256'], ['document.sha256'], name=op.f('fk_plaque_svg_sha256')),
    sa.ForeignKeyConstraint(['unit_project_id'], ['unit_project.id'], name=op.f('fk_plaque_unit_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plaque')),
    sa.UniqueConstraint('code', name=op.f('uq_plaque_code'))
    )
    op.create_index(op.f('ix_plaque_unit_project_id'), 'plaque', ['unit_project_id'], unique=False)
    op.create_index('uq_plaque_standing', 'plaque', ['unit_project_id'], unique=True, postgresql_where=sa.text('superseded_at IS NULL'))
    op.create_table('recovery_code',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('code_sha256', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_recovery_code_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_code')),
    sa.UniqueConstraint('account_id', 'code_sha256', name=op.f('uq_recovery_code_account_id_code_sha256'))
    )
    op.create_table('term',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('participation_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('person_name', sa.String(), nullable=False),
    sa.Column('post', sa.String(length=40), nullable=False),
    sa.Column('shared', sa.Boolean(), nullable=False),
    sa.Column('qualification_kind', sa.String(), nullable=False),
    sa.Column('qualification_number', sa.String(), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('ended_reason', sa.String(), nullable=True),
    sa.Column('corrected_by_id', sa.Uuid(), nullable=True),
    sa.Column('corrected_reason', sa.String(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('until IS NULL OR until >= since', name=op.f('ck_term_ends_after_it_starts')),
    sa.ForeignKeyConstraint(['corrected_by_id'], ['term.id'], name=op.f('fk_term_corrected_by_id')),
    sa.ForeignKeyConstraint(['participation_id'], ['participation.id'], name=op.f('fk_term_participation_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_term_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_term'))
    )
    op.create_index('ix_term_participation_id', 'term', ['participation_id'], unique=False)
    op.create_index('ix_term_person_id', 'term', ['person_id'], unique=False)
    op.create_table('trace_report',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('unit_project_id', sa.Uuid(), nullable=True),
    sa.Column('part_code', sa.String(length=60), nullable=False),
    sa.Column('done_on', sa.Date(), nullable=False),
    sa.Column('cause', sa.String(length=20), nullable=False),
    sa.Column('purpose', sa.String(), nullable=False),
    sa.Column('document_sha256', sa.String(length=64), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('made_by_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['document_sha256'], ['document.sha256'], name=op.f('fk_trace_report_document_sha256')),
    sa.ForeignKeyConstraint(['made_by_id'], ['account.id'], name=op.f('fk_trace_report_made_by_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_trace_report_project_id')),
    sa.ForeignKeyConstraint(['unit_project_id'], ['unit_project.id'], name=op.f('fk_trace_report_unit_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_trace_report'))
    )
    op.create_index(op.f('ix_trace_report_project_id'), 'trace_report', ['project_id'], unique=False)
    op.create_table('authorisation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('term_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.String(length=80), nullable=False),
    sa.Column('method', sa.Enum('platform', 'paper', name='method', native_enum=False, length=40), nullable=False),
    sa.Column('wording_id', sa.Uuid(), nullable=False),
    sa.Column('wording_sha256', sa.String(length=64), nullable=False),
    sa.Column('document_sha256', sa.String(length=64), nullable=False),
    sa.Column('signed_on', sa.Date(), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('signed_by_id', sa.Uuid(), nullable=True),
    sa.Column('late', sa.Boolean(), nullable=False),
    sa.Column('evidence', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('original_seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('original_seen_by_id', sa.Uuid(), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_reason', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['document_sha256'], ['document.sha256'], name=op.f('fk_authorisation_document_sha256')),
    sa.ForeignKeyConstraint(['original_seen_by_id'], ['account.id'], name=op.f('fk_authorisation_original_seen_by_id')),
    sa.ForeignKeyConstraint(['signed_by_id'], ['person.id'], name=op.f('fk_authorisation_signed_by_id')),
    sa.ForeignKeyConstraint(['term_id'], ['term.id'], name=op.f('fk_authorisation_term_id')),
    sa.ForeignKeyConstraint(['wording_id'], ['standard_edition.id'], name=op.f('fk_authorisation_wording_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_authorisation')),
    sa.UniqueConstraint('number', name=op.f('uq_authorisation_number'))
    )
    op.create_index('uq_authorisation_standing', 'authorisation', ['term_id'], unique=True, postgresql_where=sa.text('withdrawn_at IS NULL'))
    op.create_table('change_of_leader',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('outgoing_term_id', sa.Uuid(), nullable=False),
    sa.Column('incoming_term_id', sa.Uuid(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('basis', sa.String(), nullable=False),
    sa.Column('effective_on', sa.Date(), nullable=False),
    sa.Column('refile_by', sa.Date(), nullable=True),
    sa.Column('clock_id', sa.Uuid(), nullable=True),
    sa.Column('document_sha256', sa.String(length=64), nullable=False),
    sa.Column('recorded_on', sa.Date(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['clock_id'], ['standard_edition.id'], name=op.f('fk_change_of_leader_clock_id')),
    sa.ForeignKeyConstraint(['document_sha256'], ['document.sha256'], name=op.f('fk_change_of_leader_document_sha256')),
    sa.ForeignKeyConstraint(['incoming_term_id'], ['term.id'], name=op.f('fk_change_of_leader_incoming_term_id')),
    sa.ForeignKeyConstraint(['outgoing_term_id'], ['term.id'], name=op.f('fk_change_of_leader_outgoing_term_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['account.id'], name=op.f('fk_change_of_leader_recorded_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_change_of_leader')),
    sa.UniqueConstraint('incoming_term_id', name=op.f('uq_change_of_leader_incoming_term_id')),
    sa.UniqueConstraint('outgoing_term_id', name=op.f('uq_change_of_leader_outgoing_term_id'))
    )
    op.create_table('plaque_mounting',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('plaque_id', sa.Uuid(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('mounted_on', sa.Date(), nullable=False),
    sa.Column('mounted_by', sa.String(), nullable=False),
    sa.Column('photo_sha256', sa.String(length=64), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['photo_sha256'], ['document.sha256'], name=op.f('fk_plaque_mounting_photo_sha256')),
    sa.ForeignKeyConstraint(['plaque_id'], ['plaque.id'], name=op.f('fk_plaque_mounting_plaque_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['account.id'], name=op.f('fk_plaque_mounting_recorded_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plaque_mounting'))
    )
    op.create_index(op.f('ix_plaque_mounting_plaque_id'), 'plaque_mounting', ['plaque_id'], unique=False)
    op.create_table('plaque_scan',
    sa.Column('plaque_id', sa.Uuid(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('scans', sa.Integer(), nullable=False),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['plaque_id'], ['plaque.id'], name=op.f('fk_plaque_scan_plaque_id')),
    sa.PrimaryKeyConstraint('plaque_id', 'day', name=op.f('pk_plaque_scan'))
    )
    op.create_table('pledge',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('term_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.String(length=80), nullable=False),
    sa.Column('method', sa.Enum('platform', 'paper', name='method', native_enum=False, length=40), nullable=False),
    sa.Column('wording_id', sa.Uuid(), nullable=False),
    sa.Column('wording_sha256', sa.String(length=64), nullable=False),
    sa.Column('document_sha256', sa.String(length=64), nullable=False),
    sa.Column('signed_on', sa.Date(), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('signed_by_id', sa.Uuid(), nullable=True),
    sa.Column('late', sa.Boolean(), nullable=False),
    sa.Column('evidence', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('original_seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('original_seen_by_id', sa.Uuid(), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_reason', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['document_sha256'], ['document.sha256'], name=op.f('fk_pledge_document_sha256')),
    sa.ForeignKeyConstraint(['original_seen_by_id'], ['account.id'], name=op.f('fk_pledge_original_seen_by_id')),
    sa.ForeignKeyConstraint(['signed_by_id'], ['person.id'], name=op.f('fk_pledge_signed_by_id')),
    sa.ForeignKeyConstraint(['term_id'], ['term.id'], name=op.f('fk_pledge_term_id')),
    sa.ForeignKeyConstraint(['wording_id'], ['standard_edition.id'], name=op.f('fk_pledge_wording_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pledge')),
    sa.UniqueConstraint('number', name=op.f('uq_pledge_number'))
    )
    op.create_index('uq_pledge_standing', 'pledge', ['term_id'], unique=True, postgresql_where=sa.text('withdrawn_at IS NULL'))
    op.create_table('wrong_plaque_report',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('plaque_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('contact_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('reported_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by_id', sa.Uuid(), nullable=True),
    sa.Column('answer', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['answered_by_id'], ['account.id'], name=op.f('fk_wrong_plaque_report_answered_by_id')),
    sa.ForeignKeyConstraint(['plaque_id'], ['plaque.id'], name=op.f('fk_wrong_plaque_report_plaque_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wrong_plaque_report'))
    )
    op.create_index(op.f('ix_wrong_plaque_report_plaque_id'), 'wrong_plaque_report', ['plaque_id'], unique=False)
    op.create_table('filing',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('term_id', sa.Uuid(), nullable=False),
    sa.Column('pledge_id', sa.Uuid(), nullable=False),
    sa.Column('authorisation_id', sa.Uuid(), nullable=False),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=60), nullable=False),
    sa.Column('filed_on', sa.Date(), nullable=False),
    sa.Column('filed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('filed_by_id', sa.Uuid(), nullable=False),
    sa.Column('station_id', sa.Uuid(), nullable=False),
    sa.Column('late', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['authorisation_id'], ['authorisation.id'], name=op.f('fk_filing_authorisation_id')),
    sa.ForeignKeyConstraint(['filed_by_id'], ['account.id'], name=op.f('fk_filing_filed_by_id')),
    sa.ForeignKeyConstraint(['pledge_id'], ['pledge.id'], name=op.f('fk_filing_pledge_id')),
    sa.ForeignKeyConstraint(['station_id'], ['organisation.id'], name=op.f('fk_filing_station_id')),
    sa.ForeignKeyConstraint(['term_id'], ['term.id'], name=op.f('fk_filing_term_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_filing')),
    sa.UniqueConstraint('number', name=op.f('uq_filing_number')),
    sa.UniqueConstraint('region', 'year', 'sequence', name=op.f('uq_filing_region_year_sequence'))
    )
    op.create_index(op.f('ix_filing_term_id'), 'filing', ['term_id'], unique=False)
    op.create_index('uq_filing_pledge_id', 'filing', ['pledge_id'], unique=True)
    op.create_table('filing_return',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('term_id', sa.Uuid(), nullable=False),
    sa.Column('pledge_id', sa.Uuid(), nullable=True),
    sa.Column('authorisation_id', sa.Uuid(), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('returned_on', sa.Date(), nullable=False),
    sa.Column('returned_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('returned_by_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['authorisation_id'], ['authorisation.id'], name=op.f('fk_filing_return_authorisation_id')),
    sa.ForeignKeyConstraint(['pledge_id'], ['pledge.id'], name=op.f('fk_filing_return_pledge_id')),
    sa.ForeignKeyConstraint(['returned_by_id'], ['account.id'], name=op.f('fk_filing_return_returned_by_id')),
    sa.ForeignKeyConstraint(['term_id'], ['term.id'], name=op.f('fk_filing_return_term_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_filing_return'))
    )
    op.create_index(op.f('ix_filing_return_term_id'), 'filing_return', ['term_id'], unique=False)


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DROP TABLE {table} CASCADE")
    for function in ("keep_record", "keep_table", "terms_do_not_overlap"):
        op.execute(f"DROP FUNCTION {function}")


TABLES = (
    "filing_return",
    "filing",
    "wrong_plaque_report",
    "pledge",
    "plaque_scan",
    "plaque_mounting",
    "change_of_leader",
    "authorisation",
    "trace_report",
    "term",
    "recovery_code",
    "plaque",
    "part",
    "invitation",
    "archive",
    "account_session",
    "account_grant",
    "account_event",
    "unit_project",
    "reveal_log",
    "qualification",
    "participation",
    "notice",
    "ledger_salt",
    "ledger_pending",
    "ledger_leaf",
    "account",
    "upload",
    "standard_edition",
    "roster_file",
    "receipt",
    "project",
    "person",
    "organisation",
    "ledger_node",
    "ledger_event",
    "ledger_checkpoint",
    "job",
    "document",
    "brake",
)
