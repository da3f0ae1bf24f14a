// Passkeys that records name: each by the person's own word, or by somebody who may vouch.

const CODE_LASTS = 600;

/** The passkeys that records named so far, and who may sign with what. */
class Enrolment {
  constructor(commands, named, authority) {
    const { registered = {}, revoked = [] } = named;
    Object.assign(this, { commands, named, authority, registered: { ...registered }, revoked: [...revoked] });
  }

  /** A release: who is not in its plan any more loses what records named. */
  async release(said) {
    const { people, roles, passkeys, console: place, writtenBy, applications, deputies } = said;
    this.named = { people, roles, passkeys, console: place, writtenBy, applications, deputies };
    const { known } = await authorityOf(this.named);
    this.registered = Object.fromEntries(Object.entries(this.registered).filter(([person]) => known(person)));
    await this.join();
  }

  async join() {
    this.authority = await authorityOf({ ...this.named, registered: this.registered, revoked: this.revoked });
  }

  /** Let a passkey count from here on; why it may not, or null. */
  async passkey(said) {
    const problem = await (said.code === undefined ? this.added(said) : this.vouched(said)) ?? await this.unfit(said);
    if (!problem) {
      const held = Object.hasOwn(this.registered, said.person) ? this.registered[said.person] : [];
      this.registered = { ...this.registered, [said.person]: [...held, said.passkey] };
      await this.join();
    }
    return problem;
  }

  async revoke(said) {
    const body = { person: said.person, keyid: said.keyid, reason: said.why || null };
    let problem = await this.commands.problem(said.signature, this.authority, said.by, 'revoke-passkey', body);
    if (!problem && said.by !== said.person && !this.authority.holds(said.by, 'operate')) problem = `${cut(said.by)} does not hold the role \`operate\``;
    this.revoked.push(said.keyid);
    await this.join();
    return problem;
  }

  async added({ person, passkey, by, signature }) {
    if (by !== person) return 'added by somebody else';
    if ((passkey.vouchedBy ?? null) !== this.authority.voucher(signature.keyid)) return 'it hides who vouched for the passkey that added it';
    const { credential, publicKey, algorithm } = passkey;
    return this.commands.problem(signature, this.authority, by, 'add-passkey', { credential, publicKey, algorithm });
  }

  async vouched({ at, person, passkey, by, signature, code }) {
    const digest = /^([0-9a-f]{2})*$/.test(code) ? await sha256Hex(fromHex(code)) : '';
    const problem = await this.commands.problem(signature, this.authority, by, 'console-code', { person, digest });
    if (problem) return problem;
    if (by !== person && !this.authority.holds(by, 'release')) return `${cut(by)} does not hold the role \`release\``;
    if (this.authority.voucher(signature.keyid) !== null) return 'by a code that was signed by a passkey for which somebody else vouched';
    if ((passkey.vouchedBy ?? null) !== (by === person ? null : by)) return 'it says that somebody else vouched for it';
    const signed = parseCanonical(fromBase64(signature.payload));
    const [given, expires] = [Date.parse(signed.at), Date.parse(signed.body.expires)];
    const inTime = typeof signed.body.expires === 'string' && at <= signed.body.expires && expires - given <= CODE_LASTS * 1000;
    return inTime ? null : 'by a code that had expired, or that lasted too long';
  }

  async unfit({ person, passkey }) {
    const id = await keyidOf(passkey);
    const spki = fromBase64(passkey.publicKey);
    if (!spki || !await importPasskey(spki, passkey.algorithm)) return 'no public key of a known algorithm';
    if (this.revoked.includes(id)) return 'it was revoked before';
    if (this.authority.has(id)) return 'somebody has it already';
    return this.authority.known(person) ? null : 'the plan does not know the person';
  }
}

/** Why an approval comes from somebody who approved already: whoever vouched for a passkey could hold it. */
function notApart(said, others, authority) {
  const behind = ({ reviewer, signature, standsInFor }) => [reviewer, standsInFor ?? reviewer, authority.voucher(signature.keyid) ?? reviewer];
  const ours = behind(said);
  if (said.answer !== 'approve') return null;
  for (const other of others) {
    if (behind(other).some((one) => ours.includes(one))) return 'by one who had approved, stood in for them, or vouched for the passkey';
    if (said.signature.keyid === other.signature.keyid) return 'by a key that had approved, as another person\'s';
  }
  return null;
}

async function keyidOf({ publicKey }) {
  return sha256Hex(fromBase64(publicKey) ?? new Uint8Array());
}
