/* What took memory and when: totals over the events, and who holds it at a moment. */

const MEMORY_KINDS = ["parameter", "data", "kept", "gradient"];
const MEMORY_WORDS = {
  parameter: "parameters",
  data: "data",
  kept: "kept for backward",
  gradient: "gradients",
};

class Memory {
  constructor(trace) {
    this.columns = trace.memory ?? { events: [], kinds: [], values: [], bytes: [] };
    this.length = Math.max(trace.events.length, 1);
    this.bands = MEMORY_KINDS.map((kind) => this.totalsOf(kind));
    this.totals = new Float64Array(this.length);
    this.bands.forEach((band) => band.forEach((bytes, event) => (this.totals[event] += bytes)));
    this.peak = this.totals.reduce((best, bytes, event) => (bytes > this.totals[best] ? event : best), 0);
  }

  get isKnown() {
    return this.columns.events.length > 0;
  }

  totalsOf(kind) {
    const totals = new Float64Array(this.length);
    const { events, kinds, bytes } = this.columns;
    events.forEach((event, row) => {
      if (kinds[row] === kind) totals[clamp(event, 0, this.length - 1)] += bytes[row];
    });
    for (let event = 1; event < this.length; event += 1) totals[event] += totals[event - 1];
    return totals;
  }

  /** Who holds most after an event: [{value, kind, bytes}], the largest first. */
  holders(now, most = 8) {
    const { events, kinds, values, bytes } = this.columns;
    const held = new Map();
    for (let row = 0; row < events.length && events[row] <= now; row += 1) {
      const key = `${kinds[row]} ${values[row]}`;
      const entry = held.get(key) ?? { value: values[row], kind: kinds[row], bytes: 0 };
      entry.bytes += bytes[row];
      held.set(key, entry);
    }
    return [...held.values()].filter((entry) => entry.bytes > 0).sort((a, b) => b.bytes - a.bytes).slice(0, most);
  }
}
