"""Our own vectors, and hostile JSON, held against the script of the page, run by Node."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.worlds import needs
from tests.worlds.tile_vectors import cases, index, raw
from watchkeeper.errors import PolicyInvalid, RecordInvalid
from watchkeeper.ledger.canonical import canonical_arguments, parse_canonical, parse_json
from watchkeeper.ledger.witness.policy import parse_policy
from watchkeeper.verify.page import render_script

_TAIL = """
const b = (text) => Uint8Array.from(Buffer.from(text, 'base64'));
const checks = {
  async inclusion(c) {
    const hashes = c.hashes.map(parseHash);
    return same(await inclusionRoot(c.index, c.size, b(c.leafHash), hashes), b(c.root));
  },
  async ranges(c) {
    const proof = parseRangeProof(encode(c.proof));
    if (proof.first !== c.first || proof.end !== c.end || proof.size !== c.size) return false;
    if (c.entries.length !== proof.end - proof.first) return false;
    const leaves = await Promise.all(c.entries.map((entry) => leafHash(b(entry))));
    return same(await rangeRoot(proof, leaves), b(c.root));
  },
  async notes(c) {
    return Boolean(await openCheckpoint(encode(c.note), await parseVkey(given.log)));
  },
  async cosignatures(c) {
    const checkpoint = await openCheckpoint(encode(c.note), await parseVkey(given.log));
    const keys = await Promise.all(given.witnesses.map((key) => parseVkey(key, COSIGNATURE)));
    const witnesses = new Map(keys.map((key) => [key.name, key]));
    const found = await cosignersOf(checkpoint, { witnesses });
    return !c.ok || [...found.keys()].join() === c.cosigned.join();
  },
  async policies(c) {
    const checkpoint = await openCheckpoint(encode(c.note), await parseVkey(given.log));
    const policy = await parsePolicy(c.policy);
    if (policy.quorum === 'none') return true;
    return satisfied(policy, policy.quorum, await cosignersOf(checkpoint, policy));
  },
  async policy(c) { await parsePolicy(c.policy); return true; },
  async proofs(c) {
    const proof = parseTlogProof(encode(c.proof));
    const checkpoint = await openCheckpoint(encode(proof.checkpoint), await parseVkey(given.log));
    const leaf = await leafHash(b(c.entry));
    const root = await inclusionRoot(proof.index, checkpoint.size, leaf, proof.hashes);
    return same(root, checkpoint.root);
  },
  async canonical(c) { parseCanonical(b(c.raw)); return true; },
  async strict(c) { return toBase64(encode(canonical(parseStrict(b(c.raw))))); },
};
const given = JSON.parse(require('node:fs').readFileSync(process.argv[2]));
(async () => {
  if (!await canVerify()) throw new Error('no Ed25519');
  const found = [];
  for (const one of given.cases) {
    try {
      found.push(await checks[given.check](one));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      found.push(false);
    }
  }
  process.stdout.write(JSON.stringify(found));
})();
"""


def ask(folder: Path, check: str, given: list[dict[str, Any]]) -> list[Any]:
    """Return what the page's script says of each case."""
    node = needs.program("node")
    script, data = folder / "page.cjs", folder / "cases.json"
    script.write_text(render_script(view=False) + _TAIL)
    data.write_text(json.dumps({**index(), "check": check, "cases": given}))
    command = [node, "--no-warnings", str(script), str(data)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: list[Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    "check", ["inclusion", "ranges", "notes", "proofs", "cosignatures", "policies"]
)
def test_our_vectors(tmp_path: Path, check: str) -> None:
    given = cases(check)
    if check == "proofs":
        # The page takes a proof only as a bundle has it, without extra data.
        given = [case for case in given if case["name"] != "with-extra"]
    found = ask(tmp_path, check, given)
    assert [c["name"] for c, ok in zip(given, found, strict=True) if c["ok"] != ok] == []


def test_policies_that_are_none(tmp_path: Path) -> None:
    one, two = index()["witnesses"][:2]
    log = index()["log"]
    bad = [
        "",
        "quorum a\n",
        "quorum none\nquorum none\n",
        f"witness a {one}\nwitness a {two}\nquorum a\n",
        f"witness a {one}\nwitness b {one}\ngroup g 2 a b\nquorum g\n",
        f"witness a {one}\ngroup g 2 a a\nquorum g\n",
        f"witness a {one}\ngroup g 2 a\nquorum g\n",
        f"witness a {one}\ngroup g 0 a\nquorum g\n",
        f"witness a {one}\ngroup g 1 a\ngroup h 1 a\nquorum g\n",
        f"witness a {log}\nquorum a\n",
        f"log {one}\nquorum none\n",
        f"witness none {one}\nquorum none\n",
        f"witness a {one}\nquorum a b\n",
        f"witness a {one}\x01\nquorum a\n",
        "nonsense\nquorum none\n",
    ]
    good = [
        "quorum none",
        f"# of mine\n\n log {log} \n\twitness\ta\t{one}\t\nquorum a",
        f"witness a {one}\nwitness b {two}\ngroup g any a b\ngroup h 1 g\nquorum h\n",
    ]
    for text in bad:
        with pytest.raises(PolicyInvalid):
            parse_policy(text.encode())
    for text in good:
        parse_policy(text.encode())
    found = ask(tmp_path, "policy", [{"policy": text} for text in (*bad, *good)])
    assert found == [False] * len(bad) + [True] * len(good)


NOT_CANONICAL = [
    b'{"a":1,"a":1}',
    b'{"a":1,"a":2}',
    b'{"b":1,"a":2}',
    b'{"a": 1}',
    b'{"a":1}\n',
    b' {"a":1}',
    b'{"a":1.0}',
    b'{"a":1.5}',
    b'{"a":1e2}',
    b'{"a":-0}',
    b'{"a":9007199254740992}',
    b'{"a":9007199254740993}',
    b'{"a":"\\u0041"}',
    b'{"a":"\\/"}',
    b'{"a":"\\ud800"}',
    b'{"a":"\\u00e9"}',
    '{"\u00e9":1}'.encode(),
    b'{"a":NaN}',
    b'{"a":01}',
    b'{"a":1,}',
    b"[1,]",
    b'{"a"}',
    b"",
    b"\xff",
    b'\xef\xbb\xbf{"a":1}',
    b'{"a":"\x7f\x01"}',
    b"[" * 300 + b"]" * 300,
    b'{"a":1}{"a":1}',
    b'"\t"',
    b"'a'",
]
CANONICAL = [
    b'{"a":1,"b":[true,false,null]}',
    b'{"a":"\\u0001\\n\\"\\\\"}',
    '{"a":"\u00e9\U0001f600\u2028"}'.encode(),
    b'{"a":-9007199254740991}',
    b"{}",
    b"[]",
    b'""',
    b'{"__proto__":{"x":1}}',
    b'{"A":1,"a":2}',
]
USERS = [
    b'{"b":1.0,"a":1e3}',
    b'{"a":12345678901234567890.0}',
    b'{"a":0.1,"b":1e21,"c":1e-7,"d":-0.0}',
    b"[1E+2, 5e-324, 1.7976931348623157e308]",
    '{"\U0001f600":1,"\ufb33":2,"\u00e9":3}'.encode(),
    b' { "a" : [ 1 , 2.50 ] } ',
    b'{"a":"\\u0041\\ud83d\\ude00"}',
]
HOSTILE = [
    b'{"a":1,"a":1}',
    b'{"a":12345678901234567890}',
    b'{"a":{"b":1,"b":1}}',
    b'{"a":NaN}',
    b'{"a":Infinity}',
    b'{"a":1e999}',
    b'{"a":"\\ud800"}',
    b'{"a":01}',
    b'{"a":1,}',
    b'{"a":1} x',
    b'{"a":"\t"}',
    b'{"a":+1}',
    b'{"a":.5}',
    b'{"a":1.}',
    b'{"a":"\\x41"}',
    b'{"\\u0061":1,"a":2}',
    b"\xff",
    b"",
    b"nul",
    b"[" * 300 + b"]" * 300,
]


def test_records_in_another_spelling(tmp_path: Path) -> None:
    given = [*NOT_CANONICAL, *CANONICAL]
    for one in NOT_CANONICAL:
        with pytest.raises(RecordInvalid):
            parse_canonical(one)
    for one in CANONICAL:
        parse_canonical(one)
    found = ask(tmp_path, "canonical", [{"raw": base64.b64encode(one).decode()} for one in given])
    wrong = [one for one, ok in zip(given, found, strict=True) if ok != (one in CANONICAL)]
    assert wrong == []


def test_what_users_send(tmp_path: Path) -> None:
    given = [{"raw": base64.b64encode(one).decode()} for one in (*USERS, *HOSTILE)]
    found = ask(tmp_path, "strict", given)
    for one, said in zip(USERS, found, strict=False):
        assert said is not False, one
        assert raw(said) == canonical_arguments(parse_json(one)), one
    for one, said in zip(HOSTILE, found[len(USERS) :], strict=True):
        assert said is False, one
        with pytest.raises(RecordInvalid):
            canonical_arguments(parse_json(one, max_depth=200))
