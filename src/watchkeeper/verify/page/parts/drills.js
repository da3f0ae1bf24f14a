// Escalations that were planted: committed to before, revealed when nobody can answer any more, told
// truly, and never carried out. What may have happened in a gap is not held against them.

const OPEN_FOR = 7 * 86_400_000;

class Drills {
  constructor(report, shard) {
    Object.assign(this, { report, shard, committed: 0, shown: 0, elsewhere: 0 });
    this.open = new Map();
    this.seen = new Set();
    this.ended = new Map();
    this.claimed = new Map();
    this.planted = new Set();
    this.approved = new Map();
    this.rests = new Map();
  }

  /** Note which approval is on what, and what is approved ahead by it, if anybody may ask. */
  follow(conduct, record) {
    const { kind, said, index } = record;
    if (kind === 'verdict' && this.open.size) this.approved.set(conduct.here(record), place(said.decision));
    const about = kind === 'standing' && this.approved.get(place(said.approval));
    if (about) this.rests.set(about, index);
  }

  /** Note how an escalation ended without release, if anybody may ask. */
  end(decision, how, { said, digest }) {
    if (this.open.size) this.ended.set(decision, { how, action: said.actionId, digest });
  }

  allowed({ said, index }) {
    if (this.planted.has(said.actionId)) this.report.fail(STEP.drills, 'a planted action was allowed', index);
  }

  async drill(conduct, record) {
    const { said, index } = record;
    const body = { id: said.id, commitments: said.commitments };
    let problem = await conduct.commands.problem(said.signature, conduct.authority, said.by, 'plant', body);
    if (!problem && !conduct.authority.holds(said.by, 'operate')) problem = `${cut(said.by)} does not hold the role \`operate\``;
    const fresh = new Set(said.commitments.filter((one) => !this.seen.has(one)));
    if (!problem && fresh.size !== said.commitments.length) problem = 'a commitment that was made before';
    if (problem) this.report.fail(STEP.drills, problem, index);
    this.committed += said.commitments.length;
    for (const one of said.commitments) {
      this.seen.add(one);
      this.open.set(one, { place: conduct.here(record), index, at: said.at });
    }
  }

  async revealed(conduct, record) {
    const { said } = record;
    const problem = await this.problem(conduct, record);
    if (problem) this.report.fail(STEP.drills, problem, record.index);
    this.shown += 1;
    this.open.delete(said.commitment);
    if (said.actionId) this.planted.add(said.actionId);
    if (said.decision) this.claimed.delete(place(said.decision));
    const rests = said.decision && this.rests.get(place(said.decision));
    if (rests) this.report.fail(STEP.drills, 'a standing approval rests on it', rests);
    if (!this.open.size) [this.ended, this.approved, this.rests].forEach((one) => one.clear());
  }

  async problem(conduct, { said, digest }) {
    if (digest !== said.request) return 'reveals another request than it is about';
    if (!said.decision !== (said.observed === 'not-planted')) return 'says neither that it was not planted nor which escalation it was';
    const salt = fromHex(said.salt);
    const about = encode(canonical({ request: said.request, expected: said.expected, wrong: said.wrong }));
    if (salt?.length !== 16 || await hmacHex(salt, about) !== said.commitment) return 'does not open its commitment';
    const found = this.open.get(said.commitment);
    const away = !found && !this.seen.has(said.commitment) && said.drill.shard < this.shard;
    if (away) this.elsewhere += 1;
    else if (found?.place !== place(said.drill)) return 'reveals what nobody committed to';
    if (!said.decision) return null;
    if (before(said.decision, said.drill)) return 'committed to after it was planted';
    return this.endingProblem(conduct, said);
  }

  endingProblem(conduct, said) {
    const ended = this.ended.get(place(said.decision));
    if (!ended) {
      if (conduct.gaps || said.decision.shard < this.shard || said.drill.shard < this.shard) return null;
      return conduct.waiting.has(place(said.decision)) ? 'revealed while people could still answer it' : 'was never escalated, or was released';
    }
    if (ended.action !== said.actionId || ended.digest !== said.request) return 'reveals another action than was escalated';
    return ended.how === said.observed ? null : `says ${said.observed}, where it was ${ended.how}`;
  }

  finish({ at, gaps }) {
    const late = (since) => !gaps && Date.parse(at) - Date.parse(since) > OPEN_FOR;
    for (const { index, at: since } of this.open.values()) {
      if (late(since)) this.report.fail(STEP.drills, 'committed to more than 7 days before the end, and not revealed', index);
    }
    for (const { index, at: since } of this.claimed.values()) {
      if (late(since)) this.report.fail(STEP.drills, 'ended as planted, and not revealed', index);
    }
    const open = gaps ? '' : `, ${this.open.size} open`;
    const away = this.elsewhere ? `; ${this.elsewhere} refer to an earlier shard: not checked` : '';
    this.report.say(STEP.drills, `${this.committed} planted escalations committed to, ${this.shown} revealed${open}${away}`);
  }
}

function before(one, other) {
  return one.shard < other.shard || (one.shard === other.shard && one.index < other.index);
}
