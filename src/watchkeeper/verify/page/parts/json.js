// One form for one value. Records are canonical JSON without floats; they are rendered again and
// compared, which rules out duplicate keys, other escapes and rounded numbers at once. What a user
// sent may hold floats: it is read by a strict parser of our own and rendered by RFC 8785, which
// is what JSON.stringify does with sorted keys.

const MAX_DEPTH = 200;

/** RFC 8785 of a JSON value; a lone surrogate, or what is no JSON value, is refused. */
function canonical(value, depth = MAX_DEPTH) {
  if (depth < 0) refuse('JSON that is nested too deep');
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return Number.isFinite(value) ? String(value + 0) : refuse('a number that is none');
  if (value === null || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, depth - 1)).join(',')}]`;
  const members = Object.keys(value).sort().map((key) => `${quoted(key)}:${canonical(value[key], depth - 1)}`);
  return `{${members.join(',')}}`;
}

function quoted(text) {
  if (/[\ud800-\udfff]/.test(text) && !text.isWellFormed()) refuse('half of a character');
  return JSON.stringify(text);
}

/** The value of canonical JSON as records have it: no floats, ASCII keys, one spelling. */
function parseCanonical(bytes) {
  const text = decode(bytes);
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    refuse(`not JSON: ${cut(text)}`);
  }
  checkPlain(value);
  if (canonical(value) !== text) refuse(`JSON that is not in canonical form: ${cut(text)}`);
  return value;
}

function checkPlain(value, depth = MAX_DEPTH) {
  if (depth < 0) refuse('JSON that is nested too deep');
  if (typeof value === 'number' && !Number.isSafeInteger(value)) refuse('a number that is no small integer');
  if (value === null || typeof value !== 'object') return;
  for (const [key, item] of Object.entries(value)) {
    if (!/^[\x00-\x7f]*$/.test(key)) refuse(`a key that is not ASCII: ${cut(key)}`);
    checkPlain(item, depth - 1);
  }
}

/** The value of any JSON without duplicate keys, lone surrogates and numbers that would be rounded. */
function parseStrict(bytes) {
  const text = decode(bytes);
  let at = 0;
  const token = /[ \t\n\r]*(?:([{}[\],:])|("(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)|(true|false|null))/y;
  function next() {
    token.lastIndex = at;
    const found = token.exec(text) ?? refuse(`not JSON: ${cut(text.slice(at))}`);
    at = token.lastIndex;
    return found;
  }
  function expect(sign) {
    if (next()[1] !== sign) refuse('not JSON');
  }
  function peek(sign) {
    const before = at;
    if (next()[1] === sign) return true;
    at = before;
    return false;
  }
  function string(found) {
    const value = JSON.parse(found);
    quoted(value);
    return value;
  }
  function number(found) {
    const value = Number(found);
    if (!Number.isFinite(value)) refuse('a number too large');
    if (/^-?\d+$/.test(found) && !Number.isSafeInteger(value)) refuse('an integer beyond 2^53-1');
    return value;
  }
  function list(depth) {
    const items = [];
    if (peek(']')) return items;
    for (;;) {
      items.push(value(depth));
      if (!peek(',')) break;
    }
    expect(']');
    return items;
  }
  function object(depth) {
    const members = new Map();
    if (peek('}')) return {};
    for (;;) {
      const key = string(next()[2] ?? refuse('an object without a key'));
      if (members.has(key)) refuse(`the same key twice in one object: ${cut(key)}`);
      expect(':');
      members.set(key, value(depth));
      if (!peek(',')) break;
    }
    expect('}');
    return Object.fromEntries(members);
  }
  function value(depth) {
    if (depth < 0) refuse('JSON that is nested too deep');
    const [, sign, text_, number_, word] = next();
    if (text_ !== undefined) return string(text_);
    if (number_ !== undefined) return number(number_);
    if (word !== undefined) return JSON.parse(word);
    if (sign === '[') return list(depth - 1);
    if (sign === '{') return object(depth - 1);
    return refuse('not JSON');
  }
  const result = value(MAX_DEPTH);
  if (!/^[ \t\n\r]*$/.test(text.slice(at))) refuse('JSON with something behind it');
  return result;
}

/** Refuse a value that has not the given shape: `text`, `int`, `flag`, `time`, `ref`, `any`,
 * [shape] for a list, {name: shape} for an object, {'*': shape} for any names; a name with a
 * question mark may be missing. Names beyond these are not looked at. */
function checkShape(value, shape, where) {
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) refuse(`${where} is no list`);
    value.forEach((item) => checkShape(item, shape[0], where));
  } else if (typeof shape === 'object') {
    checkMembers(value, shape, where);
  } else if (!SCALARS[shape](value)) {
    refuse(`${where} is not what it should be: ${cut(value)}`);
  }
}

function checkMembers(value, shape, where) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) refuse(`${where} is no object`);
  for (const [name, inner] of Object.entries(shape)) {
    if (name === '*') {
      for (const [key, item] of Object.entries(value)) checkShape(item, inner, `${where}.${key}`);
      continue;
    }
    const key = name.replace('?', '');
    const there = Object.hasOwn(value, key);
    if (there && !(name.endsWith('?') && value[key] === null)) checkShape(value[key], inner, `${where}.${key}`);
    else if (!name.endsWith('?')) refuse(`${where}.${key} is missing`);
  }
}

const SCALARS = {
  any: () => true,
  text: (value) => typeof value === 'string',
  int: (value) => Number.isSafeInteger(value) && value >= 0,
  whole: (value) => Number.isSafeInteger(value),
  flag: (value) => typeof value === 'boolean',
  digest: (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value),
  time: (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(value)
    && !Number.isNaN(Date.parse(value)),
  ref: (value) => value !== null && typeof value === 'object' && SCALARS.int(value.index) && SCALARS.int(value.shard),
};
