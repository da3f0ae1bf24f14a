// What people and agents say while an action waits: whose word counts, for what, and how often.

/** Why a verdict does not count, or null if it does. */
async function verdictProblem(conduct, said, digest, waiting) {
  const { said: before, digest: request } = waiting.record;
  const [asked, { authority }] = [before.escalation, conduct];
  if (said.actionId !== before.actionId || digest !== request) return 'on another action than it refers to';
  if (said.shown !== asked.shown) return 'on something else than what was to be shown';
  if (said.at >= asked.expires) return 'after the escalation had expired';
  if (said.answer === 'withdraw' || said.withdraws) return withdrawalProblem(conduct, said, digest, waiting);
  const holder = said.standsInFor ?? said.reviewer;
  if (!asked.roles.includes(said.role) || !authority.holds(holder, said.role)) return `${cut(said.reviewer)} does not hold the role ${cut(said.role)} that is asked for`;
  const behind = [said.reviewer, holder, authority.voucher(said.signature.keyid)];
  if (behind.includes(before.agent)) return 'by the agent itself';
  if (keptOut(before, authority).some((person) => behind.includes(person))) return `by ${cut(said.reviewer)}, whom the plan keeps apart: who wrote or granted it`;
  if (!said.reason && asked.reason === 'required') return 'without the reason that is asked for';
  const bound = {
    handle: asked.handle, request, tool: `${before.server}/${before.tool}`, pin: before.pin ?? null, agent: before.agent,
    plan: before.plan, shown: asked.shown, expires: asked.expires, role: said.role,
  };
  const together = notApart(said, [...waiting.verdicts.values()].map((verdict) => verdict.said), authority);
  if (together) return together;
  if (said.group) return listedProblem(conduct, said, bound);
  const body = { ...bound, reason: said.reason, view: said.view, for: said.standsInFor, absence: said.absence };
  return conduct.commands.problem(said.signature, authority, said.reviewer, said.answer, body);
}

/** One signature decides a list: this action is one of its items, and used once. */
async function listedProblem(conduct, said, bound) {
  const { items } = commandBody(said.signature);
  const item = canonical({ handle: bound.handle, binding: await sha256Hex(encode(canonical(bound))), view: said.view ?? null });
  if (!Array.isArray(items) || await sha256Hex(encode(canonical(items))) !== said.group || !items.some((one) => canonical(one) === item)) {
    return 'in a list that does not hold it';
  }
  const body = { role: said.role, reason: said.reason, for: said.standsInFor, absence: said.absence };
  return conduct.commands.problem(said.signature, conduct.authority, said.reviewer, `${said.answer}-list`, body, bound.handle);
}

async function withdrawalProblem(conduct, said, digest, waiting) {
  const taken = said.withdraws && waiting.verdicts.get(place(said.withdraws))?.said;
  if (said.answer !== 'withdraw' || !taken) return 'takes back a verdict that does not stand';
  if (taken.reviewer !== said.reviewer || taken.role !== said.role) return 'takes back the verdict of another person';
  const { shard, index } = said.withdraws;
  const body = { handle: waiting.record.said.escalation.handle, request: digest, verdict: { shard, index }, reason: said.reason };
  return conduct.commands.problem(said.signature, conduct.authority, said.reviewer, 'withdraw', body);
}

/** The people who must not decide, by what the release and the decision say. */
function keptOut({ escalation, decision, accountable }, authority) {
  const separate = escalation.separate ?? [];
  const authors = separate.includes('author') ? (decision.policies ?? []).map((policy) => authority.writtenBy[policy]) : [];
  return [...authors, ...(separate.includes('grantor') ? accountable.grantors ?? [] : [])];
}

/** Why a question is not a reviewer's, or null if it is. */
async function questionProblem(conduct, said, digest, waiting) {
  if (!waiting) return 'about an action that does not wait';
  const { said: before, digest: request } = waiting.record;
  const asked = before.escalation;
  if (said.actionId !== before.actionId || digest !== request) return 'about another action than it refers to';
  if (!asked.roles.includes(said.role) || (!said.absence && !conduct.authority.holds(said.by, said.role))) return `${cut(said.by)} does not hold the role ${cut(said.role)} that is asked for`;
  const body = { handle: asked.handle, request, role: said.role, text: said.text, absence: said.absence };
  return conduct.commands.problem(said.signature, conduct.authority, said.by, 'ask', body);
}

/** Why an answer is not the agent's to an open question, or null if it is. */
function answerProblem(conduct, said, digest, waiting) {
  if (!waiting) return 'about an action that does not wait';
  const { said: before, digest: request } = waiting.record;
  if (said.actionId !== before.actionId || digest !== request) return 'about another action than it refers to';
  if (said.agent !== before.agent) return 'by another agent';
  return waiting.questions.has(place(said.question)) ? null : 'to no open question';
}

/** Whether an action has every approval that it waits for. */
function isApproved({ record, verdicts }) {
  const { roles, approvals } = record.said.escalation;
  const given = [...verdicts.values()].map(({ said: one }) => voiceOf(one.reviewer, one.role, one.standsInFor));
  return coverageProblem(roles, approvals, given) === null;
}

/** Why the verdicts that an allow cites do not release it, or null if they do. */
function approvalProblem(conduct, waiting, { said, digest, at }) {
  if (!waiting) return 'approved, but what was escalated does not wait (any more), or is not in the bundle';
  const { said: before, digest: request } = waiting.record;
  const asked = before.escalation;
  if (at >= asked.expires) return 'released after the escalation had expired';
  if (said.actionId !== before.actionId || digest !== request) return 'approved as another action than was shown';
  if (['agent', 'server', 'tool', 'pin', 'plan'].some((name) => (said[name] ?? null) !== (before[name] ?? null))) return 'approved for another agent, tool, pin or plan';
  const cited = (said.verdicts ?? []).map((ref) => waiting.verdicts.get(place(ref)));
  if (cited.includes(undefined) || new Set(cited).size !== cited.length) return 'cites a verdict that is none, not valid, taken back, of a revoked key, or used twice';
  const given = cited.map(({ said: one }) => voiceOf(one.reviewer, one.role, one.standsInFor, conduct.authority.voucher(one.signature.keyid)));
  return conduct.lent.allKnown(said) ? coverageProblem(asked.roles, asked.approvals, [...given, ...conduct.lent.voices(said)]) : null;
}
