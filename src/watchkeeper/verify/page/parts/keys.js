// Keys and signatures: Ed25519 (RFC 8032), signed notes (C2SP), DSSE v1 envelopes.

const SPKI_OF_ED25519 = '302a300506032b6570032100';
const imported = new Map();

async function verifies(publicKey, message, signature) {
  const id = toHex(publicKey);
  if (!imported.has(id)) {
    imported.set(id, crypto.subtle.importKey('raw', publicKey, { name: 'Ed25519' }, false, ['verify']));
  }
  try {
    return await crypto.subtle.verify({ name: 'Ed25519' }, await imported.get(id), signature, message);
  } catch {
    return false;
  }
}

/** Whether this browser can check Ed25519 at all, and does: the first vector of RFC 8032, 7.1. */
async function canVerify() {
  const key = fromHex('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a');
  const signature = fromHex(
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  );
  if (!globalThis.crypto?.subtle || !String.prototype.isWellFormed) return false;
  return await verifies(key, new Uint8Array(0), signature) && !await verifies(key, new Uint8Array(1), signature);
}

async function keyid(publicKey) {
  return sha256Hex(publicKey);
}

/** A log's verifier key: `name+keyid+base64(type, key)` (C2SP signed-note). */
async function parseVkey(text, type = 1) {
  const [name, id, ...rest] = text.trim().split('+');
  const blob = fromBase64(rest.join('+'));
  if (!name || /\s/.test(name) || blob?.length !== 33 || blob[0] !== type) refuse(`not a verifier key: ${cut(text)}`);
  const own = toHex((await sha256(concat(encode(`${name}\n`), blob))).subarray(0, 4));
  if (own !== id) refuse(`a verifier key with a key id that is not its own: ${cut(text)}`);
  return { name, id, publicKey: blob.subarray(1), text: text.trim() };
}

/** The Ed25519 keys in PEM, by key id. */
async function parsePem(text) {
  const keys = new Map();
  for (const [, body] of text.matchAll(/-----BEGIN PUBLIC KEY-----([^-]*)-----END PUBLIC KEY-----/g)) {
    const der = fromBase64(body.replace(/\s/g, ''));
    if (der?.length !== 44 || toHex(der.subarray(0, 12)) !== SPKI_OF_ED25519) refuse('a key that is not of Ed25519');
    keys.set(await keyid(der.subarray(12)), der.subarray(12));
  }
  if (!keys.size) refuse('no public key; expected PEM, as in `records.pem`');
  return keys;
}

/** The checkpoint that the log's key signed, with all lines under it. */
async function openCheckpoint(bytes, key) {
  const note = decode(bytes);
  const at = note.lastIndexOf('\n\n');
  const text = note.slice(0, at + 1);
  if (at < 0 || !note.endsWith('\n') || /[\x00-\x09\x0b-\x1f\x7f-\x9f]/.test(text)) refuse(`not a signed note: ${cut(note)}`);
  const lines = note.slice(at + 2, -1).split('\n').map(parseSignatureLine);
  const own = lines.filter((line) => line.name === key.name && line.id === key.id);
  if (!own.length) refuse(`not signed by the key of ${cut(key.name)}`);
  for (const line of own) {
    if (!await verifies(key.publicKey, encode(text), line.signature)) refuse(`the signature of ${cut(key.name)} does not verify`);
  }
  const [origin, size, root64, ...rest] = text.split('\n');
  const root = fromBase64(root64);
  if (!/^(0|[1-9]\d{0,14})$/.test(size ?? '') || root?.length !== 32 || rest.pop() !== '' || !rest.every(Boolean)) refuse('not a checkpoint');
  if (origin !== key.name) refuse(`a checkpoint of another log: ${cut(origin)}, not ${cut(key.name)}`);
  return { origin, size: Number(size), root, text, lines, vkey: key.text };
}

function parseSignatureLine(line) {
  const match = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/.exec(line);
  const blob = match && fromBase64(match[2]);
  if (!blob || blob.length < 5) refuse(`not a signature line: ${cut(line)}`);
  return { name: match[1], id: toHex(blob.subarray(0, 4)), signature: blob.subarray(4) };
}

/** What DSSE v1 signs: the pre-authentication encoding, lengths in bytes. */
function preAuthEncoding(payloadType, payload) {
  return concat(encode(`DSSEv1 ${encode(payloadType).length} ${payloadType} ${payload.length} `), payload);
}
