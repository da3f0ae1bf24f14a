// Who else saw this log, and whether that is enough: cosignatures (C2SP tlog-cosignature v1) under
// a witness policy (C2SP tlog-policy).

const COSIGNATURE = 4;

/** A policy: the keys of its logs and witnesses, and what has to have signed. */
async function parsePolicy(text) {
  const policy = { logs: [], witnesses: new Map(), groups: new Map(), members: new Set(), quorum: undefined };
  if (/[\x00-\x08\x0b-\x1f\x7f]/.test(text)) refuse('a policy with control characters');
  for (const line of text.split('\n')) {
    const words = line.split(/[ \t]+/).filter(Boolean);
    if (words.length && !words[0].startsWith('#')) await takeLine(policy, words);
  }
  if (policy.quorum === undefined) refuse('a policy without a quorum');
  return policy;
}

async function takeLine(policy, [verb, ...words]) {
  const known = (name) => policy.witnesses.has(name) || policy.groups.has(name);
  if (policy.quorum !== undefined && verb === 'quorum') refuse('a policy with two quorums');
  if (verb === 'log' && (words.length === 1 || words.length === 2)) {
    policy.logs.push(await parseVkey(words[0]));
  } else if (verb === 'witness' && (words.length === 2 || words.length === 3) && !known(words[0]) && words[0] !== 'none') {
    const key = await parseVkey(words[1], COSIGNATURE);
    // One key under two names would count twice.
    if ([...policy.witnesses.values()].some((one) => same(one.publicKey, key.publicKey))) refuse('a policy with one key twice');
    policy.witnesses.set(words[0], key);
  } else if (verb === 'group' && words.length > 2 && !known(words[0]) && words[0] !== 'none' && words.slice(2).every(known)) {
    const [name, count, ...members] = words;
    const least = { any: 1, all: members.length }[count] ?? (/^[1-9]\d*$/.test(count) ? Number(count) : 0);
    if (least < 1 || least > members.length ) refuse('a group that nobody could satisfy');
    for (const member of members) {
      if (policy.members.has(member)) refuse(`${cut(member)} is a member twice`);
      policy.members.add(member);
    }
    policy.groups.set(name, { least, members });
  } else if (verb === 'quorum' && words.length === 1 && (words[0] === 'none' || known(words[0]))) {
    [policy.quorum] = words;
  } else {
    refuse(`a line that no policy has: ${cut([verb, ...words].join(' '))}`);
  }
}

/** Who of a policy's witnesses cosigned: [name in the policy, seconds since 1970] each. */
async function cosignersOf({ text: said, lines }, policy) {
  const found = new Map();
  for (const [name, key] of policy.witnesses) {
    for (const line of lines.filter((one) => one.name === key.name && one.id === key.id)) {
      const seconds = Number(new DataView(line.signature.slice(0, 8).buffer).getBigUint64(0));
      const message = encode(`cosignature/v1\ntime ${seconds}\n${said}`);
      if (line.signature.length !== 72 || !Number.isSafeInteger(seconds) || !await verifies(key.publicKey, message, line.signature.subarray(8))) {
        refuse(`the cosignature of ${cut(key.name)} does not verify`);
      }
      if (!found.has(name)) found.set(name, seconds);
    }
  }
  return found;
}

function satisfied(policy, name, cosigners) {
  const group = policy.groups.get(name);
  if (!group) return cosigners.has(name);
  return group.members.filter((member) => satisfied(policy, member, cosigners)).length >= group.least;
}

/** Say who witnessed the checkpoint. `pinned` is the policy that the reader gave, or empty. */
async function checkWitnesses(report, bundle, checkpoint, pinned) {
  const own = bundle.data('policy');
  const nobody = 'UNWITNESSED: nobody else vouches for the checkpoint';
  if (!pinned && !own) return sayNobody(report, nobody, false);
  const policy = await parsePolicy(pinned || decode(own));
  if (policy.quorum === 'none') return sayNobody(report, 'UNWITNESSED: the policy asks for no witness', false);
  if (policy.logs.length && !policy.logs.some((log) => log.text === checkpoint.vkey)) return sayNobody(report, 'UNWITNESSED: the policy is for another log', Boolean(pinned));
  const cosigners = await cosignersOf(checkpoint, policy);
  const who = [...cosigners].map(([name, at]) => `${policy.witnesses.get(name).name} on ${when(new Date(at * 1000).toISOString())}`).join(', ') || 'nobody';
  if (!satisfied(policy, policy.quorum, cosigners)) return sayNobody(report, `UNWITNESSED: too few cosigned it for the policy (${who})`, Boolean(pinned));
  const whose = pinned ? 'the policy that you gave' : 'the operator’s own policy, which is a claim: give one of your own';
  report.say(STEP.witnesses, `${who}: the quorum, by ${whose}`);
  return pinned ? 'by the policy that you gave' : 'by the operator’s own policy, a claim';
}

function sayNobody(report, why, fails) {
  if (fails) report.fail(STEP.witnesses, why);
  else report.skip(STEP.witnesses, why);
  return null;
}
