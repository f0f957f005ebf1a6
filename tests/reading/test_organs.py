"""The vocabulary of organs: three letters find each, nodes are nodes, free text is allowed."""

from __future__ import annotations

import pytest

from recistkit.reading.organs import is_nodal, organs, suggestions

COMMON = {
    "liv": "liver",
    "lun": "lung",
    "rec": "rectum",
    "bra": "brain",
    "bon": "bone",
    "adr": "adrenal gland",
    "kid": "kidney",
    "pan": "pancreas",
    "spl": "spleen",
    "bre": "breast",
    "per": "peritoneum",
    "ple": "pleura",
    "ome": "omentum",
    "col": "colon",
    "sto": "stomach",
    "pro": "prostate",
    "ova": "ovary",
    "ute": "uterus",
    "bla": "bladder",
    "oes": "oesophagus",
    "eso": "oesophagus",
    "sof": "soft tissue",
    "ski": "skin",
    "mus": "muscle",
    "thy": "thyroid",
    "lym": "lymph node",
    "hep": "liver",
}
COMMON_NODES = {
    "med": "mediastinal lymph node",
    "hil": "hilar lymph node",
    "axi": "axillary lymph node",
    "sup": "supraclavicular lymph node",
    "cer": "cervical lymph node",
    "ret": "retroperitoneal lymph node",
    "par": "para-aortic lymph node",
    "mes": "mesorectal lymph node",
    "ing": "inguinal lymph node",
    "gro": "inguinal lymph node",
    "ili": "iliac lymph node",
}


@pytest.mark.parametrize("typed", COMMON)
def test_three_letters_find_each_common_organ_first(typed: str) -> None:
    assert suggestions(typed)[0].name == COMMON[typed]


@pytest.mark.parametrize("typed", COMMON_NODES)
def test_three_letters_find_each_common_node_first_where_a_node_is_asked(typed: str) -> None:
    assert suggestions(typed, nodal=True)[0].name == COMMON_NODES[typed]


def test_three_letters_offer_every_organ() -> None:
    plain = [organ for organ in organs() if organ.name.split()[0] not in {"left", "right"}]
    missed = [one.name for one in plain if one not in suggestions(one.name[:3], nodal=one.nodal)]
    assert missed == []
    assert len(plain) >= 60


def test_the_beginning_of_a_name_comes_before_that_of_another_word_and_before_its_inside() -> None:
    names = [organ.name for organ in suggestions("ana", limit=20)]
    assert names[0] == "anal canal"
    assert [organ.name for organ in suggestions("aort", nodal=True)] == [
        "aortocaval lymph node",
        "para-aortic lymph node",
    ]
    assert [organ.name for organ in suggestions("creas")] == ["pancreas"]


@pytest.mark.parametrize("typed", ["left lung", "lun left", "LEFT  lun", "lung, le"])
def test_every_typed_word_counts_in_any_order(typed: str) -> None:
    assert [organ.name for organ in suggestions(typed)] == ["left lung"]


def test_what_nothing_fits_has_no_suggestion() -> None:
    assert suggestions("liverx") == ()


def test_nothing_typed_offers_what_is_measured_most_often() -> None:
    assert [organ.name for organ in suggestions("", limit=3)] == ["liver", "lung", "rectum"]
    assert suggestions("", nodal=True, limit=1)[0].name == "lymph node"


def test_an_organ_says_whether_it_is_a_node_and_what_it_counts_as() -> None:
    by_name = {organ.name: organ for organ in organs()}
    node, lung = by_name["left inguinal lymph node"], by_name["right lung"]
    assert (node.nodal, node.key) == (True, "lymph nodes")
    assert (lung.nodal, lung.key) == (False, "lung")


def test_no_organ_stands_twice() -> None:
    names = [organ.name for organ in organs()]
    assert sorted(set(names)) == sorted(names)


def test_both_sides_of_an_organ_are_one_organ() -> None:
    keys = {organ.name: organ.key for organ in organs()}
    sided = [name for name in keys if name.startswith("left ") and "lymph" not in name]
    assert {name for name in sided if keys[name] != keys[name.removeprefix("left ")]} == set()
    assert len(sided) >= 10


def test_free_text_says_whether_it_is_a_node() -> None:
    assert (is_nodal("Virchow node"), is_nodal("lung nodule")) == (True, False)
