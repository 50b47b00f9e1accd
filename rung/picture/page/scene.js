// What is to be seen of a graph when some of its groups are open: boxes, frames around them, and nets between them.
// The twin of rung/picture/scene.py; `THEME` is theme.json. A trace is as docs/trace.md has it.

/**
 * The scene of a trace: {boxes, frames, nets}, in the words of rung/picture/scene.py.
 * `openSet` holds the numbers of the groups that are open; null stands for those that say so themselves.
 */
function sceneOf(trace, openSet = null, { variables = "all", verbose = true } = {}) {
  const opened = openSet ?? new Set(trace.groups.flatMap((group, i) => (group.open ? [i] : [])));
  return new SceneView(trace, opened, variables === "named", verbose).scene();
}

/** A graph with some groups open, on the way to its scene. */
class SceneView {
  constructor(graph, opened, named, verbose) {
    Object.assign(this, { graph, opened, named, verbose });
    this.outputs = new Set(graph.outputs);
    this.boxes = [];
    this.frames = [];
    this.nets = [];
    this.frameOf = new Map(); // of a group
    this.place = { value: new Map(), call: new Map(), group: new Map() }; // of a box, by what it stands for
    this.entering = new Map(); // of a folded group: a value, and the port that it enters by
    this.leaving = new Map();
    this.hidden = graph.groups.map((_, i) => this.hiddenBy(i));
    this.shown = this.shownValues();
  }

  scene() {
    this.hidden.forEach((fold, i) => fold < 0 && this.addFrame(i));
    this.addBoxes();
    this.addNets();
    this.writeBoxes();
    return { boxes: this.boxes, frames: this.frames, nets: this.nets };
  }

  // What is hidden by what

  /** The outermost of the folded groups around a group, itself among them; -1 if it can be seen. */
  hiddenBy(group) {
    let folded = -1;
    for (let around = group; around !== null; around = this.graph.groups[around].parent)
      if (!this.opened.has(around)) folded = around;
    return folded;
  }

  fold(group) {
    return group === null ? -1 : this.hidden[group];
  }

  /** Of each value, whether it has a box of its own; what no call takes or makes has one if it is an output. */
  shownValues() {
    const { values, calls } = this.graph;
    const used = new Set(calls.flatMap((call) => call.inputs));
    const escapes = new Set();
    for (const call of calls)
      for (const v of call.inputs) if (this.fold(values[v].group) !== this.fold(call.group)) escapes.add(v);
    const isJoined = (value, i) => value.maker !== null || used.has(i) || this.outputs.has(i);
    return values.map((value, i) => isJoined(value, i) && this.isShown(i, value, escapes.has(i)));
  }

  /** A value in a folded group has a box, outside, if the group made it and it has a name or is an output. */
  isShown(i, value, escapes) {
    if (this.fold(value.group) >= 0)
      return (this.outputs.has(i) || (Boolean(value.name) && escapes)) && value.maker !== null;
    if (this.named && value.kind === "result" && value.maker !== null)
      return this.outputs.has(i) || valueTitle(this.graph, value) !== "";
    return true;
  }

  // Boxes and frames

  addFrame(group) {
    if (!this.frameOf.has(group)) {
      const { sizes } = THEME;
      const { parent } = this.graph.groups[group];
      const around = parent === null ? -1 : this.addFrame(parent);
      const label = cut(groupTitle(this.graph.groups[group]), sizes.widest_header, sizes.header_text);
      const w = textWidth(label, sizes.header_text) + 2 * sizes.pad_x + sizes.header;
      this.frameOf.set(group, this.frames.length);
      this.frames.push({ group, parent: around, label, w, header: sizes.header });
    }
    return this.frameOf.get(group);
  }

  /** In the order of time; what a call takes comes before it, what it makes after it. */
  addBoxes() {
    const { calls, groups, values } = this.graph;
    calls.forEach((call, i) => {
      const fold = this.fold(call.group);
      if (fold < 0) {
        this.addValues(call.inputs);
        this.add("call", i, call.group);
      } else if (!this.place.group.has(fold)) {
        for (const inner of calls.slice(groups[fold].first, groups[fold].last + 1))
          this.addValues(inner.inputs.filter((v) => values[v].maker === null));
        this.add("group", fold, groups[fold].parent);
      }
      this.addValues(call.outputs);
    });
    this.addValues(this.graph.outputs); // one may be what no call took or made
  }

  addValues(values) {
    for (const i of values) {
      if (!this.shown[i] || this.place.value.has(i)) continue;
      const { group } = this.graph.values[i];
      const fold = this.fold(group);
      this.add("value", i, fold < 0 ? group : this.graph.groups[fold].parent);
    }
  }

  add(kind, id, group) {
    this.place[kind].set(id, this.boxes.length);
    const frame = group === null ? -1 : this.frameOf.get(group);
    this.boxes.push({ kind, id, frame, tone: "", lines: [], w: 0, h: 0, ins: [], outs: [] });
  }

  // Nets

  /** From each maker to its value, from each value to its users; past the values that are not shown. */
  addNets() {
    const { values, calls } = this.graph;
    const users = values.map(() => []);
    calls.forEach((call, i) =>
      call.inputs.forEach((v, operand) => {
        const port = this.wayIn(i, operand, v);
        if (port) users[v].push(port);
      }),
    );
    values.forEach((value, v) => {
      if (this.shown[v]) {
        const box = this.place.value.get(v);
        if (value.maker !== null) this.addNet(v, this.wayOut(v, value), [[box, 0]]);
        if (users[v].length) this.addNet(v, [box, 0], users[v]);
      } else if (users[v].length) {
        this.addNet(v, this.wayOut(v, value), users[v]);
      }
    });
    this.nets.sort((a, b) => a.from[0] - b.from[0] || a.from[1] - b.from[1]);
  }

  /** The port by which a call takes a value; null if it came from the same folded group, or in there already. */
  wayIn(i, operand, v) {
    const { values, calls } = this.graph;
    const fold = this.fold(calls[i].group);
    if (fold < 0) return [this.place.call.get(i), operand];
    const { maker, group } = values[v];
    if (this.fold(maker === null ? group : calls[maker].group) === fold) return null;
    if (this.entering.get(fold)?.has(v)) return null;
    return [this.place.group.get(fold), portOf(this.entering, fold, v)];
  }

  /** The port that a value comes out of: of its maker, or of the folded group that it is in. */
  wayOut(v, value) {
    const fold = this.fold(value.maker === null ? value.group : this.graph.calls[value.maker].group);
    if (value.maker !== null && fold < 0) return [this.place.call.get(value.maker), value.output];
    return [this.place.group.get(fold), portOf(this.leaving, fold, v)];
  }

  addNet(v, from, to) {
    const value = this.graph.values[v];
    this.nets.push({ value: v, label: valueTitle(this.graph, value) || arrayText(value), from, to });
  }

  // What stands in the boxes

  writeBoxes() {
    const { graph, verbose } = this;
    const parameters = this.foldedParameters();
    const wrong = this.foldedFaults();
    const made = new Set(this.nets.flatMap((net) => net.to.map(([box]) => box)));
    const used = new Set(this.nets.map((net) => net.from[0]));
    this.boxes.forEach((box, place) => {
      const i = box.id;
      if (box.kind === "value") {
        const value = graph.values[i];
        box.tone = valueTone(value);
        measure(box, valueLines(graph, value, verbose), Number(made.has(place)), Number(used.has(place)));
      } else if (box.kind === "call") {
        const call = graph.calls[i];
        box.tone = callTone(graph, call);
        const waysOut = Math.max(0, ...call.outputs.map((v) => graph.values[v].output + 1));
        measure(box, callLines(graph, call, verbose), call.inputs.length, waysOut);
      } else {
        const group = graph.groups[i];
        const ways = [this.entering, this.leaving].map((ports) => ports.get(i)?.size ?? 0);
        box.tone = wrong.has(i) ? "wrong" : group.kind === "backward" ? "backward" : "group";
        measure(box, groupLines(group, parameters.get(i) ?? 0, verbose), ...ways);
      }
    });
  }

  /** How many numbers are learnt in each folded group. */
  foldedParameters() {
    const counts = new Map();
    for (const value of this.graph.values) {
      const fold = this.fold(value.group);
      if (value.kind === "parameter" && fold >= 0) counts.set(fold, (counts.get(fold) ?? 0) + sizeOf(value));
    }
    return counts;
  }

  /** The folded groups in which a call failed, or made the first NaN or infinity. */
  foldedFaults() {
    const faulty = this.graph.calls.filter((call) => callTone(this.graph, call) === "wrong");
    return new Set(faulty.map((call) => this.fold(call.group)));
  }
}

/** The port of a value at a folded group, which is given to it when it is first asked for. */
function portOf(ports, fold, v) {
  if (!ports.has(fold)) ports.set(fold, new Map());
  const here = ports.get(fold);
  if (!here.has(v)) here.set(v, here.size);
  return here.get(v);
}
