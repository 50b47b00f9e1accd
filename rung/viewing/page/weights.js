// The table of a file of weights.

import { el, follow, svg, topBar } from "./dom.js";
import { bytes, number, short } from "./numbers.js";
import { Table } from "./table.js";

/** What there is to know of the arrays of a file; `show(table)` fills it. */
export class Weights {
  constructor() {
    this.facts = el("p", { class: "facts" });
    this.error = el("p", { class: "wrong", hidden: true });
    const name = { title: "array", of: (row) => row.place, cell: (row) => el("code", {}, row.name) };
    this.table = new Table(
      [
        name,
        { title: "shape", of: (row) => row.shape.join(" "), cell: (row) => shape(row.shape) },
        { title: "dtype", of: (row) => row.dtype, cell: (row) => row.dtype },
        { title: "numbers", number: true, of: (row) => row.size, cell: (row) => row.size.toLocaleString("en") },
        { title: "size", number: true, of: (row) => row.bytes, cell: (row) => bytes(row.bytes) },
        { title: el("span", { class: "inset" }, "distribution"), cell: histogram },
        ...["min", "mean", "max", "std"].map(statistic),
        { title: "zeros", number: true, of: (row) => row.zeros, cell: zeros },
        { title: "", cell: warning },
      ],
      { caption: "Arrays in the file", sort: name },
    );
    this.table.element.hidden = true; // until there is something in it
    this.element = el("div", {}, this.facts, this.error, this.table.element);
  }

  show(table) {
    const { error, rows, verified } = table;
    this.error.hidden = !error;
    this.error.textContent = error;
    this.table.element.hidden = Boolean(error);
    this.facts.hidden = Boolean(error);
    this.facts.textContent = [
      `${rows.length + table.more} arrays`,
      `${(table.numbers ?? 0).toLocaleString("en")} numbers`,
      bytes(table.file_bytes),
      verified ? "checksum right" : "no checksum, so damage could go unnoticed",
      table.more ? `the first ${rows.length} are shown` : "",
    ]
      .filter(Boolean)
      .join(" · ");
    this.table.show(rows.map((row, place) => ({ ...row, place })));
  }
}

const statistic = (name) => ({
  title: name,
  number: true,
  of: (row) => number(row[name]),
  cell: (row) => (row[name] === null ? "–" : short(number(row[name]))),
});

const shape = (sizes) => (sizes.length ? sizes.join(" × ") : el("span", { class: "muted" }, "scalar"));

function zeros(row) {
  if (!row.zeros) return el("span", { class: "muted" }, "–");
  const share = (100 * row.zeros) / row.size;
  return row.zeros === row.size ? "all" : `${share < 1 ? "< 1" : Math.round(share)} %`;
}

function warning(row) {
  const told = [
    row.nan ? `${row.nan.toLocaleString("en")} NaN` : "",
    row.inf ? `${row.inf.toLocaleString("en")} ∞` : "",
  ];
  const text = told.filter(Boolean).join(", ");
  return text ? el("span", { class: "mark" }, text) : "";
}

/** Bars from the least to the greatest value, with a line where 0 is. */
function histogram(row) {
  const bins = row.histogram;
  if (row.min === row.max)
    return el("span", { class: "muted inset" }, row.size > 1 && row.min !== null ? "all alike" : "");
  const [width, height] = [128, 26];
  const most = Math.max(...bins);
  const [low, high] = [number(row.min), number(row.max)];
  const bars = bins.map((count, i) => {
    const tall = count ? Math.max((count / most) * (height - 3), 1) : 0;
    return svg("rect", {
      x: (i * width) / bins.length,
      y: height - tall,
      width: width / bins.length - 0.6,
      height: tall,
    });
  });
  const zero =
    low < 0 && high > 0
      ? [svg("line", { x1: (-low / (high - low)) * width, x2: (-low / (high - low)) * width, y1: 0, y2: height })]
      : [];
  const label = `from ${short(low)} to ${short(high)}`;
  return svg(
    "svg",
    { class: "histogram", width, height, role: "img", "aria-label": label },
    svg("title", {}, label),
    ...zero,
    bars,
  );
}

if (document.querySelector("script[src='weights.js']")) {
  const weights = new Weights();
  const title = document.title.replace(/ – rung$/, "");
  document.body.append(topBar(el("h1", {}, title)), el("main", {}, el("section", {}, weights.element)));
  follow(
    "weights.json",
    (table) => weights.show(table),
    () => 5,
  );
}
