// A chart of curves in SVG: crisp at every size, named at the ends of its lines, read off by pointer or arrow keys.
// Several charts share one cursor and one range of x.

import { apart, max, min, places } from "./columns.js";
import { Cursor } from "./cursor.js";
import { el, svg } from "./dom.js";
import { powers, short, ticks } from "./numbers.js";

const COLUMN = 4; // pixels of a column of a band
const ROOM = { left: 52, right: 104, top: 10, bottom: 34 };

/**
 * A chart with a title. `draw({curves, log, note, summary})` draws curves
 * `{name, tone, x, y, width, pale, band, label, mark, format}`, of which x and y are columns.
 */
export class Chart {
  constructor(title, shared, { format = (value) => short(value), unit = "epoch", height = 260 } = {}) {
    Object.assign(this, { shared, format, unit, height, curves: [], log: false });
    this.svg = svg("svg", { role: "img", tabindex: 0, class: "chart", height });
    this.title = el("h3", {}, title);
    this.note = el("span", { class: "note" });
    this.cursor = new Cursor(this);
    const frame = el("div", { class: "frame" }, this.svg, this.cursor.tip);
    this.element = el("figure", {}, el("figcaption", {}, this.title, this.note), frame);
    shared.charts.push(this);
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
    this.cursor.draw();
  }

  drawAll(width) {
    this.width = width;
    this.svg.setAttribute("viewBox", `0 0 ${width} ${this.height}`);
    this.svg.setAttribute("width", width);
    this.scale();
    const plot = [...this.curves].sort((a, b) => this.isMeant(a) - this.isMeant(b)).map((curve) => this.line(curve));
    this.svg.replaceChildren(
      this.clip(),
      ...this.grid(),
      svg("g", { "clip-path": `url(#${this.clipName})` }, plot),
      this.notFinite(),
      ...this.ends(),
      ...this.cursor.layers(),
    );
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
    const seen = this.curves.flatMap((curve) => this.extent(curve)).filter(this.isDrawn);
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

  /** Where the plot lies, in pixels. */
  plot() {
    return { left: ROOM.left, right: this.width - this.right, top: ROOM.top, bottom: this.height - ROOM.bottom };
  }

  /** Whether a value has a place on the axis. */
  isDrawn = (y) => Number.isFinite(y) && !(this.log && y <= 0);

  // Parts -------------------------------------------------------------------------------------------------------

  clip() {
    this.clipName ??= `clip-${Math.random().toString(36).slice(2)}`;
    const box = {
      x: ROOM.left - 6,
      y: 0,
      width: Math.max(this.width - ROOM.left - this.right + 12, 0),
      height: this.height - ROOM.bottom + 3,
    };
    return svg("clipPath", { id: this.clipName }, svg("rect", box));
  }

  grid() {
    const right = this.width - this.right;
    const marks = this.log
      ? powers(this.y0, this.y1)
      : ticks(this.y0, this.y1, Math.max(3, Math.round(this.height / 60)));
    const across = ticks(this.x0, this.x1, Math.max(2, Math.round(this.width / 90))).filter(
      (x) => x >= 0 && Number.isInteger(x) | (this.x1 - this.x0 < 3),
    );
    const bottom = this.height - ROOM.bottom;
    return [
      ...marks.map((y) => svg("line", { class: "grid", x1: ROOM.left, x2: right, y1: this.py(y), y2: this.py(y) })),
      ...marks.map((y) =>
        svg(
          "text",
          { class: "tick", x: ROOM.left - 10, y: this.py(y) + 3.5, "text-anchor": "end" },
          this.format(y, true),
        ),
      ),
      ...across.map((x) =>
        svg("text", { class: "tick", x: this.px(x), y: bottom + 16, "text-anchor": "middle" }, short(x, 4)),
      ),
      svg(
        "text",
        { class: "tick unit", x: (ROOM.left + right) / 2, y: bottom + 31, "text-anchor": "middle" },
        this.unit,
      ),
    ];
  }

  line(curve) {
    const paint = {
      class: `curve ${curve.pale ? "pale" : ""} ${this.isFaded(curve) ? "faded" : ""}`,
      "data-tone": curve.tone,
    };
    const parts = [];
    if (curve.band) parts.push(svg("path", { ...paint, class: `${paint.class} band`, d: this.area(curve) }));
    if (!curve.band || !this.isDense(curve))
      parts.push(svg("path", { ...paint, d: this.path(curve.x, curve.y), "stroke-width": curve.width ?? 2 }));
    const finite = places(curve.y);
    if (!curve.pale && finite.length && finite.length <= 24) {
      parts.push(
        ...finite.map((i) =>
          svg("circle", {
            ...paint,
            class: `${paint.class} dot`,
            cx: this.px(curve.x[i]),
            cy: this.py(curve.y[i]),
            r: (curve.width ?? 2) / 2 + 1.5,
          }),
        ),
      );
    }
    if (curve.mark !== undefined && Number.isFinite(curve.y[curve.mark])) {
      parts.push(
        svg("circle", {
          ...paint,
          class: `${paint.class} ring`,
          cx: this.px(curve.x[curve.mark]),
          cy: this.py(curve.y[curve.mark]),
          r: 4.5,
        }),
      );
    }
    return parts;
  }

  /** A path through the finite points, broken where there is none. */
  path(x, y) {
    let text = "";
    let pen = "M";
    for (let i = 0; i < x.length; i += 1) {
      if (this.isDrawn(y[i])) {
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
    places(band.high)
      .filter((i) => !(this.log && band.low[i] <= 0))
      .forEach((i) => {
        const column = Math.round(this.px(x[i]) / COLUMN);
        const [low, high] = columns.get(column) ?? [Infinity, -Infinity];
        columns.set(column, [Math.min(low, band.low[i]), Math.max(high, band.high[i])]);
      });
    if (columns.size < 2) return "";
    const edge = (side) =>
      [...columns].map(([column, span]) => `${column * COLUMN} ${this.py(span[side]).toFixed(1)}`);
    return `M${edge(1).join("L")}L${edge(0).reverse().join("L")}Z`;
  }

  /** The names of the curves with their last values, at their ends, moved apart where they would touch. */
  ends() {
    if (this.right < 50) return [];
    const ends = this.curves
      .filter((curve) => curve.label && places(curve.y).length)
      .map((curve) => {
        const last =
          places(curve.y)
            .filter((i) => curve.x[i] <= this.x1)
            .pop() ?? 0;
        return { curve, last, y: this.py(curve.y[last]), wanted: this.py(curve.y[last]) };
      });
    apart(ends, 15, ROOM.top + 6, this.height - ROOM.bottom);
    return ends.flatMap(({ curve, last, y, wanted }) => {
      const faded = this.isFaded(curve) ? "faded" : "";
      const x = Math.min(this.px(curve.x[last]), this.width - this.right);
      const text = svg(
        "text",
        { class: `end ${faded}`, "data-tone": curve.tone, x: this.width - this.right + 12, y: y + 4 },
        curve.label,
      );
      const dot = svg("circle", {
        class: `curve dot ${faded}`,
        "data-tone": curve.tone,
        cx: x,
        cy: wanted,
        r: (curve.width ?? 2) / 2 + 2,
      });
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
    const box = {
      x: from,
      y: ROOM.top,
      width: Math.max(this.px(end) - from, 3),
      height: this.height - ROOM.top - ROOM.bottom,
    };
    return svg(
      "g",
      { class: "alarm" },
      svg("rect", box),
      svg(
        "text",
        { x: this.width - this.right, y: ROOM.top + 12, "text-anchor": "end" },
        `not finite after ${this.unit} ${short(last, 4)}`,
      ),
    );
  }

  isMeant = (curve) => this.shared.meant !== null && curve.group === this.shared.meant;

  isFaded = (curve) => this.shared.meant !== null && curve.group !== this.shared.meant;
}
