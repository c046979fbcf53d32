"""moderation.

Revision: 0003, after 0002. Made on 2026-11-22 07:57:01.495249.
"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

REFUSED = "The public log is only ever added to."
# In the texts beside it a text and its salt may go, once, and nothing else may change.
REDACTED = (
    "NEW.seq = OLD.seq AND NEW.field = OLD.field AND NEW.text IS NULL AND NEW.salt IS NULL"
    " AND OLD.redacted_at IS NULL AND NEW.redacted_at IS NOT NULL"
)

KINDS_BEFORE = (
    "'replied', 'commented', 'mentioned', 'solved', 'accepted', 'official', 'status', 'posted',"
    " 'matched', 'helped', 'edited'"
)
OUTCOMES = (
    "'mask', 'remove', 'move', 'warn', 'limit', 'suspend', 'release', 'overturned', 'upheld',"
    " 'declined', 'summoned', 'reminded', 'asked', 'holds', 'falls', 'lapsed'"
)
# A new row follows the newest one. It cannot take the place of one either, as SQLite's INSERT OR
# REPLACE would have it, which deletes without asking the triggers for deleting.
FOLLOWS = (
    "NEW.seq = COALESCE((SELECT MAX(seq) FROM public_log), 0) + 1 AND NEW.previous = COALESCE("
    f"(SELECT digest FROM public_log ORDER BY seq DESC LIMIT 1), '{'0' * 64}')"
)
# A text belongs to a row that is committed to it; each is added with its row, so that none can be
# added later.
COMMITTED = {
    "sqlite": "json_extract(commitments, '$.\"' || NEW.field || '\"') IS NOT NULL",
    "postgresql": "jsonb_exists(CAST(commitments AS jsonb), NEW.field)",
}
BELONGS = "EXISTS (SELECT 1 FROM public_log WHERE seq = NEW.seq AND {})"
IS_THERE = "EXISTS (SELECT 1 FROM public_log_texts WHERE seq = NEW.seq AND field = NEW.field)"


def upgrade() -> None:
    op.create_table('public_log',
    sa.Column('seq', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('role', sa.Enum('moderator', 'operator', 'automatic', 'jury', name='logrole', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('action', sa.Enum('keep', 'mask', 'remove', 'move', 'warn', 'limit', 'suspend', 'hold', 'release', 'restore', 'uphold', 'redact', 'status', 'sort', 'describe', 'appoint', 'legal', 'correct', 'read_only', 'slow', 'reopen', name='logaction', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('rule', sa.Enum('spam', 'abuse', 'personal_data', 'unlawful', 'off_topic', 'undisclosed_stake', name='rule', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('target', sa.String(length=100), nullable=False),
    sa.Column('company', sa.String(length=80), nullable=False),
    sa.Column('details', sa.Text(), nullable=False),
    sa.Column('commitments', sa.Text(), nullable=False),
    sa.Column('previous', sa.String(length=64), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.CheckConstraint('seq > 0', name=op.f('ck_public_log_counted_from_one')),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_public_log')),
    sa.UniqueConstraint('digest', name=op.f('uq_public_log_digest'))
    )
    with op.batch_alter_table('public_log', schema=None) as batch_op:
        batch_op.create_index('ix_public_log_action', ['action', 'seq'], unique=False)
        batch_op.create_index('ix_public_log_at', ['at'], unique=False)
        batch_op.create_index('ix_public_log_company', ['company', 'seq'], unique=False)
        batch_op.create_index('ix_public_log_role', ['role', 'seq'], unique=False)
        batch_op.create_index('ix_public_log_rule', ['rule', 'seq'], unique=False)
        batch_op.create_index('ix_public_log_target', ['target', 'seq'], unique=False)

    op.create_table('spam_counts',
    sa.Column('token', sa.String(length=64), nullable=False),
    sa.Column('spam', sa.Integer(), nullable=False),
    sa.Column('honest', sa.Integer(), nullable=False),
    sa.CheckConstraint('spam >= 0 AND honest >= 0', name=op.f('ck_spam_counts_counts_not_negative')),
    sa.PrimaryKeyConstraint('token', name=op.f('pk_spam_counts'))
    )
    op.create_table('public_log_texts',
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('field', sa.String(length=32), nullable=False),
    sa.Column('salt', sa.String(length=32), nullable=True),
    sa.Column('text', sa.Text(), nullable=True),
    sa.Column('redacted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(redacted_at IS NULL) = (text IS NOT NULL) AND (redacted_at IS NULL) = (salt IS NOT NULL)', name=op.f('ck_public_log_texts_there_or_redacted')),
    sa.ForeignKeyConstraint(['seq'], ['public_log.seq'], name=op.f('fk_public_log_texts_seq')),
    sa.PrimaryKeyConstraint('seq', 'field', name=op.f('pk_public_log_texts'))
    )
    op.create_table('champions',
    sa.Column('company_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('thanked_by_id', sa.Integer(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_champions_company_id')),
    sa.ForeignKeyConstraint(['thanked_by_id'], ['users.id'], name=op.f('fk_champions_thanked_by_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_champions_user_id')),
    sa.PrimaryKeyConstraint('company_id', 'user_id', name=op.f('pk_champions'))
    )
    with op.batch_alter_table('champions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_champions_user_id'), ['user_id'], unique=False)

    op.create_table('employments',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=False),
    sa.Column('declared_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_employments_company_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_employments_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_employments'))
    )
    with op.batch_alter_table('employments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_employments_company_id'), ['company_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_employments_user_id'), ['user_id'], unique=False)
        batch_op.create_index('uq_employments_current', ['user_id', 'company_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.create_table('legal_requests',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('received_on', sa.Date(), nullable=False),
    sa.Column('requester', sa.String(length=200), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('law', sa.String(length=200), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=True),
    sa.Column('target', sa.String(length=200), nullable=False),
    sa.Column('outcome', sa.Enum('pending', 'granted', 'granted_in_part', 'refused', name='legaloutcome', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('done', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('is_text_public', sa.Boolean(), nullable=False),
    sa.Column('entered_by_id', sa.Integer(), nullable=False),
    sa.Column('log_seq', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(outcome = 'pending') = (closed_at IS NULL) AND (outcome = 'pending') = (log_seq IS NULL)", name=op.f('ck_legal_requests_answered_in_the_log')),
    sa.CheckConstraint("outcome = 'pending' OR done <> ''", name=op.f('ck_legal_requests_says_what_was_done')),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_legal_requests_company_id')),
    sa.ForeignKeyConstraint(['entered_by_id'], ['users.id'], name=op.f('fk_legal_requests_entered_by_id')),
    sa.ForeignKeyConstraint(['log_seq'], ['public_log.seq'], name=op.f('fk_legal_requests_log_seq')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_legal_requests'))
    )
    with op.batch_alter_table('legal_requests', schema=None) as batch_op:
        batch_op.create_index('ix_legal_requests_closed', ['closed_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_legal_requests_company_id'), ['company_id'], unique=False)
        batch_op.create_index('ix_legal_requests_received', ['received_on', 'id'], unique=False)

    op.create_table('legal_corrections',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=True),
    sa.Column('target', sa.String(length=200), nullable=False),
    sa.Column('text', sa.Text(), nullable=True),
    sa.Column('corrected_by_id', sa.Integer(), nullable=False),
    sa.Column('log_seq', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_legal_corrections_company_id')),
    sa.ForeignKeyConstraint(['corrected_by_id'], ['users.id'], name=op.f('fk_legal_corrections_corrected_by_id')),
    sa.ForeignKeyConstraint(['log_seq'], ['public_log.seq'], name=op.f('fk_legal_corrections_log_seq')),
    sa.ForeignKeyConstraint(['request_id'], ['legal_requests.id'], name=op.f('fk_legal_corrections_request_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_legal_corrections'))
    )
    with op.batch_alter_table('legal_corrections', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_legal_corrections_request_id'), ['request_id'], unique=False)

    op.create_table('rivalries',
    sa.Column('company_id', sa.Integer(), nullable=False),
    sa.Column('rival_id', sa.Integer(), nullable=False),
    sa.Column('declared_by_id', sa.Integer(), nullable=False),
    sa.Column('declared_for_id', sa.Integer(), nullable=True),
    sa.Column('declared_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('company_id < rival_id', name=op.f('ck_rivalries_in_order')),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_rivalries_company_id')),
    sa.ForeignKeyConstraint(['declared_by_id'], ['users.id'], name=op.f('fk_rivalries_declared_by_id')),
    sa.ForeignKeyConstraint(['declared_for_id'], ['companies.id'], name=op.f('fk_rivalries_declared_for_id')),
    sa.ForeignKeyConstraint(['rival_id'], ['companies.id'], name=op.f('fk_rivalries_rival_id')),
    sa.PrimaryKeyConstraint('company_id', 'rival_id', name=op.f('pk_rivalries'))
    )
    with op.batch_alter_table('rivalries', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_rivalries_rival_id'), ['rival_id'], unique=False)

    op.create_table('modes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('read_only', 'slow', name='modekind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=True),
    sa.Column('topic_id', sa.Integer(), nullable=True),
    sa.Column('seconds', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('set_by_id', sa.Integer(), nullable=False),
    sa.Column('log_seq', sa.Integer(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(kind = 'slow') = (seconds > 0)", name=op.f('ck_modes_slow_by_seconds')),
    sa.CheckConstraint("kind <> 'read_only' OR (company_id IS NULL AND topic_id IS NULL)", name=op.f('ck_modes_the_site_alone_is_read_only')),
    sa.CheckConstraint("reason <> ''", name=op.f('ck_modes_has_a_reason')),
    sa.CheckConstraint('company_id IS NULL OR topic_id IS NULL', name=op.f('ck_modes_one_place')),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_modes_company_id')),
    sa.ForeignKeyConstraint(['log_seq'], ['public_log.seq'], name=op.f('fk_modes_log_seq')),
    sa.ForeignKeyConstraint(['set_by_id'], ['users.id'], name=op.f('fk_modes_set_by_id')),
    sa.ForeignKeyConstraint(['topic_id'], ['topics.id'], name=op.f('fk_modes_topic_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_modes'))
    )
    with op.batch_alter_table('modes', schema=None) as batch_op:
        batch_op.create_index('ix_modes_in_force', ['topic_id', 'company_id'], unique=False, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.create_table('cases',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('topic_id', sa.Integer(), nullable=True),
    sa.Column('reply_id', sa.Integer(), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('company_id', sa.Integer(), nullable=True),
    sa.Column('risk', sa.Double(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('leased_by_id', sa.Integer(), nullable=True),
    sa.Column('leased_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('leased_until', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(CASE WHEN topic_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN reply_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN person_id IS NULL THEN 0 ELSE 1 END) = 1', name=op.f('ck_cases_one_target')),
    sa.CheckConstraint('(leased_by_id IS NULL) = (leased_until IS NULL) AND (leased_by_id IS NULL) = (leased_since IS NULL)', name=op.f('ck_cases_leased_to_somebody')),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_cases_company_id')),
    sa.ForeignKeyConstraint(['leased_by_id'], ['users.id'], name=op.f('fk_cases_leased_by_id')),
    sa.ForeignKeyConstraint(['person_id'], ['users.id'], name=op.f('fk_cases_person_id')),
    sa.ForeignKeyConstraint(['reply_id'], ['replies.id'], name=op.f('fk_cases_reply_id')),
    sa.ForeignKeyConstraint(['topic_id'], ['topics.id'], name=op.f('fk_cases_topic_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cases'))
    )
    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_cases_company_id'), ['company_id'], unique=False)
        batch_op.create_index('ix_cases_queue', ['due_at', 'id'], unique=False, sqlite_where=sa.text('decided_at IS NULL'), postgresql_where=sa.text('decided_at IS NULL'))
        batch_op.create_index('uq_cases_open_person_id', ['person_id'], unique=True, sqlite_where=sa.text('decided_at IS NULL AND person_id IS NOT NULL'), postgresql_where=sa.text('decided_at IS NULL AND person_id IS NOT NULL'))
        batch_op.create_index('uq_cases_open_reply_id', ['reply_id'], unique=True, sqlite_where=sa.text('decided_at IS NULL AND reply_id IS NOT NULL'), postgresql_where=sa.text('decided_at IS NULL AND reply_id IS NOT NULL'))
        batch_op.create_index('uq_cases_open_topic_id', ['topic_id'], unique=True, sqlite_where=sa.text('decided_at IS NULL AND topic_id IS NOT NULL'), postgresql_where=sa.text('decided_at IS NULL AND topic_id IS NOT NULL'))

    op.create_table('spam_judgements',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('topic_id', sa.Integer(), nullable=True),
    sa.Column('reply_id', sa.Integer(), nullable=True),
    sa.Column('score', sa.Double(), nullable=False),
    sa.Column('parts', sa.Text(), nullable=False),
    sa.Column('outcome', sa.Enum('shown', 'looked_at', 'held', name='outcome', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('fingerprint', sa.BigInteger(), nullable=True),
    sa.Column('is_spam', sa.Boolean(), nullable=True),
    sa.Column('learnt_as_spam', sa.Boolean(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(topic_id IS NULL) <> (reply_id IS NULL)', name=op.f('ck_spam_judgements_one_post')),
    sa.ForeignKeyConstraint(['reply_id'], ['replies.id'], name=op.f('fk_spam_judgements_reply_id')),
    sa.ForeignKeyConstraint(['topic_id'], ['topics.id'], name=op.f('fk_spam_judgements_topic_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_spam_judgements')),
    sa.UniqueConstraint('reply_id', name=op.f('uq_spam_judgements_reply_id')),
    sa.UniqueConstraint('topic_id', name=op.f('uq_spam_judgements_topic_id'))
    )
    with op.batch_alter_table('spam_judgements', schema=None) as batch_op:
        batch_op.create_index('ix_spam_judgements_created', ['created_at', 'id'], unique=False)

    op.create_table('withheld_pictures',
    sa.Column('picture_id', sa.Integer(), nullable=False),
    sa.Column('tombstone_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['picture_id'], ['pictures.id'], name=op.f('fk_withheld_pictures_picture_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('picture_id', 'tombstone_id', name=op.f('pk_withheld_pictures'))
    )
    with op.batch_alter_table('withheld_pictures', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_withheld_pictures_tombstone_id'), ['tombstone_id'], unique=False)

    with op.batch_alter_table('replies', schema=None) as batch_op:
        batch_op.create_index('ix_replies_hidden', ['topic_id'], unique=False, sqlite_where=sa.text('hidden_at IS NOT NULL'), postgresql_where=sa.text('hidden_at IS NOT NULL'))

    op.create_table('tombstones',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('topic_id', sa.Integer(), nullable=True),
    sa.Column('reply_id', sa.Integer(), nullable=True),
    sa.Column('sight', sa.Enum('removed', 'masked', 'held', name='sight', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('rule', sa.Enum('spam', 'abuse', 'personal_data', 'unlawful', 'off_topic', 'undisclosed_stake', name='rule', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('asked_by', sa.Enum('member', 'trusted', 'company', 'moderator', 'operator', 'automatic', 'authority', name='askedby', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('log_seq', sa.Integer(), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=True),
    sa.Column('is_unseen', sa.Boolean(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lifted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(topic_id IS NULL) <> (reply_id IS NULL)', name=op.f('ck_tombstones_one_post')),
    sa.ForeignKeyConstraint(['reply_id'], ['replies.id'], name=op.f('fk_tombstones_reply_id')),
    sa.ForeignKeyConstraint(['topic_id'], ['topics.id'], name=op.f('fk_tombstones_topic_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tombstones'))
    )
    with op.batch_alter_table('tombstones', schema=None) as batch_op:
        batch_op.create_index('uq_tombstones_in_force_reply_id', ['reply_id'], unique=True, sqlite_where=sa.text('lifted_at IS NULL AND reply_id IS NOT NULL'), postgresql_where=sa.text('lifted_at IS NULL AND reply_id IS NOT NULL'))
        batch_op.create_index('uq_tombstones_in_force_topic_id', ['topic_id'], unique=True, sqlite_where=sa.text('lifted_at IS NULL AND topic_id IS NOT NULL'), postgresql_where=sa.text('lifted_at IS NULL AND topic_id IS NOT NULL'))

    op.create_table('decisions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('moderator_id', sa.Integer(), nullable=True),
    sa.Column('action', sa.Enum('keep', 'mask', 'remove', 'move', 'warn', 'limit', 'suspend', 'hold', 'release', name='decisionaction', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('rule', sa.Enum('spam', 'abuse', 'personal_data', 'unlawful', 'off_topic', 'undisclosed_stake', name='rule', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('reason', sa.String(length=1000), nullable=False),
    sa.Column('log_seq', sa.Integer(), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('moved_from_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('overturned_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("reason <> ''", name=op.f('ck_decisions_has_a_reason')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_decisions_case_id')),
    sa.ForeignKeyConstraint(['log_seq'], ['public_log.seq'], name=op.f('fk_decisions_log_seq')),
    sa.ForeignKeyConstraint(['moderator_id'], ['users.id'], name=op.f('fk_decisions_moderator_id')),
    sa.ForeignKeyConstraint(['moved_from_id'], ['companies.id'], name=op.f('fk_decisions_moved_from_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decisions'))
    )
    with op.batch_alter_table('decisions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_decisions_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_decisions_moderator_id'), ['moderator_id'], unique=False)

    op.create_table('flags',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('reporter_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.Enum('member', 'trusted', 'company', 'moderator', 'operator', 'automatic', 'authority', name='askedby', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('topic_id', sa.Integer(), nullable=True),
    sa.Column('reply_id', sa.Integer(), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('rule', sa.Enum('spam', 'abuse', 'personal_data', 'unlawful', 'off_topic', 'undisclosed_stake', name='rule', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('words', sa.String(length=500), nullable=False),
    sa.Column('outcome', sa.Enum('upheld', 'declined', 'withdrawn', name='flagoutcome', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(CASE WHEN topic_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN reply_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN person_id IS NULL THEN 0 ELSE 1 END) = 1', name=op.f('ck_flags_one_target')),
    sa.CheckConstraint('(outcome IS NULL) = (closed_at IS NULL)', name=op.f('ck_flags_closed_with_an_outcome')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_flags_case_id')),
    sa.ForeignKeyConstraint(['person_id'], ['users.id'], name=op.f('fk_flags_person_id')),
    sa.ForeignKeyConstraint(['reply_id'], ['replies.id'], name=op.f('fk_flags_reply_id')),
    sa.ForeignKeyConstraint(['reporter_id'], ['users.id'], name=op.f('fk_flags_reporter_id')),
    sa.ForeignKeyConstraint(['topic_id'], ['topics.id'], name=op.f('fk_flags_topic_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_flags'))
    )
    with op.batch_alter_table('flags', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_flags_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_flags_reporter_id'), ['reporter_id'], unique=False)
        batch_op.create_index('uq_flags_open_person_id', ['reporter_id', 'person_id'], unique=True, sqlite_where=sa.text('outcome IS NULL AND person_id IS NOT NULL'), postgresql_where=sa.text('outcome IS NULL AND person_id IS NOT NULL'))
        batch_op.create_index('uq_flags_open_reply_id', ['reporter_id', 'reply_id'], unique=True, sqlite_where=sa.text('outcome IS NULL AND reply_id IS NOT NULL'), postgresql_where=sa.text('outcome IS NULL AND reply_id IS NOT NULL'))
        batch_op.create_index('uq_flags_open_topic_id', ['reporter_id', 'topic_id'], unique=True, sqlite_where=sa.text('outcome IS NULL AND topic_id IS NOT NULL'), postgresql_where=sa.text('outcome IS NULL AND topic_id IS NOT NULL'))

    op.create_table('appeals',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('decision_id', sa.Integer(), nullable=False),
    sa.Column('appellant_id', sa.Integer(), nullable=False),
    sa.Column('words', sa.String(length=500), nullable=False),
    sa.Column('state', sa.Enum('open', 'upheld', 'overturned', 'lapsed', name='appealstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('fallback_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('moderator_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(length=1000), nullable=False),
    sa.Column('log_seq', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name=op.f('ck_appeals_closed_with_an_outcome')),
    sa.CheckConstraint("moderator_id IS NULL OR reason <> ''", name=op.f('ck_appeals_has_a_reason')),
    sa.ForeignKeyConstraint(['appellant_id'], ['users.id'], name=op.f('fk_appeals_appellant_id')),
    sa.ForeignKeyConstraint(['decision_id'], ['decisions.id'], name=op.f('fk_appeals_decision_id')),
    sa.ForeignKeyConstraint(['log_seq'], ['public_log.seq'], name=op.f('fk_appeals_log_seq')),
    sa.ForeignKeyConstraint(['moderator_id'], ['users.id'], name=op.f('fk_appeals_moderator_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_appeals')),
    sa.UniqueConstraint('decision_id', 'appellant_id', name=op.f('uq_appeals_decision_id_appellant_id'))
    )
    with op.batch_alter_table('appeals', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_appeals_appellant_id'), ['appellant_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_appeals_moderator_id'), ['moderator_id'], unique=False)
        batch_op.create_index('uq_appeals_open', ['decision_id'], unique=True, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))
        batch_op.create_index('ix_appeals_due', ['due_at'], unique=False, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))

    op.create_table('restrictions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('held', 'no_links', 'slow', 'suspended', name='restrictionkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('decision_id', sa.Integer(), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lifted_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['decision_id'], ['decisions.id'], name=op.f('fk_restrictions_decision_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_restrictions_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_restrictions'))
    )
    with op.batch_alter_table('restrictions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_restrictions_decision_id'), ['decision_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_restrictions_user_id'), ['user_id'], unique=False)

    op.create_table('jurors',
    sa.Column('appeal_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('vote', sa.Enum('uphold', 'overturn', name='jurorvote', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('reason', sa.String(length=1000), nullable=False),
    sa.Column('drawn_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('voted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('declined_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("vote IS NULL OR reason <> ''", name=op.f('ck_jurors_has_a_reason')),
    sa.CheckConstraint('(vote IS NULL) = (voted_at IS NULL)', name=op.f('ck_jurors_voted_at_some_time')),
    sa.CheckConstraint('vote IS NULL OR declined_at IS NULL', name=op.f('ck_jurors_voted_or_declined')),
    sa.ForeignKeyConstraint(['appeal_id'], ['appeals.id'], name=op.f('fk_jurors_appeal_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_jurors_user_id')),
    sa.PrimaryKeyConstraint('appeal_id', 'user_id', name=op.f('pk_jurors'))
    )
    with op.batch_alter_table('jurors', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_jurors_user_id'), ['user_id'], unique=False)

    with op.batch_alter_table('users', schema=None) as batch_op:
        batch_op.add_column(sa.Column('trusted_since', sa.DateTime(timezone=True), nullable=True))

    for table in ('companies', 'products'):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column('held_at', sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table('notifications', schema=None) as batch_op:
        batch_op.add_column(sa.Column('decision_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('appeal_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('outcome', sa.String(length=32), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_notifications_decision_id'), 'decisions', ['decision_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_notifications_appeal_id'), 'appeals', ['appeal_id'], ['id'])
        batch_op.create_check_constraint(batch_op.f('ck_notifications_outcome'), f"outcome IN ({OUTCOMES})")
    for table in ('notifications', 'notification_preferences'):
        _let_kinds_be(table, f"{KINDS_BEFORE}, 'decided', 'flag_judged', 'appeal'")

    _protect_the_log()


def downgrade() -> None:
    _let_the_log_go()
    op.execute("DELETE FROM notifications WHERE outcome IS NOT NULL")
    op.execute("DELETE FROM notification_preferences WHERE kind IN ('decided', 'flag_judged', 'appeal')")
    for table in ('notifications', 'notification_preferences'):
        _let_kinds_be(table, KINDS_BEFORE)
    with op.batch_alter_table('notifications', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_notifications_outcome'), type_='check')
        batch_op.drop_constraint(batch_op.f('fk_notifications_decision_id'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_notifications_appeal_id'), type_='foreignkey')
        batch_op.drop_column('outcome')
        batch_op.drop_column('appeal_id')
        batch_op.drop_column('decision_id')

    with op.batch_alter_table('users', schema=None) as batch_op:
        batch_op.drop_column('trusted_since')

    for table in ('products', 'companies'):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column('held_at')

    with op.batch_alter_table('jurors', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_jurors_user_id'))

    op.drop_table('jurors')
    with op.batch_alter_table('restrictions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_restrictions_user_id'))
        batch_op.drop_index(batch_op.f('ix_restrictions_decision_id'))

    op.drop_table('restrictions')
    with op.batch_alter_table('appeals', schema=None) as batch_op:
        batch_op.drop_index('uq_appeals_open', sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))
        batch_op.drop_index(batch_op.f('ix_appeals_moderator_id'))
        batch_op.drop_index('ix_appeals_due', sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))
        batch_op.drop_index(batch_op.f('ix_appeals_appellant_id'))

    op.drop_table('appeals')
    with op.batch_alter_table('flags', schema=None) as batch_op:
        batch_op.drop_index('uq_flags_open_topic_id', sqlite_where=sa.text('outcome IS NULL AND topic_id IS NOT NULL'), postgresql_where=sa.text('outcome IS NULL AND topic_id IS NOT NULL'))
        batch_op.drop_index('uq_flags_open_reply_id', sqlite_where=sa.text('outcome IS NULL AND reply_id IS NOT NULL'), postgresql_where=sa.text('outcome IS NULL AND reply_id IS NOT NULL'))
        batch_op.drop_index('uq_flags_open_person_id', sqlite_where=sa.text('outcome IS NULL AND person_id IS NOT NULL'), postgresql_where=sa.text('outcome IS NULL AND person_id IS NOT NULL'))
        batch_op.drop_index(batch_op.f('ix_flags_reporter_id'))
        batch_op.drop_index(batch_op.f('ix_flags_case_id'))

    op.drop_table('flags')
    with op.batch_alter_table('decisions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_decisions_moderator_id'))
        batch_op.drop_index(batch_op.f('ix_decisions_case_id'))

    op.drop_table('decisions')
    with op.batch_alter_table('replies', schema=None) as batch_op:
        batch_op.drop_index('ix_replies_hidden', sqlite_where=sa.text('hidden_at IS NOT NULL'), postgresql_where=sa.text('hidden_at IS NOT NULL'))

    with op.batch_alter_table('withheld_pictures', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_withheld_pictures_tombstone_id'))

    op.drop_table('withheld_pictures')
    with op.batch_alter_table('tombstones', schema=None) as batch_op:
        batch_op.drop_index('uq_tombstones_in_force_topic_id', sqlite_where=sa.text('lifted_at IS NULL AND topic_id IS NOT NULL'), postgresql_where=sa.text('lifted_at IS NULL AND topic_id IS NOT NULL'))
        batch_op.drop_index('uq_tombstones_in_force_reply_id', sqlite_where=sa.text('lifted_at IS NULL AND reply_id IS NOT NULL'), postgresql_where=sa.text('lifted_at IS NULL AND reply_id IS NOT NULL'))

    op.drop_table('tombstones')
    with op.batch_alter_table('spam_judgements', schema=None) as batch_op:
        batch_op.drop_index('ix_spam_judgements_created')

    op.drop_table('spam_judgements')
    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.drop_index('uq_cases_open_topic_id', sqlite_where=sa.text('decided_at IS NULL AND topic_id IS NOT NULL'), postgresql_where=sa.text('decided_at IS NULL AND topic_id IS NOT NULL'))
        batch_op.drop_index('uq_cases_open_reply_id', sqlite_where=sa.text('decided_at IS NULL AND reply_id IS NOT NULL'), postgresql_where=sa.text('decided_at IS NULL AND reply_id IS NOT NULL'))
        batch_op.drop_index('uq_cases_open_person_id', sqlite_where=sa.text('decided_at IS NULL AND person_id IS NOT NULL'), postgresql_where=sa.text('decided_at IS NULL AND person_id IS NOT NULL'))
        batch_op.drop_index('ix_cases_queue', sqlite_where=sa.text('decided_at IS NULL'), postgresql_where=sa.text('decided_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_cases_company_id'))

    op.drop_table('cases')
    with op.batch_alter_table('modes', schema=None) as batch_op:
        batch_op.drop_index('ix_modes_in_force', sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.drop_table('modes')
    with op.batch_alter_table('rivalries', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_rivalries_rival_id'))

    op.drop_table('rivalries')
    with op.batch_alter_table('legal_corrections', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_legal_corrections_request_id'))

    op.drop_table('legal_corrections')
    with op.batch_alter_table('legal_requests', schema=None) as batch_op:
        batch_op.drop_index('ix_legal_requests_received')
        batch_op.drop_index(batch_op.f('ix_legal_requests_company_id'))
        batch_op.drop_index('ix_legal_requests_closed')

    op.drop_table('legal_requests')
    with op.batch_alter_table('employments', schema=None) as batch_op:
        batch_op.drop_index('uq_employments_current', sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_employments_user_id'))
        batch_op.drop_index(batch_op.f('ix_employments_company_id'))

    op.drop_table('employments')
    with op.batch_alter_table('champions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_champions_user_id'))

    op.drop_table('champions')
    op.drop_table('public_log_texts')
    op.drop_table('spam_counts')
    with op.batch_alter_table('public_log', schema=None) as batch_op:
        batch_op.drop_index('ix_public_log_target')
        batch_op.drop_index('ix_public_log_rule')
        batch_op.drop_index('ix_public_log_role')
        batch_op.drop_index('ix_public_log_company')
        batch_op.drop_index('ix_public_log_at')
        batch_op.drop_index('ix_public_log_action')

    op.drop_table('public_log')


def _protect_the_log() -> None:
    """Have the database itself refuse what no code of ours ever asks for."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION public_log_refuses() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSED}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER public_log_stays BEFORE UPDATE OR DELETE ON public_log "
            "FOR EACH ROW EXECUTE FUNCTION public_log_refuses()"
        )
        op.execute(
            "CREATE TRIGGER public_log_is_not_emptied BEFORE TRUNCATE ON public_log "
            "FOR EACH STATEMENT EXECUTE FUNCTION public_log_refuses()"
        )
        op.execute(
            "CREATE TRIGGER public_log_texts_stay BEFORE DELETE ON public_log_texts "
            "FOR EACH ROW EXECUTE FUNCTION public_log_refuses()"
        )
        op.execute(
            "CREATE TRIGGER public_log_texts_are_not_emptied BEFORE TRUNCATE ON public_log_texts "
            "FOR EACH STATEMENT EXECUTE FUNCTION public_log_refuses()"
        )
        op.execute(
            "CREATE TRIGGER public_log_texts_only_go BEFORE UPDATE ON public_log_texts "
            f"FOR EACH ROW WHEN (NOT ({REDACTED})) EXECUTE FUNCTION public_log_refuses()"
        )
        op.execute(
            "CREATE FUNCTION public_log_follows() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF NOT ({FOLLOWS}) THEN RAISE EXCEPTION '{REFUSED}'; END IF; "
            "RETURN NEW; END $$"
        )
        op.execute(
            "CREATE TRIGGER public_log_grows BEFORE INSERT ON public_log "
            "FOR EACH ROW EXECUTE FUNCTION public_log_follows()"
        )
        op.execute(
            "CREATE FUNCTION public_log_text_belongs() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF NOT {BELONGS.format(COMMITTED['postgresql'])} THEN "
            f"RAISE EXCEPTION '{REFUSED}'; END IF; RETURN NEW; END $$"
        )
        op.execute(
            "CREATE TRIGGER public_log_texts_belong BEFORE INSERT ON public_log_texts "
            "FOR EACH ROW EXECUTE FUNCTION public_log_text_belongs()"
        )
        return
    stray = f"NOT {BELONGS.format(COMMITTED['sqlite'])}"
    for name, when in (
        ("public_log_is_not_changed", "UPDATE ON public_log"),
        ("public_log_is_not_deleted", "DELETE ON public_log"),
        ("public_log_texts_stay", "DELETE ON public_log_texts"),
        ("public_log_texts_only_go", f"UPDATE ON public_log_texts WHEN NOT ({REDACTED})"),
        ("public_log_grows", f"INSERT ON public_log WHEN NOT ({FOLLOWS})"),
        ("public_log_texts_are_not_replaced", f"INSERT ON public_log_texts WHEN {IS_THERE}"),
        ("public_log_texts_belong", f"INSERT ON public_log_texts WHEN {stray}"),
    ):
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {when} BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
        )


def _let_the_log_go() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in ("public_log", "public_log_texts"):
            op.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        op.execute("DROP FUNCTION public_log_refuses() CASCADE")
        op.execute("DROP FUNCTION public_log_follows() CASCADE")
        op.execute("DROP FUNCTION public_log_text_belongs() CASCADE")
        return
    for name in (
        "public_log_is_not_changed",
        "public_log_is_not_deleted",
        "public_log_texts_stay",
        "public_log_texts_only_go",
        "public_log_grows",
        "public_log_texts_are_not_replaced",
        "public_log_texts_belong",
    ):
        op.execute(f"DROP TRIGGER {name}")


def _let_kinds_be(table: str, kinds: str) -> None:
    """Let the notifications of a table be of these kinds."""
    name = op.f(f'ck_{table}_notificationkind')
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.drop_constraint(name, type_='check')
        batch_op.create_check_constraint(name, f"kind IN ({kinds})")
