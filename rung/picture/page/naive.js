/* Backward as step 14 of the book has it: a plain stack. A function is visited whenever any gradient arrives, so it
   may be visited before all have, and then again; each time it hands on all that has come so far. */

const MOST_VISITS = 3000; // on a deep graph with many joins, the naive order would never end

/** The visits of the naive order through what a pass went through, and where they go wrong. */
class NaiveOrder {
  constructor(timeline, pass) {
    this.index = timeline.index;
    this.timeline = timeline;
    this.start = timeline.events.findIndex((event) => event.what === "backward" && event.pass === pass);
    this.pass = pass;
    this.right = timeline.events.filter((event) => event.what === "visit" && event.pass === pass);
    this.visitOf = new Map(this.right.map((visit) => [visit.call, visit]));
    this.givers = this.giversOfGradients();
    this.slopes = this.localDerivatives();
    this.totals = new Map();
    this.counts = new Map();
    this.events = [...timeline.events.slice(0, this.start + 1), ...this.visits(), { what: "end", pass }];
    this.wrong = this.events.findIndex((event) => event.missing?.length);
  }

  /** Which calls hand a gradient to each value. */
  giversOfGradients() {
    const givers = new Map();
    for (const visit of this.right) {
      for (const { value } of visit.arrivals) append(givers, value, visit.call);
    }
    return givers;
  }

  /** The derivative of each call by each input, where gradients are single numbers: what left by what came. */
  localDerivatives() {
    const slopes = new Map();
    const now = this.timeline.events.length;
    const end = this.timeline.events.findIndex((event) => event.what === "end" && event.pass === this.pass);
    for (const visit of this.right) {
      const [output] = this.index.calls[visit.call].outputs;
      const came = scalarOf(this.timeline.gradientOf(output, end < 0 ? now : end)?.total);
      const left = visit.arrivals.map(({ array }) => scalarOf(array));
      if (came)
        slopes.set(
          visit.call,
          left.map((part) => (part === null ? null : part / came)),
        );
    }
    return slopes;
  }

  visits() {
    const root = this.timeline.rootOf(this.timeline.events[this.start]);
    this.totals.set(root, scalarOf(this.timeline.gradients.get(root)?.[0].total));
    const stack = [this.index.values[root].maker];
    const visits = [];
    while (stack.length && visits.length < MOST_VISITS) {
      const call = stack.pop();
      const visit = this.visit(call);
      visits.push(visit);
      stack.push(...visit.pushed);
    }
    this.isCut = stack.length > 0;
    return visits;
  }

  visit(call) {
    const again = (this.counts.get(call) ?? 0) + 1;
    this.counts.set(call, again);
    const { outputs } = this.index.calls[call];
    const missing = outputs
      .flatMap((value) => this.givers.get(value) ?? [])
      .filter((giver) => !this.counts.has(giver));
    const arrivals = this.visitOf.get(call).arrivals.map((arrival, place) => this.arrive(call, arrival.value, place));
    const makers = arrivals.map(({ value }) => this.index.values[value].maker);
    const pushed = makers.filter((maker) => this.visitOf.has(maker));
    return { what: "visit", pass: this.pass, call, arrivals, pushed, missing, again };
  }

  arrive(call, value, place) {
    const came = this.totals.get(this.index.calls[call].outputs[0]) ?? null;
    const slope = this.slopes.get(call)?.[place] ?? null;
    const part = came === null || slope === null ? null : came * slope;
    const sum = this.totals.has(value);
    const before = sum ? this.totals.get(value) : 0;
    const total = part === null || before === null ? null : before + part;
    this.totals.set(value, total);
    return { value, sum, array: numberAsArray(part), total: numberAsArray(total) };
  }

  /** Leaves whose gradient comes out wrong: their value, and both gradients. */
  mistakes() {
    const end = this.timeline.events.length - 1;
    const wrong = [];
    for (const [value, naive] of this.totals) {
      const right = scalarOf(this.timeline.gradientOf(value, end)?.total);
      const isLeaf = typeof this.index.values[value].maker !== "number";
      const differs = naive !== null && right !== null && Math.abs(naive - right) > 1e-4 * (1 + Math.abs(right));
      if (isLeaf && differs) wrong.push({ value, naive, right });
    }
    return wrong;
  }
}

const numberAsArray = (number) => (number === null ? null : { values: number });
