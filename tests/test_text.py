"""Texts in two languages."""

from __future__ import annotations

from tongling_gis.text import LANGS, Text


def test_fill_puts_a_text_in_by_its_own_language() -> None:
    """A Text given as a value reads Chinese in the Chinese half and English in the English."""
    label = Text("小区", "Compounds")
    filled = Text("图层“{layer}”缺列", "layer {layer} lacks a column").fill(layer=label)
    assert filled == Text("图层“小区”缺列", "layer Compounds lacks a column")


def test_chinese_comes_first() -> None:
    """The default language is Chinese."""
    assert LANGS == ("zh", "en")
