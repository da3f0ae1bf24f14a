// Whether all is there that the choice names. Times never decrease in a log, so records on both
// sides of a time bound it.

class Completeness {
  constructor(report, bundle) {
    Object.assign(this, { report, bundle, manifest: bundle.manifest, selection: bundle.manifest.selection });
    this.before = -1;
    this.after = this.manifest.size;
    this.leftOut = [];
    this.chosen = this.manifest.chosen ? new Set(this.manifest.chosen) : null;
    this.neighbours = new Set(this.manifest.neighbours ?? []);
  }

  get timed() { return Boolean(this.selection.since || this.selection.until); }

  get sought() { return ['system', 'control', 'decision'].some((name) => (this.selection[name] ?? null) !== null); }

  take(record) {
    const inside = this.inside(record);
    if (inside && this.timed && this.neighbours.has(record.index)) this.report.fail(STEP.complete, 'named as a neighbour, but within the time', record.index);
    const { system, control, decision } = this.selection;
    const wanted = system && !control && !decision && record.kind === 'decision' && record.said.system === system;
    if (inside && wanted && this.chosen && !this.chosen.has(record.index)) this.leftOut.push(record.index);
  }

  inside({ at, index }) {
    const { since, until } = this.selection;
    if (since && at < since) {
      this.before = Math.max(this.before, index);
      return false;
    }
    if (until && at >= until) {
      this.after = Math.min(this.after, index);
      return false;
    }
    return true;
  }

  /** The run that must be there without a gap, or null if nothing says so. */
  wanted() {
    const { complete, index } = this.selection;
    if (this.sought && !complete) return null;
    if (this.timed) return [this.before + 1, this.after];
    if (index?.length) return [index[0], Math.min(this.manifest.size, index[1])];
    if (this.sought && this.chosen?.size) return [this.manifest.chosen.reduce((a, b) => Math.min(a, b)), this.manifest.chosen.reduce((a, b) => Math.max(a, b)) + 1];
    return [0, this.manifest.size];
  }

  finish() {
    for (const index of [...(this.chosen ?? []), ...this.neighbours]) {
      if (!this.bundle.holds(index)) this.report.fail(STEP.complete, 'named in the manifest, but not there', index);
    }
    const wanted = this.wanted();
    if (!wanted) {
      this.report.skip(STEP.complete, 'records were picked out: that others of the kind were left out can not be seen');
      return;
    }
    const [first, end] = wanted;
    if (first < end && !this.bundle.runs.some(([from, to]) => from <= first && end <= to)) {
      this.report.fail(STEP.complete, `not every record from ${first} to ${end - 1} is there`);
    }
    for (const index of this.selection.complete ? this.leftOut : []) this.report.fail(STEP.complete, 'left out of what was chosen', index);
    this.report.say(STEP.complete, this.sentence(first, end));
  }

  sentence(first, end) {
    const said = first < end ? `every record from ${first} to ${end - 1}` : 'no record';
    if (first === 0 && end === this.manifest.size) return `${said}: all that the checkpoint covers`;
    if (!this.timed) return said;
    const { since, until } = this.selection;
    return `${said}: all there is from ${since ?? 'the beginning'} until ${until ?? 'the checkpoint'}`;
  }
}
