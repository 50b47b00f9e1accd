// A chart of curves in SVG: crisp at every size, named at the ends of its lines, read off by pointer or arrow keys.
// Several charts share one cursor and one range of x.

import { el, svg } from "./dom.js";
import { powers, short, ticks } from "./numbers.js";

const COLUMN = 4; // pixels of a column of a band
const ROOM = { left: 52, right: 104, top: 10, bottom: 34 };

/** What charts share: where the cursor is, what is zoomed into, which curve is meant. */
export class Shared {
  constructor() {
    this.charts = [];
    this.x = null;
    this.range = null;
    this.meant = null;
    this.zoomed = () => {};
  }

  set(facts) {
    Object.assign(this, facts);
    this.zoomed(this.range);
    for (const chart of this.charts) chart.show("range" in facts || "meant" in facts);
  }
}

/**
 * A chart with a title. `draw({curves, log, limits})` draws curves
 * `{name, tone, x, y, width, pale, band, label, mark, format}`, of which x and y are columns.
 */
export class Chart {
  constructor(title, shared, { format = (value) => short(value), unit = "epoch", height = 260 } = {}) {
    Object.assign(this, { shared, format, unit, height, curves: [], log: false });
    this.svg = svg("svg", { role: "img", tabindex: 0, class: "chart", height });
    this.tip = el("div", { class: "tip", hidden: true });
    this.title = el("h3", {}, title);
    this.note = el("span", { class: "note" });
    const frame = el("div", { class: "frame" }, this.svg, this.tip);
    this.element = el("figure", {}, el("figcaption", {}, this.title, this.note), frame);
    shared.charts.push(this);
    this.listen();
    new ResizeObserver(() => this.show(true)).observe(frame);
  }

  draw({ curves, log = false, note = "", summary = "" }) {
    Object.assign(this, { curves, log });
    this.note.textContent = note;
    this.svg.setAttribute("aria-label", summary);
    this.show(true);
  }

  /** Draw anew, or only the cursor. */
  show(everything) {
    const width = this.svg.parentElement.clientWidth;
    if (!width) return;
    if (everything) this.drawAll(width);
    this.drawCursor();
  }

  drawAll(width) {
    this.width = width;
    this.svg.setAttribute("viewBox", `0 0 ${width} ${this.height}`);
    this.svg.setAttribute("width", width);
    this.scale();
    this.cursor = svg("g", { class: "cursor" });
    const plot = [...this.curves].sort((a, b) => this.isMeant(a) - this.isMeant(b)).map((curve) => this.line(curve));
    this.svg.replaceChildren(this.clip(), ...this.grid(), svg("g", { "clip-path": `url(#${this.clipName})` }, plot),
      this.notFinite(), ...this.ends(), this.cursor, this.selection());
  }

  // Scales ------------------------------------------------------------------------------------------------------

  scale() {
    const all = this.curves.flatMap((curve) => [curve.x[0], curve.x[curve.x.length - 1]]).filter(Number.isFinite);
    const whole = [0, Math.max(...all, Number.MIN_VALUE)]; // so that charts beside one another have one scale
    [this.x0, this.x1] = this.shared.range ?? whole;
    if (this.x0 === this.x1) [this.x0, this.x1] = [this.x0 - 0.5, this.x1 + 0.5];
    [this.y0, this.y1] = this.limits();
    this.right = this.width < 300 ? 12 : ROOM.right;
  }

  limits() {
    const seen = this.curves.flatMap((curve) => this.extent(curve)).filter((y) => Number.isFinite(y) && !(this.log && y <= 0));
    if (!seen.length) return this.log ? [0.1, 1] : [0, 1];
    const [low, high] = [Math.min(...seen), Math.max(...seen)];
    if (this.log) {
      const air = Math.max((high / low) ** 0.05, 1.05);
      return [low / air, high * air];
    }
    const air = 0.06 * (high - low) || 0.1 * Math.abs(high) || 0.1;
    const floor = low >= 0 ? 0 : -Infinity; // what is never negative needs no room below 0
    return [Math.max(low - air, floor - 0.01 * (high - low)), high + air];
  }

  /** Least and greatest of what is seen; of a pale curve, without its few outliers. */
  extent(curve) {
    const seen = curve.y.filter((y, i) => Number.isFinite(y) && curve.x[i] >= this.x0 && curve.x[i] <= this.x1);
    if (!curve.pale || seen.length < 20) return seen.length ? [min(seen), max(seen)] : [];
    seen.sort((a, b) => a - b);
    return [seen[Math.floor(0.02 * seen.length)], seen[Math.floor(0.98 * seen.length)]];
  }

  px = (x) => ROOM.left + ((x - this.x0) / (this.x1 - this.x0)) * (this.width - ROOM.left - this.right);

  py = (y) => {
    const share = this.log
      ? Math.log(Math.max(y, 1e-300) / this.y0) / Math.log(this.y1 / this.y0)
      : (y - this.y0) / (this.y1 - this.y0);
    return this.height - ROOM.bottom - share * (this.height - ROOM.top - ROOM.bottom);
  };

  /** The x under a pixel. */
  at = (pixel) => this.x0 + ((pixel - ROOM.left) / (this.width - ROOM.left - this.right)) * (this.x1 - this.x0);

  // Parts -------------------------------------------------------------------------------------------------------

  clip() {
    this.clipName ??= `clip-${Math.random().toString(36).slice(2)}`;
    const box = { x: ROOM.left - 6, y: 0, width: Math.max(this.width - ROOM.left - this.right + 12, 0), height: this.height - ROOM.bottom + 3 };
    return svg("clipPath", { id: this.clipName }, svg("rect", box));
  }

  grid() {
    const right = this.width - this.right;
    const marks = this.log ? powers(this.y0, this.y1) : ticks(this.y0, this.y1, Math.max(3, Math.round(this.height / 60)));
    const across = ticks(this.x0, this.x1, Math.max(2, Math.round(this.width / 90))).filter((x) => x >= 0 && Number.isInteger(x) | (this.x1 - this.x0 < 3));
    const bottom = this.height - ROOM.bottom;
    return [
      ...marks.map((y) => svg("line", { class: "grid", x1: ROOM.left, x2: right, y1: this.py(y), y2: this.py(y) })),
      ...marks.map((y) => svg("text", { class: "tick", x: ROOM.left - 10, y: this.py(y) + 3.5, "text-anchor": "end" }, this.format(y, true))),
      ...across.map((x) => svg("text", { class: "tick", x: this.px(x), y: bottom + 16, "text-anchor": "middle" }, short(x, 4))),
      svg("text", { class: "tick unit", x: (ROOM.left + right) / 2, y: bottom + 31, "text-anchor": "middle" }, this.unit),
    ];
  }

  line(curve) {
    const paint = { class: `curve ${curve.pale ? "pale" : ""} ${this.isFaded(curve) ? "faded" : ""}`, "data-tone": curve.tone };
    const parts = [];
    if (curve.band) parts.push(svg("path", { ...paint, class: `${paint.class} band`, d: this.area(curve) }));
    if (!curve.band || !this.isDense(curve)) parts.push(svg("path", { ...paint, d: this.path(curve.x, curve.y), "stroke-width": curve.width ?? 2 }));
    const finite = places(curve.y);
    if (!curve.pale && finite.length && finite.length <= 24) {
      parts.push(...finite.map((i) => svg("circle", { ...paint, class: `${paint.class} dot`, cx: this.px(curve.x[i]), cy: this.py(curve.y[i]), r: (curve.width ?? 2) / 2 + 1.5 })));
    }
    if (curve.mark !== undefined && Number.isFinite(curve.y[curve.mark])) {
      parts.push(svg("circle", { ...paint, class: `${paint.class} ring`, cx: this.px(curve.x[curve.mark]), cy: this.py(curve.y[curve.mark]), r: 4.5 }));
    }
    return parts;
  }

  /** A path through the finite points, broken where there is none. */
  path(x, y) {
    let text = "";
    let pen = "M";
    for (let i = 0; i < x.length; i += 1) {
      if (Number.isFinite(y[i]) && !(this.log && y[i] <= 0)) {
        text += `${pen}${this.px(x[i]).toFixed(1)} ${this.py(y[i]).toFixed(1)}`;
        pen = "L";
      } else pen = "M";
    }
    return text;
  }

  /** Whether there are so many points that the band around them is all that can be seen. */
  isDense(curve) {
    return curve.x.filter((x) => x >= this.x0 && x <= this.x1).length > this.width / 3;
  }

  /** The band between low and high, in columns of a few pixels. */
  area({ x, band }) {
    const columns = new Map();
    places(band.high).filter((i) => !(this.log && band.low[i] <= 0)).forEach((i) => {
      const column = Math.round(this.px(x[i]) / COLUMN);
      const [low, high] = columns.get(column) ?? [Infinity, -Infinity];
      columns.set(column, [Math.min(low, band.low[i]), Math.max(high, band.high[i])]);
    });
    if (columns.size < 2) return "";
    const edge = (side) => [...columns].map(([column, span]) => `${column * COLUMN} ${this.py(span[side]).toFixed(1)}`);
    return `M${edge(1).join("L")}L${edge(0).reverse().join("L")}Z`;
  }

  /** The names of the curves with their last values, at their ends, moved apart where they would touch. */
  ends() {
    if (this.right < 50) return [];
    const ends = this.curves.filter((curve) => curve.label && places(curve.y).length).map((curve) => {
      const last = places(curve.y).filter((i) => curve.x[i] <= this.x1).pop() ?? 0;
      return { curve, last, y: this.py(curve.y[last]), wanted: this.py(curve.y[last]) };
    });
    apart(ends, 15, ROOM.top + 6, this.height - ROOM.bottom);
    return ends.flatMap(({ curve, last, y, wanted }) => {
      const faded = this.isFaded(curve) ? "faded" : "";
      const x = Math.min(this.px(curve.x[last]), this.width - this.right);
      const text = svg("text", { class: `end ${faded}`, "data-tone": curve.tone, x: this.width - this.right + 12, y: y + 4 }, curve.label);
      const dot = svg("circle", { class: `curve dot ${faded}`, "data-tone": curve.tone, cx: x, cy: wanted, r: (curve.width ?? 2) / 2 + 2 });
      return x < ROOM.left ? [text] : [dot, text];
    });
  }

  /** The stretch at the end in which nothing is finite any more. */
  notFinite() {
    const main = this.curves.filter((curve) => !curve.pale && curve.y.length);
    const last = Math.max(...main.map((curve) => curve.x[places(curve.y).pop() ?? 0]));
    const end = Math.max(...main.map((curve) => curve.x[curve.x.length - 1]));
    if (!main.length || !(end > last)) return null;
    const from = Math.max(this.px(last), ROOM.left);
    const box = { x: from, y: ROOM.top, width: Math.max(this.px(end) - from, 3), height: this.height - ROOM.top - ROOM.bottom };
    return svg("g", { class: "alarm" }, svg("rect", box),
      svg("text", { x: this.width - this.right, y: ROOM.top + 12, "text-anchor": "end" }, `not finite after ${this.unit} ${short(last, 4)}`));
  }

  isMeant = (curve) => this.shared.meant !== null && curve.group === this.shared.meant;

  isFaded = (curve) => this.shared.meant !== null && curve.group !== this.shared.meant;

  // The cursor --------------------------------------------------------------------------------------------------

  drawCursor() {
    const { x } = this.shared;
    const shown = x === null || x < this.x0 || x > this.x1 ? [] : this.read(x);
    this.tip.hidden = !shown.length;
    this.cursor?.replaceChildren(...this.hair(x, shown));
    if (!shown.length) return;
    this.tip.replaceChildren(
      el("strong", {}, `${this.unit} ${short(x, 4)}`),
      ...shown.map(({ curve, i }) => el("div", {}, el("i", { "data-tone": curve.tone }), el("span", {}, curve.name), el("b", {}, (curve.format ?? this.format)(curve.y[i])))),
    );
    const left = this.px(x);
    this.tip.classList.toggle("left", left > this.width / 2);
    this.tip.style.left = `${left}px`;
    this.tip.style.top = `${this.height - ROOM.bottom + 5}px`; // below the axis, where it hides no curve
  }

  /** For each curve its point nearest to x, if it is near at all. */
  read(x) {
    return this.curves.filter((curve) => curve.x.length && curve.name).map((curve) => ({ curve, i: nearest(curve.x, x) }))
      .filter(({ curve, i }) => Math.abs(this.px(curve.x[i]) - this.px(x)) < 24 || (x > curve.x[0] && x < curve.x[curve.x.length - 1]));
  }

  hair(x, shown) {
    if (!shown.length) return [];
    const line = svg("line", { x1: this.px(x), x2: this.px(x), y1: ROOM.top, y2: this.height - ROOM.bottom });
    const dots = shown.filter(({ curve, i }) => Number.isFinite(curve.y[i]) && !(this.log && curve.y[i] <= 0)).map(({ curve, i }) =>
      svg("circle", { class: "curve dot", "data-tone": curve.tone, cx: this.px(curve.x[i]), cy: this.py(curve.y[i]), r: 4 }));
    return [line, ...dots];
  }

  selection() {
    this.box = svg("rect", { class: "selection", y: ROOM.top, height: this.height - ROOM.top - ROOM.bottom, width: 0 });
    return this.box;
  }

  listen() {
    let from = null;
    const where = (event) => event.clientX - this.svg.getBoundingClientRect().left;
    this.svg.addEventListener("pointermove", (event) => {
      const pixel = where(event);
      if (from !== null) this.select(from, pixel);
      this.shared.set({ x: this.snap(this.at(pixel)) });
    });
    this.svg.addEventListener("pointerleave", () => this.shared.set({ x: null }));
    this.svg.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      from = where(event);
      this.svg.setPointerCapture(event.pointerId);
    });
    this.svg.addEventListener("pointerup", (event) => {
      const [a, b] = [from, where(event)].sort((p, q) => p - q);
      from = null;
      this.select(0, 0);
      if (b - a > 8) this.shared.set({ range: [Math.max(this.at(a), this.x0), Math.min(this.at(b), this.x1)] });
    });
    this.svg.addEventListener("dblclick", () => this.shared.set({ range: null }));
    this.svg.addEventListener("keydown", (event) => this.key(event));
    this.svg.addEventListener("blur", () => this.shared.set({ x: null }));
  }

  select(a, b) {
    this.box.setAttribute("x", Math.min(a, b));
    this.box.setAttribute("width", Math.abs(b - a));
  }

  /** The nearest x at which there is a point of the main curve. */
  snap(x) {
    const main = this.main();
    return main ? main.x[nearest(main.x, x)] : null;
  }

  main() {
    const solid = this.curves.filter((curve) => curve.x.length && !curve.pale);
    const longest = (a, b) => (b.x.length > a.x.length ? b : a);
    return (solid.length ? solid : this.curves.filter((curve) => curve.x.length)).reduce(longest, { x: [] });
  }

  /** Move the cursor so that those who do not see it hear what it reads. */
  tell(facts) {
    this.tip.setAttribute("role", "status");
    this.shared.set(facts);
  }

  key(event) {
    const { x } = this.main();
    if (!x.length) return;
    const here = this.shared.x === null ? x.length - 1 : nearest(x, this.shared.x);
    const steps = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: x.length - 1 };
    if (event.key === "Escape") this.shared.set({ x: null, range: null });
    else if (event.key in steps) this.tell({ x: x[Math.max(0, Math.min(x.length - 1, steps[event.key]))] });
    else return;
    event.preventDefault();
  }
}

/** A curve as small as a word. */
export function sparkline(y, tone, { width = 120, height = 28, log = false } = {}) {
  const values = y.map((value) => (log ? (value > 0 ? Math.log(value) : NaN) : value));
  const good = places(values);
  if (!good.length) return el("span", { class: "muted" }, "–");
  const [low, high] = [min(good.map((i) => values[i])), max(good.map((i) => values[i]))];
  const px = (i) => 3 + (i / Math.max(values.length - 1, 1)) * (width - 6);
  const py = (i) => height - 4 - ((values[i] - low) / (high - low || 1)) * (height - 8);
  const last = good[good.length - 1];
  return svg("svg", { class: "spark", width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" },
    svg("path", { class: "curve", "data-tone": tone, "stroke-width": 1.5, d: `M${good.map((i) => `${px(i).toFixed(1)} ${py(i).toFixed(1)}`).join("L")}` }),
    svg("circle", { class: "curve dot", "data-tone": tone, cx: px(last), cy: py(last), r: 2.2 }));
}

const places = (values) => values.flatMap((value, i) => (Number.isFinite(value) ? [i] : []));
const min = (values) => values.reduce((a, b) => (b < a ? b : a), Infinity);
const max = (values) => values.reduce((a, b) => (b > a ? b : a), -Infinity);

/** The place of the value nearest to x in an ascending column. */
function nearest(column, x) {
  let low = 0;
  let high = column.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (column[middle] <= x) low = middle;
    else high = middle;
  }
  return Math.abs(column[low] - x) <= Math.abs(column[high] - x) ? low : high;
}

/** Move heights apart until they are `gap` from one another, in their order, between top and bottom. */
function apart(ends, gap, top, bottom) {
  ends.sort((a, b) => a.y - b.y);
  for (let round = 0; round < 40; round += 1) {
    for (let i = 1; i < ends.length; i += 1) {
      const lack = gap - (ends[i].y - ends[i - 1].y);
      if (lack > 0.01) {
        ends[i - 1].y -= lack / 2;
        ends[i].y += lack / 2;
      }
    }
    for (const end of ends) end.y = Math.max(top, Math.min(bottom, end.y));
  }
}
