"""The site without rate limits, which would stop a benchmark as they should."""

from community.app import create_app

app = create_app(RATELIMIT_ENABLED=False)
