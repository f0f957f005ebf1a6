"""Which words mean the same organ."""

from __future__ import annotations

import pytest

from recistkit.model.organs import names_a_node, organ_key

SAME = {
    "lung": ["lung", "Lungs", "lung-left", "LUNG_RIGHT", "left lung, lower lobe", "lung (R)"],
    "kidney": ["kidney-left", "right kidney", "kidneys"],
    "adrenal gland": ["adrenal-left", "right adrenal gland", "Suprarenal gland, R"],
    "ovary": ["ovary-left", "ovaries"],
    "breast": ["left breast", "breasts"],
    "testis": ["testes", "testis-right"],
    "liver": ["liver", "liver-left", "Liver, right"],
    "liver segment vii": ["liver segment VII"],
    "lymph nodes": ["lymph node", "inguinal node left", "mediastinal LN", "lung hilum node"],
    "left": ["left", " Left "],
}


@pytest.mark.parametrize("key", SAME)
def test_one_organ_has_one_key(key: str) -> None:
    assert {organ_key(name) for name in SAME[key]} == {key}


def test_a_nodule_is_not_a_node() -> None:
    assert not names_a_node("lung nodule")
    assert names_a_node("Lymph-Node")
