// The charts of a page, one for each figure, and what steers them.

import { Chart } from "./chart.js";
import { el } from "./dom.js";
import { isWide, titleOf } from "./figures.js";
import { Shared } from "./shared.js";

const RATE = "lr"; // a flat chart across the whole page, below the others
const FLAT = 150; // pixels of height
const HINT = "Drag to zoom · double click for all · arrow keys to read off";

/** `weight` is how much is smoothed; `log`, whether the loss has a log scale; null leaves that to the numbers. */
export class Board {
  constructor(height, redraw) {
    Object.assign(this, { height, redraw, unit: "epoch", weight: 0, log: null });
    this.shared = new Shared();
    this.charts = new Map();
    this.element = el("div", { class: "charts" });
    this.logBox = el("input", { type: "checkbox", onchange: () => this.set({ log: this.logBox.checked }) });
  }

  set(facts) {
    Object.assign(this, facts);
    this.redraw();
  }

  /** Draw the curves of a figure; without any, its chart is not there. */
  draw(what, curves, format) {
    if (!curves.length && !this.charts.has(what)) return;
    if (!this.charts.has(what)) this.add(what, format);
    const chart = this.charts.get(what);
    const wide = what === "loss" && (this.log ?? isWide(curves));
    if (what === "loss") this.logBox.checked = wide;
    const ends = curves.map((curve) => curve.says ?? curve.label).filter(Boolean);
    const summary = `${this.title(what)}: ${ends.join(", ")}. Arrow keys read it off.`;
    chart.element.hidden = !curves.length;
    chart.draw({ curves, log: wide, note: wide ? "log scale" : "", summary });
  }

  title = (what) => (what === RATE ? "Learning rate" : titleOf(what));

  add(what, format) {
    const { shared, unit, charts } = this;
    const chart = new Chart(this.title(what), shared, { format, unit, height: what === RATE ? FLAT : this.height });
    chart.element.dataset.figure = what;
    charts.set(what, chart);
    const order = [...charts.keys()].sort((a, b) => (a === RATE) - (b === RATE));
    this.element.replaceChildren(...order.map((key) => charts.get(key).element));
    this.element.classList.toggle("single", order.filter((key) => key !== RATE).length === 1);
  }

  /** Smoothing, log scale, the way back from a zoom; and what a page adds. */
  controls(...more) {
    const range = { type: "range", min: 0, max: 0.98, step: 0.01, value: 0, "aria-label": "Smoothing" };
    const slider = el("input", { ...range, oninput: () => this.set({ weight: Number(slider.value) }) });
    const whole = el(
      "button",
      { class: "quiet", onclick: () => this.shared.set({ range: null }), hidden: true },
      "Whole range",
    );
    this.shared.zoomed = (zoomed) => whole.toggleAttribute("hidden", !zoomed);
    const smoothing = el("label", {}, "Smoothing", slider);
    const log = el("label", {}, this.logBox, "Log scale of the loss");
    return el(
      "div",
      { class: "controls" },
      ...more,
      smoothing,
      log,
      whole,
      el("span", { class: "muted hint" }, HINT),
    );
  }
}
