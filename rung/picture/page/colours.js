/* What boxes can be coloured by, apart from what they are: numbers that are known of them. */

/** What boxes can be coloured by: the words, and the number of a value (null where it is unknown). */
const MEASURES = {
  kind: { words: "what it is" },
  norm: { words: "norm", text: numberText, of: (index, value) => index.arrayAt(value)?.norm },
  gradient: { words: "gradient norm", text: numberText, of: (index, value) => index.gradientAt(value)?.norm },
  broken: {
    words: "NaN and infinity",
    text: (count) => numberText(count),
    of: (index, value) => brokenCount(index.arrayAt(value)) + brokenCount(index.gradientAt(value)),
  },
  bytes: { words: "bytes", text: bytesText, of: (index, value) => index.arrayAt(value)?.bytes },
  seconds: { words: "seconds", text: secondsText, of: (index, value) => secondsOf(index, index.values[value].maker) },
};

const brokenCount = (array) => (array ? array.nan + array.inf : 0);

const SHADES = 40;

/** How long a call took: the time from the event before. */
function secondsOf(index, call) {
  index.seconds ??= secondsOfCalls(index.trace.events);
  return index.seconds.get(call) ?? null;
}

function secondsOfCalls(events) {
  const found = new Map();
  events.forEach((event, place) => {
    const before = place ? events[place - 1].seconds : 0;
    if (event.what === "call" && typeof event.seconds === "number") found.set(event.call, event.seconds - before);
  });
  return found;
}

/** The colours of all boxes by one measure, on a scale of logarithms from the least to the greatest number. */
class Colouring {
  constructor(index, measure) {
    this.index = index;
    this.measure = measure;
    this.known = new Map();
    this.shades = new Map();
    const finite = index.values.flatMap((_, value) => {
      const number = this.ofValue(value);
      return Number.isFinite(number) && number > 0 ? [number] : [];
    });
    this.low = finite.length ? least(finite) : 0;
    this.high = finite.length ? greatest(finite) : 0;
  }

  ofValue(value) {
    return toNumber(MEASURES[this.measure].of(this.index, value) ?? null);
  }

  /** The number of a box: of a call, that of its outputs; of a group, the greatest within. */
  numberOf({ kind, id }) {
    if (kind === "value") return this.ofValue(id);
    if (kind === "call") return greatestKnown(this.index.calls[id].outputs.map((value) => this.ofValue(value)));
    if (!this.known.has(id)) {
      const { first, last } = this.index.groups[id];
      const calls = Array.from({ length: last - first + 1 }, (_, place) => ({ kind: "call", id: first + place }));
      this.known.set(id, greatestKnown(calls.map((call) => this.numberOf(call))));
    }
    return this.known.get(id);
  }

  /** Where a number lies on the scale, 0 to 1; null if it is unknown, 2 if it is NaN or infinite. */
  shareOf(number) {
    if (number === null || number === undefined) return null;
    if (!Number.isFinite(number)) return 2;
    if (number <= 0) return 0;
    return this.high > this.low ? Math.log(number / this.low) / Math.log(this.high / this.low) : 1;
  }

  /** The colours of a box, in one of so many shades. */
  coloursAt(share, mode) {
    const shade = Math.round(share * SHADES);
    const key = `${mode} ${shade}`;
    if (!this.shades.has(key)) {
      const text = scaleInk(shade / SHADES, mode);
      this.shades.set(key, { fill: scaleColour(shade / SHADES, mode), line: THEME[mode].tones.function.line, text, muted: text });
    }
    return this.shades.get(key);
  }
}

function greatestKnown(numbers) {
  const known = numbers.filter((number) => number !== null && number !== undefined);
  if (known.some(Number.isNaN)) return NaN;
  return known.length ? greatest(known) : null;
}

const SCALE = {
  light: ["#f1f4f8", "#c6dbef", "#7fb5dc", "#2f7fbf", "#0b4a86"],
  dark: ["#1d2630", "#1f3f5e", "#25618f", "#3f93cf", "#9fd3ff"],
};

/** A colour of the scale at a share of its length, 0 to 1. */
function scaleColour(share, mode) {
  const stops = SCALE[mode];
  const place = clamp(share, 0, 1) * (stops.length - 1);
  const [a, b] = [stops[Math.floor(place)], stops[Math.ceil(place)]].map(channels);
  return `rgb(${a.map((part, at) => Math.round(part + (b[at] - part) * (place % 1))).join(" ")})`;
}

const channels = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));

const scaleInk = (share, mode) => (mode === "light") === (share > 0.55) ? "#ffffff" : "#12202c";
