"""Single values: exact, or refused."""

from typing import Any

import pytest

from watchkeeper.do.encode import scalars
from watchkeeper.do.encode.addresses import email_domain, url_host
from watchkeeper.do.encode.facts import encode_fact
from watchkeeper.do.encode.outcome import Refusal, Unencodable


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12.5, "12.5"),
        (0, "0.0"),
        (0.0, "0.0"),
        (-0.0, "0.0"),
        (500, "500.0"),
        (1e3, "1000.0"),
        (0.0001, "0.0001"),
        (-3.25, "-3.25"),
        (922337203685477, "922337203685477.0"),
        (-922337203685477, "-922337203685477.0"),
        (100000000000000.5, "100000000000000.5"),
    ],
)
def test_a_decimal_is_spelled_for_cedar(value: float, text: str) -> None:
    assert scalars.decimal(value, "a") == text


@pytest.mark.parametrize(
    "value",
    [1e-5, 0.1 + 0.2, 922337203685478, -922337203685478, 1e300, float("nan"), float("inf"),
     True, "1", None, [], 10**400],
)  # fmt: skip
def test_what_is_no_exact_decimal_is_refused(value: Any) -> None:
    with pytest.raises(Refusal):
        scalars.decimal(value, "a")


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000Z"),
        ("2026-01-02t03:04:05.1z", "2026-01-02T03:04:05.100Z"),
        ("2026-01-02T03:04:05.9999999999Z", "2026-01-02T03:04:05.999Z"),
        ("2026-01-02T03:04:05+05:30", "2026-01-01T21:34:05.000Z"),
        ("2026-12-31T23:00:00-02:00", "2027-01-01T01:00:00.000Z"),
        ("2026-01-02T03:04:05-00:00", "2026-01-02T03:04:05.000Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"),
    ],
)
def test_a_time_is_told_in_utc(text: str, utc: str) -> None:
    assert scalars.moment(text, "a") == utc


@pytest.mark.parametrize(
    "text",
    ["", "2026-01-02", "2026-01-02T03:04:05", "2026-01-02T24:00:00Z", "2026-02-29T00:00:00Z",
     "2016-12-31T23:59:60Z", "2026-01-02T03:04:05+24:00", "2026-01-02T03:04:05+05:60",
     "2026-01-02T03:04:05 Z", "2026-01-02T03:04:05Z\n", "٢٠٢٦-01-02T03:04:05Z",
     "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "0000-01-01T00:00:00Z",
     "2026-01-02T03:04:05,5Z", 20260102, None],
)  # fmt: skip
def test_what_is_no_time_is_refused(text: Any) -> None:
    with pytest.raises(Refusal):
        scalars.moment(text, "a")


@pytest.mark.parametrize(
    ("text", "address"),
    [("10.0.0.1", "10.0.0.1"), ("2001:DB8:0::1", "2001:db8::1"), ("::", "::")],
)
def test_an_address_has_one_spelling(text: str, address: str) -> None:
    assert scalars.address(text, "a") == address


@pytest.mark.parametrize("text", ["::ffff:10.0.0.1", "fe80::1%eth0", "10.0.0", "0x7f.1", "", None])
def test_an_address_that_could_pass_by_a_range_is_refused(text: Any) -> None:
    with pytest.raises(Refusal):
        scalars.address(text, "a")


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("https://Example.COM/x?y=z#w", "example.com"),
        ("http://example.com.:8080", "example.com"),
        ("https://xn--bcher-kva.example/", "xn--bcher-kva.example"),
        ("http://127.0.0.1/", "127.0.0.1"),
        ("http://[2001:DB8::1]:80/", "[2001:db8::1]"),
        ("https://a_b.example/@evil.example", "a_b.example"),
    ],
)
def test_the_host_of_a_plain_url(text: str, host: str) -> None:
    assert url_host(text, "a") == host


@pytest.mark.parametrize(
    "text",
    ["", "example.com", "//example.com/", "https:/example.com", "https:///x", "mailto:a@b.example",
     "https://user@example.com/", "https://good.example\\@evil.example/",
     "https://good.example%2f.evil.example/", "https://evil.example\t.good.example/",
     "https://good.example:80@evil.example/", "https://bücher.example/", "http://0x7f.1/",
     "http://2130706433/", "http://127.1/", "http://0177.0.0.1/", "http://a..b/", "http://-/",
     "http://[::1/", "http://[v1.x]/", "http://exa mple.com/", "http://example.com:8x/",
     "http://example.com\n", " http://example.com", "http://" + "a." * 200 + "example/"],
)  # fmt: skip
def test_a_url_that_programs_could_read_otherwise_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        url_host(text, "a")


def test_the_domain_of_a_plain_address() -> None:
    assert email_domain("Ana.Lo+x@Lantern.EXAMPLE", "a") == "lantern.example"


@pytest.mark.parametrize(
    "text",
    ["", "ana", "ana@", "@x.example", "a@b@c.example", '"a@b"@c.example', "a b@c.example",
     "Ana <ana@x.example>", "ana@x.example, ben@y.example", "ana@x.example\n", "ana@[10.0.0.1]",
     "ana@127.1", "änä@x.example", "ana@x.example(comment)"],
)  # fmt: skip
def test_an_address_that_is_not_plain_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        email_domain(text, "a")


@pytest.mark.parametrize(
    ("kind", "value", "cedar"),
    [
        ("string", "open", "open"),
        ("bool", True, True),
        ("long", 5.0, 5),
        ("decimal", 12.5, "12.5"),
        ("decimal", "12.50", "12.5"),
        ("decimal", "-0", "0.0"),
        ("decimal", 7, "7.0"),
        ("datetime", "2026-01-01T00:00:00+01:00", "2025-12-31T23:00:00.000Z"),
    ],
)
def test_a_fact_is_encoded_by_its_declared_type(kind: str, value: Any, cedar: Any) -> None:
    assert encode_fact(kind, value) == cedar


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("string", None),
        ("string", 5),
        ("string", "\ud800"),
        ("bool", 1),
        ("bool", "true"),
        ("long", True),
        ("long", 1.5),
        ("long", 2**53),
        ("long", "5"),
        ("decimal", "1.00001"),
        ("decimal", "1e3"),
        ("decimal", "NaN"),
        ("decimal", "٣"),
        ("decimal", "1,000"),
        ("decimal", True),
        ("decimal", None),
        ("datetime", 1_700_000_000),
        ("money", 5),
    ],
)
def test_a_fact_of_another_type_is_refused(kind: str, value: Any) -> None:
    assert isinstance(encode_fact(kind, value), Unencodable)
