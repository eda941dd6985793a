"""What a field makes of a number that is typed."""

from __future__ import annotations

from bnsim.spec.layers import Linear
from bnsim.spec.training import SGD, Training
from bnsim.ui.model.fields import Field, fields, read_number


def field(record, name: str) -> Field:
    return next(each for each in fields(record) if each.name == name)


def test_a_field_takes_a_count_as_the_screen_writes_it():
    units = field(Linear, "units")
    assert [read_number(units, text) for text in ("1,024", " 65,536 ", "64")] == [(1024, ""), (65536, ""), (64, "")]
    assert all(read_number(units, text)[1] for text in ("65,5", "1,0245", "1.024", ",064"))
    assert read_number(field(Training, "batch_size"), "−1,024")[1]


def test_a_comma_in_other_numbers_is_a_decimal_one():
    assert read_number(field(SGD, "lr"), "0,125") == (0.125, "")
