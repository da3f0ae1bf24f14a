// The page itself. Everything that comes from a bundle is set as text, never as markup.

const PAGE_SIZE = 50;
const STATUS = { checked: ['✓', 'checked'], failed: ['✗', 'does not hold'], 'not-checked': ['–', 'not checked'] };

function byId(id) {
  return document.getElementById(id);
}

function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  for (const child of children) node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  return node;
}

function show(id, visible) {
  byId(id).hidden = !visible;
}

const state = { file: null, running: false, told: [], found: [], shown: 0 };

async function check() {
  if (!state.file || state.running) return;
  state.running = true;
  show('result', false);
  show('working', true);
  byId('again').disabled = true;
  try {
    const pins = { vkey: byId('vkey').value.trim(), records: byId('records').value.trim(), policy: byId('policy').value.trim() };
    const bytes = new Uint8Array(await state.file.arrayBuffer());
    showResult(await verifyBundle(bytes, pins, showProgress), state.file.name);
  } catch (error) {
    showRefusal(error);
  } finally {
    state.running = false;
    show('working', false);
    byId('again').disabled = false;
    show('again', true);
  }
}

const DOING = { reading: 'Reading the file', digests: 'Comparing digests', records: 'Checking records' };

async function showProgress(what, done, total) {
  byId('progress').max = total;
  byId('progress').value = done;
  const share = Math.floor((100 * done) / Math.max(1, total));
  const said = `${DOING[what]}: ${share} %`;
  // Said anew only when it changes by a step, so that a screen reader is not flooded.
  if (share % 10 === 0 && byId('doing').textContent !== said) byId('doing').textContent = said;
  await pause();
}

function showRefusal(error) {
  const refused = error instanceof Refused;
  const title = refused ? 'This does not hold' : 'This page could not check it';
  const detail = refused
    ? `Not a whole evidence bundle: ${error.message}. Nothing in it was looked at further.`
    : `A fault of the browser or of this page: ${error.message}. Nothing is claimed about the file.`;
  verdict(refused ? 'bad' : 'unsure', title, detail);
  show('found', false);
  reveal();
}

function verdict(kind, title, detail) {
  byId('verdict').className = `verdict ${kind}`;
  byId('verdict-title').textContent = title;
  byId('verdict-detail').textContent = detail;
}

function reveal() {
  show('result', true);
  byId('verdict-title').focus();
}

function showResult(result, name) {
  if (!result.ok) verdict('bad', 'This does not hold', 'At least one step failed. Take nothing in this bundle as evidence; the decisions are not shown.');
  else if (!result.pinned) verdict('unsure', 'Nothing failed, but by the bundle’s own keys', 'Anybody can make a bundle with keys of their own. Give the keys that you trust, from somewhere else, and check again.');
  else verdict('good', 'This holds', 'Every record shown below is signed, in its place in the log, and unchanged, under the keys that you gave.');
  showFacts(result, name);
  byId('steps').replaceChildren(...result.steps.map(stepItem));
  state.told = result.ok ? [...result.stories.map(tell), ...result.others.map(tellOther)] : [];
  for (const one of state.told) one.searched = [one.verb, one.title, ...one.lines.flat()].join(' ').toLowerCase();
  show('decisions', result.ok);
  show('found', true);
  filter();
  reveal();
}

function showFacts({ bundle, checkpoint, count, stage, witnessed }, name) {
  const facts = [['File', name], ['Log', checkpoint?.origin ?? bundle.manifest.origin], ['Stage', stage ?? 'not known'],
    ['Witnesses', witnessed ? `the quorum, ${witnessed}` : 'UNWITNESSED'],
    ['Records', `${count} of ${bundle.manifest.size} in the log`], ['Made', `${when(bundle.manifest.made)}, as the bundle says`]];
  byId('facts').replaceChildren(...facts.flatMap(([label, text_]) => [element('dt', {}, label), element('dd', {}, text_)]));
}

function stepItem({ number, title, status, detail }) {
  const [sign, words] = STATUS[status];
  return element('li', { class: `step ${status}`, value: number, 'data-step': number, 'data-status': status },
    element('span', { class: 'sign', 'aria-hidden': 'true' }, sign),
    element('div', {}, element('strong', {}, `${number} ${title}`), ' ', element('span', { class: 'status' }, words), element('p', {}, detail)));
}

function filter() {
  const sought = byId('sought').value.trim().toLowerCase();
  const kind = byId('kind').value;
  state.found = state.told.filter((one) => (!kind || one.outcome === kind) && (!sought || one.searched.includes(sought)));
  state.shown = 0;
  byId('cards').replaceChildren();
  more();
}

function more() {
  const next = state.found.slice(state.shown, state.shown + PAGE_SIZE);
  byId('cards').append(...next.map(card));
  state.shown += next.length;
  byId('how-many').textContent = `${state.shown} of ${state.found.length} shown`;
  show('more', state.shown < state.found.length);
}

function card({ title, outcome, verb, lines, records }) {
  const kept = lines.filter(([, text_]) => text_ !== '');
  const list = element('dl', {}, ...kept.flatMap(([label, text_, note]) => [
    element('dt', {}, label),
    element('dd', {}, text_ === null ? element('em', {}, 'hidden') : element('span', { class: 'value' }, text_), ...(note ? [' ', element('small', {}, note)] : [])),
  ]));
  const numbers = records.map((record) => record.index);
  const details = element('details', {}, element('summary', {}, `Record${numbers.length > 1 ? 's' : ''} ${named(numbers.map(String))}, in full`));
  details.addEventListener('toggle', () => {
    if (details.open && details.childElementCount === 1) details.append(...records.map(rawRecord));
  }, { once: true });
  return element('li', {}, element('article', { class: `card ${outcome}` }, element('h3', {}, element('span', { class: 'outcome' }, verb), ' ', title), list, details));
}

function rawRecord({ index, statement }) {
  return element('pre', { tabindex: '0', role: 'region', 'aria-label': `record ${index}` }, JSON.stringify(statement, null, 1));
}

function take(file) {
  if (!file || state.running) return;
  state.file = file;
  byId('name').textContent = file.name;
  check();
}

function listen() {
  byId('file').addEventListener('change', (event) => take(event.target.files[0]));
  byId('again').addEventListener('click', check);
  byId('more').addEventListener('click', more);
  byId('sought').addEventListener('input', filter);
  byId('kind').addEventListener('change', filter);
  const drop = byId('drop');
  for (const name of ['dragover', 'drop']) document.addEventListener(name, (event) => event.preventDefault());
  drop.addEventListener('dragover', () => drop.classList.add('over'));
  for (const name of ['dragleave', 'drop']) drop.addEventListener(name, () => drop.classList.remove('over'));
  document.addEventListener('drop', (event) => take(event.dataTransfer.files[0]));
  for (const [field, chooser] of [['vkey', 'vkey-file'], ['records', 'records-file'], ['policy', 'policy-file']]) {
    byId(chooser).addEventListener('change', async (event) => {
      const [file] = event.target.files;
      if (file) byId(field).value = (await file.text()).trim();
    });
  }
}

async function begin() {
  if (await canVerify()) {
    listen();
    byId('file').disabled = false;
    document.documentElement.dataset.ready = 'yes';
    return;
  }
  show('give', false);
  show('cannot', true);
  document.documentElement.dataset.ready = 'no';
}

begin();
