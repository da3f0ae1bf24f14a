// The Merkle tree over the log (RFC 6962, 2.1), and the proofs that lead to its root.

async function leafHash(entry) {
  return sha256(concat(new Uint8Array([0]), entry));
}

async function nodeHash(left, right) {
  return sha256(concat(new Uint8Array([1]), left, right));
}

function split(count) {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

/** The root that a leaf and its inclusion proof lead to (RFC 9162, 2.1.3.2), from the root down. */
async function inclusionRoot(index, size, leaf, hashes) {
  const sides = [];
  let [low, high] = [0, size];
  if (!(index >= 0 && index < size)) refuse(`no entry ${index} in a log of ${size}`);
  while (high - low > 1) {
    const middle = low + split(high - low);
    sides.push(index < middle);
    if (index < middle) high = middle;
    else low = middle;
  }
  if (sides.length !== hashes.length) refuse('an inclusion proof with too many hashes, or too few');
  let hash = leaf;
  for (const [at, isLeft] of sides.reverse().entries()) {
    hash = isLeft ? await nodeHash(hash, hashes[at]) : await nodeHash(hashes[at], hash);
  }
  return hash;
}

/** The root that the leaves of a run and a range proof lead to (the format's own definition). */
async function rangeRoot({ first, end, size, hashes }, leaves) {
  let used = 0;
  async function node(low, high) {
    if (high <= first || low >= end) {
      used += 1;
      return hashes[used - 1] ?? refuse('a range proof with too few hashes');
    }
    if (high - low === 1) return leaves[low - first];
    const middle = low + split(high - low);
    const left = await node(low, middle);
    return nodeHash(left, await node(middle, high));
  }
  const root = await node(0, size);
  if (used !== hashes.length) refuse('a range proof with too many hashes');
  return root;
}

function parseHash(line) {
  const hash = fromBase64(line);
  return hash?.length === 32 ? hash : refuse(`not a hash: ${cut(line)}`);
}

function parseRangeProof(bytes) {
  const text = decode(bytes);
  const [magic, range, ...lines] = text.split('\n');
  const match = /^range (0|[1-9]\d{0,11}) ([1-9]\d{0,11}) ([1-9]\d{0,14})$/.exec(range ?? '');
  if (magic !== 'urn:x-watchkeeper:range-proof:v1' || !match || lines.pop() !== '') {
    refuse(`not a range proof of version 1: ${cut(text)}`);
  }
  const [first, end, size] = match.slice(1).map(Number);
  if (first >= end || end > size) refuse(`no entries ${first} to ${end} in a log of ${size}`);
  return { first, end, size, hashes: lines.map(parseHash) };
}

function parseTlogProof(bytes) {
  const text = decode(bytes);
  const at = text.indexOf('\n\n');
  const [magic, place, ...lines] = text.slice(0, at).split('\n');
  const match = /^index (0|[1-9]\d{0,14})$/.exec(place ?? '');
  if (at < 0 || magic !== 'c2sp.org/tlog-proof@v1' || !match) refuse(`not a proof of version 1: ${cut(text)}`);
  return { index: Number(match[1]), hashes: lines.map(parseHash), checkpoint: text.slice(at + 2) };
}

/** The entries of a run, as a C2SP entry bundle spells them: 16 bits of length, then the bytes. */
function parseEntries(bytes, count) {
  const entries = [];
  let at = 0;
  while (at < bytes.length) {
    const length = bytes[at] * 256 + bytes[at + 1];
    if (!(at + 2 + length <= bytes.length)) refuse('an entry that is cut off');
    entries.push(bytes.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  if (entries.length !== count) refuse(`${entries.length} entries, where ${count} should be`);
  return entries;
}
