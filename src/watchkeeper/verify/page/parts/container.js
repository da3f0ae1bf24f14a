// The container: a ZIP file in one spelling only (PKWARE APPNOTE 6.3, 4.3). The members are walked
// from the front, the directory is written again from them, and must be what the file ends with.

const HEADER_BYTES = 30;
const ENTRY_BYTES = 46;
const DAY = 33; // 1980-01-01
const MAX_NAME = 250;

function little(count, value) {
  const out = new Uint8Array(count);
  let rest = value;
  for (let at = 0; at < count; at += 1) {
    out[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return out;
}

function header(name, size, crc) {
  const fields = [little(2, 20), new Uint8Array(6), little(2, DAY), little(4, crc), little(4, size), little(4, size)];
  return concat(encode('PK\x03\x04'), ...fields, little(2, name.length), little(2, 0), name);
}

function directoryEntry({ rawName, size, crc, at }) {
  return concat(
    encode('PK\x01\x02'), little(2, (3 << 8) | 20), little(2, 20), new Uint8Array(6), little(2, DAY),
    little(4, crc), little(4, size), little(4, size), little(2, rawName.length), new Uint8Array(8),
    little(4, 0o100644 * 65536), little(4, at), rawName,
  );
}

function directoryEnd(count, start, length) {
  const shown = Math.min(count, 0xffff);
  const end = concat(
    encode('PK\x05\x06'), new Uint8Array(4), little(2, shown), little(2, shown),
    little(4, length), little(4, start), little(2, 0),
  );
  if (count < 0xffff) return end;
  const large = concat(
    encode('PK\x06\x06'), little(8, 44), little(2, (3 << 8) | 45), little(2, 45), new Uint8Array(8),
    little(8, count), little(8, count), little(8, length), little(8, start),
  );
  return concat(large, encode('PK\x06\x07'), new Uint8Array(4), little(8, start + length), little(4, 1), end);
}

/** The members of a container by name, each with its bytes, in their order. */
async function parseContainer(bytes, progress) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const members = new Map();
  let at = 0;
  while (at + HEADER_BYTES <= bytes.length && view.getUint32(at, true) === 0x04034b50) {
    const member = parseHeader(bytes, view, at);
    if (members.has(member.name)) refuse(`the same member twice: ${cut(member.name)}`);
    members.set(member.name, member);
    at = member.end;
    if (members.size % 256 === 0) await progress('reading', at, bytes.length);
  }
  if (!members.size) refuse('this is no evidence bundle');
  checkDirectory(bytes, at, [...members.values()]);
  return members;
}

function parseHeader(bytes, view, at) {
  const [crc, size, length] = [view.getUint32(at + 14, true), view.getUint32(at + 22, true), view.getUint16(at + 26, true)];
  const rawName = bytes.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length);
  if (!length || length > MAX_NAME || rawName.some((byte) => byte > 126 || byte < 32)) {
    refuse(`a header that no bundle has, at byte ${at}`);
  }
  const name = decode(rawName);
  const start = at + HEADER_BYTES + length;
  if (!same(header(rawName, size, crc), bytes.subarray(at, start))) {
    refuse(`a header in another spelling, at byte ${at}: ${cut(name)}`);
  }
  if (start + size > bytes.length) refuse(`the file is cut off within ${cut(name)}`);
  const data = bytes.subarray(start, start + size);
  if (crc32(data) !== crc) refuse(`not what its checksum says: ${cut(name)}`);
  return { name, rawName, size, crc, at, data, end: start + size };
}

function checkDirectory(bytes, start, members) {
  let at = start;
  for (const member of members) {
    const entry = directoryEntry(member);
    if (!same(entry, bytes.subarray(at, at + entry.length))) refuse(`its directory is not that of its members, at byte ${at}`);
    at += entry.length;
  }
  const end = directoryEnd(members.length, start, at - start);
  if (!same(end, bytes.subarray(at))) refuse(`its end is not that of its members, at byte ${at}`);
}
