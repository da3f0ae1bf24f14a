// The steps, with the numbers that `watchkeeper log verify` gives them.

const STEP = {
  keys: 1, checkpoint: 2, tree: 3, signatures: 4, older: 5, order: 6, releases: 7, commands: 8, approvals: 9,
  force: 10, effects: 11, plans: 12, home: 13, witnesses: 14, replay: 15, rotation: 16, timestamps: 17,
  shards: 18, adoptions: 19, erasures: 20, complete: 21, disclosed: 22, lent: 24, drills: 25,
};
const TITLES = {
  1: 'Keys', 2: 'Checkpoint', 3: 'Each record is in the log', 4: 'Signatures of all records', 5: 'Older checkpoints',
  6: 'Order and times', 7: 'Plan releases', 8: 'Commands of people', 9: 'Approvals', 10: 'Stops and the plan in force',
  11: 'Effects', 12: 'Released plans', 13: 'Truth of the home', 14: 'Witnesses', 15: 'Replay of decisions',
  16: 'Keys that changed over time', 17: 'Timestamps', 18: 'Shards', 19: 'Adoptions', 20: 'Erasures',
  21: 'Completeness', 22: 'Disclosed values', 24: 'Lent authority', 25: 'Planted escalations',
  26: 'State of the management system', 27: 'Approvals of plans',
};
const ELSEWHERE = 'not done in this page: use `watchkeeper log verify`';
const BATCH = 128;

class Report {
  constructor() {
    this.failures = new Map();
    this.said = new Map();
    this.skipped = new Map();
  }

  fail(step, message, index = null) {
    const found = this.failures.get(step) ?? [];
    this.failures.set(step, [...found.slice(0, 99), { message, index }]);
  }

  say(step, detail) { this.said.set(step, detail); }

  skip(step, why) { this.skipped.set(step, why); }

  get ok() { return this.failures.size === 0; }

  steps() {
    return Object.entries(TITLES).map(([key, title]) => {
      const number = Number(key);
      const [failed, detail] = [this.failures.get(number), this.said.get(number)];
      if (failed) return { number, title, status: 'failed', detail: failed.slice(0, 5).map(sentence).join('; ') };
      if (detail !== undefined) return { number, title, status: 'checked', detail };
      return { number, title, status: 'not-checked', detail: this.skipped.get(number) ?? ELSEWHERE };
    });
  }
}

function sentence({ message, index }) {
  return index === null ? message : `record ${index}: ${message}`;
}

/** Verify a bundle. `pins` are texts: `vkey`, `records` and `policy`, empty where nothing
 * is pinned.
 * Returns what was found; throws `Refused` where it can not be read as a bundle at all. */
async function verifyBundle(bytes, pins, progress) {
  const bundle = await openBundle(bytes, progress);
  const report = new Report();
  const result = { report, bundle, pinned: Boolean(pins.vkey && pins.records), stories: [], others: [], count: bundle.count };
  try {
    await verifySteps(bundle, pins, report, result, progress);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    report.fail(error.step ?? STEP.checkpoint, error.message);
  }
  return Object.assign(result, { ok: report.ok, steps: report.steps() });
}

/** Do something that belongs to a step: what it refuses is a failure of that step. */
async function within(step, act) {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Refused) error.step ??= step;
    throw error;
  }
}

async function verifySteps(bundle, pins, report, result, progress) {
  const vkey = await within(STEP.keys, () => parseVkey(pins.vkey || text(bundle, 'log.vkey')));
  const checkpoint = await within(STEP.checkpoint, () => openCheckpoint(bundle.data('checkpoint') ?? refuse('there is no checkpoint'), vkey));
  Object.assign(result, { checkpoint });
  if (bundle.manifest.origin !== checkpoint.origin || bundle.manifest.size !== checkpoint.size) {
    report.fail(STEP.checkpoint, 'the manifest is of another log, or of another size');
  }
  report.say(STEP.checkpoint, `over ${checkpoint.size} records of ${checkpoint.origin}, signed by the log’s key`);
  const genesis = await within(STEP.keys, () => genesisOf(bundle, checkpoint));
  const keys = await within(STEP.keys, () => recordKeys(genesis, vkey, pins, report));
  const conduct = await stream(bundle, checkpoint, genesis, keys, report, progress);
  const witnessed = await within(STEP.witnesses, () => checkWitnesses(report, bundle, checkpoint, pins.policy));
  Object.assign(result, { stories: [...conduct.stories.values()], others: conduct.others, stage: genesis.said.stage, witnessed });
  sayTimestamps(report, bundle);
}

function text(bundle, name) {
  return decode(bundle.data(name) ?? refuse(`there is no ${cut(name)}`));
}

/** The first record, on which all else rests. Its signature is checked with the others. */
async function genesisOf(bundle, checkpoint) {
  const [first] = await entriesOf(bundle, bundle.parts[0] ?? refuse('there are no records'));
  if (!bundle.holds(0)) refuse('the genesis, on which all else rests, is not in the bundle');
  const record = parseRecord(0, first);
  if (record.kind !== 'genesis' || record.said.origin !== checkpoint.origin) refuse('the first record is not the genesis of this log');
  if (!checkpoint.origin.endsWith(`/${record.said.shard}`)) refuse('the genesis is of another shard than the log’s name says');
  return record;
}

async function recordKeys(genesis, vkey, pins, report) {
  const named = new Map();
  for (const [id, encoded] of Object.entries(genesis.said.recordKeys)) {
    const key = fromBase64(encoded);
    if (key?.length !== 32 || await keyid(key) !== id) refuse(`the genesis names a key that is none: ${cut(id)}`);
    named.set(id, key);
  }
  if (genesis.said.logKey !== vkey.text) report.fail(STEP.keys, 'the genesis names another key of the log');
  const pinned = pins.records ? await parsePem(pins.records) : null;
  if (pinned && ![...named.keys()].every((id) => pinned.has(id))) refuse('the genesis names keys of records that you did not give');
  const sources = [['log', pins.vkey], ['record', pins.records]];
  const own = sources.filter(([, pin]) => !pin).map(([name]) => name);
  if (!own.length) report.say(STEP.keys, 'all keys are the ones that you gave');
  else report.skip(STEP.keys, `the keys of the ${own.join(' and of the ')} were taken from the bundle itself, which proves little: give the ones that you trust`);
  return { named, pinned };
}

async function stream(bundle, checkpoint, genesis, keys, report, progress) {
  const authority = await firstAuthority(genesis.said);
  const conduct = new Conduct(report, bundle, genesis, authority, keys);
  const disclosures = new Disclosures(report, bundle);
  const complete = new Completeness(report, bundle);
  const known = new Map(keys.named);
  let done = 0;
  for (const part of partsInBatches(bundle.parts)) {
    const entries = (await Promise.all(part.map((one) => entriesOf(bundle, one, report)))).flat();
    await prove(bundle, checkpoint, part, entries, report);
    const [first] = part[0];
    for (let at = 0; at < entries.length; at += BATCH) {
      const opened = await openAll(entries.slice(at, at + BATCH), first + at, known, report);
      for (const record of opened) {
        await within(STEP.signatures, () => conduct.take(record));
        await disclosures.take(record);
        complete.take(record);
      }
      done += Math.min(BATCH, entries.length - at);
      await progress('records', done, bundle.count);
    }
  }
  conduct.custody.finish();
  conduct.drills.finish(conduct);
  conduct.lent.finish(report, STEP.lent);
  disclosures.finish();
  complete.finish();
  sayStream(report, bundle, conduct);
  return conduct;
}

/** Who may sign at first: those whom the genesis names, or those of the shard before. */
function firstAuthority({ firstRelease, carried }) {
  return authorityOf(carried ?? { people: firstRelease, roles: { release: Object.keys(firstRelease) } });
}

/** Single records that follow one another go together; a range goes alone. */
function* partsInBatches(parts) {
  let waiting = [];
  for (const part of parts) {
    const follows = waiting.length && part[0] === waiting.at(-1)[1] && waiting.length < BATCH;
    if (waiting.length && (part[2] || !follows)) {
      yield waiting;
      waiting = [];
    }
    if (part[2]) yield [part];
    else waiting.push(part);
  }
  if (waiting.length) yield waiting;
}

async function entriesOf(bundle, [first, end, range]) {
  const place = (index) => String(index).padStart(12, '0');
  if (!range) return [bundle.data(`records/${place(first)}.envelope.json`)];
  return within(STEP.tree, () => parseEntries(bundle.data(`ranges/${place(first)}-${place(end)}.entries`), end - first));
}

async function prove(bundle, checkpoint, parts, entries, report) {
  const leaves = await Promise.all(entries.map(leafHash));
  const place = (index) => String(index).padStart(12, '0');
  await Promise.all(parts.map(async ([first, end, range], at) => {
    try {
      const name = range ? `ranges/${place(first)}-${place(end)}.proof` : `records/${place(first)}.tlog-proof`;
      const root = range
        ? await runRoot(parseRangeProof(bundle.data(name)), first, end, checkpoint, leaves)
        : await singleRoot(parseTlogProof(bundle.data(name)), first, bundle, checkpoint, leaves[at]);
      if (!same(root, checkpoint.root)) refuse('its proof does not lead to the root that the checkpoint signs');
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      report.fail(STEP.tree, error.message, first);
    }
  }));
}

function runRoot(proof, first, end, checkpoint, leaves) {
  if (proof.first !== first || proof.end !== end || proof.size !== checkpoint.size) refuse('the proof of another run, or under another checkpoint');
  return rangeRoot(proof, leaves);
}

function singleRoot(proof, index, bundle, checkpoint, leaf) {
  if (proof.index !== index) refuse(`the proof of record ${proof.index}`);
  if (proof.checkpoint !== text(bundle, 'checkpoint')) refuse('a proof under another checkpoint');
  return inclusionRoot(index, checkpoint.size, leaf, proof.hashes);
}

/** Open the envelopes of a batch together; what does not open is a failure, and left out. */
async function openAll(entries, first, keys, report) {
  const attempt = async (index, act) => {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      report.fail(STEP.signatures, error.message, index);
      return null;
    }
  };
  const parsed = await Promise.all(entries.map((entry, at) => attempt(first + at, () => parseRecord(first + at, entry))));
  const records = parsed.filter(Boolean);
  // A key that is brought up here may have signed what follows; where it counts is looked at later.
  for (const [id, key] of await broughtUp(records)) keys.set(id, key);
  const signed = await Promise.all(records.map((record) => attempt(record.index, async () => {
    await checkSignature(record, keys);
    return record;
  })));
  return signed.filter(Boolean);
}

function sayStream(report, bundle, conduct) {
  const { counts, commands } = conduct;
  report.skip(STEP.shards, conduct.shard ? 'what this shard took over from the one before is its own word here: use `watchkeeper log verify`' : 'the first shard: there is none before it');
  const unknown = counts.unknown ? `; of ${counts.unknown}, this page does not know the kind` : '';
  report.say(STEP.tree, `${bundle.count} records, each proved to stand at its place under the checkpoint`);
  report.say(STEP.signatures, `${bundle.count} records, each signed and in its one spelling${unknown}`);
  report.say(STEP.order, 'the genesis is first, times never decrease, channels are silent and heard in turn');
  report.say(STEP.releases, `${counts.releases}, each signed by a holder of the role \`release\` before it`);
  report.say(STEP.commands, `${commands.checked} signatures of people, each valid and used once`);
  const open = [...conduct.decisions.values()].filter((one) => one.said.decision.outcome === 'allow' && !conduct.ended.has(conduct.here(one))).length;
  const elsewhere = counts.elsewhere ? `; ${counts.elsewhere} refer to records in an earlier shard: not checked` : '';
  report.say(STEP.approvals, `${counts.approved} released after approval, each with its verdicts${elsewhere}`);
  report.say(STEP.effects, `${counts.effects}, each with its allow; ${open} allowed without one in the bundle${elsewhere}`);
  if (bundle.manifest.size === bundle.count) report.say(STEP.force, 'nothing was allowed under a stop, or by another plan');
  else report.skip(STEP.force, 'each was decided by the last plan in the bundle; stops, releases and effects in the gaps can not be seen');
  const plans = [...bundle.members.keys()].filter((name) => name.startsWith('plans/')).length;
  if (plans) report.say(STEP.plans, `${plans}, each under its digest, with the people and roles that its release names`);
  else report.skip(STEP.plans, 'there are none in the bundle');
  report.say(STEP.erasures, `${counts.erasures}, each by somebody or something named; whether the plan let go is for \`watchkeeper log verify\`, and what a later shard erased can not be seen here`);
  report.skip(STEP.home, 'a bundle holds no home');
  report.skip(STEP.older, 'not done in this page: keep a checkpoint from each visit and give it to `watchkeeper log verify --older`');
  report.skip(STEP.replay, 'not here: `watchkeeper check replay`');
}

function sayTimestamps(report, bundle) {
  const names = [...bundle.members.keys()].filter((name) => name.startsWith('timestamps/')).length;
  report.skip(STEP.timestamps, names ? `${names} in the bundle; ${ELSEWHERE}` : 'there are none: times are the home’s own clock');
}
