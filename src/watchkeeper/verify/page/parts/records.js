// Records: an in-toto Statement v1 in a DSSE v1 envelope, each in its one spelling.

const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
const ENVELOPE = { payload: 'text', payloadType: 'text', signatures: [{ keyid: 'digest', sig: 'text' }] };
const STATEMENT = { _type: 'text', predicateType: 'text', predicate: { at: 'time' }, subject: [{ name: 'text', digest: { sha256: 'digest' } }] };

const SIGNATURE = { payload: 'text', keyid: 'text', sig: 'text', 'assertion?': { authenticatorData: 'text', clientData: 'text' } };
const PASSKEY = { credential: 'text', publicKey: 'text', algorithm: 'whole', 'name?': 'text', 'vouchedBy?': 'text' };
const PASSKEYS = { '*': [PASSKEY] };
const HIDDEN = { name: 'text', 'digest?': 'digest', 'clear?': 'any' };
const PART = { outcome: 'text', reasons: ['text'], 'policies?': ['text'], 'controls?': ['text'], 'errors?': ['text'] };
const SCOPE = { kind: 'text', name: 'text' };
const APPLICATION = { id: 'text', system: 'text', 'keys?': ['text'], 'may?': ['text'] };
/** What a shard takes over from the one before. */
const CARRIED = {
  until: 'time', 'plan?': 'digest', 'releasedBy?': 'text', 'people?': { '*': ['text'] }, 'roles?': { '*': ['text'] },
  'stops?': [SCOPE], 'passkeys?': PASSKEYS, 'console?': 'text', 'registered?': PASSKEYS, 'revoked?': ['text'],
  'writtenBy?': { '*': 'text' }, 'applications?': [APPLICATION], 'deputies?': { '*': ['text'] },
};
const BY = { by: 'text', signature: SIGNATURE };

/** What each kind of record says, as far as this page reads it. */
const PREDICATES = {
  genesis: {
    origin: 'text', shard: 'int', format: 'int', stage: 'text', recordKeys: { '*': 'text' }, logKey: 'text',
    firstRelease: { '*': ['text'] }, 'carried?': CARRIED, 'recall?': 'digest',
  },
  'plan-release': {
    plan: 'digest', 'previous?': 'digest', releasedBy: 'text', people: { '*': ['text'] }, roles: { '*': ['text'] },
    signature: SIGNATURE, 'passkeys?': PASSKEYS, 'console?': 'text', 'writtenBy?': { '*': 'text' },
    'applications?': [APPLICATION], 'deputies?': { '*': ['text'] }, 'approvals?': ['ref'], 'exceptions?': ['ref'],
    'emergency?': { reviewBy: 'time', why: 'digest' },
  },
  decision: {
    actionId: 'text', decision: PART, agent: 'text', system: 'text', stage: 'text', method: 'text', server: 'text',
    tool: 'text', plan: 'text', 'pin?': 'text', point: { kind: 'text', boundary: 'text' },
    accountable: { 'grantors?': ['text'], 'controlOwners?': ['text'], 'releasedBy?': 'text', 'givers?': ['text'] },
    'onBehalfOf?': HIDDEN, 'resource?': HIDDEN, 'arguments?': [HIDDEN], 'trace?': [HIDDEN],
    'grants?': [{ grant: 'text', satisfied: 'flag', 'amount?': 'text', 'countBefore?': 'int', 'sumBefore?': 'text', 'currency?': 'text' }],
    'facts?': [{ value: HIDDEN, source: 'text', readAt: 'time' }],
    'keys?': [{ digest: 'digest', seconds: 'int', refuseAfter: 'flag' }], 'same?': 'digest', 'shownFacts?': 'digest', 'tracked?': { digest: 'digest', seconds: 'int' },
    'escalation?': { handle: 'text', roles: ['text'], approvals: 'int', expires: 'time', shown: 'text', 'separate?': ['text'], 'reason?': 'text', 'words?': 'int' },
    'verdicts?': ['ref'], 'escalatedBy?': 'ref', 'would?': PART,
    'mandate?': 'ref', 'delegations?': ['ref'],
    'standing?': ['ref'], 'reviews?': ['text'],
  },
  verdict: {
    actionId: 'text', decision: 'ref', answer: 'text', reviewer: 'text', role: 'text', shown: 'text',
    millisTaken: 'int', signature: SIGNATURE, 'reason?': 'text', 'view?': 'text', 'group?': 'digest', 'withdraws?': 'ref',
    'timed?': 'text', 'standsInFor?': 'text', 'absence?': 'ref',
  },
  effect: {
    actionId: 'text', decision: 'ref', status: 'text', started: 'time', ended: 'time', 'result?': HIDDEN,
    'resolvedBy?': { kind: 'text', by: 'text', 'signature?': SIGNATURE }, 'afterStop?': 'ref',
  },
  void: { actionId: 'text', decision: 'ref', why: 'text' },
  stop: { scope: SCOPE, why: 'text', ...BY },
  resume: { scope: SCOPE, why: 'text', ...BY },
  token: { agent: 'text', name: 'text', digest: 'text', ...BY, 'onBehalfOf?': HIDDEN },
  'token-revoked': { name: 'text', ...BY },
  'clock-accepted': { before: 'time', ...BY },
  erasure: {
    asked: 'text', spans: [{ first: 'int', end: 'int' }], 'by?': 'text', 'why?': 'text',
    'deferred?': [{ first: 'int', end: 'int' }], 'signature?': SIGNATURE, 'plan?': 'text', 'follows?': 'ref',
    'shard?': 'int',
  },
  'key-rotation': {
    why: 'text', ...BY, 'replaces?': 'text', 'newKey?': 'text', 'proof?': 'text', 'old?': 'text',
    'revoked?': 'text', 'revokedFrom?': 'int',
  },
  adopted: { why: 'text', ...BY, size: 'int', doubts: [{ kind: 'text', id: 'text', seen: 'text' }] },
  passkey: { person: 'text', passkey: PASSKEY, ...BY, 'code?': 'text' },
  'passkey-revoked': { person: 'text', keyid: 'text', why: 'text', ...BY },
  question: { actionId: 'text', decision: 'ref', role: 'text', text: 'digest', 'absence?': 'ref', ...BY },
  answer: { actionId: 'text', decision: 'ref', question: 'ref', agent: 'text', text: 'digest' },
  drill: { id: 'text', commitments: ['digest'], ...BY, 'cases?': 'digest' },
  'drill-revealed': {
    id: 'text', drill: 'ref', commitment: 'digest', salt: 'text', request: 'digest', expected: 'text', wrong: 'digest',
    observed: 'text', 'actionId?': 'text', 'decision?': 'ref',
  },
  channel: { channel: 'text', state: 'text', since: 'time', failures: 'int', 'why?': 'text' },
  mandate: {
    id: 'text', application: 'text', system: 'text', agent: 'text', actions: ['text'], until: 'time', content: HIDDEN,
    signature: SIGNATURE,
  },
  'mandate-ended': { id: 'text', mandate: 'ref', why: 'text', ...BY },
  'mandate-word': { id: 'text', mandate: 'ref', ...BY },
  standing: {
    id: 'text', role: 'text', reviews: ['text'], agent: 'text', system: 'text', action: 'text', count: 'int', until: 'time',
    plan: 'digest', approval: 'ref', 'resource?': 'digest', 'caps?': [{ argument: 'text', most: 'text' }], ...BY,
    'keyed?': 'digest',
  },
  'standing-ended': { id: 'text', why: 'text', ...BY },
  absence: { id: 'text', person: 'text', role: 'text', deputy: 'text', since: 'time', until: 'time', ...BY },
  'absence-ended': { id: 'text', why: 'text', ...BY },
  'plan-verdict': {
    plan: 'digest', 'previous?': 'digest', answer: 'text', role: 'text', 'excepts?': ['text'], 'reason?': 'digest',
    'withdraws?': 'ref', ...BY,
  },
  delegation: {
    id: 'text', grant: 'text', giver: 'text', taker: 'text', actions: ['text'], until: 'time', 'caps?': [{ argument: 'text', most: 'text' }],
    'resources?': [HIDDEN], 'count?': 'int', 'parent?': 'ref', 'onBehalfOf?': HIDDEN,
  },
  'delegation-ended': { id: 'text', delegation: 'ref', by: 'text', why: 'text', 'signature?': SIGNATURE },
  refusals: { agent: 'text', since: 'time', 'counts?': { '*': 'int' } },
};

/** An envelope, held against its one spelling; its signature is not looked at yet. */
function parseEnvelope(entry) {
  const envelope = parseCanonical(entry);
  checkShape(envelope, ENVELOPE, 'the envelope');
  const [signature, ...more] = envelope.signatures;
  const [payload, sig] = [fromBase64(envelope.payload), fromBase64(signature?.sig)];
  const names = [envelope, signature ?? {}].map((one) => Object.keys(one).join());
  if (more.length || names[0] !== 'payload,payloadType,signatures' || names[1] !== 'keyid,sig') refuse('an envelope with something else in it');
  if (envelope.payloadType !== PAYLOAD_TYPE || !payload || sig?.length !== 64) refuse('not an envelope of a record');
  return { payload, keyid: signature.keyid, signature: sig };
}

/** A record with the envelope around it; its signature is not looked at yet. */
function parseRecord(index, entry) {
  const envelope = parseEnvelope(entry);
  const record = readStatement(index, parseCanonical(envelope.payload));
  return Object.assign(record, { envelope, keyid: envelope.keyid });
}

/** Refuse a record that none of `keys` signed. */
async function checkSignature({ envelope }, keys) {
  const key = keys.get(envelope.keyid) ?? refuse(`signed with a key that is not known here: ${cut(envelope.keyid)}`);
  if (!await verifies(key, preAuthEncoding(PAYLOAD_TYPE, envelope.payload), envelope.signature)) {
    refuse('the signature does not verify');
  }
}

function readStatement(index, statement) {
  checkShape(statement, STATEMENT, 'the statement');
  const kind = /^urn:x-watchkeeper:([a-z-]+):v1$/.exec(statement.predicateType)?.[1];
  const keys = Object.keys(statement).sort().join();
  if (statement._type !== STATEMENT_TYPE || keys !== '_type,predicate,predicateType,subject' || !kind) {
    refuse('not the statement of a record');
  }
  if (statement.subject.length !== 1) refuse('a statement that is not about one thing');
  const known = Object.hasOwn(PREDICATES, kind);
  if (known) checkShape(statement.predicate, PREDICATES[kind], 'the record');
  const [{ name, digest }] = statement.subject;
  return { index, kind, known, subject: name, digest: digest.sha256, said: statement.predicate, at: statement.predicate.at, statement };
}
