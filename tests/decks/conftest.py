from tests.cli.conftest import file

__all__ = ["file"]
