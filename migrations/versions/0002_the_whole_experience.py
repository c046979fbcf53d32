"""the whole experience.

Revision: 0002, after 0001. Made on 2026-11-22 00:21:48.591505.
"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

from community.core.names import folded

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('notification_mails',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('sending', 'sent', 'refused', 'bounced', name='mailstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_notification_mails_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notification_mails')),
    sa.UniqueConstraint('key', name=op.f('uq_notification_mails_key'))
    )
    with op.batch_alter_table('notification_mails', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_notification_mails_user_id'), ['user_id'], unique=False)

    op.create_table('notification_preferences',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('replied', 'commented', 'mentioned', 'solved', 'accepted', 'official', 'status', 'posted', 'matched', 'helped', 'edited', name='notificationkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('delivery', sa.Enum('at_once', 'daily', 'never', name='delivery', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_notification_preferences_user_id')),
    sa.PrimaryKeyConstraint('user_id', 'kind', name=op.f('pk_notification_preferences'))
    )
    op.create_table('person_claims',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=22), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('return_to', sa.String(length=1000), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_person_claims_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person_claims')),
    sa.UniqueConstraint('key', name=op.f('uq_person_claims_key'))
    )
    with op.batch_alter_table('person_claims', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_person_claims_asked_at'), ['asked_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_person_claims_email'), ['email'], unique=False)
        batch_op.create_index(batch_op.f('ix_person_claims_user_id'), ['user_id'], unique=False)

    op.create_table('pictures',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=42), nullable=False),
    sa.Column('uploaded_by_id', sa.Integer(), nullable=True),
    sa.Column('media_type', sa.String(length=20), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('wanted_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('width >= 1 AND height >= 1 AND size >= 1', name=op.f('ck_pictures_is_a_picture')),
    sa.ForeignKeyConstraint(['uploaded_by_id'], ['users.id'], name=op.f('fk_pictures_uploaded_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pictures')),
    sa.UniqueConstraint('key', name=op.f('uq_pictures_key'))
    )
    with op.batch_alter_table('pictures', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pictures_uploaded_by_id'), ['uploaded_by_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_pictures_wanted_until'), ['wanted_until'], unique=False)

    op.create_table('sessions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('device', sa.String(length=80), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_sessions_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sessions')),
    sa.UniqueConstraint('digest', name=op.f('uq_sessions_digest'))
    )
    with op.batch_alter_table('sessions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sessions_seen_at'), ['seen_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_sessions_user_id'), ['user_id'], unique=False)

    op.create_table('company_aliases',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=False),
    sa.Column('alias', sa.String(length=80), nullable=False),
    sa.Column('alias_key', sa.String(length=160), nullable=False),
    sa.Column('added_by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['added_by_id'], ['users.id'], name=op.f('fk_company_aliases_added_by_id')),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_company_aliases_company_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_company_aliases')),
    sa.UniqueConstraint('company_id', 'alias_key', name='uq_company_aliases_alias')
    )
    with op.batch_alter_table('company_aliases', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_company_aliases_alias_key'), ['alias_key'], unique=False)

    _cut_names()
    op.create_table('read_marks',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('topic_id', sa.Integer(), nullable=False),
    sa.Column('read_until', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['topic_id'], ['topics.id'], name=op.f('fk_read_marks_topic_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_read_marks_user_id')),
    sa.PrimaryKeyConstraint('user_id', 'topic_id', name=op.f('pk_read_marks'))
    )
    op.create_table('related_topics',
    sa.Column('topic_id', sa.Integer(), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('related_id', sa.Integer(), nullable=False),
    sa.CheckConstraint('rank >= 1', name=op.f('ck_related_topics_rank_from_one')),
    sa.CheckConstraint('related_id <> topic_id', name=op.f('ck_related_topics_another_topic')),
    sa.ForeignKeyConstraint(['related_id'], ['topics.id'], name=op.f('fk_related_topics_related_id')),
    sa.ForeignKeyConstraint(['topic_id'], ['topics.id'], name=op.f('fk_related_topics_topic_id')),
    sa.PrimaryKeyConstraint('topic_id', 'rank', name=op.f('pk_related_topics'))
    )
    with op.batch_alter_table('related_topics', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_related_topics_related_id'), ['related_id'], unique=False)

    op.create_table('saved_searches',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('text', sa.String(length=300), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=True),
    sa.Column('product_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.Enum('question', 'problem', 'idea', 'praise', name='topickind', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('status', sa.Enum('open', 'needs_info', 'acknowledged', 'in_progress', 'solved', 'not_a_problem', 'under_consideration', 'planned', 'done', 'declined', name='topicstatus', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('tag', sa.String(length=30), nullable=False),
    sa.Column('language', sa.String(length=35), nullable=False),
    sa.Column('has_official', sa.Boolean(), nullable=False),
    sa.Column('has_accepted', sa.Boolean(), nullable=False),
    sa.Column('is_unanswered', sa.Boolean(), nullable=False),
    sa.Column('tells', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_saved_searches_company_id')),
    sa.ForeignKeyConstraint(['product_id'], ['products.id'], name=op.f('fk_saved_searches_product_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_saved_searches_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_searches'))
    )
    with op.batch_alter_table('saved_searches', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_saved_searches_company_id'), ['company_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_saved_searches_user_id'), ['user_id'], unique=False)

    op.create_table('notifications',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('replied', 'commented', 'mentioned', 'solved', 'accepted', 'official', 'status', 'posted', 'matched', 'helped', 'edited', name='notificationkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('topic_id', sa.Integer(), nullable=True),
    sa.Column('reply_id', sa.Integer(), nullable=True),
    sa.Column('search_id', sa.Integer(), nullable=True),
    sa.Column('change_id', sa.Integer(), nullable=True),
    sa.Column('source_key', sa.String(length=80), nullable=False),
    sa.Column('number', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('mailed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['actor_id'], ['users.id'], name=op.f('fk_notifications_actor_id')),
    sa.ForeignKeyConstraint(['change_id'], ['status_changes.id'], name=op.f('fk_notifications_change_id')),
    sa.ForeignKeyConstraint(['reply_id'], ['replies.id'], name=op.f('fk_notifications_reply_id')),
    sa.ForeignKeyConstraint(['search_id'], ['saved_searches.id'], name=op.f('fk_notifications_search_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['topic_id'], ['topics.id'], name=op.f('fk_notifications_topic_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_notifications_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notifications'))
    )
    with op.batch_alter_table('notifications', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_notifications_actor_id'), ['actor_id'], unique=False)
        batch_op.create_index('ix_notifications_search', ['search_id'], unique=False, sqlite_where=sa.text('search_id IS NOT NULL'), postgresql_where=sa.text('search_id IS NOT NULL'))
        batch_op.create_index('ix_notifications_unread', ['user_id'], unique=False, sqlite_where=sa.text('read_at IS NULL'), postgresql_where=sa.text('read_at IS NULL'))
        batch_op.create_index('ix_notifications_unmailed', ['user_id'], unique=False, sqlite_where=sa.text('mailed_at IS NULL'), postgresql_where=sa.text('mailed_at IS NULL'))
        batch_op.create_index('ix_notifications_user', ['user_id', 'id'], unique=False)
        batch_op.create_index('uq_notifications_once', ['user_id', 'kind', 'source_key'], unique=True)

    op.create_table('revisions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('topic_id', sa.Integer(), nullable=True),
    sa.Column('reply_id', sa.Integer(), nullable=True),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('editor_id', sa.Integer(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('about', sa.JSON(), nullable=False),
    sa.Column('note', sa.String(length=300), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(topic_id IS NULL) <> (reply_id IS NULL)', name=op.f('ck_revisions_one_target')),
    sa.CheckConstraint('number >= 1', name=op.f('ck_revisions_number_from_one')),
    sa.ForeignKeyConstraint(['editor_id'], ['users.id'], name=op.f('fk_revisions_editor_id')),
    sa.ForeignKeyConstraint(['reply_id'], ['replies.id'], name=op.f('fk_revisions_reply_id')),
    sa.ForeignKeyConstraint(['topic_id'], ['topics.id'], name=op.f('fk_revisions_topic_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_revisions'))
    )
    with op.batch_alter_table('revisions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_revisions_editor_id'), ['editor_id'], unique=False)
        batch_op.create_index('uq_revisions_reply', ['reply_id', 'number'], unique=True, sqlite_where=sa.text('reply_id IS NOT NULL'), postgresql_where=sa.text('reply_id IS NOT NULL'))
        batch_op.create_index('uq_revisions_topic', ['topic_id', 'number'], unique=True, sqlite_where=sa.text('topic_id IS NOT NULL'), postgresql_where=sa.text('topic_id IS NOT NULL'))

    with op.batch_alter_table('deflection_events', schema=None) as batch_op:
        batch_op.create_index('ix_deflection_events_reply', ['reply_id', 'step'], unique=False, sqlite_where=sa.text('reply_id IS NOT NULL'), postgresql_where=sa.text('reply_id IS NOT NULL'))

    _keep_drafts_by_place()
    _follow_more_than_topics()
    with op.batch_alter_table('me_toos', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_me_toos_user_id'), ['user_id'], unique=False)

    with op.batch_alter_table('products', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_products_name_key'), ['name_key'], unique=False)

    with op.batch_alter_table('replies', schema=None) as batch_op:
        # With its check in it: a check of its own would make SQLite write the table anew.
        not_negative = sa.CheckConstraint('helped_count >= 0', name=op.f('ck_replies_helped_count_not_negative'))
        batch_op.add_column(sa.Column('helped_count', sa.Integer(), not_negative, nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('edited_at', sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table('topics', schema=None) as batch_op:
        batch_op.add_column(sa.Column('edited_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('related_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index('ix_topics_created', ['created_at', 'id'], unique=False, sqlite_where=sa.text('hidden_at IS NULL'), postgresql_where=sa.text('hidden_at IS NULL'))
        batch_op.create_index('ix_topics_unrelated', ['id'], unique=False, sqlite_where=sa.text('related_at IS NULL AND hidden_at IS NULL'), postgresql_where=sa.text('related_at IS NULL AND hidden_at IS NULL'))
        batch_op.create_index('ix_topics_unanswered', ['created_at', 'id'], unique=False, sqlite_where=sa.text('first_reply_at IS NULL AND hidden_at IS NULL'), postgresql_where=sa.text('first_reply_at IS NULL AND hidden_at IS NULL'))

    with op.batch_alter_table('users', schema=None) as batch_op:
        batch_op.add_column(sa.Column('source_email_digest', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('email_bounced_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('time_zone', sa.String(length=40), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('language', sa.String(length=35), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('name_key', sa.String(length=200), nullable=False, server_default=''))
        batch_op.create_index('ix_users_name_begins', ['name_key'], postgresql_ops={'name_key': 'text_pattern_ops'})
        batch_op.create_index('ix_users_username_begins', ['username_key'], postgresql_ops={'username_key': 'text_pattern_ops'})
        batch_op.create_index(batch_op.f('ix_users_source_email_digest'), ['source_email_digest'], unique=False)
        # Sessions are rows now: whoever signs out everywhere has none.
        batch_op.drop_constraint(batch_op.f('ck_users_session_epoch_not_negative'), type_='check')
        batch_op.drop_column('session_epoch')
    _fill_name_keys()
    _count_topics_of_tags()
    _count_who_waits()


def downgrade() -> None:
    with op.batch_alter_table('company_figures', schema=None) as batch_op:
        batch_op.drop_index('ix_company_figures_waiting')
        batch_op.drop_column('waiting_count')

    with op.batch_alter_table('topic_tags', schema=None) as batch_op:
        batch_op.drop_index('ix_topic_tags_tag')
        batch_op.create_index(batch_op.f('ix_topic_tags_tag_id'), ['tag_id'], unique=False)

    with op.batch_alter_table('tags', schema=None) as batch_op:
        batch_op.drop_index('ix_tags_topic_count')
        batch_op.drop_constraint(batch_op.f('ck_tags_count_not_negative'), type_='check')
        batch_op.drop_column('topic_count')

    with op.batch_alter_table('users', schema=None) as batch_op:
        batch_op.add_column(sa.Column('session_epoch', sa.Integer(), nullable=False, server_default='0'))
        batch_op.create_check_constraint(batch_op.f('ck_users_session_epoch_not_negative'), 'session_epoch >= 0')
        batch_op.drop_index(batch_op.f('ix_users_source_email_digest'))
        batch_op.drop_index('ix_users_username_begins')
        batch_op.drop_index('ix_users_name_begins')
        batch_op.drop_column('name_key')
        batch_op.drop_column('language')
        batch_op.drop_column('time_zone')
        batch_op.drop_column('email_bounced_at')
        batch_op.drop_column('source_email_digest')

    with op.batch_alter_table('topics', schema=None) as batch_op:
        batch_op.drop_index('ix_topics_unrelated', sqlite_where=sa.text('related_at IS NULL AND hidden_at IS NULL'), postgresql_where=sa.text('related_at IS NULL AND hidden_at IS NULL'))
        batch_op.drop_index('ix_topics_unanswered', sqlite_where=sa.text('first_reply_at IS NULL AND hidden_at IS NULL'), postgresql_where=sa.text('first_reply_at IS NULL AND hidden_at IS NULL'))
        batch_op.drop_index('ix_topics_created', sqlite_where=sa.text('hidden_at IS NULL'), postgresql_where=sa.text('hidden_at IS NULL'))
        batch_op.drop_column('related_at')
        batch_op.drop_column('edited_at')

    with op.batch_alter_table('replies', schema=None) as batch_op:
        batch_op.drop_column('edited_at')
        batch_op.drop_constraint(batch_op.f('ck_replies_helped_count_not_negative'), type_='check')
        batch_op.drop_column('helped_count')

    with op.batch_alter_table('products', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_products_name_key'))

    with op.batch_alter_table('me_toos', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_me_toos_user_id'))

    _follow_topics_only()
    _keep_drafts_of_questions()
    with op.batch_alter_table('deflection_events', schema=None) as batch_op:
        batch_op.drop_index('ix_deflection_events_reply', sqlite_where=sa.text('reply_id IS NOT NULL'), postgresql_where=sa.text('reply_id IS NOT NULL'))

    with op.batch_alter_table('revisions', schema=None) as batch_op:
        batch_op.drop_index('uq_revisions_topic', sqlite_where=sa.text('topic_id IS NOT NULL'), postgresql_where=sa.text('topic_id IS NOT NULL'))
        batch_op.drop_index('uq_revisions_reply', sqlite_where=sa.text('reply_id IS NOT NULL'), postgresql_where=sa.text('reply_id IS NOT NULL'))
        batch_op.drop_index(batch_op.f('ix_revisions_editor_id'))

    op.drop_table('revisions')
    with op.batch_alter_table('notifications', schema=None) as batch_op:
        batch_op.drop_index('uq_notifications_once')
        batch_op.drop_index('ix_notifications_user')
        batch_op.drop_index('ix_notifications_unmailed', sqlite_where=sa.text('mailed_at IS NULL'), postgresql_where=sa.text('mailed_at IS NULL'))
        batch_op.drop_index('ix_notifications_search', sqlite_where=sa.text('search_id IS NOT NULL'), postgresql_where=sa.text('search_id IS NOT NULL'))
        batch_op.drop_index('ix_notifications_unread', sqlite_where=sa.text('read_at IS NULL'), postgresql_where=sa.text('read_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_notifications_actor_id'))

    op.drop_table('notifications')
    with op.batch_alter_table('saved_searches', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_saved_searches_user_id'))
        batch_op.drop_index(batch_op.f('ix_saved_searches_company_id'))

    op.drop_table('saved_searches')
    with op.batch_alter_table('related_topics', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_related_topics_related_id'))

    op.drop_table('related_topics')
    op.drop_table('read_marks')
    with op.batch_alter_table('company_aliases', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_company_aliases_alias_key'))

    op.drop_table('company_aliases')
    op.drop_table('company_grams')
    with op.batch_alter_table('sessions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sessions_user_id'))
        batch_op.drop_index(batch_op.f('ix_sessions_seen_at'))

    op.drop_table('sessions')
    with op.batch_alter_table('pictures', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_pictures_wanted_until'))
        batch_op.drop_index(batch_op.f('ix_pictures_uploaded_by_id'))

    op.drop_table('pictures')
    with op.batch_alter_table('person_claims', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_person_claims_user_id'))
        batch_op.drop_index(batch_op.f('ix_person_claims_email'))
        batch_op.drop_index(batch_op.f('ix_person_claims_asked_at'))

    op.drop_table('person_claims')
    op.drop_table('notification_preferences')
    with op.batch_alter_table('notification_mails', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_notification_mails_user_id'))

    op.drop_table('notification_mails')


CAUSES = sa.Enum('chosen', 'asked', 'replied', 'me_too', name='followcause', native_enum=False, create_constraint=True, length=32)
KINDS = sa.Enum('question', 'problem', 'idea', 'praise', name='topickind', native_enum=False, create_constraint=True, length=32)
ASKED = ('title', 'body', 'kind', 'tags', 'turned_down')


def _fill_name_keys() -> None:
    users = sa.table('users', sa.column('id'), sa.column('display_name'), sa.column('name_key'))
    named = sa.select(users.c.id, users.c.display_name).where(users.c.display_name != '')
    keys = [{'row': row.id, 'key': folded(row.display_name)[:200]} for row in op.get_bind().execute(named)]
    if keys:
        fill = users.update().where(users.c.id == sa.bindparam('row')).values(name_key=sa.bindparam('key'))
        op.get_bind().execute(fill, keys)


def _count_topics_of_tags() -> None:
    """Keep with each tag how many visible topics have it."""
    with op.batch_alter_table('tags', schema=None) as batch_op:
        batch_op.add_column(sa.Column('topic_count', sa.Integer(), nullable=False, server_default='0'))
        batch_op.create_check_constraint(batch_op.f('ck_tags_count_not_negative'), 'topic_count >= 0')
        batch_op.create_index('ix_tags_topic_count', ['topic_count', 'id'], unique=False)

    with op.batch_alter_table('topic_tags', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_topic_tags_tag_id'))
        batch_op.create_index('ix_topic_tags_tag', ['tag_id', 'topic_id'], unique=False)

    op.execute("""
        UPDATE tags SET topic_count = (
            SELECT count(*) FROM topic_tags JOIN topics ON topics.id = topic_tags.topic_id
            WHERE topic_tags.tag_id = tags.id AND topics.hidden_at IS NULL
        )
    """)


def _count_who_waits() -> None:
    """Keep with each company's figures how many questions and problems wait for an answer."""
    with op.batch_alter_table('company_figures', schema=None) as batch_op:
        batch_op.add_column(sa.Column('waiting_count', sa.Integer(), nullable=False, server_default='0'))
        batch_op.create_index('ix_company_figures_waiting', ['waiting_count', 'company_id'], unique=False)

    op.execute("""
        UPDATE company_figures SET waiting_count = (
            SELECT count(*) FROM topics
            WHERE topics.company_id = company_figures.company_id AND topics.kind IN ('question', 'problem')
            AND topics.hidden_at IS NULL AND topics.first_reply_at IS NULL
            AND NOT (topics.status = 'solved' AND EXISTS (
                SELECT 1 FROM status_changes AS step
                WHERE step.topic_id = topics.id AND step.role = 'asker' AND step.new = 'solved'
            ))
        )
    """)


def _cut_names() -> None:
    """Keep the three-letter pieces of the names that are there."""
    grams = op.create_table('company_grams',
    sa.Column('gram', sa.String(length=3), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_company_grams_company_id')),
    sa.PrimaryKeyConstraint('gram', 'company_id', name=op.f('pk_company_grams'))
    )
    for company_id, name_key in op.get_bind().execute(sa.text('SELECT id, name_key FROM companies')).all():
        words = [f'  {word} ' for word in name_key.split()]
        pieces = {word[at:at + 3] for word in words for at in range(len(word) - 2)}
        op.bulk_insert(grams, [{'gram': piece, 'company_id': company_id} for piece in sorted(pieces)])


def _keep_drafts_by_place() -> None:
    """Turn the columns of drafts, all of which are of questions, into fields by name."""
    rows = op.get_bind().execute(sa.text('SELECT * FROM drafts')).mappings().all()
    op.drop_index('ix_drafts_saved_at', 'drafts')
    op.drop_table('drafts')
    drafts = op.create_table('drafts',
    sa.Column('key', sa.String(length=32), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('place', sa.String(length=60), nullable=False),
    sa.Column('fields', sa.JSON(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('version >= 1', name=op.f('ck_drafts_version_from_one')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_drafts_user_id')),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_drafts'))
    )
    op.create_index(op.f('ix_drafts_saved_at'), 'drafts', ['saved_at'])
    op.create_index(op.f('ix_drafts_user_id'), 'drafts', ['user_id'])
    op.create_index('uq_drafts_place', 'drafts', ['user_id', 'place'], unique=True, sqlite_where=sa.text("user_id IS NOT NULL AND place <> 'ask'"), postgresql_where=sa.text("user_id IS NOT NULL AND place <> 'ask'"))
    if not rows:
        return
    op.bulk_insert(drafts, [
        {
            'key': row['key'],
            'user_id': None,
            'place': 'ask',
            'fields': {
                **{name: row[name] for name in ASKED},
                'company': row['company_name'],
                'company_id': str(row['company_id'] or ''),
                'product': str(row['product_id'] or ''),
                'differs_from': str(row['differs_from_id'] or ''),
                'reason': row['differs_reason'],
            },
            'version': 1,
            'created_at': _moment(row['saved_at']),
            'saved_at': _moment(row['saved_at']),
        }
        for row in rows
    ])


def _keep_drafts_of_questions() -> None:
    """Drop drafts: those of answers have no place in the earlier table."""
    op.drop_table('drafts')
    op.create_table('drafts',
    sa.Column('key', sa.String(length=32), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=True),
    sa.Column('company_name', sa.Text(), nullable=False),
    sa.Column('product_id', sa.Integer(), nullable=True),
    sa.Column('kind', KINDS, nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('tags', sa.Text(), nullable=False),
    sa.Column('differs_from_id', sa.Integer(), nullable=True),
    sa.Column('differs_reason', sa.Text(), nullable=False),
    sa.Column('turned_down', sa.Text(), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_drafts_company_id')),
    sa.ForeignKeyConstraint(['differs_from_id'], ['topics.id'], name=op.f('fk_drafts_differs_from_id')),
    sa.ForeignKeyConstraint(['product_id'], ['products.id'], name=op.f('fk_drafts_product_id')),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_drafts'))
    )
    op.create_index(op.f('ix_drafts_saved_at'), 'drafts', ['saved_at'])


def _follow_more_than_topics() -> None:
    """Give follows an id and four more targets."""
    op.execute('CREATE TABLE follows_before AS SELECT topic_id, user_id, cause, created_at FROM follows')
    op.drop_table('follows')
    one_target = ' + '.join(
        f'CASE WHEN {target}_id IS NULL THEN 0 ELSE 1 END'
        for target in ('topic', 'company', 'product', 'tag', 'person')
    )
    op.create_table('follows',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('topic_id', sa.Integer(), nullable=True),
    sa.Column('company_id', sa.Integer(), nullable=True),
    sa.Column('product_id', sa.Integer(), nullable=True),
    sa.Column('tag_id', sa.Integer(), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('cause', CAUSES, nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint(f'{one_target} = 1', name=op.f('ck_follows_one_target')),
    sa.CheckConstraint('person_id <> user_id', name=op.f('ck_follows_not_oneself')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_follows_user_id')),
    sa.ForeignKeyConstraint(['topic_id'], ['topics.id'], name=op.f('fk_follows_topic_id')),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_follows_company_id')),
    sa.ForeignKeyConstraint(['product_id'], ['products.id'], name=op.f('fk_follows_product_id')),
    sa.ForeignKeyConstraint(['tag_id'], ['tags.id'], name=op.f('fk_follows_tag_id')),
    sa.ForeignKeyConstraint(['person_id'], ['users.id'], name=op.f('fk_follows_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_follows'))
    )
    op.execute('INSERT INTO follows (topic_id, user_id, cause, created_at) SELECT topic_id, user_id, cause, created_at FROM follows_before')
    op.drop_table('follows_before')
    op.create_index(op.f('ix_follows_user_id'), 'follows', ['user_id'])
    for target in ('topic', 'company', 'product', 'tag', 'person'):
        where = sa.text(f'{target}_id IS NOT NULL')
        op.create_index(f'uq_follows_{target}', 'follows', [f'{target}_id', 'user_id'], unique=True, sqlite_where=where, postgresql_where=where)


def _follow_topics_only() -> None:
    op.execute('CREATE TABLE follows_before AS SELECT topic_id, user_id, cause, created_at FROM follows WHERE topic_id IS NOT NULL')
    op.drop_table('follows')
    op.create_table('follows',
    sa.Column('topic_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('cause', CAUSES, nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['topic_id'], ['topics.id'], name=op.f('fk_follows_topic_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_follows_user_id')),
    sa.PrimaryKeyConstraint('topic_id', 'user_id', name=op.f('pk_follows'))
    )
    op.execute('INSERT INTO follows (topic_id, user_id, cause, created_at) SELECT topic_id, user_id, cause, created_at FROM follows_before')
    op.drop_table('follows_before')
    op.create_index(op.f('ix_follows_user_id'), 'follows', ['user_id'])


def _moment(value: object) -> object:
    """SQLite hands a moment out as text."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value
