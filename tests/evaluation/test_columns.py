"""The columns of the reports: how a value is shown, and which is best."""

from __future__ import annotations

from inpaintgan.evaluation.columns import COLUMNS, columns_of, markdown


def test_a_value_is_shown_in_the_unit_and_with_the_digits_of_its_column():
    assert COLUMNS["kid"].shown(0.01234567) == "12.346"
    assert COLUMNS["psnr_hole"].shown(1.005, "+") == "+1.00" and COLUMNS["psnr_hole"].heading == "PSNR hole, dB"


def test_the_best_are_those_that_look_alike_and_none_where_all_do_or_neither_way_is_better():
    assert COLUMNS["psnr"].best({"a": 20.001, "b": 20.004, "c": 19.9}) == {"a", "b"}
    assert COLUMNS["fid"].best({"a": 2.0, "b": 1.0}) == {"b"}
    assert COLUMNS["kid"].best({"a": 0.0011, "b": 0.0012}) == {"a"}, "they differ as shown"
    assert COLUMNS["recall"].best({"a": 0.0, "b": 0.0004}) == set(), "all are equal as shown"
    assert COLUMNS["parameters"].best({"a": 1.0, "b": 2.0}) == set() == COLUMNS["psnr"].best({})


def test_a_table_has_the_columns_that_were_scored_in_the_order_asked_for():
    shown = columns_of(("lpips", "psnr", "ssim"), ["ssim", "lpips", "unknown"])
    assert [column.key for column in shown] == ["lpips", "ssim"]
    rows = markdown([column.heading for column in shown], {"a": ["1", "2"]})
    assert rows == ["| method | LPIPS | SSIM full |", "|---|---|---|", "| a | 1 | 2 |"]
