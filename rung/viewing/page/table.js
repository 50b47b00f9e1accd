// Tables that are sorted by a click on the head of a column.

import { el } from "./dom.js";

/**
 * A table. A column is `{title, of: row => value to sort by, cell: row => text or element, number}`.
 * `show(rows)` fills it; the order that was chosen stays.
 */
export class Table {
  constructor(columns, { caption = "", sort = null, falling = false, key = null } = {}) {
    Object.assign(this, { columns, sort, falling, key });
    this.body = el("tbody");
    this.heads = columns.map((column) => this.head(column));
    const label = el("caption", { class: "unseen" }, caption);
    this.element = el(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
      el("table", {}, label, el("thead", {}, el("tr", {}, this.heads)), this.body),
    );
  }

  head(column) {
    const content = column.of ? el("button", { onclick: () => this.by(column) }, column.title) : column.title;
    return el("th", { scope: "col", class: column.number ? "number" : null }, content);
  }

  by(column) {
    this.falling = this.sort === column ? !this.falling : Boolean(column.number);
    this.sort = column;
    this.show(this.rows);
  }

  show(rows) {
    this.rows = rows;
    this.columns.forEach((column, i) => {
      if (column === this.sort) this.heads[i].setAttribute("aria-sort", this.falling ? "descending" : "ascending");
      else this.heads[i].removeAttribute("aria-sort");
    });
    this.body.replaceChildren(...this.sorted().map((row) => this.row(row)));
  }

  sorted() {
    if (!this.sort) return this.rows;
    const sign = this.falling ? -1 : 1;
    return [...this.rows].sort((a, b) => order(this.sort.of(a), this.sort.of(b), sign));
  }

  row(row) {
    const cells = this.columns.map((column, i) =>
      el(i ? "td" : "th", { scope: i ? null : "row", class: column.number ? "number" : null }, column.cell(row)),
    );
    return el("tr", this.key ? this.key(row) : {}, cells);
  }
}

/** What is no number comes last, whichever way the rest goes. */
function order(a, b, sign) {
  const [lost, missing] = [Number.isNaN(a), Number.isNaN(b)];
  if (lost || missing) return lost - missing;
  if (typeof a === "string") return sign * a.localeCompare(b, "en", { numeric: true });
  return sign * (a - b);
}
