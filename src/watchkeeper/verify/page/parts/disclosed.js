// What the bundle discloses, held against the digests in its records: HMAC-SHA-256 under the
// value's salt, over its RFC 8785 form.

const DISCLOSED = { index: 'int', name: 'text', salt: 'text', value: 'any' };

/** The digests that a record holds, by the name that a payload gives their salts. */
function digestsOf({ kind, said }) {
  const found = new Map();
  const add = (name, hidden) => { if (hidden?.digest) found.set(name, hidden.digest); };
  if (kind === 'decision') {
    (said.arguments ?? []).forEach((hidden) => add(`arg.${hidden.name}`, hidden));
    add('onBehalfOf', said.onBehalfOf);
    add('resource', said.resource);
    (said.trace ?? []).forEach((hidden) => add(`trace.${hidden.name}`, hidden));
    (said.facts ?? []).forEach((fact) => add(`fact.${fact.value.name}`, fact.value));
  }
  if (kind === 'effect') add('result', said.result);
  if (kind === 'mandate') add('content', said.content);
  if (kind === 'delegation') (said.resources ?? []).forEach((hidden) => add(hidden.name, hidden));
  if (kind === 'token' || kind === 'delegation') add('onBehalfOf', said.onBehalfOf);
  if (kind === 'question' || kind === 'answer') found.set('text', said.text);
  if (kind === 'drill-revealed') found.set('wrong', said.wrong);
  if (['verdict', 'plan-verdict'].includes(kind) && said.reason) found.set('reason', said.reason);
  if (['stop', 'resume', 'standing-ended', 'absence-ended', 'mandate-ended'].includes(kind) && said.why) found.set('reason', said.why);
  return found;
}

/** What each name may stand for in a payload. */
function valuesOf({ kind, said }, body) {
  const found = new Map();
  if (kind === 'decision') {
    const { request } = body;
    const given = Object.entries(request.arguments ?? {});
    (said.trace ?? []).forEach((hidden) => found.set(`trace.${hidden.name}`, [null]));
    (said.facts ?? []).forEach((fact) => found.set(`fact.${fact.value.name}`, [null]));
    given.forEach(([name, value]) => found.set(`arg.${name}`, [value]));
    Object.entries(request.trace ?? {}).forEach(([name, value]) => found.set(`trace.${name}`, [value]));
    for (const read of body.facts?.read ?? []) {
      Object.entries(read.values).forEach(([name, value]) => found.set(`fact.${read.source}.${name}`, [value]));
    }
    found.set('onBehalfOf', [request.onBehalfOf ?? null]);
    // The payload does not say which argument names the resource: it is one of them.
    found.set('resource', given.map(([, value]) => value));
  } else if (kind === 'effect') {
    const kept = ['result', 'settledFrom'].filter((key) => key in body);
    if (kept.length) found.set('result', kept.map((key) => body[key]));
  } else {
    for (const name of ['reason', 'text', 'wrong', 'content', 'onBehalfOf']) if (name in body) found.set(name, [body[name]]);
    (body.resources ?? []).forEach((value, place) => found.set(`resource.${place}`, [value]));
  }
  return found;
}

class Disclosures {
  constructor(report, bundle) {
    Object.assign(this, { report, bundle, values: 0, requests: 0, whole: 0, single: new Map() });
    for (const name of bundle.members.keys()) {
      if (!name.startsWith('disclosed/')) continue;
      const index = Number(name.slice(10, 22));
      this.single.set(index, [...(this.single.get(index) ?? []), name]);
    }
  }

  /** Check what is disclosed of a record, and keep what holds with it. */
  async take(record) {
    record.disclosed = new Map();
    try {
      for (const name of this.single.get(record.index) ?? []) await this.one(record, name);
      const payload = this.bundle.data(`payloads/${String(record.index).padStart(12, '0')}.json`);
      if (payload) await this.payload(record, parseStrict(payload));
    } catch (error) {
      const known = error instanceof Refused || error instanceof TypeError;
      if (!known) throw error;
      this.report.fail(STEP.disclosed, error instanceof Refused ? error.message : 'not the payload of this record', record.index);
    }
  }

  async one(record, file) {
    const raw = this.bundle.data(file);
    const said = parseStrict(raw);
    checkShape(said, DISCLOSED, 'a disclosed value');
    const escaped = encodeURIComponent(said.name).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
    const name = `disclosed/${String(said.index).padStart(12, '0')}.${escaped}.json`;
    if (said.index !== record.index || name !== file || Object.keys(said).length !== 4 || canonical(said) !== decode(raw)) {
      refuse(`not a disclosed value, or of another record: ${cut(file)}`);
    }
    const digest = digestsOf(record).get(said.name) ?? refuse(`the record hides no ${cut(said.name)}`);
    await this.hold(record, said.name, digest, said.salt, [said.value]);
  }

  async payload(record, body) {
    if (body === null || typeof body !== 'object' || Array.isArray(body)) refuse('a payload that is no object');
    this.whole += 1;
    const digests = digestsOf(record);
    const values = valuesOf(record, body);
    for (const [name, salt] of Object.entries(body.salts ?? {})) {
      if (digests.has(name) && values.has(name)) await this.hold(record, name, digests.get(name), salt, values.get(name));
    }
    for (const name of digests.keys()) {
      const salted = Object.hasOwn(body.salts ?? {}, name) || name.startsWith('arg.');
      if (values.has(name) && !salted) this.report.fail(STEP.disclosed, `no salt for its value of ${cut(name)}`, record.index);
    }
    const wrong = await unboundOf(record, body);
    if (wrong) this.report.fail(STEP.disclosed, `another value of ${wrong} than recorded`, record.index);
    if (record.kind !== 'decision') return;
    this.requests += 1;
    if (await requestDigest(body.request) !== record.digest) this.report.fail(STEP.disclosed, 'another request than recorded', record.index);
    const shown = record.said.escalation?.shown;
    if (shown && 'shown' in body && await sha256Hex(encode(canonical(body.shown))) !== shown) {
      this.report.fail(STEP.disclosed, 'the reviewer was shown something else', record.index);
    }
  }

  async hold(record, name, digest, salt, candidates) {
    this.values += 1;
    const key = fromHex(salt);
    for (const value of key?.length ? candidates : []) {
      if (await hmacHex(key, encode(canonical(value))) === digest) {
        record.disclosed.set(name, value);
        return;
      }
    }
    this.report.fail(STEP.disclosed, `another value of ${cut(name)} than recorded`, record.index);
  }

  finish() {
    if (!this.whole && !this.single.size) {
      this.report.skip(STEP.disclosed, 'it discloses none');
      return;
    }
    const more = this.whole ? '; of a payload, what no digest covers is the operator’s word and not shown here' : '';
    this.report.say(STEP.disclosed, `${this.values} values and ${this.requests} whole requests match their digests${more}`);
  }
}

/** Which name a payload holds otherwise than its record binds it: `keys`, `same`, `cases`, ... */
async function unboundOf({ kind, said }, body) {
  const holds = async (digest, name, value) => {
    const salt = fromHex(body.salts?.[name] ?? '');
    return salt?.length > 0 && value !== undefined && await hmacHex(salt, encode(canonical(value))) === digest;
  };
  if (kind === 'standing' && said.keyed !== undefined) return await holds(said.keyed, 'keyed', body.keyed) ? null : 'keyed';
  if (kind === 'drill' && said.cases !== undefined) {
    const plants = Array.isArray(body.cases) ? body.cases.map(({ commitment, actionId, due }) => [commitment, actionId, due]) : null;
    return await holds(said.cases, 'cases', plants) ? null : 'cases';
  }
  return kind === 'decision' && said.same !== undefined ? unboundDecision(said, body, holds) : null;
}

/** The same of a decision that allows or escalates: `keys`, `same`, `tracked` or `shownFacts`. */
async function unboundDecision(said, body, holds) {
  const is = async (digest, name, value) => typeof value === 'string' && await holds(digest, name, value);
  const [bound, keys] = [said.keys ?? [], Array.isArray(body.keys) ? body.keys : [null]];
  if (keys.length !== bound.length) return 'keys';
  for (const [place, { digest, seconds, refuseAfter }] of bound.entries()) {
    const key = keys[place];
    const same = key !== null && canonical(key) === canonical({ id: key.id, refuseAfter, seconds });
    if (!same || !await is(digest, 'keys', key.id)) return 'keys';
  }
  if (!await is(said.same, 'same', body.same)) return 'same';
  const { tracked } = said;
  if (tracked === undefined ? 'tracked' in body : !('tracked' in body) || !await holds(tracked.digest, 'tracked', body.tracked)) return 'tracked';
  if (said.shownFacts === undefined) return 'shownFacts' in body ? 'shownFacts' : null;
  return await is(said.shownFacts, 'shownFacts', body.shownFacts) ? null : 'shownFacts';
}

/** The digest of the canonical request in a payload: what was asked, by whom, with the nonce. */
async function requestDigest(body) {
  if (body === null || typeof body !== 'object') refuse('a payload without its request');
  const names = ['actionId', 'agent', 'arguments', 'method', 'nonce', 'onBehalfOf', 'raw', 'server', 'tool'];
  const said = Object.fromEntries(names.map((name) => [name, body[name] ?? null]));
  for (const name of ['inputResponses', 'requestState']) {
    if (Object.hasOwn(body.trace ?? {}, name)) said[name] = body.trace[name];
  }
  if (body.mandate !== undefined && body.mandate !== null) said.mandate = body.mandate;
  return sha256Hex(encode(canonical(said)));
}
