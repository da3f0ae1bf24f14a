// Keys over time, and homes that were restored or copied: which record key counted where, by the
// chain of rotations from the genesis on, and which of them were revoked later.

const POSSESSION_TYPE = 'application/vnd.watchkeeper.key-possession+json';

class Custody {
  constructor(report, commands, named, pinned) {
    Object.assign(this, { report, commands, pinned, runs: [], adopted: [] });
    this.terms = [...named].map(([id, key]) => ({ id, key, first: 0, end: null, from: null, by: null }));
  }

  /** Whether the key of a record counted at its index; a revoked one is looked at in the end. */
  signed({ index, keyid: id }) {
    const terms = this.terms.filter((term) => term.id === id);
    if (!terms.some(({ first, end }) => first <= index && (end === null || index < end))) {
      this.report.fail(STEP.signatures, `signed with a key that does not count here: ${cut(id)}`, index);
      return;
    }
    const last = this.runs.at(-1);
    if (last?.id === id && last.end === index) last.end = index + 1;
    else this.runs.push({ id, first: index, end: index + 1 });
  }

  async rotation({ index, said }, authority) {
    const rotates = said.newKey != null;
    const [verb, body] = rotates
      ? ['rotate-key', { replaces: said.replaces, newKey: said.newKey, old: said.old }]
      : ['revoke-key', { revoked: said.revoked, revokedFrom: said.revokedFrom }];
    const problem = await this.said(said, authority, verb, body);
    const broken = rotates ? await this.rotate(index, said) : this.revoke(index, said);
    if (problem ?? broken) this.report.fail(STEP.rotation, problem ?? broken, index);
  }

  async said(said, authority, verb, body) {
    const bound = { ...body, reason: said.why || null };
    const problem = await this.commands.problem(said.signature, authority, said.by, verb, bound);
    return problem ?? (authority.holds(said.by, 'operate') ? null : `${cut(said.by)} does not hold the role \`operate\``);
  }

  /** Take up a new key; why it does not hold, or null. */
  async rotate(index, { newKey, replaces, proof, revoked }) {
    if (revoked != null) return 'neither a rotation nor a revocation';
    if (!this.terms.some((term) => term.end === null && term.id === replaces)) return 'it replaces a key that is not in force';
    const [key, signature] = [fromBase64(newKey), fromBase64(proof)];
    if (key?.length !== 32) return 'its new key is none';
    const said = encode(canonical({ newKey, origin: this.commands.origin, replaces }));
    if (signature?.length !== 64 || !await verifies(key, preAuthEncoding(POSSESSION_TYPE, said), signature)) return 'the new key does not prove that it is held';
    const id = await keyid(key);
    if (this.terms.some((term) => term.id === id)) return 'a key that was used before';
    for (const term of this.terms) term.end ??= index + 1;
    this.terms.push({ id, key, first: index + 1, end: null, from: null, by: null });
    return null;
  }

  /** Take up that a key no longer counts; why it does not hold, or null. */
  revoke(index, { revoked, revokedFrom }) {
    const term = this.terms.find((one) => one.id === revoked);
    if (!term) return 'it revokes no key of this log';
    if (term.end === null) return 'it revokes the key that is in force';
    if (!(Number.isSafeInteger(revokedFrom) && term.first <= revokedFrom && revokedFrom <= (term.from ?? term.end))) return 'it revokes from an index at which the key did not count';
    Object.assign(term, { from: revokedFrom, by: index });
    return null;
  }

  async adoption({ index, said }, authority) {
    const doubts = said.doubts.map((doubt) => doubt.id).sort();
    let problem = await this.said(said, authority, 'adopt', { size: said.size, doubts });
    if (!problem && (said.size > index || !doubts.length)) problem = 'it adopts nothing that could stand before it';
    if (problem) this.report.fail(STEP.adoptions, problem, index);
    this.adopted.push(`record ${index}: ${said.by} took this home up again at ${said.size} records`);
  }

  finish() {
    for (const term of this.terms.filter((one) => one.from !== null)) {
      for (const { first, end } of this.runs.filter((run) => run.id === term.id)) {
        for (let index = Math.max(first, term.from); index < end; index += 1) {
          this.report.fail(STEP.rotation, `not to be relied on: its key was revoked from ${term.from} on`, index);
        }
      }
    }
    this.report.say(STEP.rotation, `${this.terms.length} record key${this.terms.length > 1 ? 's' : ''}: ${this.terms.map((term) => this.named(term)).join('; ')}`);
    this.report.say(STEP.adoptions, this.adopted.join('; ') || 'none in the bundle');
  }

  named({ id, first, end, from, by }) {
    const gone = from === null ? '' : `, revoked from ${from} by record ${by}`;
    const chained = this.pinned && !this.pinned.has(id) ? ' (by the chain alone: pin it)' : '';
    return `${id.slice(0, 16)} from ${first}${end === null ? '' : ` to before ${end}`}${gone}${chained}`;
  }
}

/** The keys that rotations among these statements bring up; whether they count is looked at later. */
async function broughtUp(records) {
  const found = new Map();
  for (const { kind, said } of records) {
    const key = kind === 'key-rotation' ? fromBase64(said.newKey ?? '') : null;
    if (key?.length === 32) found.set(await keyid(key), key);
  }
  return found;
}
