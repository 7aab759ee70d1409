"""Tell leaders from posts on the site.

Until now every term was a leader's, and every leader pledges. Foremen, inspectors, samplers and witnesses hold terms
too from here on; the keys of their posts begin with "site/" and the new column says so for good. All terms there are
become leaders', as they were. Downgrading keeps every term and forgets the column.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("term", sa.Column("leads", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.create_check_constraint("leads_or_works_on_the_site", "term", "leads = (left(post, 5) <> 'site/')")


def downgrade() -> None:
    op.drop_constraint("ck_term_leads_or_works_on_the_site", "term")
    op.drop_column("term", "leads")
