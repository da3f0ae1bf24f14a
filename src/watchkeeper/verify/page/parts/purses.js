// Budgets that agents share: each allowed action in the scope of one is charged as the plan says,
// within its caps, and what a budget is said to have held is what was charged to it before.

const PLACES = 12;

/** A decimal as a whole number of 10^-12, exactly; null for what is none. */
function decimal(text) {
  const parts = /^(-?)(\d{1,30})(?:\.(\d{1,12}))?$/.exec(String(text));
  if (!parts) return null;
  const value = BigInt(parts[2] + (parts[3] ?? '').padEnd(PLACES, '0'));
  return parts[1] ? -value : value;
}

/** A moment in microseconds; there are fewer of them than whole numbers that are exact. */
function micros(at) { return Date.parse(`${at.slice(0, 23)}Z`) * 1000 + Number(at.slice(23, 26)); }

/** The day of a moment in a zone, as a number of days; null where the zone is not known here. */
function dayIn(zone, at) {
  try {
    const parts = new Intl.DateTimeFormat('en', { timeZone: zone, year: 'numeric', month: 'numeric', day: 'numeric' })
      .formatToParts(new Date(Math.floor(at / 1000)));
    const [year, month, day] = ['year', 'month', 'day'].map((type) => Number(parts.find((one) => one.type === type).value));
    return Date.UTC(year, month - 1, day) / 86400000;
  } catch {
    return null;
  }
}

/** Whether what happened at a moment still counts now; null where the zone is not known here. */
function counts({ seconds, zone, calendar }, at, now) {
  if (!zone) return at > now - seconds * 1000000;
  const [day, today] = [dayIn(zone, at), dayIn(zone, now)];
  if (day === null || today === null) return null;
  const date = new Date(today * 86400000);
  if (calendar === 'month') return day > today - date.getUTCDate();
  if (calendar === 'week') return day >= today - (date.getUTCDay() + 6) % 7;
  return day > today - Math.max(1, Math.floor(seconds / 86400));
}

class Purses {
  constructor(bundle, since) {
    Object.assign(this, { bundle, since, plans: new Map(), accounts: new Map(), open: new Map(), partial: false });
  }

  /** What is wrong with the charges of an allowed action; they count from here on. */
  allowed(place, { said, at }) {
    const plan = this.plan(said.plan);
    const due = new Map(plan ? this.due(plan, said).map((one) => [`shared.${one.id}`, one]) : []);
    const problems = [];
    const charges = [];
    for (const one of (said.grants ?? []).filter((used) => used.satisfied && used.grant.startsWith('shared.'))) {
      const budget = due.get(one.grant);
      const amount = decimal(one.amount ?? '0');
      due.delete(one.grant);
      if (amount === null || amount < 0n) {
        problems.push('a charge that is no amount');
        continue;
      }
      if (budget) problems.push(...this.problems(budget, one, amount, { plan, said, at }));
      else if (plan) problems.push(`charged to ${cut(one.grant)}, in whose scope its plan has it not`);
      charges.push([`${one.grant} ${one.currency}`, { at: micros(at), amount, counts: true }]);
    }
    for (const name of due.keys()) problems.push(`allowed without a charge to the shared budget ${cut(name)}`);
    for (const [name, charge] of charges) this.accounts.set(name, [...(this.accounts.get(name) ?? []), charge]);
    if (charges.length) this.open.set(place, charges.map(([, charge]) => charge));
    return problems;
  }

  settled(place, failed) {
    if (failed) for (const charge of this.open.get(place) ?? []) charge.counts = false;
    this.open.delete(place);
  }

  plan(digest) {
    if (!this.plans.has(digest)) {
      const raw = this.bundle.data(`plans/${digest}.json`);
      this.plans.set(digest, raw ? parseStrict(raw) : null);
    }
    return this.plans.get(digest);
  }

  due(plan, { method, agent, server, tool }) {
    if (method !== 'tools/call') return [];
    return (plan.sharedBudgets ?? []).filter((one) => one.agents.includes(agent) && one.actions.includes(`${server}/${tool}`));
  }

  problems(budget, one, amount, { plan, said, at }) {
    const [name, { count, sum }, total] = [cut(one.grant), budget.budget, decimal(one.sumBefore ?? '0')];
    if (typeof one.countBefore !== 'number' || total === null) return [`says not what the shared budget ${name} held before`];
    const found = [];
    if ((one.currency ?? null) !== (budget.currency ?? null)) found.push(`charged to ${name} in another currency`);
    else if (budget.currency) found.push(...worthProblems(budget, plan, said, amount));
    if (count !== undefined && one.countBefore + 1 > count) found.push(`allowed beyond the shared budget ${name}: action ${one.countBefore + 1} of ${count}`);
    if (sum !== undefined && total + amount > decimal(sum)) found.push(`allowed beyond the shared budget ${name}`);
    return [...found, ...this.recount(budget, one, total, micros(at))];
  }

  /** Hold what a decision says of its budget against the charges before it, where all are here. */
  recount({ budget }, one, total, now) {
    const all = this.accounts.get(`${one.grant} ${one.currency}`) ?? [];
    const inside = all.map((charge) => (charge.counts ? counts(budget, charge.at, now) : false));
    const begun = this.since === null ? false : counts(budget, this.since - 1, now);
    if (this.partial || begun === null || inside.includes(null)) return [];
    const held = all.filter((_, n) => inside[n]);
    const sum = held.reduce((sofar, charge) => sofar + charge.amount, 0n);
    const differs = held.length !== one.countBefore || sum !== total;
    if ((!begun && differs) || held.length > one.countBefore || sum > total) {
      return [`says that the shared budget ${cut(one.grant)} held something else than the records before it add up to`];
    }
    return [];
  }
}

/** Hold a charge against the arguments that stand in the log in clear. */
function worthProblems(budget, plan, said, amount) {
  const server = (plan.servers ?? []).find((one) => one.id === said.server);
  const money = (server?.tools ?? []).find((one) => one.name === said.tool)?.money;
  const name = cut(`shared.${budget.id}`);
  if (!money) return [`charged to ${name}, but its plan does not say what a call is worth`];
  const clear = new Map((said.arguments ?? []).filter((one) => 'clear' in one).map((one) => [one.name, one.clear]));
  const argument = money.amount.replace(/^args\./, '');
  const found = [];
  if (!argument.includes('.')) {
    const worth = decimal(clear.get(argument));
    if (worth === null) found.push(`charged to ${name}, but its arguments do not say what it is worth`);
    else if (worth !== amount * 10n ** BigInt(money.minor ?? 0)) found.push(`charged to ${name} what its arguments do not say`);
  }
  const currency = money.currency ? clear.get(money.currency.replace(/^args\./, '')) : money.always;
  if (typeof currency === 'string' && currency !== budget.currency) found.push(`charged to ${name}, where its arguments name another currency`);
  return found;
}
