/* The trace: unpacked from the page, checked, and indexed so that every question has a quick answer. */

/** The JSON that lies in the page as base64 of gzip. */
async function unpacked(base64) {
  const letters = atob(base64.trim());
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < letters.length; at += 1) bytes[at] = letters.charCodeAt(at);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

/** The same trace, or an error that says why it cannot be shown. */
function checkedTrace(trace) {
  if (!trace || trace.format !== "rung-trace") throw new Error("This file is no trace of Rung.");
  if (!(trace.version <= 1)) throw new Error(`This trace is of version ${trace.version}; this page reads version 1.`);
  return trace;
}

/** What the trace says, seen from each value, call and group. */
class TraceIndex {
  constructor(trace) {
    this.trace = trace;
    this.values = trace.values;
    this.calls = trace.calls;
    this.groups = trace.groups;
    this.users = trace.values.map(() => []);
    trace.calls.forEach((call, number) => {
      for (const value of new Set(call.inputs)) this.users[value]?.push(number);
    });
    this.children = trace.groups.map(() => []);
    this.depths = trace.groups.map(() => 0);
    this.roots = [];
    trace.groups.forEach((group, number) => {
      (group.parent === null ? this.roots : this.children[group.parent]).push(number);
      this.depths[number] = group.parent === null ? 1 : this.depths[group.parent] + 1;
    });
  }

  opName(call) {
    return this.trace.ops[this.calls[call].op].name;
  }

  callLabel(call) {
    return `${this.opName(call)} #${call}`;
  }

  /** The name of a value, or what it is the result of. */
  valueLabel(value) {
    const { name, maker, output, kind, scope } = this.values[value];
    if (name && (kind === "parameter" || kind === "buffer")) return [this.scopePath(scope), name].filter(Boolean).join(".");
    const title = kind === "number" ? name : valueTitle(this.trace, this.values[value]);
    if (title) return title;
    if (maker === null || maker === undefined) return `${kind} #${value}`;
    const names = this.trace.ops[this.calls[maker].op].outputs;
    return names.length > 1 ? `${names[output]} of ${this.callLabel(maker)}` : `result of ${this.callLabel(maker)}`;
  }

  groupLabel(group) {
    const { label, detail } = this.groups[group];
    return detail ? `${label} · ${detail}` : label;
  }

  label(item) {
    if (item.kind === "value") return this.valueLabel(item.id);
    return item.kind === "call" ? this.callLabel(item.id) : this.groupLabel(item.id);
  }

  scopePath(scope) {
    return scope === null || scope === undefined ? "" : this.trace.scopes[scope].path;
  }

  sourceText(call) {
    const source = this.calls[call].source;
    return source ? `${this.trace.files[source[0]]}:${source[1]}` : "";
  }

  /** The innermost group of a value, call or group itself; null if it lies in none. */
  groupOf(item) {
    if (item.kind === "group") return this.groups[item.id].parent;
    return (item.kind === "value" ? this.values : this.calls)[item.id].group ?? null;
  }

  /** A group and all around it, the innermost first. */
  chain(group) {
    const found = [];
    for (let each = group; each !== null && each !== undefined; each = this.groups[each].parent) found.push(each);
    return found;
  }

  /** What a value held at a moment (an event's number), or the earliest that is known. */
  arrayAt(value, now = Infinity) {
    return entryAt(this.values[value].arrays, now, true);
  }

  gradientAt(value, now = Infinity) {
    return entryAt(this.values[value].gradients, now, false);
  }
}

function entryAt(entries, now, earliest) {
  if (!entries?.length) return null;
  const place = placeAfter(entries, now, (entry) => entry[0]) - 1;
  return place >= 0 ? entries[place][1] : earliest ? entries[0][1] : null;
}

/** The one number of an array of one element; null for all others. */
function scalarOf(array) {
  let values = array?.values;
  if (values === null || values === undefined) return null;
  while (Array.isArray(values)) {
    if (values.length !== 1) return null;
    values = values[0];
  }
  return toNumber(values);
}

const isBroken = (array) => Boolean(array && (array.nan || array.inf));
