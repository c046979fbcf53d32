"""How long and how many: what the columns hold and the forms say."""

TITLE_MAX = 150  # characters
BODY_MAX = 50_000  # characters
COMMENT_MAX = 2_000  # characters
REASON_MAX = 300  # characters
NOTE_MAX = 300  # characters
VERSION_MAX = 40  # characters
LANGUAGE_MAX = 35  # characters, RFC 5646
GUEST_LINKS_MAX = 2  # links in what is asked without an account
TAGS_MAX = 5  # tags a topic
TAG_MAX = 30  # characters
SOURCE_KEY_MAX = 200  # characters
VISIT_LENGTH = 32  # hexadecimal digits of 16 random bytes
QUERY_MAX = 300  # characters of a search
SEARCH_NAME_MAX = 80  # characters
SEARCHES_MAX = 50  # kept by one person
