"""Spans of a gateway that runs: sent once recorded, and never in the way."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.collector import Collector
from tests.worlds.homes import Story
from watchkeeper import settings
from watchkeeper.adapters.otlp import OtlpSender
from watchkeeper.check.export import Emitter
from watchkeeper.enforcement.beside import Beside, Follower, Wheel
from watchkeeper.enforcement.beside import telemetry as module
from watchkeeper.errors import ExportFailed, SettingsInvalid
from watchkeeper.records.action import Outcome
from watchkeeper.settings import Telemetry

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    story = Story(tmp_path / "home")
    story.reopen()
    story.release()
    yield story
    story.log.close()


def follower(story: Story, url: str, seconds: float = 10.0) -> Follower:
    asked = Telemetry(f"{url}/v1/traces", {"x-key": "k"}, {"service.name": "desk"}, seconds)
    sender = OtlpSender(asked.url, asked.headers, asked.seconds)
    return Follower(story.log, Emitter(story.log.origin, "0"), asked, sender)


def test_sends_what_ended_since_it_began(story: Story) -> None:
    story.act()
    collector = Collector()
    with collector.served() as url:
        following = follower(story, url)
        story.act()
        story.decide(Outcome.BLOCK)
        open_ref, decided, digest = story.decide()
        following.turn()
        assert [span["name"] for span in collector.spans] == ["execute_tool refund"] * 2
        story.effect(open_ref, decided, digest)
        following.turn()
        following.turn()
    assert len(collector.spans) == 3
    assert len({span["spanId"] for span in collector.spans}) == 3
    assert collector.headers[0]["x-key"] == "k"
    named = collector.requests[0]["resourceSpans"][0]["resource"]["attributes"]
    assert {"key": "service.name", "value": {"stringValue": "desk"}} in named
    assert (following.sent, following.skipped, following.refused) == (3, 0, 0)


def test_an_effect_of_a_decision_before_it_began_is_told_whole(story: Story) -> None:
    before = story.decide()
    collector = Collector()
    with collector.served() as url:
        following = follower(story, url)
        story.effect(*before)
        following.turn()
    assert [span["name"] for span in collector.spans] == ["execute_tool refund"]


@pytest.mark.parametrize("how", ["refuse", "huge", "hang"])
def test_what_a_collector_did_not_take_is_sent_again(story: Story, how: str) -> None:
    collector = Collector(how)
    with collector.served() as url:
        following = follower(story, url, 0.3)
        story.act()
        for _ in range(3):
            with pytest.raises(ExportFailed):
                following.turn()
        assert collector.spans == [] or how == "huge"
        collector.how = "well"
        collector.requests.clear()
        following.turn()
    assert len(collector.spans) == 1


def test_what_waits_for_too_long_is_skipped_counted_and_said(
    story: Story, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "MOST_BEHIND", 4)
    monkeypatch.setattr(module, "AT_ONCE", 2)
    collector = Collector()
    with collector.served() as url, caplog.at_level(logging.WARNING):
        following = follower(story, url)
        for _ in range(10):
            story.act()
        following.turn()
    assert following.skipped == 16
    assert len(collector.spans) == 2
    assert "16 records were skipped" in caplog.text


def test_what_a_collector_refuses_is_counted(story: Story) -> None:
    collector = Collector("partial")
    with collector.served() as url:
        following = follower(story, url)
        story.act()
        following.turn()
    assert following.refused == 1


def test_a_wheel_goes_on_after_faults_and_turns_once_more_at_the_end(
    caplog: pytest.LogCaptureFixture,
) -> None:
    turned, third = [], threading.Event()

    def turn() -> None:
        turned.append(1)
        if len(turned) == 3:
            third.set()
        raise ExportFailed("gone") if len(turned) == 1 else ValueError("a fault")

    wheel = Wheel("test", 0.001, turn, last=True)
    with caplog.at_level(logging.WARNING):
        wheel.start()
        assert third.wait(30)
        wheel.stop(30)
    assert "test: gone" in caplog.text
    assert "test failed" in caplog.text
    count = len(turned)
    assert count >= 4
    assert len(turned) == count


def test_a_collector_that_hangs_holds_up_neither_records_nor_the_end(story: Story) -> None:
    collector = Collector("hang")
    with collector.served() as url:
        asked = Telemetry(f"{url}/v1/traces", {}, {})
        with Beside(None, asked).running(story.path, story.log):
            for _ in range(20):
                story.act()
    assert story.log.durable_size == 42


def test_nothing_is_asked_for_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENDPOINT, raising=False)
    assert settings.telemetry() is None
    monkeypatch.setenv(ENDPOINT, "http://here:4318")
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    assert settings.telemetry() is None
    monkeypatch.setenv("OTEL_SDK_DISABLED", "")
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "none")
    assert settings.telemetry() is None


def test_the_standard_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENDPOINT, "http://here:4318/")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20a, x = b")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "2500")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "service.name=a,deployment.environment.name=b")
    monkeypatch.setenv("OTEL_SERVICE_NAME", "desk")
    assert settings.telemetry() == Telemetry(
        "http://here:4318/v1/traces",
        {"authorization": "Bearer a", "x": "b"},
        {"service.name": "desk", "deployment.environment.name": "b"},
        2.5,
    )
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://there/t")
    monkeypatch.setenv("WATCHKEEPER_TELEMETRY_LINKS", "on")
    found = settings.telemetry()
    assert found is not None
    assert (found.url, found.links) == ("https://there/t", True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (ENDPOINT, "here:4317"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
        ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "10s"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "hunter2"),
    ],
)
def test_what_makes_no_sense_is_refused_without_secrets(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(ENDPOINT, "http://here:4318")
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsInvalid) as refused:
        settings.telemetry()
    assert "hunter2" not in str(refused.value)


def test_a_certificate_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    with pytest.raises(SettingsInvalid):
        OtlpSender("https://there", {}, 1.0, tmp_path / "ca.pem")
