from tests.made_up_figure import made_up

__all__ = ["made_up"]
