// Who may say what: the commands that people signed, held against the plan in force.

const COMMAND_TYPE = 'application/vnd.watchkeeper.command+json';
const COMMAND = { origin: 'text', person: 'text', verb: 'text', nonce: 'text', at: 'time', body: { '*': 'any' } };

/** People with their keys and passkeys (by key id) and roles, as a record names them; `registered` are further passkeys. */
async function authorityOf({ people = {}, roles = {}, passkeys = {}, console: place, registered = {}, revoked = [], writtenBy = {}, deputies = {} }) {
  const keys = new Map();
  for (const [person, given] of Object.entries(people)) {
    const own = new Map();
    for (const text of given) {
      const key = fromBase64(text);
      if (key?.length === 32) own.set(await keyid(key), key);
    }
    keys.set(person, own);
  }
  for (const [person, given] of [...Object.entries(passkeys), ...Object.entries(registered)]) {
    keys.set(person, new Map([...keys.get(person) ?? [], ...await passkeysOf(given, place)]));
  }
  for (const own of keys.values()) revoked.forEach((id) => own.delete(id));
  const vouchers = new Map();
  for (const passkey of Object.values(registered).flat()) {
    if (passkey.vouchedBy !== undefined) vouchers.set(await keyidOf(passkey), passkey.vouchedBy);
  }
  const holds = (person, role) => Object.hasOwn(roles, role) && roles[role].includes(person);
  const known = (person) => [people, passkeys].some((named) => Object.hasOwn(named, person)) || Object.values(roles).some((held) => held.includes(person));
  return {
    shared: () => sharedKey(keys),
    keys: (person) => keys.get(person) ?? new Map(), holds, known, has: (id) => [...keys.values()].some((own) => own.has(id)),
    voucher: (id) => vouchers.get(id) ?? null, writtenBy,
    mayStandIn: (person, role) => Object.hasOwn(deputies, role) && deputies[role].includes(person),
  };
}

/** Which two people may sign with one key, so that one could pass for two; null where none do. */
function sharedKey(keys) {
  const holders = new Map();
  for (const person of [...keys.keys()].sort()) {
    for (const id of keys.get(person).keys()) {
      if (holders.has(id)) return `${cut(person)} has the same key as ${cut(holders.get(id))}`;
      holders.set(id, person);
    }
  }
  return null;
}

/** What is recorded some time after it was taken: others may have been signed meanwhile. */
const RECORDED_LATER = new Set(['console-code', 'erase', 'resolve']);

/** Checks the commands of one log; each may be used once. */
class Commands {
  constructor(origin) {
    this.origin = origin;
    this.seen = new Set();
    this.lists = new Map();
    this.highest = new Map();
    this.told = new Set();
    this.checked = 0;
  }

  /**
   * Why the signature is not this person's for exactly this, or null if it is. A command over a list
   * is used once for each part of it.
   */
  async problem(signature, authority, person, verb, body, part = '') {
    this.checked += 1;
    try {
      const command = await openCommand(signature, authority.keys(person));
      this.hold(command, person, verb, body);
      if (this.use(`${signature.keyid} ${command.nonce}`, signature.payload, part)) this.count(signature, command);
      return null;
    } catch (error) {
      if (error instanceof Refused) return error.message;
      throw error;
    }
  }

  /** Take up a use of a command; whether it is the first. */
  use(command, payload, part) {
    const first = !this.lists.has(command);
    const before = this.lists.get(command) ?? (part ? payload : null);
    // All parts come from one payload, or its nonce was used for two commands.
    if (part ? before !== payload || this.seen.has(command) : before) refuse('the command was used before');
    if (part) this.lists.set(command, payload);
    const one = part ? `${command} ${part}` : command;
    if (this.seen.has(one)) refuse('the command was used before');
    this.seen.add(one);
    return first;
  }

  /** Refuse a passkey that counts backwards, or tells one number twice: there may be a copy of it (WebAuthn level 3, 6.1.1). */
  count({ keyid: id, assertion }, { verb }) {
    if (!assertion) return;
    const bytes = fromBase64(assertion.authenticatorData);
    const counter = new DataView(bytes.buffer, bytes.byteOffset).getUint32(33);
    if (counter && this.told.has(`${id} ${counter}`)) refuse('the passkey told the same counter twice: there may be a copy of it');
    const highest = this.highest.get(id) ?? 0;
    if (!RECORDED_LATER.has(verb)) {
      if (highest && counter <= highest) refuse('the passkey’s counter went back: there may be a copy of it');
      this.highest.set(id, counter);
    }
    this.told.add(`${id} ${counter}`);
  }

  hold(command, person, verb, body) {
    if (command.origin !== this.origin) refuse(`the command is for another log: ${cut(command.origin)}`);
    if (command.person !== person) refuse(`the command is by ${cut(command.person)}, the record says ${cut(person)}`);
    if (command.verb !== verb) refuse(`the command says ${cut(command.verb)}, not ${cut(verb)}`);
    for (const [name, value] of Object.entries(body)) {
      const said = Object.hasOwn(command.body, name) ? command.body[name] : null;
      if (canonical(said) !== canonical(value ?? null)) refuse(`the command is for another ${name}`);
    }
  }
}

/** The body of a command whose signature is checked elsewhere; empty where it can not be read. */
function commandBody({ payload }) {
  try {
    return parseCanonical(fromBase64(payload) ?? encode('')).body ?? {};
  } catch (error) {
    if (error instanceof Refused) return {};
    throw error;
  }
}

async function openCommand({ payload, keyid: id, sig, assertion }, keys) {
  const [raw, signature] = [fromBase64(payload), fromBase64(sig)];
  const key = keys.get(id) ?? refuse('signed with a key that the plan does not name for this person');
  if (!raw || !signature) refuse('a command that is not base64');
  const signed = preAuthEncoding(COMMAND_TYPE, raw);
  if (!(key instanceof Uint8Array)) {
    if (!assertion) refuse('signed with a passkey, without its assertion');
    await checkAssertion(assertion, signature, key, await sha256(signed));
  } else if (assertion || signature.length !== 64 || !await verifies(key, signed, signature)) {
    refuse('the signature of the command does not verify');
  }
  const command = parseCanonical(raw);
  checkShape(command, COMMAND, 'the command');
  if (!/^[0-9a-f]{32}$/.test(command.nonce)) refuse('a command whose nonce is none');
  return command;
}
