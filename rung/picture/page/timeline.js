/* When everything came to be: for any moment, what is there, what has a gradient, and what is happening. */

/** Events of a trace that has none, as it would run: the calls in order, then backward from the last output. */
function imaginedEvents(index) {
  const { calls, values, trace } = index;
  const events = calls.map((_, call) => ({ what: "call", call }));
  const root = [...trace.outputs].reverse().find((value) => typeof values[value]?.maker === "number");
  if (root === undefined) return events;
  events.push({ what: "backward", pass: 0, root });
  const waiting = new Set([values[root].maker]);
  const reached = new Set([root]);
  while (waiting.size) {
    const call = Math.max(...waiting);
    waiting.delete(call);
    const inputs = calls[call].inputs.filter((value) => values[value].differentiable);
    const arrivals = inputs.map((value) => {
      const sum = reached.has(value);
      reached.add(value);
      return { value, array: null, sum };
    });
    const makers = inputs.map((value) => values[value].maker);
    const pushed = [...new Set(makers)].filter((maker) => typeof maker === "number" && !waiting.has(maker));
    pushed.forEach((maker) => waiting.add(maker));
    events.push({ what: "visit", pass: 0, call, arrivals, pushed });
  }
  events.push({ what: "end", pass: 0 });
  return events;
}

/** A list of events, and when each value, call and gradient comes in it. */
class Timeline {
  constructor(index, events) {
    this.index = index;
    this.events = events;
    this.run = new Int32Array(index.calls.length).fill(-1);
    this.born = new Int32Array(index.values.length).fill(-1);
    this.visits = new Map();
    this.gradients = new Map();
    this.steps = [];
    events.forEach((event, number) => this.read(event, number));
    // The first iteration begins with the recording, which no event tells.
    if (this.steps[0]?.event > 0) this.steps.unshift({ event: -1, number: this.steps[0].number - 1 });
    this.bear();
  }

  read(event, number) {
    if (event.what === "call") this.run[event.call] = number;
    else if (event.what === "step") this.steps.push({ event: number, number: event.number });
    else if (event.what === "visit") append(this.visits, event.call, number);
    const started = event.what === "backward" ? [{ value: this.rootOf(event), array: null, sum: false }] : [];
    for (const { value, array, sum, total } of event.arrivals ?? started) {
      this.noteGradient(value, number, array, sum, total);
    }
  }

  rootOf(event) {
    return event.root ?? this.index.trace.passes[event.pass].root;
  }

  noteGradient(value, event, part, sum, total) {
    const known = total ?? exactEntry(this.index.values[value].gradients, event);
    append(this.gradients, value, { event, part, sum, total: known ?? (sum ? null : part) });
  }

  /** Results are born by their call; what is given is there from the start of the step that first uses it. */
  bear() {
    const { values, users } = this.index;
    values.forEach((value, number) => {
      if (typeof value.maker === "number") {
        this.born[number] = this.run[value.maker];
        return;
      }
      const first = users[number].find((call) => this.run[call] >= 0);
      if (first !== undefined) this.born[number] = this.stepStart(this.run[first]);
    });
  }

  /** The event that began the iteration that an event lies in; -1 if there are none. */
  stepStart(event) {
    const place = placeAfter(this.steps, event, (step) => step.event) - 1;
    return place >= 0 ? this.steps[place].event : -1;
  }

  /** The latest arrival of a gradient at a value, in the iteration of the moment; null if there was none. */
  gradientOf(value, now) {
    const arrivals = this.gradients.get(value);
    if (!arrivals) return null;
    const place = placeAfter(arrivals, now, (arrival) => arrival.event) - 1;
    return place >= 0 && arrivals[place].event >= this.stepStart(now) ? arrivals[place] : null;
  }

  visitOf(call, now) {
    const visits = this.visits.get(call);
    if (!visits) return -1;
    const place = placeAfter(visits, now) - 1;
    return place >= 0 && visits[place] >= this.stepStart(now) ? visits[place] : -1;
  }

  /** How many of a group's calls ran until a moment. Its calls are consecutive, and run in their order. */
  ranIn(group, now) {
    const { first, last } = this.index.groups[group];
    let [low, high] = [first, last + 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.run[middle] >= 0 && this.run[middle] <= now) low = middle + 1;
      else high = middle;
    }
    return low - first;
  }

  /** How many visits backward paid to a group until a moment, in the moment's iteration. */
  visitedIn(group, now) {
    this.groupVisits ??= this.visitsOfGroups();
    const visits = this.groupVisits[group];
    return placeAfter(visits, now) - placeAfter(visits, this.stepStart(now));
  }

  visitsOfGroups() {
    const found = this.index.groups.map(() => []);
    this.events.forEach((event, number) => {
      if (event.what !== "visit") return;
      for (const group of this.index.chain(this.index.calls[event.call].group)) found[group].push(number);
    });
    return found;
  }
}

function append(lists, key, entry) {
  const list = lists.get(key);
  if (list) list.push(entry);
  else lists.set(key, [entry]);
}

function exactEntry(entries, event) {
  const entry = entryAt(entries, event, false);
  return entry && entries[placeAfter(entries, event, (each) => each[0]) - 1][0] === event ? entry : null;
}
