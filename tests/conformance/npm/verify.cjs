// Checks records that were handed out, with @sigstore/verify alone: the checkpoint's signature, the
// inclusion proof, the envelope's signature. Everything here is plumbing between files and that
// package.
//
//   node verify.cjs LOG.VKEY RECORDS.PEM PREFIX...
//
// Each PREFIX names two files, PREFIX.tlog-proof and PREFIX.envelope.json, as `log proof` writes
// them. The exit code is 0 where all holds, 1 where something does not, 2 where it could not be run.
'use strict';

const crypto = require('node:crypto');
const fs = require('node:fs');
const { verifyCheckpoint } = require('@sigstore/verify/dist/tlog/checkpoint.js');
const { verifyMerkleInclusion } = require('@sigstore/verify/dist/tlog/merkle.js');
const { DSSESignatureContent } = require('@sigstore/verify/dist/bundle/dsse.js');

const SPKI_OF_ED25519 = Buffer.from('302a300506032b6570032100', 'hex');

function logOf(vkey) {
  const [name, keyid, ...rest] = vkey.trim().split('+');
  const blob = Buffer.from(rest.join('+'), 'base64');
  if (blob.length !== 33 || blob[0] !== 1) throw new Error('not an Ed25519 verifier key');
  const publicKey = crypto.createPublicKey({
    key: Buffer.concat([SPKI_OF_ED25519, blob.subarray(1)]), format: 'der', type: 'spki',
  });
  return { name, baseURL: name, logID: Buffer.from(keyid, 'hex'), publicKey };
}

function recordKeys(pem) {
  const found = pem.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? [];
  return found.map((one) => crypto.createPublicKey(one));
}

function parseProof(text) {
  const at = text.indexOf('\n\n');
  const lines = text.slice(0, at).split('\n');
  if (at < 0 || lines.shift() !== 'c2sp.org/tlog-proof@v1') throw new Error('not a tlog-proof');
  if (lines[0].startsWith('extra ')) lines.shift();
  const [, logIndex] = /^index (\d+)$/.exec(lines.shift()) ?? [];
  if (logIndex === undefined) throw new Error('a tlog-proof without an index');
  const hashes = lines.map((line) => Buffer.from(line, 'base64'));
  return { logIndex, hashes, checkpoint: { envelope: text.slice(at + 2) } };
}

function verifyEnvelope(entry, keys) {
  const { payload, payloadType, signatures } = JSON.parse(entry.toString('utf8'));
  const content = new DSSESignatureContent({
    payloadType,
    payload: Buffer.from(payload, 'base64'),
    signatures: signatures.map(({ sig }) => ({ sig: Buffer.from(sig, 'base64') })),
  });
  if (!keys.some((key) => content.verifySignature(key))) {
    throw new Error('signature of the envelope does not verify');
  }
}

function verify(prefix, log, keys) {
  const body = fs.readFileSync(`${prefix}.envelope.json`);
  const inclusionProof = parseProof(fs.readFileSync(`${prefix}.tlog-proof`, 'utf8'));
  const entry = { inclusionProof, canonicalizedBody: body };
  const checkpoint = verifyCheckpoint(entry, [log]);
  if (checkpoint.origin !== log.name) throw new Error(`checkpoint of ${checkpoint.origin}`);
  verifyMerkleInclusion(entry, checkpoint);
  verifyEnvelope(body, keys);
  return `record ${inclusionProof.logIndex} of ${checkpoint.logSize} holds`;
}

const [vkeyFile, recordsFile, ...prefixes] = process.argv.slice(2);
if (prefixes.length === 0) {
  process.stderr.write('usage: node verify.cjs LOG.VKEY RECORDS.PEM PREFIX...\n');
  process.exit(2);
}
const log = logOf(fs.readFileSync(vkeyFile, 'utf8'));
const keys = recordKeys(fs.readFileSync(recordsFile, 'utf8'));
for (const prefix of prefixes) {
  try {
    process.stdout.write(`${verify(prefix, log, keys)}\n`);
  } catch (error) {
    process.stderr.write(`refused: ${prefix}: ${error.message}\n`);
    process.exitCode = 1;
  }
}
