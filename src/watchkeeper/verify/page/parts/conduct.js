// What the records must keep to, taken up in the order of their indexes: releases of the plan,
// commands, approvals, effects. What a record refers back to must be in the bundle; what happened
// in a gap is not held against it.

class Conduct {
  constructor(report, bundle, genesis, authority, keys) {
    const { shard, carried } = genesis.said;
    const [plan, at] = [carried?.plan ?? null, carried?.until ?? ''];
    Object.assign(this, { report, bundle, authority, shard, plan, at, next: 0, gaps: false });
    this.commands = new Commands(genesis.said.origin);
    this.enrolment = new Enrolment(this.commands, carried ?? { people: genesis.said.firstRelease, roles: { release: Object.keys(genesis.said.firstRelease) } }, authority);
    this.custody = new Custody(report, this.commands, keys.named, keys.pinned);
    this.drills = new Drills(report, shard);
    this.lent = new Lent(this);
    this.decisions = new Map();
    this.waiting = new Map();
    this.waitingByAction = new Map();
    this.allowed = new Set();
    this.ended = new Set();
    this.stops = new Set((carried?.stops ?? []).map(({ kind, name }) => `${kind} ${name}`));
    this.stopped = new Map();
    this.channels = { silent: new Map(), whole: !carried };
    this.stories = new Map();
    this.demanding = new Map();
    this.purses = new Purses(bundle, carried ? micros(genesis.at) : null);
    this.others = [];
    this.counts = { releases: 0, approved: 0, effects: 0, erasures: 0, unknown: 0, elsewhere: 0 };
  }

  async take(record) {
    if (record.index !== this.next) {
      this.gaps = true;
      this.purses.partial = true;
      this.stops.clear();
      this.channels = { silent: new Map(), whole: false };
    }
    this.next = record.index + 1;
    this.custody.signed(record);
    if (record.at < this.at) this.report.fail(STEP.order, 'time goes back', record.index);
    if (record.at > this.at) this.at = record.at;
    if (!record.known) this.counts.unknown += 1;
    if (record.kind === 'decision') this.lend(this.lent.decision(record), record);
    const rule = RULES[record.kind];
    if (rule) await rule.call(this, record);
    this.drills.follow(this, record);
    this.lend(await this.lent.take(record), record);
    if (!STORIED.has(record.kind)) this.others.push(record);
  }

  lend(problems, { index }) {
    for (const problem of problems) this.report.fail(STEP.lent, problem, index);
  }

  /** A name for the place of a record, in whatever shard. */
  here(record) { return place({ shard: this.shard, index: record.index }); }

  /** Whether a record stands in an earlier shard, which is not in this bundle; those are counted. */
  isElsewhere(ref) {
    if (ref.shard < this.shard) this.counts.elsewhere += 1;
    return ref.shard < this.shard;
  }

  story(record) {
    const id = record.said.actionId;
    if (!this.stories.has(id)) this.stories.set(id, { id, decisions: [], verdicts: [], effects: [], voids: [] });
    return this.stories.get(id);
  }

  genesis(record) {
    if (record.index) this.report.fail(STEP.order, 'a second genesis', record.index);
  }

  async release(record) {
    const { said, index } = record;
    const body = { plan: said.plan, previous: said.previous ?? null };
    let problem = await this.commands.problem(said.signature, this.authority, said.releasedBy, 'release', body);
    if (!problem && !this.authority.holds(said.releasedBy, 'release')) problem = 'signed by somebody who did not hold the role `release` before it';
    if (!problem && (said.previous ?? null) !== this.plan) problem = 'it does not follow the plan that was in force';
    if (!problem && record.digest !== said.plan) problem = 'its subject is not its plan';
    if (!problem) problem = this.authorsProblem(said);
    if (problem) this.report.fail(STEP.releases, problem, index);
    this.plan = said.plan;
    await this.enrolment.release(said);
    this.authority = this.enrolment.authority;
    const shared = this.authority.shared();
    if (shared) this.report.fail(STEP.releases, `by this plan ${shared}`, index);
    this.counts.releases += 1;
    this.checkPlan(record);
  }

  /** Whom a release names as an author who is neither its own nor was one before. */
  authorsProblem(said) {
    const author = commandBody(said.signature).writtenBy ?? said.releasedBy;
    for (const [policy, person] of Object.entries(said.writtenBy ?? {})) {
      if (person !== author && person !== this.authority.writtenBy[policy]) return `it names ${cut(person)} as who wrote ${cut(policy)}, which nobody signed`;
    }
    return null;
  }

  checkPlan({ index, said }) {
    const plan = this.bundle.data(`plans/${said.plan}.json`);
    if (!plan) return;
    const { people = [], roles = {}, console: place, policies = [], applications = [], deputies = {} } = parseStrict(plan);
    const apart = policies.filter((one) => one.separate?.includes('author')).map((one) => one.id).sort();
    const wrote = Object.keys(said.writtenBy ?? {}).sort();
    const keys = Object.fromEntries(people.filter((one) => one.keys?.length).map((one) => [one.id, one.keys]));
    const passkeys = Object.fromEntries(people.filter((one) => one.passkeys?.length).map((one) => [one.id, one.passkeys]));
    const released = [said.people, said.roles, said.passkeys ?? {}, said.console ?? null, said.applications ?? [], said.deputies ?? {}];
    if (canonical([keys, roles, passkeys, place?.url ?? null, applications, deputies]) !== canonical(released) || apart.join() !== wrote.join()) {
      this.report.fail(STEP.plans, 'the release names other people, keys, roles, applications or another console than its plan', index);
    }
  }

  async command(record, verb, body, role) {
    const { said, index, kind } = record;
    let problem = await this.commands.problem(said.signature, this.authority, said.by, verb, body);
    if (!problem && role && !this.authority.holds(said.by, role)) problem = `${cut(said.by)} does not hold the role ${cut(role)}`;
    if (problem) this.report.fail(STEP.commands, `${kind}: ${problem}`, index);
  }

  async passkey(record) {
    const act = record.kind === 'passkey' ? 'passkey' : 'revoke';
    const problem = await this.enrolment[act](record.said);
    if (act === 'revoke') this.dropSignedWith(record.said.keyid);
    this.authority = this.enrolment.authority;
    if (problem) this.report.fail(STEP.commands, `${record.kind}: ${problem}`, record.index);
  }

  /** No approval counts any more that a key signed which was revoked since. */
  dropSignedWith(keyid) {
    for (const { verdicts } of this.waiting.values()) {
      for (const [ref, { said }] of verdicts) if (said.signature.keyid === keyid) verdicts.delete(ref);
    }
  }

  async stop(record) {
    const { kind, name } = record.said.scope;
    await this.command(record, 'stop', { scopeKind: kind, scopeName: name });
    this.stops.add(`${kind} ${name}`);
    this.stopped.set(this.here(record), { kind, name });
  }

  async resume(record) {
    const { kind, name } = record.said.scope;
    await this.command(record, 'resume', { scopeKind: kind, scopeName: name }, 'operate');
    if (!this.gaps && !this.stops.has(`${kind} ${name}`)) this.report.fail(STEP.commands, 'resumes what was not stopped', record.index);
    this.stops.delete(`${kind} ${name}`);
  }

  /** A channel falls silent, and is heard again, in turn. */
  async channel({ said, index, digest }) {
    const { silent, whole } = this.channels;
    const [known, since, fell] = [whole || silent.has(said.channel), silent.get(said.channel) ?? null, said.state === 'silent'];
    let problem = null;
    if (!['silent', 'heard'].includes(said.state)) problem = 'a state that is none';
    else if (said.since > said.at) problem = 'it fell silent later than it says so';
    else if (said.failures < 1 || (said.why === undefined) === fell) problem = 'it does not say why, or that nothing failed';
    else if (fell && since) problem = 'it was silent before';
    else if (!fell && known && since !== said.since) problem = 'it was not silent, or since another time';
    else if (await sha256Hex(encode(said.channel)) !== digest) problem = 'its subject is not its channel';
    if (problem) this.report.fail(STEP.order, `channel: ${problem}`, index);
    silent.set(said.channel, fell ? said.since : null);
  }

  decision(record) {
    const { said, index } = record;
    const { outcome } = said.decision;
    this.decisions.set(this.here(record), record);
    this.story(record).decisions.push(record);
    if (outcome !== 'block' && said.plan !== this.plan) this.report.fail(STEP.force, 'decided by a plan that was not in force', index);
    if (said.point.boundary === 'permit-verified' && this.permitless(said)) this.report.fail(STEP.force, 'says that its server demands permits, which its plan does not', index);
    if (outcome === 'escalate') this.escalated(record);
    if (outcome === 'allow') this.allow(record);
    if (!['allow', 'block', 'escalate'].includes(outcome)) this.report.fail(STEP.signatures, `an outcome that is none: ${cut(outcome)}`, index);
  }

  /** Whether the plan of a decision is at hand, and sends its server no permits. */
  permitless({ plan, server }) {
    if (!this.demanding.has(plan)) {
      const raw = this.bundle.data(`plans/${plan}.json`);
      const servers = raw ? parseStrict(raw).servers ?? [] : null;
      this.demanding.set(plan, servers && new Set(servers.filter((one) => one.permit).map((one) => one.id)));
    }
    const servers = this.demanding.get(plan);
    return servers !== null && !servers.has(server);
  }

  escalated(record) {
    const { escalation, actionId } = record.said;
    if (!escalation?.approvals || !escalation.roles.length) {
      this.report.fail(STEP.approvals, 'an escalation that nobody has to approve', record.index);
      return;
    }
    this.forget(this.waitingByAction.get(actionId));
    this.waiting.set(this.here(record), { record, verdicts: new Map(), questions: new Set() });
    this.waitingByAction.set(actionId, this.here(record));
  }

  forget(index) {
    const waiting = this.waiting.get(index);
    if (!waiting) return;
    this.waiting.delete(index);
    this.waitingByAction.delete(waiting.record.said.actionId);
  }

  allow(record) {
    const { said, index } = record;
    const scopes = ['all ', `agent ${said.agent}`, `system ${said.system}`, `tool ${said.server}/${said.tool}`];
    if (scopes.some((scope) => this.stops.has(scope))) this.report.fail(STEP.force, 'allowed while a stop was in force', index);
    this.drills.allowed(record);
    if (this.allowed.has(said.actionId)) this.report.fail(STEP.effects, 'one action was allowed twice', index);
    this.allowed.add(said.actionId);
    for (const problem of this.purses.allowed(this.here(record), record)) this.report.fail(STEP.force, problem, index);
    const waits = this.waitingByAction.has(said.actionId);
    if (said.escalatedBy) {
      const waiting = this.waiting.get(place(said.escalatedBy));
      const problem = !waiting && this.isElsewhere(said.escalatedBy) ? null : approvalProblem(this, waiting, record);
      if (problem) this.report.fail(STEP.approvals, problem, index);
      this.forget(place(said.escalatedBy));
      this.counts.approved += 1;
    } else if (waits) {
      this.report.fail(STEP.approvals, 'allowed while it waited for approval', index);
    } else if (said.verdicts?.length) {
      this.report.fail(STEP.approvals, 'verdicts cited without an escalation', index);
    }
  }

  async verdict(record) {
    this.story(record).verdicts.push(record);
    const waiting = this.waiting.get(place(record.said.decision));
    if (!waiting && this.isElsewhere(record.said.decision)) return;
    const problem = waiting ? await this.verdictProblem(record, waiting) : 'on an action that does not wait';
    if (problem) this.report.fail(STEP.approvals, `verdict: ${problem}`, record.index);
    else if (record.said.answer === 'approve') waiting.verdicts.set(this.here(record), record);
    else if (record.said.withdraws) waiting.verdicts.delete(place(record.said.withdraws));
    else this.endWaiting(place(record.said.decision), 'refused');
  }

  verdictProblem({ said, digest }, waiting) {
    return verdictProblem(this, said, digest, waiting);
  }

  async question(record) {
    const { said, index, digest } = record;
    const waiting = this.waiting.get(place(said.decision));
    if (!waiting && this.isElsewhere(said.decision)) return;
    const problem = await questionProblem(this, said, digest, waiting);
    if (problem) this.report.fail(STEP.approvals, `question: ${problem}`, index);
    else waiting.questions.add(this.here(record));
  }

  answer({ said, index, digest }) {
    const waiting = this.waiting.get(place(said.decision));
    if (!waiting && this.isElsewhere(said.decision)) return;
    const problem = answerProblem(this, said, digest, waiting);
    if (problem) this.report.fail(STEP.approvals, `answer: ${problem}`, index);
    else waiting.questions.delete(place(said.question));
  }

  async effect(record) {
    const { said, index } = record;
    this.story(record).effects.push(record);
    this.counts.effects += 1;
    const [decision, allow] = [place(said.decision), this.decisions.get(place(said.decision))];
    if (said.afterStop && !this.cameBefore(said, allow)) this.report.fail(STEP.effects, 'after a stop that did not come while it was open', index);
    if (this.ended.has(decision)) this.report.fail(STEP.effects, 'a second effect of one action', index);
    this.ended.add(decision);
    this.purses.settled(decision, said.status === 'failed');
    if (!allow && this.isElsewhere(said.decision)) return this.checkSettled(record);
    if (!allow || allow.said.decision.outcome !== 'allow') this.report.fail(STEP.effects, 'an effect without its allow', index);
    else if (allow.said.actionId !== said.actionId || allow.digest !== record.digest) this.report.fail(STEP.effects, 'an effect of another action than it refers to', index);
    return this.checkSettled(record);
  }

  /** Whether the stop that an effect names took hold of its action, which was allowed before it. */
  cameBefore({ decision, afterStop: cited }, allow) {
    const [{ shard, index }, scope] = [cited, this.stopped.get(place(cited))];
    if (shard < decision.shard || (shard === decision.shard && index <= decision.index)) return false;
    if (!scope) return this.isElsewhere(cited);
    if (!allow || scope.kind === 'all') return true;
    const { agent, system, server, tool } = allow.said;
    return scope.name === { agent, system, tool: `${server}/${tool}` }[scope.kind];
  }

  async checkSettled({ said, index }) {
    const by = said.resolvedBy;
    if (!by || (!by.signature && by.kind !== 'person')) return;
    const body = { actionId: said.actionId, status: by.kind === 'person' ? said.status : 'read' };
    let problem = by.signature ? await this.commands.problem(by.signature, this.authority, by.by, 'resolve', body) : 'by a person, without a signature';
    if (!problem && !this.authority.holds(by.by, 'operate')) problem = `${cut(by.by)} does not hold the role \`operate\``;
    if (problem) this.report.fail(STEP.effects, `settled: ${problem}`, index);
  }

  /** Who asked for an erasure; whether the plan let it go is for `log verify`. */
  async erasure(record) {
    const { said, index, digest } = record;
    this.counts.erasures += 1;
    const spans = [said.spans, said.deferred ?? []].map((some) => some.map(({ first, end }) => [first, end]));
    const about = said.shard === undefined ? spans : [...spans, said.shard];
    let problem = await sha256Hex(encode(canonical(about))) === digest ? null : 'its subject is not what it erases';
    if (!problem && said.shard !== undefined && !(said.shard >= 0 && said.shard < this.shard)) {
      problem = `it names shard ${said.shard}, which is no older one`;
    }
    if (!problem && said.signature) {
      const body = { asked: said.asked, records: digest, reason: said.why ?? '' };
      problem = await this.commands.problem(said.signature, this.authority, said.by ?? '', 'erase', body);
    } else if (!problem && !said.plan && !said.follows) {
      problem = 'nobody signed it, and neither a plan nor an erasure before demands it';
    }
    if (problem) this.report.fail(STEP.erasures, problem, index);
  }

  voided(record) {
    this.story(record).voids.push(record);
    const [{ why }, decision] = [record.said, place(record.said.decision)];
    const waiting = this.waiting.get(decision);
    const approved = why === 'planted' && waiting && isApproved(waiting);
    if (why === 'planted') this.drills.claimed.set(decision, record);
    this.endWaiting(decision, approved ? 'approved' : why === 'expired' ? 'expired' : 'voided');
  }

  /** An escalated action ended without release. */
  endWaiting(decision, how) {
    const waiting = this.waiting.get(decision);
    if (waiting) this.drills.end(decision, how, waiting.record);
    this.forget(decision);
  }
}

function place({ shard, index }) {
  return `${shard}/${index}`;
}

const STORIED = new Set(['decision', 'verdict', 'effect', 'void']);
const RULES = {
  genesis: Conduct.prototype.genesis,
  'plan-release': Conduct.prototype.release,
  decision: Conduct.prototype.decision,
  verdict: Conduct.prototype.verdict,
  question: Conduct.prototype.question,
  answer: Conduct.prototype.answer,
  channel: Conduct.prototype.channel,
  effect: Conduct.prototype.effect,
  void: Conduct.prototype.voided,
  stop: Conduct.prototype.stop,
  resume: Conduct.prototype.resume,
  erasure: Conduct.prototype.erasure,
  drill(record) { return this.drills.drill(this, record); },
  'drill-revealed'(record) { return this.drills.revealed(this, record); },
  passkey: Conduct.prototype.passkey,
  'passkey-revoked': Conduct.prototype.passkey,
  'key-rotation'(record) { return this.custody.rotation(record, this.authority); },
  adopted(record) { return this.custody.adoption(record, this.authority); },
  token(record) {
    const { agent, name, digest, onBehalfOf: person } = record.said;
    const onBehalfOf = person ? person.digest ?? '' : null;
    return this.command(record, 'token', { agent, name, digest, onBehalfOf }, 'operate');
  },
  'token-revoked'(record) { return this.command(record, 'revoke-token', { name: record.said.name }, 'operate'); },
  'clock-accepted'(record) { return this.command(record, 'accept-clock', {}, 'operate'); },
};
