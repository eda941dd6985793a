"""Sessions that only look like some, for figures that need no engine."""

from tests.fake_sessions import make_session

__all__ = ["make_session"]
