/* Two traces side by side: calls are matched by the path of their layer, their function and their occurrence. */

const TOLERANCE = 1e-5; // the share by which two norms may differ and still count as equal
const GRAVITY = ["same", "value", "shape", "added"];

/** A key for each call that its twin in another trace has too. */
function callKeys(index) {
  const seen = new Map();
  return index.calls.map((call, number) => {
    const side = typeof call.pass === "number" ? "backward" : "forward";
    const kind = `${index.scopePath(call.scope)} ${index.opName(number)} ${side}`;
    const occurrence = seen.get(kind) ?? 0;
    seen.set(kind, occurrence + 1);
    return `${kind} ${occurrence}`;
  });
}

class Comparison {
  constructor(index, other) {
    this.index = index;
    this.other = other;
    const otherKeys = callKeys(other);
    this.twins = new Map(otherKeys.map((key, call) => [key, call]));
    const keys = callKeys(index);
    this.states = { call: new Map(), value: new Map(), group: new Map() };
    this.differences = [];
    index.calls.forEach((_, call) => this.compareCall(call, this.twins.get(keys[call])));
    const here = new Set(keys);
    this.missing = otherKeys.flatMap((key, call) => (here.has(key) ? [] : [call]));
  }

  compareCall(call, twin) {
    if (twin === undefined) {
      this.note({ kind: "call", id: call }, "added", "is only here");
      for (const value of this.index.calls[call].outputs) this.states.value.set(value, "added");
      return;
    }
    const [ours, theirs] = [this.index.calls[call], this.other.calls[twin]];
    let worst = "same";
    for (const side of ["inputs", "outputs"]) {
      ours[side].forEach((value, place) => {
        const state = this.compareValue(value, theirs[side][place]);
        if (side === "outputs") worst = graver(worst, state);
      });
    }
    if (ours.inputs.length !== theirs.inputs.length)
      worst = this.note({ kind: "call", id: call }, "shape", "takes other inputs");
    this.states.call.set(call, worst);
  }

  compareValue(value, twin) {
    const known = this.states.value.get(value);
    if (known) return known;
    const [state, text] = this.differenceOf(value, twin);
    this.states.value.set(value, state);
    if (text) this.note({ kind: "value", id: value }, state, text);
    return state;
  }

  differenceOf(value, twin) {
    if (twin === undefined) return ["added", "is only here"];
    const [ours, theirs] = [this.index.values[value], this.other.values[twin]];
    const shapes = [ours, theirs].map(({ shape }) => shapeText(shape ?? []));
    if (shapes[0] !== shapes[1]) return ["shape", `is ${shapes[0]}, there ${shapes[1]}`];
    if (ours.kind === "number" && ours.name !== theirs.name) return ["value", `there ${theirs.name}`];
    const arrays = differenceOfArrays(this.index.arrayAt(value), this.other.arrayAt(twin));
    if (arrays) return ["value", arrays];
    const gradients = differenceOfArrays(this.index.gradientAt(value), this.other.gradientAt(twin));
    return gradients ? ["value", `gradient: ${gradients}`] : ["same", ""];
  }

  note(item, state, text) {
    this.states[item.kind].set(item.id, state);
    this.differences.push({ item, state, text });
    return state;
  }

  /** How a box differs: a group as the gravest of what is in it. */
  stateOf({ kind, id }) {
    if (kind !== "group") return this.states[kind].get(id) ?? "same";
    if (!this.states.group.has(id)) {
      const { first, last } = this.index.groups[id];
      let worst = "same";
      for (let call = first; call <= last; call += 1) worst = graver(worst, this.states.call.get(call) ?? "same");
      this.states.group.set(id, worst);
    }
    return this.states.group.get(id);
  }
}

const graver = (a, b) => (GRAVITY.indexOf(a) >= GRAVITY.indexOf(b) ? a : b);

function differenceOfArrays(ours, theirs) {
  if (!ours || !theirs) return "";
  for (const name of ["nan", "inf"]) {
    if (ours[name] !== theirs[name]) return `${ours[name]} ${name}, there ${theirs[name]}`;
  }
  for (const name of ["norm", "mean", "std"]) {
    const [a, b] = [toNumber(ours[name]), toNumber(theirs[name])];
    const scale = Math.max(Math.abs(toNumber(ours.norm)), Math.abs(toNumber(theirs.norm)), 1e-12);
    if (Math.abs(a - b) > TOLERANCE * scale) return `${name} ${numberText(a)}, there ${numberText(b)}`;
  }
  return differenceOfElements(ours, theirs);
}

/** Arrays whose statistics agree may still hold their numbers in another order. */
function differenceOfElements(ours, theirs) {
  const [mine, other] = [ours, theirs].map(({ values }) => [values].flat(Infinity).map(toNumber));
  const limit = TOLERANCE * Math.max(Math.abs(toNumber(ours.max)), Math.abs(toNumber(ours.min)));
  const place = mine.findIndex((number, at) => Math.abs(number - other[at]) > limit);
  if (place >= 0) return `${numberText(mine[place])} at place ${place}, there ${numberText(other[place])}`;
  const [shades, others] = [ours, theirs].map(({ thumbnail }) => atob(thumbnail?.pixels ?? ""));
  const differs = (_, at) => Math.abs(shades.charCodeAt(at) - others.charCodeAt(at)) > 1; // by more than rounding
  return [...shades].some(differs) ? "other numbers, or in another order" : "";
}

/** The panel with the first differences. */
class ComparePanel {
  constructor(page) {
    this.page = page;
    this.host = byId("compare");
    page.on("compare", () => this.show());
    byId("compare-close").addEventListener("click", () => page.compareWith(null));
    byId("compare-swap").addEventListener("click", () => page.swap());
  }

  show() {
    const { comparison } = this.page;
    this.host.hidden = !comparison;
    if (!comparison) return;
    const { differences, missing, other } = comparison;
    const title = other.trace.title || "the other trace";
    byId("compare-title").textContent = `Beside “${title}”`;
    const rows = differences
      .slice(0, 60)
      .map(({ item, state, text }) =>
        element("li", { class: state }, linkTo(this.page, item), element("span", {}, text)),
      );
    const absent = missing
      .slice(0, 20)
      .map((call) =>
        element(
          "li",
          { class: "missing" },
          element("b", {}, other.callLabel(call)),
          element("span", {}, "is only there"),
        ),
      );
    const count = differences.length + missing.length;
    byId("compare-count").textContent = count ? plural(count, "difference") : "No difference: both did the same.";
    byId("differences").replaceChildren(...rows, ...absent);
  }
}
