// Bytes, text, base64, digests. Whatever is wrong with the evidence is a `Refused`; any other
// exception is a fault of this page, and is shown as one.

class Refused extends Error {}

function refuse(what) {
  throw new Refused(what);
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function encode(text) {
  return encoder.encode(text);
}

function decode(bytes) {
  try {
    return decoder.decode(bytes);
  } catch {
    return refuse('text that is not UTF-8');
  }
}

/** Foreign text, short enough for a sentence. */
function cut(value) {
  const text = typeof value === 'string' ? value : String(JSON.stringify(value));
  return text.length > 80 ? `\`${text.slice(0, 79)}…\`` : `\`${text}\``;
}

function toBase64(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return btoa(text);
}

/** The bytes of standard base64 in its one spelling (RFC 4648, 4), or null. */
function fromBase64(text) {
  if (typeof text !== 'string' || text.length % 4 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) {
    return null;
  }
  let raw;
  try {
    raw = atob(text);
  } catch {
    return null;
  }
  const bytes = Uint8Array.from(raw, (char) => char.charCodeAt(0));
  // The last group can be spelt in several ways; only one of them is meant.
  return toBase64(bytes.subarray(bytes.length - (bytes.length % 3 || 3))) === text.slice(-4) ||
    !bytes.length ? bytes : null;
}

function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function fromHex(text) {
  if (typeof text !== 'string' || text.length % 2 || !/^[0-9a-f]*$/.test(text)) return null;
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function concat(...parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function same(left, right) {
  if (left.length !== right.length) return false;
  for (let at = 0; at < left.length; at += 1) if (left[at] !== right[at]) return false;
  return true;
}

async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

async function sha256Hex(bytes) {
  return toHex(await sha256(bytes));
}

async function hmacHex(salt, bytes) {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', salt, algorithm, false, ['sign']);
  return toHex(new Uint8Array(await crypto.subtle.sign('HMAC', key, bytes)));
}

const CRC = Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc >>> 0;
});

function crc32(bytes) {
  let crc = 0xffffffff;
  for (let at = 0; at < bytes.length; at += 1) crc = CRC[(crc ^ bytes[at]) & 255] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** Lets the page breathe: draws, scrolls, answers keys. */
function pause() {
  return new Promise((resolve) => { setTimeout(resolve, 0); });
}
