"""A checkpoint is time stamped, kept, and the log held against it, by us and by openssl."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.servers.authority import Authority
from tests.worlds import needs
from tests.worlds.homes import Story
from watchkeeper import wiring
from watchkeeper.cli import log as command
from watchkeeper.errors import TimestampInvalid
from watchkeeper.ledger.note import parse_note_unverified
from watchkeeper.ledger.timestamp_names import StampName, parse_index
from watchkeeper.records.instant import Instant
from watchkeeper.verify import Status, Verification, verify_bundle, verify_log
from watchkeeper.verify.timestamps import check_timestamp, parse_certificates

CHECKPOINT = "acme.example/0\n7\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
HOUR = 3_600_000_000


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    needs.module("rfc3161_client")
    made = Authority(tmp_path / "tsa", needs.program("openssl"))
    made.make()
    return made


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    story = Story(tmp_path / "home")
    story.clock.now = Instant(time.time_ns() // 1000 - HOUR)
    story.reopen()
    story.day()
    story.clock.now = Instant(time.time_ns() // 1000)
    story.act()
    story.log.publish_now()
    yield story
    story.log.close()


def stamped(story: Story, authority: Authority) -> Path:
    story.log.publish_now()
    with authority.served() as url:
        return wiring.timestamp(story.path, url, parse_certificates(authority.root.read_bytes()))[0]


def verified(story: Story, authority: Authority) -> Verification:
    story.log.publish_now()
    roots = parse_certificates(authority.root.read_bytes())
    return verify_log(story.path / "log", workers=1, tsa_roots=roots)


def step(found: Verification) -> tuple[Status, str]:
    return next((s.status, s.detail) for s in found.steps if s.number == 17)


def test_says_which_records_existed_by_when(story: Story, authority: Authority) -> None:
    size = story.log.size
    path = stamped(story, authority)
    story.act()
    found = verified(story, authority)
    status, detail = step(found)
    assert found.findings == ()
    assert status is Status.CHECKED
    assert detail.startswith(f"1 time stamps: {size} records existed before 20")
    assert "CN=Test Authority" in detail
    assert path.parent == story.path / "log/timestamps"
    assert StampName.parse(path.name) == parse_index((path.parent / "index").read_bytes())[0]


def test_openssl_accepts_what_was_kept(story: Story, authority: Authority, tmp_path: Path) -> None:
    path = stamped(story, authority)
    text = tmp_path / "text"
    note = parse_note_unverified(path.with_suffix(".checkpoint").read_bytes())
    text.write_bytes(note.text.encode())
    said = [authority.openssl, "ts", "-verify", "-in", path, "-CAfile", authority.root]
    done = subprocess.run([*said, "-data", text], capture_output=True, text=True, check=False)
    assert (done.returncode, "Verification: OK" in done.stdout) == (0, True), done.stderr
    text.write_bytes(note.text.replace("acme", "acne").encode())
    assert subprocess.run([*said, "-data", text], capture_output=True, check=False).returncode == 1


def test_nothing_is_checked_without_a_root(story: Story, authority: Authority) -> None:
    assert step(verify_log(story.path, workers=1))[1].startswith("none is kept")
    stamped(story, authority)
    status, detail = step(verify_log(story.path, workers=1))
    assert status is Status.NOT_CHECKED
    assert detail.startswith("1 kept; give the root")


def test_the_verifier_goes_on_without_the_library(
    story: Story, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamped(story, authority)
    monkeypatch.setitem(sys.modules, "rfc3161_client", None)
    found = verified(story, authority)
    assert found.ok
    assert step(found)[0] is Status.NOT_CHECKED
    assert "watchkeeper[timestamps]" in step(found)[1]


def test_several_stamps_are_kept_and_said(story: Story, authority: Authority) -> None:
    first = stamped(story, authority)
    story.act()
    second = stamped(story, authority)
    assert len(parse_index((second.parent / "index").read_bytes())) == 2
    detail = step(verified(story, authority))[1]
    sizes = [StampName.parse(path.name) for path in (first, second)]
    assert sizes[0] is not None
    assert sizes[1] is not None
    assert detail.startswith(f"2 time stamps: {sizes[1].size} records existed before")
    assert f"the first: {sizes[0].size} records existed before" in detail


def test_from_the_command_line_with_the_file_of_the_home(
    story: Story, authority: Authority
) -> None:
    run = CliRunner()
    with authority.served() as url:
        text = f"url: {url}\ncertificates: [{authority.root}]\n"
        assert run.invoke(command.app, ["timestamp", str(story.path)]).exit_code == 2
        (story.path / "timestamps.yaml").write_text(text)
        done = run.invoke(command.app, ["timestamp", str(story.path), "--json"])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert (said["size"], said["accuracyMicros"]) == (story.log.size, 1_500_000)
    arguments = ["verify", str(story.path), "--tsa-cert", str(authority.root), "--json"]
    done = run.invoke(command.app, arguments)
    assert done.exit_code == 0, done.output
    steps = {s["number"]: s for s in json.loads(done.stdout)["steps"]}
    assert steps[17]["status"] == "checked"


def test_the_query_says_nothing_but_a_digest(story: Story, authority: Authority) -> None:
    path = stamped(story, authority)
    text = parse_note_unverified(path.with_suffix(".checkpoint").read_bytes()).text
    assert len(authority.asked) == 1
    assert len(authority.asked[0]) < 100
    assert not any(line.encode() in authority.asked[0] for line in text.split("\n") if line)


def test_certificates_in_the_order_of_the_chain(tmp_path: Path) -> None:
    """DER wants sets sorted, and many authorities do not; about half of these keys are not."""
    needs.module("rfc3161_client")
    import rfc3161_client

    note = CHECKPOINT + "\n— acme.example/0 " + "A" * 96 + "\n"
    unsorted = 0
    for number in range(12):
        authority = Authority(tmp_path / str(number), needs.program("openssl"), chain=True)
        authority.make()
        given = authority.stamp_of(CHECKPOINT.encode())
        try:
            rfc3161_client.decode_timestamp_response(given)
        except ValueError:
            unsorted += 1
        roots = parse_certificates(authority.root.read_bytes())
        assert check_timestamp(given, note.encode(), roots).checkpoint.size == 7
        if unsorted:
            return
    pytest.fail("twelve chains in a row were sorted")


@pytest.mark.parametrize(
    "raw", [b"", b"0", b"0\x80", b"0\x84\xff\xff\xff\xff", b"\x30\x02\x30\x05", b"1\x00", b"0\x00"]
)
def test_what_is_no_response(raw: bytes) -> None:
    needs.module("rfc3161_client")
    note = CHECKPOINT + "\n— acme.example/0 " + "A" * 96 + "\n"
    with pytest.raises(TimestampInvalid):
        check_timestamp(raw, note.encode(), [])


def bundled(story: Story, out: Path, *arguments: str) -> None:
    made = ["bundle", str(story.path), "--out", str(out), "--force", *arguments]
    done = CliRunner().invoke(command.app, made)
    assert done.exit_code == 0, done.output


def test_a_bundle_brings_the_stamps_over_its_checkpoint(
    story: Story, authority: Authority, tmp_path: Path
) -> None:
    size, out = story.log.size, tmp_path / "all.wkb"
    roots = parse_certificates(authority.root.read_bytes())
    stamped(story, authority)
    bundled(story, out)
    found = verify_bundle(out, workers=1, tsa_roots=roots)
    assert (found.ok, step(found)[0], found.size) == (True, Status.CHECKED, size)
    assert step(verify_bundle(out, workers=1))[1].startswith("1 kept; give the root")
    story.act()
    story.log.publish_now()
    bundled(story, out)
    assert step(verify_bundle(out, workers=1, tsa_roots=roots))[1].startswith("none is kept")
    bundled(story, out, "--stamped")
    found = verify_bundle(out, workers=1, tsa_roots=roots)
    assert (found.ok, step(found)[0], found.size) == (True, Status.CHECKED, size)


def test_a_bundle_under_a_stamp_needs_one(story: Story, tmp_path: Path) -> None:
    out = str(tmp_path / "x.wkb")
    done = CliRunner().invoke(command.app, ["bundle", str(story.path), "--out", out, "--stamped"])
    assert done.exit_code == 2


def test_a_bundle_with_a_stamp_over_another_log(
    story: Story, authority: Authority, tmp_path: Path
) -> None:
    path, out = stamped(story, authority), tmp_path / "all.wkb"
    path.write_bytes(authority.stamp_of(CHECKPOINT.encode()))
    bundled(story, out)
    roots = parse_certificates(authority.root.read_bytes())
    found = verify_bundle(out, workers=1, tsa_roots=roots)
    assert [finding.step for finding in found.findings] == [17]
    assert "Mismatch" in found.findings[0].message
