// What a passkey says to a challenge: assertions of WebAuthn (W3C Web Authentication level 3, 7.2).

const ALGORITHMS = {
  '-7': { imported: { name: 'ECDSA', namedCurve: 'P-256' }, verified: { name: 'ECDSA', hash: 'SHA-256' } },
  '-8': { imported: { name: 'Ed25519' }, verified: { name: 'Ed25519' } },
  '-257': { imported: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, verified: { name: 'RSASSA-PKCS1-v1_5' } },
};
const DEFAULT_CONSOLE = 'http://localhost:8932';
const FLAG = { present: 1, verified: 4, mayBeCopied: 8, copied: 16, attested: 64, extended: 128 };

/** A person's passkeys by key id: SHA-256 of the SubjectPublicKeyInfo. */
async function passkeysOf(passkeys, place) {
  const origin = place ?? DEFAULT_CONSOLE;
  const rpId = /^https?:\/\/([a-z0-9.-]+)(:[0-9]{1,5})?$/.exec(origin)?.[1];
  const found = new Map();
  if (!rpId) return found;
  for (const { publicKey, algorithm } of passkeys) {
    const spki = fromBase64(publicKey);
    const key = spki && await importPasskey(spki, algorithm);
    if (key) found.set(await sha256Hex(spki), { key, algorithm, rpId, origin });
  }
  return found;
}

/** The key, if it is one of this algorithm and in its one spelling; null otherwise. */
async function importPasskey(spki, algorithm) {
  const known = Object.hasOwn(ALGORITHMS, String(algorithm)) ? ALGORITHMS[algorithm] : null;
  if (!known) return null;
  try {
    const key = await crypto.subtle.importKey('spki', spki, known.imported, true, ['verify']);
    const bits = key.algorithm.modulusLength ?? 2048;
    const spelt = new Uint8Array(await crypto.subtle.exportKey('spki', key));
    return same(spelt, spki) && bits >= 2048 && bits <= 8192 ? key : null;
  } catch {
    return null;
  }
}

/** Refuse what is not this passkey's answer to a challenge, given on a page of the console. */
async function checkAssertion({ authenticatorData, clientData }, sig, passkey, challenge) {
  const [data, client] = [fromBase64(authenticatorData), fromBase64(clientData)];
  if (!data || !client) refuse('an assertion that is not base64');
  checkClientData(client, passkey, challenge);
  await checkAuthenticatorData(data, passkey);
  if (!await assertionVerifies(passkey, concat(data, await sha256(client)), sig)) {
    refuse('an assertion whose signature does not verify');
  }
}

function checkClientData(raw, passkey, challenge) {
  if (raw.length > 4096) refuse('an assertion with too much client data');
  const said = parseStrict(raw);
  if (said === null || typeof said !== 'object' || Array.isArray(said)) refuse('an assertion whose client data is no object');
  const one = (name) => (Object.hasOwn(said, name) ? said[name] : undefined);
  if (one('type') !== 'webauthn.get') refuse('an assertion that is none');
  if (one('challenge') !== websafe(challenge)) refuse('an assertion for another challenge than this command\u2019s');
  if (one('origin') !== passkey.origin) refuse(`an assertion made on another site: ${cut(one('origin') ?? null)}`);
  if ((one('crossOrigin') ?? false) !== false || one('crossOrigin') === null || Object.hasOwn(said, 'topOrigin')) {
    refuse('an assertion made inside a page of another site');
  }
}

async function checkAuthenticatorData(data, passkey) {
  if (data.length < 37 || data.length > 1024) refuse('an assertion with authenticator data of another length');
  const flags = data[32];
  if (!same(data.subarray(0, 32), await sha256(encode(passkey.rpId)))) refuse(`an assertion for another place than ${cut(passkey.rpId)}`);
  if (!(flags & FLAG.present)) refuse('an assertion that nobody was present for');
  if (!(flags & FLAG.verified)) refuse('an assertion whose person was not verified');
  if (flags & FLAG.attested || (flags & FLAG.copied && !(flags & FLAG.mayBeCopied))) refuse('an assertion whose flags can not be');
  if (Boolean(flags & FLAG.extended) !== data.length > 37) refuse('an assertion with something else in its authenticator data');
}

async function assertionVerifies({ key, algorithm }, message, sig) {
  const raw = algorithm === -7 ? ecdsaRaw(sig) : sig;
  if (!raw) return false;
  try {
    return await crypto.subtle.verify(ALGORITHMS[algorithm].verified, key, raw, message);
  } catch {
    return false;
  }
}

/** An ECDSA signature of P-256 as WebCrypto wants it, r and s of 32 bytes each, from DER; or null. */
function ecdsaRaw(der) {
  if (der[0] !== 0x30 || der[1] !== der.length - 2 || der.length > 72) return null;
  const out = new Uint8Array(64);
  let at = 2;
  for (const end of [32, 64]) {
    const length = der[at + 1];
    const number = der.subarray(at + 2, at + 2 + length);
    const padded = number[0] === 0 && number.length > 1;
    const fits = der[at] === 2 && length > 0 && number.length === length && !(number[0] & 128);
    if (!fits || (padded && !(number[1] & 128)) || length - (padded ? 1 : 0) > 32) return null;
    const digits = padded ? number.subarray(1) : number;
    out.set(digits, end - digits.length);
    at += 2 + length;
  }
  return at === der.length ? out : null;
}

function websafe(bytes) {
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
