"""A gateway process that sends spans and has its log time stamped, while real clients work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from clerk.clerk import Address, connected
from clerk.outcome import Became

from tests.servers.authority import Authority
from tests.servers.collector import Collector
from tests.whole.conftest import house_with
from tests.worlds import needs
from tests.worlds.demonstration import House
from watchkeeper.verify import verify_log
from watchkeeper.verify.timestamps import parse_certificates

Beside = tuple[House, Collector, Authority]


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beside]:
    folder = tmp_path_factory.mktemp("beside")
    needs.module("rfc3161_client")
    authority = Authority(folder / "tsa", needs.program("openssl"))
    authority.make()
    collector = Collector()
    with collector.served() as spans, authority.served() as stamps:
        settings = f"url: {stamps}\ncertificates: [{authority.root}]\nevery: 60\n"
        asked = {"OTEL_EXPORTER_OTLP_ENDPOINT": spans}
        with house_with(folder / "out", asked, files={"timestamps.yaml": settings}) as house:
            yield house, collector, authority


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(6000):
        if holds():
            return
        await asyncio.sleep(0.01)
    pytest.fail("it did not come to hold")


async def test_a_refund_becomes_a_span(beside: Beside) -> None:
    house, collector, _ = beside
    async with connected(Address(house.url, house.token, "auto")) as clerk:
        outcome = await clerk.call(
            "refund",
            order_id="ORD-10251",
            amount=4.25,
            currency="EUR",
            reason="goodwill",
            request_id="beside-1",
        )
    assert outcome.became is Became.OK
    await until(lambda: any(s["name"] == "execute_tool refund" for s in collector.spans))
    span = next(s for s in collector.spans if s["name"] == "execute_tool refund")
    said = {one["key"]: one["value"] for one in span["attributes"]}
    assert said["gen_ai.tool.name"] == {"stringValue": "refund"}
    assert said["watchkeeper.outcome"] == {"stringValue": "allow"}
    assert said["watchkeeper.effect.status"] == {"stringValue": "succeeded"}
    assert "beside-1" not in str(collector.requests)
    assert "ORD-10251" not in str(collector.requests)


async def test_its_log_is_time_stamped(beside: Beside) -> None:
    house, _, authority = beside
    home = Path(house.play.places.home)
    await until((home / "log/timestamps/index").exists)
    roots = parse_certificates(authority.root.read_bytes())
    found = verify_log(home / "log", workers=1, tsa_roots=roots)
    step = next(step for step in found.steps if step.number == 17)
    assert found.ok, found.findings
    assert "records existed before" in step.detail
