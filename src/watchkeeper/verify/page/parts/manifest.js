// The manifest: what the bundle claims to hold, and how its members are called. Nothing in it is
// believed; it is held against what is there.

const FORMAT = 'urn:x-watchkeeper:bundle:v1';
const NAMES = [
  /^manifest\.json$/,
  /^checkpoint$/,
  /^log\.vkey$/,
  /^records\.pem$/,
  /^policy$/,
  /^timestamps\/[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}\.tsr$/,
  /^plans\/[0-9a-f]{64}\.json$/,
  /^records\/[0-9]{12}\.(envelope\.json|tlog-proof)$/,
  /^ranges\/[0-9]{12}-[0-9]{12}\.(entries|proof)$/,
  /^payloads\/[0-9]{12}\.json$/,
  /^disclosed\/[0-9]{12}\.[A-Za-z0-9_.~%-]{1,200}\.json$/,
];
const MANIFEST = {
  format: 'text', made: 'time', origin: 'text', size: 'int', checkpoint: 'digest',
  files: { '*': 'digest' }, runs: [['int']], 'chosen?': ['int'], 'neighbours?': ['int'],
  selection: {
    'since?': 'time', 'until?': 'time', 'system?': 'text', 'control?': 'text', 'decision?': 'text',
    'index?': ['int'], 'complete?': 'flag',
  },
};

/** A bundle in its one spelling, with the digests and the runs of records that it claims. */
async function openBundle(bytes, progress) {
  const members = await parseContainer(bytes, progress);
  checkNames([...members.keys()]);
  const manifest = parseCanonical(members.get('manifest.json')?.data ?? refuse('it has no manifest'));
  checkShape(manifest, MANIFEST, 'its manifest');
  if (manifest.format !== FORMAT) refuse(`a bundle of another format: ${cut(manifest.format)}`);
  const bundle = { members, manifest, data: (name) => members.get(name)?.data };
  await checkDigests(bundle, progress);
  bundle.parts = partsOf([...members.keys()], manifest.size);
  bundle.runs = runsOf(bundle.parts);
  if (canonical(manifest.runs) !== canonical(bundle.runs)) {
    refuse('it does not hold the runs of records that its manifest claims');
  }
  bundle.holds = (index) => bundle.runs.some(([first, end]) => first <= index && index < end);
  bundle.count = bundle.runs.reduce((sum, [first, end]) => sum + end - first, 0);
  checkBelonging(bundle);
  return bundle;
}

function checkNames(names) {
  let before = [-1, ''];
  for (const name of names) {
    const place = NAMES.findIndex((pattern) => pattern.test(name));
    if (place < 0) refuse(`a member that no bundle has: ${cut(name)}`);
    if (place < before[0] || (place === before[0] && name <= before[1])) refuse(`a member out of its place: ${cut(name)}`);
    before = [place, name];
  }
}

async function checkDigests({ members, manifest }, progress) {
  const claimed = Object.keys(manifest.files);
  if (claimed.length !== members.size - 1) refuse('its manifest does not name the members that are there');
  let done = 0;
  for (const name of claimed) {
    const member = members.get(name) ?? refuse(`named in the manifest and not there: ${cut(name)}`);
    if (await sha256Hex(member.data) !== manifest.files[name]) refuse(`not what the manifest says: ${cut(name)}`);
    done += 1;
    if (done % 256 === 0) await progress('digests', done, claimed.length);
  }
  if (manifest.checkpoint !== manifest.files.checkpoint) refuse('its manifest is of another checkpoint');
}

/** Where the records stand: [first, end, is it a range], in order; none is there twice. */
function partsOf(names, size) {
  const parts = [];
  const wanted = new Set();
  for (const name of names) {
    const single = /^records\/(\d{12})\.envelope\.json$/.exec(name);
    const range = /^ranges\/(\d{12})-(\d{12})\.entries$/.exec(name);
    if (single) parts.push([Number(single[1]), Number(single[1]) + 1, false]);
    if (range) parts.push([Number(range[1]), Number(range[2]), true]);
    if (single) wanted.add(name).add(name.replace('envelope.json', 'tlog-proof'));
    if (range) wanted.add(name).add(name.replace('entries', 'proof'));
  }
  const there = names.filter((name) => name.startsWith('records/') || name.startsWith('ranges/'));
  if (there.length !== wanted.size || !there.every((name) => wanted.has(name))) {
    refuse('a record without its proof, or a proof without its record');
  }
  parts.sort((left, right) => left[0] - right[0]);
  parts.forEach(([first, end, range], at) => {
    const [, before, rangeBefore] = parts[at - 1] ?? [0, 0, false];
    if (first >= end || end > size) refuse('records beyond its checkpoint');
    if (first < before || (first === before && range && rangeBefore)) refuse(`a record twice, or runs that touch: ${first}`);
  });
  return parts;
}

function runsOf(parts) {
  const runs = [];
  for (const [first, end] of parts) {
    const last = runs.at(-1);
    if (last && last[1] === first) last[1] = end;
    else runs.push([first, end]);
  }
  return runs;
}

function checkBelonging({ members, manifest, holds }) {
  for (const name of members.keys()) {
    const [folder, rest] = name.split('/');
    if ((folder === 'payloads' || folder === 'disclosed') && !holds(Number(rest.slice(0, 12)))) {
      refuse(`of a record that is not in it: ${cut(name)}`);
    }
    if (folder === 'plans' && manifest.files[name] !== rest.slice(0, 64)) refuse(`a plan under another name than its digest: ${cut(name)}`);
  }
}
