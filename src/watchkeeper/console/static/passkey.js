// Passkeys: signing in, registering one, and signing what a page asks (W3C Web Authentication 3).

const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json' };

/** What the console answered instead of doing what it was asked. */
export class Refused extends Error {
  constructor({ code = 'error', detail = 'the console did not answer', advice = '' }) {
    super(advice ? `${detail}; ${advice}` : detail);
    this.code = code;
  }
}

/** Post JSON to the console, with the token of the page; returns what it answers. */
export async function post(path, body) {
  const csrf = document.querySelector('meta[name="csrf"]')?.content ?? '';
  const response = await fetch(path, {
    method: 'POST',
    headers: { ...JSON_HEADERS, 'x-csrf': csrf },
    body: JSON.stringify(body),
    credentials: 'same-origin',
    redirect: 'error',
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(answer);
  return answer;
}

/**
 * Have a command signed by the person's passkey and carried out; returns what came of it.
 *
 * `shown` is the canonical JSON that the page showed, as text: where its digest is not the one that
 * would be signed, nothing is signed. `listed` is the same for a list: for each action the text
 * (`shown`) and the values that stand for it (`bound`, `role`). `beside` holds what goes with the command unsigned (the text
 * of a reason and its salt).
 */
export async function sign(verb, body, { beside = {}, shown = null, listed = null } = {}) {
  const asked = await post('/api/v1/challenges', { verb, body });
  if (shown !== null) await holdAgainst(shown, asked.payload);
  if (listed !== null) await holdList(listed, asked.payload);
  const credential = await navigator.credentials.get({
    publicKey: {
      challenge: bytes(asked.challenge),
      rpId: asked.rpId,
      allowCredentials: asked.allowCredentials.map(({ id, type }) => ({ type, id: bytes(id) })),
      timeout: asked.timeout,
      userVerification: 'required',
    },
  });
  return post('/api/v1/commands', { payload: asked.payload, assertion: assertionOf(credential), beside });
}

/** Sign in with whichever passkey of this place the person picks. */
export async function signIn() {
  const asked = await post('/api/v1/sign-in/passkey/options', {});
  const credential = await navigator.credentials.get({
    publicKey: {
      challenge: bytes(asked.challenge),
      rpId: asked.rpId,
      allowCredentials: [],
      timeout: asked.timeout,
      userVerification: 'required',
    },
  });
  return post('/api/v1/sign-in/passkey', { challenge: asked.challenge, assertion: assertionOf(credential) });
}

/** Make a passkey in this browser's authenticator and register it. */
export async function register() {
  const asked = await post('/api/v1/passkeys/options', {});
  const credential = await navigator.credentials.create({
    publicKey: {
      ...asked,
      challenge: bytes(asked.challenge),
      user: { ...asked.user, id: bytes(asked.user.id) },
      excludeCredentials: asked.excludeCredentials.map(({ id, type }) => ({ type, id: bytes(id) })),
    },
  });
  const { attestationObject, clientDataJSON } = credential.response;
  const made = {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response: { attestationObject: text(attestationObject), clientDataJSON: text(clientDataJSON) },
  };
  const answer = await post('/api/v1/passkeys', { challenge: asked.challenge, credential: made });
  // Who has signed in already vouches for the new passkey with the one that counts.
  return answer.sign ? sign('add-passkey', answer.sign) : answer;
}

/** Refuse to sign where what was shown is not what the command is about. */
async function holdAgainst(shown, payload) {
  if (commandIn(payload).body.shown !== (await digest(shown))) throw changed();
}

/** The same for a list: it holds what was listed, in that order, and nothing else. */
async function holdList(listed, payload) {
  const { items, role } = commandIn(payload).body;
  if (items.length !== listed.length) throw changed();
  for (const [n, { shown, bound, viewDigest, role: as }] of listed.entries()) {
    const one = items[n];
    const binding = await digest(canonical({ ...bound, shown: await digest(shown), role: as }));
    if (role !== as || one.binding !== binding || one.view !== viewDigest) throw changed();
  }
}

const commandIn = (payload) => JSON.parse(new TextDecoder().decode(bytes(payload)));
const changed = () => new Refused({ code: 'shown-changed', detail: 'what is to be signed is not what this page shows', advice: 'load the page again' });

/** Canonical JSON (RFC 8785) of an object of texts and nulls. */
const canonical = (flat) => JSON.stringify(Object.fromEntries(Object.entries(flat).sort(([a], [b]) => (a < b ? -1 : 1))));

async function digest(shown) {
  const found = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(shown)));
  return [...found].map((one) => one.toString(16).padStart(2, '0')).join('');
}

function assertionOf({ id, response }) {
  return {
    id,
    authenticatorData: text(response.authenticatorData),
    clientDataJSON: text(response.clientDataJSON),
    signature: text(response.signature),
  };
}

/** Bytes of base64 or base64url, padded or not. */
function bytes(given) {
  const plain = atob(given.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(plain, (one) => one.charCodeAt(0));
}

/** Base64url without padding of an ArrayBuffer. */
function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
