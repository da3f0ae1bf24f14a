// Authority that people lent: approvals ahead, and deputies of who is away. Step 24.

const LONGEST_STANDING = 7 * 86400e3;
const LONGEST_ABSENCE = 90 * 86400e3;
const UNCHECKED = {
  plan: 'standing approvals under plans that are not at hand: the maximum is not checked',
  elsewhere: 'uses of what stands in shards that were not given: not checked',
  tasks: 'tasks of applications, and what agents lent one another: not looked at here; `log verify` does that',
  gaps: 'standing approvals with records missing between: how often used is not checked',
};

/** Whose approval it is, and everybody who could have given it. */
function voiceOf(person, role, ...others) {
  return { person, role, behind: [person, ...others.filter(Boolean)] };
}

/** Why voices are not enough: N of M means N people; of two that can come from one, the first counts. */
function coverageProblem(roles, people, voices) {
  const kept = [];
  for (const one of voices) {
    if (!kept.some((other) => other.behind.some((name) => one.behind.includes(name)))) kept.push(one);
  }
  if (kept.length < people) return `approved by ${kept.length} people, where ${people} are needed`;
  for (const role of new Set(roles)) {
    if (kept.filter((one) => one.role === role).length < roles.filter((one) => one === role).length) return `not approved by enough holders of the role ${cut(role)}`;
  }
  return null;
}

class Lent {
  constructor(conduct) {
    Object.assign(this, {
      conduct, asked: new Map(), approvals: new Map(), made: new Map(), away: new Map(), open: new Map(),
      plans: new Map(), ids: new Set(), unchecked: new Set(), uses: 0, deputies: 0,
    });
  }

  /** What does not hold of the standing approvals that a decision cites. */
  decision(record) {
    const { said } = record;
    const ref = this.conduct.here(record);
    const { outcome } = said.decision;
    if (said.mandate || said.delegations?.length) this.unchecked.add('tasks');
    if (outcome === 'escalate') this.asked.set(ref, record);
    else if (said.escalatedBy) this.asked.delete(place(said.escalatedBy));
    const cited = (said.standing ?? []).map(place);
    if (!cited.length) return said.reviews ? ['names reviews, and no standing approval that holds for them'] : [];
    const problems = this.cited(record, cited);
    if (outcome === 'allow') problems.push(...this.use(record, ref, cited));
    return problems;
  }

  cited(record, cited) {
    const { said, at } = record;
    const fired = (said.decision.outcome === 'escalate' ? said.decision.policies : said.reviews) ?? [];
    const problems = [];
    if (said.decision.outcome === 'block') problems.push('blocked, and cites a standing approval');
    if (!fired.length) problems.push('cites a standing approval, and no review that asked for one');
    if (new Set(cited).size !== cited.length) problems.push('cites a standing approval twice');
    for (const ref of said.standing) {
      const made = this.made.get(place(ref));
      if (made) problems.push(...notFor(made, said, fired, at));
      else if (this.conduct.isElsewhere(ref)) this.unchecked.add('elsewhere');
      else problems.push('cites a standing approval that is none, or none that holds');
    }
    return problems;
  }

  use(record, ref, cited) {
    const problems = [];
    this.uses += 1;
    this.open.set(ref, cited);
    for (const made of cited.map((one) => this.made.get(one)).filter(Boolean)) {
      made.used += 1;
      if (this.conduct.gaps) this.unchecked.add('gaps');
      else if (made.used > made.said.count) problems.push(`more than the ${made.said.count} that ${cut(made.said.by)} approved ahead`);
    }
    const { said } = record;
    if (said.escalatedBy || !cited.every((one) => this.made.has(one)) || !said.reviews) return problems;
    const reviews = this.reviewsOf(said.plan);
    if (!reviews) this.unchecked.add('plan');
    else if (!said.reviews.every((name) => reviews.has(name))) problems.push('names a review that the plan does not have');
    else problems.push(...[coverageProblem(...seatsOf(said.reviews.map((name) => reviews.get(name))), this.voices(said))].filter(Boolean));
    return problems;
  }

  voices(said) {
    return (said.standing ?? []).map((ref) => this.made.get(place(ref))).filter(Boolean).map((made) => made.voice);
  }

  allKnown(said) { return (said.standing ?? []).every((ref) => this.made.has(place(ref))); }

  /** The reviews of a plan by id, or null where it is not in the bundle. */
  reviewsOf(plan) {
    if (!this.plans.has(plan)) {
      const raw = this.conduct.bundle.data(`plans/${plan}.json`);
      const bundle = raw ? parseStrict(raw) : null;
      const grantors = new Map((bundle?.grants ?? []).map((grant) => [grant.id, grant.grantedBy]));
      const reviews = (bundle?.policies ?? []).filter((one) => one.kind === 'review');
      this.plans.set(plan, bundle && new Map(reviews.map((one) => [one.id, { ...one, grantor: grantors.get(one.grant) }])));
    }
    return this.plans.get(plan);
  }

  /** What does not hold of any other record. */
  async take(record) {
    const act = LENT[record.kind];
    if (/^(mandate|delegation)/.test(record.kind)) this.unchecked.add('tasks');
    const found = act ? await act.call(this, record.said, record) : null;
    return [found].flat().filter(Boolean).map((problem) => `${record.kind}: ${problem}`);
  }

  async standing(said, record) {
    const { authority, plan, commands } = this.conduct;
    const like = this.approvals.get(place(said.approval));
    const elsewhere = !like && this.conduct.isElsewhere(said.approval);
    const names = ['id', 'role', 'reviews', 'agent', 'action', 'resource', 'count', 'until', 'plan'];
    const body = Object.fromEntries(names.map((name) => [name, said[name]]));
    let problem = await commands.problem(said.signature, authority, said.by, 'standing', { ...body, caps: said.caps ?? [], from: said.approval });
    if (!problem && !authority.holds(said.by, said.role)) problem = `${cut(said.by)} does not hold the role ${cut(said.role)}`;
    if (!problem && said.plan !== plan) problem = 'under a plan that is not in force';
    if (!problem && (said.count < 1 || said.until <= said.at || span(said.at, said.until) > LONGEST_STANDING)) problem = 'for nothing, over already, or for too long';
    if (!problem && !like && !elsewhere) problem = 'of no approval that stands there';
    if (!problem && like) problem = unlike(said, like);
    if (!problem && this.ids.has(said.id)) problem = 'its id was used before';
    if (!problem && [...this.made.values()].some((made) => place(made.said.approval) === place(said.approval))) problem = 'made of an approval that was made a standing one before';
    if (!problem) problem = this.beyond(said);
    this.ids.add(said.id);
    if (elsewhere) this.unchecked.add('elsewhere');
    if (!problem) {
      const vouched = authority.voucher(said.signature.keyid);
      this.made.set(this.conduct.here(record), { said, used: 0, ended: false, voice: voiceOf(said.by, said.role, vouched) });
    }
    return problem;
  }

  /** How a standing approval is beyond what its plan lets be, or null. */
  beyond(said) {
    const { authority } = this.conduct;
    const reviews = this.reviewsOf(said.plan);
    if (!reviews) {
      this.unchecked.add('plan');
      return null;
    }
    if (!said.reviews.length || !said.reviews.every((name) => reviews.has(name))) return 'on a review that the plan does not have';
    const ours = [said.by, authority.voucher(said.signature.keyid)].filter(Boolean);
    const chosen = said.reviews.map((name) => reviews.get(name));
    const out = [...said.reviews.map((name) => authority.writtenBy[name]), ...chosen.filter((one) => one.separate?.includes('grantor')).map((one) => one.grantor)];
    if (ours.some((person) => out.includes(person))) return `by ${cut(said.by)}, whom the plan keeps apart: who wrote or granted it`;
    if (chosen.some((one) => one.reason === 'required')) return 'on a review whose approvals each need a reason';
    if (chosen.some((one) => !one.standing)) return 'on a review that the plan lets nobody approve ahead';
    const mine = [...this.made.values()].filter(({ said: made }) => made.by === said.by && made.agent === said.agent && made.action === said.action && made.reviews.some((name) => said.reviews.includes(name)));
    return chosen.map(({ standing }) => this.beyondRule(said, standing, mine)).find(Boolean) ?? null;
  }

  beyondRule(said, rule, mine) {
    const longest = Number(rule.withinSeconds) * 1000;
    if (span(said.at, said.until) > longest) return `for longer than the ${rule.withinSeconds} s that the plan lets it last`;
    const counts = ({ said: made, used, ended }) => (span(made.at, said.at) >= longest ? 0 : ended || made.until <= said.at ? used : made.count);
    if (said.count + mine.reduce((sum, made) => sum + counts(made), 0) > rule.count) return `for more than the ${rule.count} that the plan lets be approved ahead`;
    const caps = new Map((said.caps ?? []).map(({ argument, most }) => [argument, most]));
    const loose = ([argument, most]) => !caps.has(argument) || isMore(caps.get(argument), most);
    return Object.entries(rule.most ?? {}).some(loose) ? 'with a cap missing, or larger than the plan lets it be' : null;
  }

  async standingEnded(said) {
    const { authority, commands } = this.conduct;
    const problem = await commands.problem(said.signature, authority, said.by, 'end-standing', { id: said.id, reason: said.why || null });
    const ended = this.end((made) => made.said.id === said.id);
    const stranger = ended.some((made) => made.said.by !== said.by) && !authority.holds(said.by, 'operate');
    return problem ?? (stranger ? `${cut(said.by)} does not hold the role \`operate\`` : null);
  }

  end(over) {
    const found = [...this.made.values()].filter((made) => !made.ended && over(made));
    for (const made of found) made.ended = true;
    return found;
  }

  async absence(said, record) {
    const { authority, commands } = this.conduct;
    const names = ['id', 'person', 'role', 'deputy', 'since', 'until'];
    const body = Object.fromEntries(names.map((name) => [name, said[name]]));
    let problem = await commands.problem(said.signature, authority, said.by, 'away', body);
    if (!problem && said.by === said.deputy) problem = 'recorded by the deputy';
    if (!problem && said.by !== said.person && !authority.holds(said.by, 'operate')) problem = `${cut(said.by)} does not hold the role \`operate\``;
    if (!problem && !mayStandIn(said, authority)) problem = `the plan names ${cut(said.deputy)} as no deputy of a holder of ${cut(said.role)}`;
    const over = said.until <= said.at || said.until <= said.since || span(said.since, said.until) > LONGEST_ABSENCE;
    if (!problem && over) problem = 'it is over, or lasts too long';
    if (!problem && this.ids.has(`absence ${said.id}`)) problem = 'its id was used before';
    this.ids.add(`absence ${said.id}`);
    if (!problem) this.away.set(this.conduct.here(record), said);
    return problem;
  }

  async absenceEnded(said) {
    const { authority, commands } = this.conduct;
    let problem = await commands.problem(said.signature, authority, said.by, 'end-absence', { id: said.id, reason: said.why || null });
    for (const [ref, away] of [...this.away].filter(([, one]) => one.id === said.id)) {
      this.away.delete(ref);
      if (![away.person, away.by].includes(said.by) && !authority.holds(said.by, 'operate')) problem ??= `${cut(said.by)} does not hold the role \`operate\``;
    }
    return problem;
  }

  /** Why somebody who speaks for another may not, or null. */
  stead(said) {
    if (!said.absence && !said.standsInFor) return null;
    this.deputies += said.reviewer !== undefined;
    const away = said.absence && this.away.get(place(said.absence));
    if (said.absence && !away && this.conduct.isElsewhere(said.absence)) {
      this.unchecked.add('elsewhere');
      return null;
    }
    const person = said.reviewer ?? said.by;
    const fits = away && away.deputy === person && away.role === said.role && away.since <= said.at && said.at < away.until
      && (said.by !== undefined || away.person === said.standsInFor);
    return fits ? null : `${cut(person)} stood in for nobody as ${cut(said.role)} then`;
  }

  verdict(said, record) {
    const asked = this.asked.get(place(said.decision));
    if (said.withdraws) this.approvals.delete(place(said.withdraws));
    else if (said.answer === 'refuse') this.drop(said.decision);
    else if (asked) this.approvals.set(this.conduct.here(record), { verdict: said, asked: asked.said });
    return this.stead(said);
  }

  drop(decision) {
    if (!this.asked.delete(place(decision))) return;
    for (const [ref, { verdict }] of [...this.approvals]) if (place(verdict.decision) === place(decision)) this.approvals.delete(ref);
  }

  effect(said) {
    const used = this.open.get(place(said.decision)) ?? [];
    this.open.delete(place(said.decision));
    if (said.status === 'failed') for (const made of used.map((one) => this.made.get(one)).filter(Boolean)) made.used -= 1;
  }

  release(said) {
    this.asked.clear();
    this.approvals.clear();
    this.end((made) => made.said.plan !== said.plan);
    for (const [ref, away] of [...this.away]) if (!mayStandIn(away, this.conduct.authority)) this.away.delete(ref);
  }

  stop({ scope: { kind, name } }) {
    this.end(({ said }) => kind === 'all' || name === { agent: said.agent, system: said.system, tool: said.action }[kind]);
  }

  finish(report, step) {
    const looked = [];
    if (this.made.size || this.uses) looked.push(`${this.made.size} standing approvals, used ${this.uses} times`);
    if (this.away.size || this.deputies) looked.push(`${this.deputies} verdicts of deputies`);
    const missing = [...this.unchecked].map((why) => UNCHECKED[why]);
    const detail = [...looked, ...missing].join('; ') || 'none';
    if (missing.length) report.skip(step, detail);
    else report.say(step, detail);
  }
}

const LENT = {
  standing: Lent.prototype.standing,
  'standing-ended': Lent.prototype.standingEnded,
  absence: Lent.prototype.absence,
  'absence-ended': Lent.prototype.absenceEnded,
  verdict: Lent.prototype.verdict,
  question: Lent.prototype.stead,
  void(said) { this.drop(said.decision); },
  effect: Lent.prototype.effect,
  'plan-release': Lent.prototype.release,
  stop: Lent.prototype.stop,
  'passkey-revoked'(said) { this.end((made) => made.said.signature.keyid === said.keyid); },
};

function notFor({ said, ended, voice }, decision, fired, at) {
  const problems = [];
  if (ended || at < said.at || at >= said.until) problems.push(`by a standing approval of ${cut(said.by)} that is over`);
  if (said.agent !== decision.agent || said.action !== `${decision.server}/${decision.tool}` || said.plan !== decision.plan) problems.push('by a standing approval for another agent, tool or plan');
  if (!fired.every((name) => said.reviews.includes(name))) problems.push('by a standing approval for another review than the one that asked');
  if (voice.behind.includes(decision.agent)) problems.push('by a standing approval of the agent itself');
  for (const { argument, most } of said.caps ?? []) {
    const value = (decision.arguments ?? []).find((one) => one.name === argument.replace(/^args\./, ''))?.clear;
    if (value !== undefined && value !== null && typeof value !== 'boolean' && isMore(value, most)) problems.push(`beyond the cap of ${most} on ${cut(argument)}`);
  }
  return problems;
}

function unlike(said, { verdict, asked }) {
  const ours = verdict.answer === 'approve' && verdict.reviewer === said.by && verdict.role === said.role && !verdict.standsInFor;
  if (!ours) return 'of the approval of somebody else';
  const about = [asked.agent, asked.system, `${asked.server}/${asked.tool}`, asked.plan, asked.decision.policies ?? []];
  if (canonical(about) !== canonical([said.agent, said.system, said.action, said.plan, said.reviews])) return 'for another agent, tool, review or plan than was approved';
  return said.resource && said.resource !== asked.resource?.digest ? 'for another resource than was approved' : null;
}

function mayStandIn({ person, role, deputy }, authority) {
  return authority.holds(person, role) && authority.mayStandIn(deputy, role) && !authority.holds(deputy, role);
}

/** The roles that reviews ask for, as often as people of them are needed, and how many people. */
function seatsOf(reviews) {
  const roles = new Map();
  for (const { escalateTo = [], approvals = 1 } of reviews) {
    const alone = escalateTo.length === 1 ? Number(approvals) : 1;
    for (const role of escalateTo) roles.set(role, Math.max(roles.get(role) ?? 0, alone));
  }
  const named = [...roles].flatMap(([role, count]) => Array(count).fill(role));
  return [named, Math.max(named.length, ...reviews.map(({ approvals = 1 }) => Number(approvals)))];
}

/** Milliseconds between two record times. */
function span(from, to) { return Date.parse(to) - Date.parse(from); }

/** Whether a decimal is more than another, exactly; false where one is none. */
function isMore(value, most) {
  const [one, other] = [value, most].map((text) => /^(-?)([0-9]+)(?:\.([0-9]{1,18}))?$/.exec(String(text)));
  if (!one || !other) return false;
  const scaled = ([, sign, whole, rest = '']) => BigInt(`${sign}${whole}${rest.padEnd(18, '0')}`);
  return scaled(one) > scaled(other);
}
