"""What counts as a number of a standard, what as its name, and what is left alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from watchkeeper.errors import PlanUnreadable, StandardInvalid
from watchkeeper.plan.mapping.judge import MOST, NAMES, check_mapping
from watchkeeper.plan.mapping.read.files import MAX_BYTES, read_mapping
from watchkeeper.plan.mapping.text import mapping_json, mapping_summary, mapping_text
from watchkeeper.standards import catalogue

ROOT = Path(__file__).parents[4]


def codes(text: str, name: str = "m.md", standard: str | None = None) -> list[tuple[str, str]]:
    found = check_mapping(read_mapping(name, text.encode()), standard)
    return [(one.code, one.id) for one in found.wrong]


@pytest.mark.parametrize(
    "text",
    [
        "ISO/IEC 27001: A.5.1 Policies for information security",
        "A.5.1 Policies for information security",
        "ISO/IEC 42001 and ISO/IEC 27001 have A.5.1 and A.5.2.",
        "ISO/IEC 42001, read at https://example.org/A.5.1/A.9.9 and [here](x/A.5.1).",
        "We like ISO/IEC 42001 since version 5.4 of our 6.4 litres, and see figure A.5.1a.",
        "## 5.4 Our own numbering\n\nISO/IEC 42001 is what we follow.",
        "ISO/IEC 42001: Policy (A.2.2), A.6.2, A.9 and Annex A.",
        "- ISO 42001 5.2 Policy",
        "- A.6.1.3 Processes for trustworthy AI system design and development (ISO 42001)",
        "GDPR: Article 170 Nothing",
        "Article 22 of the GDPR and Article 170 of the AI Act are told apart by nobody",
        "EU AI Act: Article 8, Article 86(1), Art. 113",
        "EU AI Act: high-risk duties of Annex III apply from 2 December 2027.",
        "EU AI Act: Annex III was due on 2026-08-02 and was postponed.",
        "EU AI Act: Article 50 applies from 2026-08-02.",
        "EU AI Act: Article 14 and Article 50 apply from 2026-08-02.",
        "EU AI Act: Article 14 applies from 2027-12-02, no longer from 2026-08-02.",
        "ISO/IEC 42001: see A.9.2; for A.4.2 Watchkeeper asks; A.4.3 lists Data.",
        "ISO/IEC 42001 A.9.4 Intended use of the AI system; A.4.3 Data resources",
        "ISO/IEC 42001: we run 25 controls of our own, 12 controls of its Annex A.",
        "ISO/IEC 27001:2022 has 93 controls.",
        "MAP 9 of our city, and GOVERN yourselves",
        "",
    ],
)
def test_what_is_left_alone(text: str) -> None:
    assert codes(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ISO/IEC 42001: A.5.1", [("no-such-id", "A.5.1")]),
        ("ISO/IEC 42001 (A.5.1), ISO/IEC 27001", []),
        ("ISO/IEC 42001 is ours.\nA.5.1 as well.", [("no-such-id", "A.5.1")]),
        (
            "ISO/IEC 42001: see clause 5.4 and sub-clause 6.1.5",
            [("no-such-id", "5.4"), ("no-such-id", "6.1.5")],
        ),
        ("ISO/IEC 42001: A.2.2 (Data provenance)", [("mislabelled", "A.2.2")]),
        ("ISO/IEC 42001: B.9.9", [("no-such-id", "B.9.9")]),
        ("ISO/IEC 42001 has 37 controls", [("wrong-count", "37")]),
        ("NIST AI RMF lists 70 subcategories", [("wrong-count", "70")]),
        ("NIST AI RMF: GOVERN 7", [("no-such-id", "GOVERN 7")]),
        ("manage-5.1 and MANAGE 4.3", [("no-such-id", "MANAGE 5.1")]),
        ("EU AI Act, Annex III: August 2, 2026", [("superseded-date", "2026-08-02")]),
        ("EU AI Act: Article 14 applies from 2026-08-02.", [("superseded-date", "2026-08-02")]),
        ("| AI Act: Art. 26 | 02/08/2026 |", [("superseded-date", "2026-08-02")]),
        (
            "ISO/IEC 42001 A.9.2 Intended use; A.6.2.6 System operation; A.4.2 Data resources",
            [("mislabelled", "A.9.2"), ("mislabelled", "A.4.2")],
        ),
        ("ISO/IEC 42001: А.5.2", [("lookalike", "A.5.2")]),
        ("ISO/IEC 42001: A.５.２", [("lookalike", "A.5.2")]),
        ("ISO/IEC 42001: A.٥.٢", [("lookalike", "A.5.2")]),
        ("ISO/IEC 42001: А.5.1", [("lookalike", "A.5.1"), ("no-such-id", "A.5.1")]),
    ],
)
def test_what_is_found(text: str, found: list[tuple[str, str]]) -> None:
    assert codes(text) == found


def test_somebody_may_say_which_standard_it_is() -> None:
    table = "id,title\nA.5.1,Policies\n5.4,AI policy\n"
    assert codes(table, "m.csv") == []
    assert codes(table, "m.csv", "iso42001") == [("no-such-id", "A.5.1"), ("no-such-id", "5.4")]
    assert codes("id,title\n6.10,More\n6.5,Models\n", "m.csv", "iso42005") == [
        ("no-such-id", "6.10")
    ]
    with pytest.raises(StandardInvalid, match="iso9001"):
        codes(table, "m.csv", "iso9001")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("m.csv", 'Clause of ISO 42001,Requirement\n7.3,"People, AI policy, knows it"\n'),
        ("m.csv", 'ISO 42001,Description\n7.1,"AI policy, staff and machines are paid for"\n'),
        ("m.json", '{"iso42001": [{"id": "a.2.2", "title": "AI policy"}, {"id": "b"}]}'),
        (
            "m.yaml",
            (
                "iso42001:\n- urn: urn:x:iso42001:a.2.2\n  ref_id: A.2.2\n  name: AI policy\n"
                "- {ref_id: A.9, name: Use of AI systems}\n"
            ),
        ),
    ],
)
def test_right_mappings_of_other_makes(name: str, text: str) -> None:
    assert codes(text, name) == []


def test_oscal_spells_ids_small() -> None:
    text = '{"iso42001": [{"id": "a.5.1"}, {"id": "a.7.5", "title": "AI policy"}]}'
    assert codes(text, "m.json") == [("no-such-id", "A.5.1"), ("mislabelled", "A.7.5")]


def test_columns_and_keys_name_the_standard() -> None:
    table = "ISO 42001,ISO 27001,NIST AI RMF\nA.5.1,A.5.1,MAP 1.1\nA.5.2,A.9.9,MAP 1.9\n"
    assert codes(table, "m.csv") == [("no-such-id", "A.5.1"), ("no-such-id", "MAP 1.9")]
    text = json.dumps({"a": {"iso_27001": ["A.5.1"], "iso_42001": ["A.5.1", "A.6.2.8"]}})
    assert codes(text, "m.json") == [("no-such-id", "A.5.1")]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("m.csv", "ISO 42001 requirement id,title\n1.1,Ours\n2.4,Ours as well\n"),
        ("m.yaml", "controls:\n- {id: A.2.2, iso: ISO 42001, version: 5.4}\n"),
        ("m.md", "# Ours\n\nAfter ISO 42001.\n\n## 5.4 Our own\n\n- 6.4 of them\n- 11.9 litres\n"),
        ("m.json", '{"standard": "ISO 42001", "release": "6.4", "score": 8.9}'),
    ],
)
def test_numbers_of_somebodys_own(name: str, text: str) -> None:
    assert codes(text.replace("ISO 42001 requirement id", "No"), name) == []


def test_lines_of_json_and_yaml() -> None:
    text = (
        '{\n "ISO 42001": [\n  {"id": "A.2.2", "title": "AI policy"},\n\n  {"id": "A.5.1"}\n ]\n}'
    )
    (one,) = check_mapping(read_mapping("m.json", text.encode())).wrong
    assert one.place == "5"
    yaml = (
        "ISO 42001:\n  - id: 5.2\n    title: Policy\n  - id: 6.3\n    title: AI risk assessment\n"
    )
    (one,) = check_mapping(read_mapping("m.yaml", yaml.encode())).wrong
    assert (one.place, one.id) == ("4", "6.3")


def test_yaml_that_we_do_not_take_is_read_line_by_line() -> None:
    text = "# ISO 42001\n- !!tag A.5.1\n- &a A.2.2\n---\n- A.11.2\n"
    found = check_mapping(read_mapping("m.yml", text.encode()))
    assert [(one.place, one.id) for one in found.wrong] == [("2", "A.5.1"), ("5", "A.11.2")]
    assert "line by line" in found.note


@pytest.mark.parametrize(
    ("name", "raw", "words"),
    [
        ("m.pdf", b"%PDF", "of no kind that is read"),
        ("mapping", b"A.5.1", "of no kind that is read"),
        ("m.md", b"\xff\xfe\x00", "not UTF-8 in line 1"),
        ("m.csv", b"a,b\n\0,1\n", "bytes that are no text"),
        ("m.json", b'{"a": ]', "not JSON in line 1"),
        ("m.json", b"[" * 200 + b"]" * 200, "nested too deeply"),
        ("m.txt", b"x" * (MAX_BYTES + 1), "larger than 8 MiB"),
    ],
)
def test_what_can_not_be_read(name: str, raw: bytes, words: str) -> None:
    with pytest.raises(PlanUnreadable, match=words):
        read_mapping(name, raw)


def test_a_file_with_more_wrong_than_anybody_reads_is_cut() -> None:
    wrong = "".join(f"- A.{i}.{j}\n" for i in range(11, 15) for j in range(1, 300))
    found = check_mapping(read_mapping("m.md", f"ISO/IEC 42001\n\n{wrong}".encode()))
    assert len(found.wrong) == MOST
    assert "the rest was not looked at" in found.note


def test_as_many_wrong_as_are_named_are_all() -> None:
    wrong = "".join(f"- A.99.{i}\n" for i in range(MOST))
    found = check_mapping(read_mapping("m.md", f"ISO/IEC 42001\n\n{wrong}".encode()))
    assert (len(found.wrong), found.note) == (MOST, "")


def test_as_many_names_as_are_judged_are_all() -> None:
    rows = "".join(f"A.6.2.8,Recording of event logs {i:x}\n" for i in range(NAMES))
    found = check_mapping(read_mapping("m.csv", f"id,title\n{rows}".encode()), "iso42001")
    assert found.note == ""


def test_a_space_that_keeps_words_together_is_no_forgery() -> None:
    assert codes("EU AI Act: Article\u00a050, and Art.\u202f14") == []
    assert codes("ISO/IEC 42001: clause\u00a06.1.2") == []
    assert codes("ISO/IEC 42001: clause\u00a0\uff16.1.2") == [("lookalike", "6.1.2")]


@pytest.mark.parametrize("sign", ["\f", "\v", "\x1c", "\x85", "\u2028"])
def test_a_line_is_what_editors_count(sign: str) -> None:
    text = f"# ISO/IEC 42001\r\none{sign}two\r\nA.99.9\r\n"
    (found,) = check_mapping(read_mapping("m.txt", text.encode())).wrong
    assert (found.place, found.id) == ("3", "A.99.9")


def test_our_own_data_holds_up() -> None:
    data = Path(catalogue.__file__).parent / "data"
    found = {
        path.name: [
            (one.code, one.id)
            for one in check_mapping(read_mapping(path.name, path.read_bytes())).wrong
            if one.code != "guidance-number"
        ]
        for path in sorted(data.glob("*.yaml"))
    }
    # Its own list of what others get wrong quotes two of their errors.
    known = [("no-such-id", "A.11"), ("wrong-count", "39")]
    assert found.pop("iso42001.yaml") == known
    assert not any(found.values())
    soa = ROOT / "examples" / "refund-desk" / "aims" / "soa.yaml"
    assert codes(soa.read_text(), "soa.yaml", "iso42001") == []


def test_what_is_printed() -> None:
    found = check_mapping(read_mapping("m.md", b"- ISO 42001 A.2.2: Data provenance"))
    assert mapping_text(found) == (
        "m.md:1: `A.2.2` is `AI policy`, not `Data provenance` (mislabelled)\n"
        "  that is nearer to `A.7.5` Data provenance"
    )
    assert mapping_summary(found) == "numbers looked at: 1 of ISO/IEC 42001:2023; 1 wrong"
    assert mapping_json(found)["findings"][0]["code"] == "mislabelled"
    nothing = check_mapping(read_mapping("m.md", b"A.5.1"))
    assert "--standard" in mapping_summary(nothing)


BARE = "ref,what,version\n5.2,AI policy,1.0\n11.1,Foo,2.14\n3.5,Impact,\n"


@pytest.mark.parametrize(
    ("text", "counted", "passed_over", "wrong"),
    [
        ("11.1,Foo\n5.2,AI policy\n", 2, 0, ["11.1"]),
        ("what,where\nFoo,11.1\nLess,10.3.4\n", 2, 0, ["11.1", "10.3.4"]),
        (BARE, 2, 3, ["11.1"]),
        ("11.1 m,5.2 percent\n", 0, 0, []),
    ],
)
def test_a_bare_number_is_a_clause_of_the_standard_that_is_named(
    text: str, counted: int, passed_over: int, wrong: list[str]
) -> None:
    found = check_mapping(read_mapping("m.csv", text.encode()), "iso42001")
    assert dict(found.counts).get("iso42001", 0) == counted
    assert found.bare == passed_over
    assert [one.id for one in found.wrong] == wrong


@pytest.mark.parametrize("standard", [None, "nist_ai_rmf"])
def test_bare_numbers_that_are_passed_over_are_counted(standard: str | None) -> None:
    found = check_mapping(read_mapping("m.csv", b"11.1,Foo\n"), standard)
    assert (found.counts, found.wrong) == ((), ())
    assert "1 bare number was passed over" in mapping_summary(found)
    found = check_mapping(read_mapping("m.csv", BARE.encode()), standard)
    assert "; 5 bare numbers were passed over" in mapping_summary(found)
    assert mapping_json(found)["passedOver"] == 5


def test_the_words_of_another_standard_stand_before_the_one_that_is_named() -> None:
    found = check_mapping(read_mapping("m.csv", b"ISO 27001,where\n11.1,Foo\n"), "iso42001")
    assert (found.counts, found.bare) == ((), 1)
