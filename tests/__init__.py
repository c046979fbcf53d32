"""Tests mirror the package: `tests/topics/test_services.py` tests `community/topics/services.py`."""
