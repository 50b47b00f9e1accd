// Reading a chart off, by pointer or arrow keys, and zooming into a range of it.

import { nearest } from "./columns.js";
import { el, svg } from "./dom.js";
import { short } from "./numbers.js";

const NEAR = 24; // pixels from the end of a curve within which its last value is read
const LEAST = 8; // pixels that a range to zoom into has at least

/** The cursor of a chart: a hair line, a dot on each curve, and a tip with the values. */
export class Cursor {
  constructor(chart) {
    this.chart = chart;
    this.tip = el("div", { class: "tip", hidden: true });
    this.marks = svg("g", { class: "cursor" });
    this.box = svg("rect", { class: "selection", width: 0 });
    this.listen(chart.svg, chart.shared);
  }

  /** What lies over the curves. */
  layers() {
    const { top, bottom } = this.chart.plot();
    this.box.setAttribute("y", top);
    this.box.setAttribute("height", bottom - top);
    return [this.marks, this.box];
  }

  draw() {
    const { chart } = this;
    const { x } = chart.shared;
    const shown = x === null || x < chart.x0 || x > chart.x1 ? [] : this.read(x);
    this.tip.hidden = !shown.length;
    this.marks.replaceChildren(...this.hair(x, shown));
    if (!shown.length) return;
    this.tip.replaceChildren(
      el("strong", {}, `${chart.unit} ${short(x, 4)}`),
      ...shown.map((each) => this.line(each)),
    );
    this.tip.classList.toggle("left", chart.px(x) > chart.width / 2);
    this.tip.style.left = `${chart.px(x)}px`;
    this.tip.style.top = `${chart.plot().bottom + 5}px`; // below the axis, where it hides no curve
  }

  line({ curve, i }) {
    const value = (curve.format ?? this.chart.format)(curve.y[i]);
    return el("div", {}, el("i", { "data-tone": curve.tone }), el("span", {}, curve.name), el("b", {}, value));
  }

  /** For each curve that has a name its point nearest to x, if it is near at all. */
  read(x) {
    const { chart } = this;
    const within = ({ x: all }) => x > all[0] && x < all[all.length - 1];
    const near = (curve, i) => Math.abs(chart.px(curve.x[i]) - chart.px(x)) < NEAR;
    return chart.curves
      .filter((curve) => curve.x.length && curve.name)
      .map((curve) => ({ curve, i: nearest(curve.x, x) }))
      .filter(({ curve, i }) => within(curve) || near(curve, i));
  }

  hair(x, shown) {
    if (!shown.length) return [];
    const { chart } = this;
    const { top, bottom } = chart.plot();
    const line = svg("line", { x1: chart.px(x), x2: chart.px(x), y1: top, y2: bottom });
    const dots = shown
      .filter(({ curve, i }) => chart.isDrawn(curve.y[i]))
      .map(({ curve, i }) => {
        const [cx, cy] = [chart.px(curve.x[i]), chart.py(curve.y[i])];
        return svg("circle", { class: "curve dot", "data-tone": curve.tone, cx, cy, r: 4 });
      });
    return [line, ...dots];
  }

  // What moves it -----------------------------------------------------------------------------------------------

  listen(area, shared) {
    let from = null;
    const where = (event) => event.clientX - area.getBoundingClientRect().left;
    area.addEventListener("pointermove", (event) => {
      if (from !== null) this.select(from, where(event));
      shared.set({ x: this.snap(this.chart.at(where(event))) });
    });
    area.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      from = where(event);
      area.setPointerCapture(event.pointerId);
    });
    area.addEventListener("pointerup", (event) => {
      if (from !== null) this.zoom(...[from, where(event)].sort((a, b) => a - b));
      from = null;
    });
    area.addEventListener("pointerleave", () => shared.set({ x: null }));
    area.addEventListener("blur", () => shared.set({ x: null }));
    area.addEventListener("dblclick", () => shared.set({ range: null }));
    area.addEventListener("keydown", (event) => this.key(event));
  }

  select(a, b) {
    this.box.setAttribute("x", Math.min(a, b));
    this.box.setAttribute("width", Math.abs(b - a));
  }

  zoom(a, b) {
    const { chart } = this;
    this.select(0, 0);
    if (b - a < LEAST) return;
    chart.shared.set({ range: [Math.max(chart.at(a), chart.x0), Math.min(chart.at(b), chart.x1)] });
  }

  /** The nearest x at which the main curve has a point; null without one. */
  snap(x) {
    const { x: all } = this.main();
    return all.length ? all[nearest(all, x)] : null;
  }

  /** The longest of the curves that are not pale. */
  main() {
    const filled = this.chart.curves.filter((curve) => curve.x.length);
    const solid = filled.filter((curve) => !curve.pale);
    return (solid.length ? solid : filled).reduce((a, b) => (b.x.length > a.x.length ? b : a), { x: [] });
  }

  key(event) {
    const { x: all } = this.main();
    const { shared } = this.chart;
    if (!all.length) return;
    const here = shared.x === null ? all.length - 1 : nearest(all, shared.x);
    const places = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: all.length - 1 };
    if (event.key === "Escape") shared.set({ x: null, range: null });
    else if (event.key in places) this.tell(all[Math.max(0, Math.min(all.length - 1, places[event.key]))]);
    else return;
    event.preventDefault();
  }

  /** Move to x so that those who do not see the chart hear what is there. */
  tell(x) {
    this.tip.setAttribute("role", "status");
    this.chart.shared.set({ x });
  }
}
