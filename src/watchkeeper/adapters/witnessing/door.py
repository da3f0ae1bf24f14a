"""One witness over HTTP: a checkpoint goes in, a cosignature or the reason against it comes out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import httpx2

from watchkeeper.adapters.witnessing.signed import Signed
from watchkeeper.errors import NoteInvalid, ProofInvalid, TileInvalid, WitnessFailed, cut
from watchkeeper.ledger.witness.cosignature import MAX_ANSWER_BYTES, Cosignature, parse_answer
from watchkeeper.ledger.witness.message import (
    ADD_CHECKPOINT,
    AddCheckpoint,
    parse_size,
    render_request,
)
from watchkeeper.ledger.witness.policy import PolicyWitness
from watchkeeper.ports import Split

SECONDS = 10.0
"""How long one submission may take in all, however slowly its answer drips."""
CLOCKS_APART = 300
"""How many seconds a witness's clock may be away from ours."""
_TRIES = 3
_OK, _CONFLICT, _INCONSISTENT = 200, 409, 422
_WHY = {
    403: "it does not accept our key: was it given the log's verifier key?",
    404: "it does not know this log: give it the log's verifier key",
}
Prove = Callable[[int, int], Sequence[bytes]]


class Door:
    """Submits to one witness. `size` is what it saw last of us, as far as it told us.

    `prove(old, new)` returns the consistency proof between two sizes of our log; `now` the time in
    seconds.
    """

    def __init__(
        self,
        client: httpx2.AsyncClient,
        witness: PolicyWitness,
        prove: Prove,
        now: Callable[[], int],
    ) -> None:
        self.witness, self.size = witness, 0
        self._client, self._prove, self._now = client, prove, now
        self._url = f"{(witness.url or '').rstrip('/')}/{ADD_CHECKPOINT}"

    async def submit(self, signed: Signed) -> Cosignature | Split:
        """Have a checkpoint cosigned; `Split` if the witness holds another history of this log.

        Raises:
            WitnessFailed: anything else came of it.
        """
        try:
            async with asyncio.timeout(SECONDS):
                return await self._submit(signed)
        except TimeoutError:
            raise WitnessFailed(f"no answer in {SECONDS:.0f} s") from None
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise WitnessFailed(
                f"can not be reached: {cut(str(error) or type(error).__name__)}"
            ) from None
        except (NoteInvalid, ProofInvalid, TileInvalid, ValueError) as error:
            raise WitnessFailed(f"no answer that counts: {cut(error)}") from None

    async def _submit(self, signed: Signed) -> Cosignature | Split:
        for _ in range(_TRIES):
            old = self.size
            status, body = await self._post(old, signed)
            if status == _OK:
                return self._cosigned(body, signed)
            if status == _INCONSISTENT:
                return self._split(old, "says that our log does not extend what it saw")
            if status != _CONFLICT:
                raise WitnessFailed(_WHY.get(status, f"answers {status}"))
            split = self._resumed(old, body, signed)
            if split is not None:
                return split
        raise WitnessFailed("tells another size each time")

    def _cosigned(self, body: bytes, signed: Signed) -> Cosignature:
        found = parse_answer(body, signed.text, self.witness.key)
        apart = found.at - self._now()
        if abs(apart) > CLOCKS_APART:
            raise WitnessFailed(f"its cosignature is {apart} s away from our clock")
        self.size = signed.size
        return found

    def _resumed(self, old: int, body: bytes, signed: Signed) -> Split | None:
        """Take up what a witness says it saw last; a history that is not ours is a split."""
        said = _told_size(body)
        if old and old == signed.size and said in {None, old}:
            return self._split(old, "cosigned another checkpoint of the same size")
        if said is None or said == old:
            raise WitnessFailed("contradicts itself about the size it saw last")
        if said > signed.size:
            # We submit nothing that is not our newest: this was cosigned for somebody else.
            return self._split(said, "saw a longer log than this one under the same key")
        self.size = said
        return None

    def _split(self, size: int, why: str) -> Split:
        return Split(self.witness.name, size, f"{self.witness.key.name} {why}")

    async def _post(self, old: int, signed: Signed) -> tuple[int, bytes]:
        proof: Sequence[bytes] = ()
        if 0 < old < signed.size:
            proof = await asyncio.to_thread(self._prove, old, signed.size)
        request = render_request(AddCheckpoint(old, tuple(proof), signed.raw))
        headers = {"content-type": "text/plain; charset=utf-8", "accept-encoding": "identity"}
        async with self._client.stream(
            "POST", self._url, content=request, headers=headers
        ) as answer:
            body = bytearray()
            # Raw: what a witness compressed has no say in how much memory we use.
            async for part in answer.aiter_raw():
                body += part
                if len(body) > MAX_ANSWER_BYTES:
                    raise WitnessFailed("answers more than any witness has to say")
            return answer.status_code, bytes(body)


def _told_size(body: bytes) -> int | None:
    try:
        return parse_size(body)
    except NoteInvalid:
        return None


def http_client() -> httpx2.AsyncClient:
    """Return the client for all witnesses of a home. Redirects are not followed."""
    limits = httpx2.Limits(max_connections=64, max_keepalive_connections=32)
    return httpx2.AsyncClient(
        timeout=httpx2.Timeout(SECONDS), follow_redirects=False, limits=limits
    )
