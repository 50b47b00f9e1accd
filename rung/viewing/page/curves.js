// The curves of one run, and the numbers that they are made of.

import { Board } from "./board.js";
import { el } from "./dom.js";
import { curvesOf, formatOf, measured, rateOf, updates } from "./figures.js";
import { number, short } from "./numbers.js";
import { Table } from "./table.js";

export function curvesPart() {
  const board = new Board(290, () => facts && draw());
  const numbers = new Numbers();
  let facts = null;

  function draw() {
    board.unit = updates(facts).inEpochs || facts.figures.epoch.length ? "epoch" : "update";
    for (const what of measured([facts])) board.draw(what, curvesOf(facts, what, board.weight), formatOf(what));
    board.draw("lr", rateOf(facts), (value) => short(value));
  }

  const show = (fresh) => {
    facts = fresh;
    draw();
    numbers.show(facts);
    return board.charts.size > 0;
  };
  const element = el("div", {}, board.controls(), board.element, numbers.element);
  return { id: "curves", title: "Curves", element, show };
}

/** The same as the curves, as a table, for those who want the numbers or do not see the curves. */
class Numbers {
  constructor() {
    this.element = el("details", { class: "figures" }, el("summary", {}, "The numbers, epoch by epoch"));
    this.keys = [];
  }

  show(facts) {
    const { epoch } = facts.figures;
    const keys = measured([facts])
      .flatMap((what) => [what, `test_${what}`])
      .filter((key) => facts.figures[key]);
    this.facts = facts;
    if (keys.join() !== this.keys.join()) this.build(keys);
    this.element.hidden = !epoch.length;
    this.table?.show(epoch.map((number, i) => ({ epoch: number, i })));
  }

  build(keys) {
    const epochs = { title: "epoch", number: true, of: (row) => row.epoch, cell: (row) => String(row.epoch) };
    this.keys = keys;
    this.table = new Table([epochs, ...keys.map((key) => this.column(key))], { caption: "Figures of each epoch" });
    this.element.replaceChildren(this.element.firstChild, this.table.element);
  }

  column(key) {
    const of = (row) => number(this.facts.figures[key][row.i]);
    const title = key.replace(/^test_/, `${this.facts.tested} `).replaceAll("_", " ");
    return { title, number: true, of, cell: (row) => formatOf(key)(of(row)) };
  }
}
