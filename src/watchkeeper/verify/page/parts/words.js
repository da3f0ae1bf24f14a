// Each decision in words. Nothing here decides anything; it says what the records say.

const OUTCOMES = { allow: 'Allowed', block: 'Blocked', escalate: 'Held for approval' };
const REASONS = {
  permitted: 'a policy permits it', forbidden: 'a rule forbids it', 'no-authority': 'nobody granted this authority',
  'review-required': 'a person has to approve it', 'invalid-request': 'the request was not valid',
  'unknown-agent': 'the agent is not known', 'unknown-system': 'the system is not known', 'unknown-tool': 'the tool is not known',
  'unknown-method': 'the method is not known', 'out-of-scope': 'the system is out of scope',
  'pin-mismatch': 'the tool’s definition is not the released one', stopped: 'a stop was in force',
  'could-not-evaluate': 'a rule could not be evaluated', 'clock-unsure': 'the clock could not be trusted',
  'engine-failed': 'the policy engine failed', 'too-many-pending': 'too many of the agent’s actions were waiting',
  'too-many-requests': 'the agent asked too often', 'refused-by-reviewer': 'a reviewer refused it',
  expired: 'nobody answered in time', voided: 'it was voided by a new plan', 'key-reused': 'its idempotency key was used for something else',
  'key-expired': 'its idempotency key had expired', 'effect-unknown': 'what became of an earlier one is unknown',
  'log-unavailable': 'the log could not be written', planted: 'it was made up, to see whether people look',
};
const BOUNDARIES = {
  exclusive: 'the agent’s only way to the tool', 'permit-verified': 'the tool’s server verifies a permit',
  'in-process': 'within the agent’s own process: code there can walk round it',
};
const KINDS = {
  genesis: 'Beginning of the log', 'plan-release': 'Plan released', stop: 'Stop', resume: 'Stop lifted', token: 'Token made',
  'token-revoked': 'Token revoked', 'clock-accepted': 'Clock accepted', refusals: 'Refusals, counted', erasure: 'Values erased', 'key-rotation': 'Record key changed', adopted: 'Home taken up again', passkey: 'Passkey registered', 'passkey-revoked': 'Passkey revoked', drill: 'Escalations to be planted',
  'drill-revealed': 'Planted escalation revealed', channel: 'Channel',
  standing: 'Approved ahead', 'standing-ended': 'Approval ahead ended', absence: 'Somebody away', 'absence-ended': 'Back again', 'plan-verdict': 'Answer to a plan',
};

function when(time) {
  const [date, clock] = time.split('T');
  const [year, month, day] = date.split('-');
  const names = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
  return `${Number(day)} ${names[Number(month) - 1]} ${year}, ${clock.slice(0, 8)} UTC`;
}

function named(names) {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** A value that the record hides or shows: [its text, how sure this page is of it]. */
function valueOf(record, hidden, name) {
  if (hidden.digest === undefined || hidden.digest === null) return [shown(hidden.clear ?? null), 'in clear in the record'];
  if (record.disclosed?.has(name)) return [shown(record.disclosed.get(name)), 'disclosed, matches the record'];
  return [null, 'not disclosed in this bundle'];
}

function shown(value) {
  return typeof value === 'string' ? value : canonical(value);
}

/** One story told: a title, an outcome, and lines of [label, text, note]. */
function tell(story) {
  const last = story.decisions.at(-1);
  if (!last) return tellRest(story);
  const { said } = last;
  const lines = [['When', when(said.at)], ['Why', why(said)]];
  if (story.decisions.length > 1) lines.push(['Before that', story.decisions.slice(0, -1).map((one) => `${OUTCOMES[one.said.decision.outcome]} on ${when(one.said.at)}`).join('; ')]);
  lines.push(...story.verdicts.map(tellVerdict), ...argumentsOf(last), ...factsOf(last), ...effectsOf(story));
  lines.push(['System', `${said.system || 'none'}, at stage ${said.stage}`], ['Controls', named(said.decision.controls ?? []) || 'none named']);
  if (said.decision.policies?.length) lines.push(['Policies', named(said.decision.policies)]);
  lines.push(['Accountable', accountable(said.accountable)], ['Enforced by', `${said.point.kind}: ${BOUNDARIES[said.point.boundary] ?? said.point.boundary}`]);
  if (said.would) lines.push(['Observed only', `would have been: ${(OUTCOMES[said.would.outcome] ?? said.would.outcome).toLowerCase()}`]);
  const records = [...story.decisions, ...story.verdicts, ...story.voids, ...story.effects];
  return { title: titleOf(said), outcome: said.decision.outcome, verb: OUTCOMES[said.decision.outcome], lines, records };
}

function titleOf(said) {
  const target = [said.server, said.tool].filter(Boolean).join('/') || said.method;
  return `${said.agent || 'an agent without a name'} → ${target}`;
}

function why(said) {
  return named(said.decision.reasons.map((code) => REASONS[code] ?? code));
}

function tellVerdict({ said, disclosed }) {
  const answer = { approve: 'approved', refuse: 'refused' }[said.answer] ?? said.answer;
  const reason = disclosed?.has('reason') ? `, saying “${shown(disclosed.get('reason'))}”` : '';
  const took = `${(said.millisTaken / 1000).toFixed(said.millisTaken < 10000 ? 1 : 0)} s after it was shown`;
  const stead = said.standsInFor ? `, standing in for ${said.standsInFor},` : '';
  return ['Reviewer', `${said.reviewer}${stead} ${answer} it as ${said.role} on ${when(said.at)}, ${took}${reason}`, 'signed by the reviewer'];
}

function argumentsOf(record) {
  const { said } = record;
  const lines = (said.arguments ?? []).map((hidden) => [`Argument ${hidden.name}`, ...valueOf(record, hidden, `arg.${hidden.name}`)]);
  if (said.onBehalfOf) lines.push(['On behalf of', ...valueOf(record, said.onBehalfOf, 'onBehalfOf')]);
  if (said.resource) lines.push(['Resource', ...valueOf(record, said.resource, 'resource')]);
  return lines;
}

function factsOf(record) {
  return (record.said.facts ?? []).map((fact) => {
    const [text_, note] = valueOf(record, fact.value, `fact.${fact.value.name}`);
    const ours = fact.value.name === 'aims' && fact.source === 'management';
    return [`Fact ${fact.value.name}`, ours ? aimsOf(text_) : text_, `read from ${fact.source}; ${note}${ours ? '; held against the plan by `log verify` (step 26)' : ''}`];
  });
}

/** What counted of the management system's own state: in words, or as it stands where it is none. */
function aimsOf(text) {
  let said = null;
  try { said = parseStrict(encoder.encode(text ?? '')); } catch { return text; }
  if (said === null || typeof said !== 'object' || Array.isArray(said)) return text;
  const topics = Object.entries(said);
  if (!topics.every(([, why]) => Array.isArray(why) && why.every((one) => typeof one === 'string'))) return text;
  return topics.length ? topics.map(([topic, why]) => `${topic}: ${named(why) || 'yes'}`).join('; ') : 'nothing of the management system was overdue or stale';
}

const PLAN_ANSWERS = { approve: 'approved', refuse: 'refused' };
const LATER = 'not looked at in this page: `log verify` does that (step 27)';

/** An answer to a plan: what it says, of which plan, and that nobody checked it here. */
function planVerdictOf({ plan, answer, role, excepts, withdraws }) {
  const lines = [['Answer', withdraws ? `takes back what stands in record ${withdraws.shard}/${withdraws.index}` : PLAN_ANSWERS[answer] ?? answer, LATER], ['As', role], ['Plan', plan]];
  if (excepts?.length) lines.push(['Excepts', named(excepts)]);
  return lines;
}

/** By whose answers a plan was released, or that it was without any. */
function releaseOf({ approvals = [], exceptions = [], emergency }) {
  const places = (refs) => named(refs.map(({ shard, index }) => `${shard}/${index}`));
  const lines = [];
  if (approvals.length) lines.push(['Approved in records', places(approvals), LATER]);
  if (exceptions.length) lines.push(['Excepted in records', places(exceptions), LATER]);
  if (emergency) lines.push(['Emergency', `released without approvals, to be looked at by ${when(emergency.reviewBy)}`, LATER]);
  return lines;
}

function effectsOf({ decisions, effects, voids }) {
  const lines = effects.map((record) => {
    const { said } = record;
    const by = said.resolvedBy ? `, settled by ${said.resolvedBy.by} (${said.resolvedBy.kind})` : '';
    const late = said.afterStop ? ', after a stop' : '';
    return ['Effect', `${said.status} on ${when(said.ended)}${late}${by}`];
  });
  lines.push(...effects.filter((one) => one.said.result).map((one) => ['Result', ...valueOf(one, one.said.result, 'result')]));
  lines.push(...voids.map(({ said }) => ['Voided', `${REASONS[said.why] ?? said.why}, on ${when(said.at)}`]));
  const allowed = decisions.some((one) => one.said.decision.outcome === 'allow');
  if (allowed && !effects.length) lines.push(['Effect', 'none in this bundle: unknown']);
  return lines;
}

function accountable({ grantors = [], controlOwners = [], releasedBy = '' }) {
  const parts = [];
  if (grantors.length) parts.push(`granted by ${named(grantors)}`);
  if (controlOwners.length) parts.push(`controls owned by ${named(controlOwners)}`);
  if (releasedBy) parts.push(`plan released by ${releasedBy}`);
  return parts.join('; ') || 'nobody named';
}

/** What is there of an action whose decision is not in the bundle. */
function tellRest(story) {
  const records = [...story.verdicts, ...story.voids, ...story.effects];
  const lines = [...story.verdicts.map(tellVerdict), ...effectsOf(story)];
  return { title: `action ${story.id}`, outcome: 'other', verb: 'Its decision is not in this bundle', lines, records };
}

/** A record that is no part of an action. */
function tellOther(record) {
  const { kind, said, known } = record;
  const lines = [['When', when(said.at)]];
  if (!known) lines.push(['Kind', `${kind}: not known to this page`]);
  if (kind === 'genesis') lines.push(['Log', said.origin], ['Stage', said.stage], ['First release by', named(Object.keys(said.firstRelease))]);
  if (kind === 'plan-release') lines.push(['Released by', said.releasedBy], ['Plan', said.plan], ['Roles', Object.entries(said.roles).map(([role, who]) => `${role}: ${named(who)}`).join('; ')], ...releaseOf(said));
  if (kind === 'plan-verdict' && known) lines.push(...planVerdictOf(said));
  if (said.scope && known) lines.push(['Scope', `${said.scope.kind} ${said.scope.name}`.trim()]);
  if (typeof said.by === 'string') lines.push(['By', said.by]);
  if (record.disclosed?.has('reason')) lines.push(['Reason', shown(record.disclosed.get('reason')), 'disclosed, matches the record']);
  if (typeof said.agent === 'string') lines.push(['Agent', said.agent]);
  if (kind === 'erasure' && known) lines.push(['Asked', said.asked], ['Payloads of', said.spans.map(({ first, end }) => (end - first > 1 ? `records ${first} to ${end - 1}` : `record ${first}`)).join(', ') || 'none']);
  if (kind === 'erasure' && known && said.shard !== undefined) lines.push(['In shard', String(said.shard)]);
  if (kind === 'key-rotation' && known) lines.push(said.newKey ? ['New key', said.newKey] : ['Revoked', `${said.revoked}, from record ${said.revokedFrom} on`]);
  if (kind === 'drill') lines.push(['Commitments', String(said.commitments.length)]);
  if (kind === 'drill-revealed' && known) lines.push(['Expected', said.expected], ['Observed', said.observed]);
  if (kind === 'refusals') lines.push(['Counts', Object.entries(said.counts ?? {}).map(([code, count]) => `${count} × ${REASONS[code] ?? code}`).join('; ')]);
  return { title: KINDS[kind] ?? kind, outcome: 'other', verb: KINDS[kind] ?? kind, lines, records: [record] };
}
