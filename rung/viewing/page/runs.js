// Several runs: a list to sort, and the curves of those that are chosen, one over the other.

import { address, el, follow, topBar } from "./dom.js";
import { Chart, Shared, sparkline } from "./chart.js";
import { best, column, controls, formatOf, isShare, isWide, lastOf, measured, rateOf, smoothed, titleOf, updates } from "./panels.js";
import { duration, moment, number, short } from "./numbers.js";
import { Table } from "./table.js";

const COLOURS = 8;
const NOT_COMPARED = ["epochs", "out", "resume", "tensorboard"]; // settings that say nothing of what was run

const shared = new Shared();
const settings = { weight: 0, log: null, data: "test" };
const charts = new Map();
const chosen = new Map(); // of each run seen so far, whether its curves are shown
let runs = [];
let table = null;

const parts = {
  title: el("h1"),
  count: el("span", { class: "muted" }),
  charts: el("div", { class: "charts" }),
  list: el("div"),
};

const dataChoice = el("fieldset", { class: "choice" }, el("legend", { class: "unseen" }, "Measured on"),
  ["test", "train"].map((data) => el("label", {}, el("input", { type: "radio", name: "data", value: data, checked: data === "test", onchange: () => { settings.data = data; drawCurves(); } }), el("span", {}, data === "test" ? "Test" : "Training"))));
const curves = el("section", { id: "curves" }, el("h2", {}, "Curves"), controls(shared, settings, () => drawCurves(), dataChoice), parts.charts);
const list = el("section", { id: "runs" }, el("h2", {}, "Runs"), parts.list);

document.body.append(topBar(parts.title, parts.count), el("main", {}, curves, list));

function show(facts) {
  runs = facts.runs.map((run, place) => ({ ...run, place, tone: `run-${place % COLOURS}` }));
  for (const run of runs) if (!chosen.has(run.name)) chosen.set(run.name, runs.length <= COLOURS || run.place >= runs.length - COLOURS);
  document.title = `${facts.title} – rung`;
  parts.title.textContent = facts.title;
  const going = runs.filter((run) => run.state === "running").length;
  parts.count.textContent = `${runs.length} run${runs.length === 1 ? "" : "s"}${going ? `, ${going} running` : ""}`;
  drawCurves();
  drawTable();
}

// Curves ---------------------------------------------------------------------------------------------------------

const rate = (value) => short(value);
const isChosen = (run) => chosen.get(run.name);

function drawCurves() {
  const seen = runs.filter(isChosen);
  curves.hidden = !runs.length;
  const names = measured(runs);
  for (const what of names) drawOne(what, titleOf(what), seen.flatMap((run) => curveOf(run, what)), formatOf(what));
  drawOne("lr", "Learning rate", seen.flatMap((run) => rateOf(run).map((curve) => of(run, curve, rate))), rate);
}

const of = (run, curve, format) => ({ ...curve, tone: run.tone, width: 2, group: run.name, format, name: curve.pale ? "" : run.name, label: curve.pale ? "" : end(run) });

const end = (run) => (run.name.length > 13 ? `${run.name.slice(0, 12)}…` : run.name);

/** The curve of a run: on the data that were asked for, or on those that it has. */
function curveOf(run, what) {
  const tested = column(run, `test_${what}`);
  const trained = column(run, what);
  const y = settings.data === "test" && tested.length ? tested : trained.length ? trained : tested;
  const early = what === "loss" && !y.length ? updates(run) : null;
  const curve = early ? { x: early.x, y: early.loss } : { x: run.figures.epoch, y };
  return curve.y.length ? smoothed(curve, settings.weight).map((each) => of(run, each, formatOf(what))) : [];
}

function drawOne(what, title, all, format) {
  if (!charts.has(what)) {
    charts.set(what, new Chart(title, shared, { format, height: what === "lr" ? 150 : 300 }));
    charts.get(what).element.dataset.figure = what;
    const order = [...charts.keys()].sort((a, b) => (a === "lr") - (b === "lr"));
    parts.charts.replaceChildren(...order.map((key) => charts.get(key).element));
    parts.charts.classList.toggle("single", order.filter((key) => key !== "lr").length === 1);
  }
  const wide = what === "loss" && (settings.log ?? isWide(all));
  if (what === "loss") settings.showLog(wide);
  charts.get(what).element.hidden = !all.length;
  const ends = all.filter((curve) => !curve.pale).map((curve) => `${curve.name} ${format(lastOf(curve.y))}`);
  charts.get(what).draw({ curves: all, log: wide, note: wide ? "log scale" : "", summary: `${title}: ${ends.join(", ")}` });
}

// The list -------------------------------------------------------------------------------------------------------

let made = "";

function drawTable() {
  if (!runs.length) {
    parts.list.replaceChildren(el("p", { class: "muted" }, "There is no run in this folder yet; rung train begins one."));
    return;
  }
  const names = measured(runs);
  const differing = differences();
  const form = JSON.stringify([names, differing]);
  if (form !== made) {
    const columns = columnsOf(names, differing);
    const before = table && columns.find((column) => column.title === table.sort?.title);
    table = new Table(columns, { caption: "Runs", sort: before ?? columns[columns.length - 1], falling: table?.falling ?? true, key: rowOf });
    parts.list.replaceChildren(table.element);
    made = form;
  }
  if (!table.element.contains(document.activeElement?.closest?.("tbody"))) table.show(runs);
}

const rowOf = (run) => ({ onpointerenter: () => shared.set({ meant: isChosen(run) ? run.name : null }), onpointerleave: () => shared.set({ meant: null }) });

/** The settings in which the runs differ. */
function differences() {
  const names = [...new Set(runs.flatMap((run) => Object.keys(run.settings)))].filter((key) => !NOT_COMPARED.includes(key));
  return names.filter((key) => new Set(runs.map((run) => run.settings[key] ?? "–")).size > 1);
}

function columnsOf(names, differing) {
  const figures = names.filter((what) => what === "loss" || isShare(what)).sort((a, b) => isShare(b) - isShare(a));
  return [
    { title: "run", of: (run) => run.name, cell: nameCell },
    { title: "state", of: (run) => run.state, cell: (run) => el("span", { class: "state", "data-state": run.state }, el("b", {}, run.state)) },
    { title: names.includes("accuracy") ? "accuracy" : "loss", cell: (run) => small(run, names) },
    ...figures.map((what) => ({ title: isShare(what) ? `best ${what}` : `least ${what}`, number: true, of: (run) => top(run, what), cell: (run) => formatOf(what)(top(run, what)).replace("NaN", "–") })),
    { title: "epochs", number: true, of: (run) => run.epoch, cell: (run) => (run.epochs > run.epoch ? `${run.epoch} of ${run.epochs}` : String(run.epoch)) },
    { title: "time", number: true, of: (run) => number(run.seconds), cell: (run) => duration(number(run.seconds)) },
    ...differing.map((key) => ({ title: key.replaceAll("_", " "), of: (run) => run.settings[key] ?? "", cell: (run) => run.settings[key] ?? "–" })),
    { title: "written", number: true, of: (run) => run.changed, cell: (run) => moment(run.changed) },
  ];
}

function nameCell(run) {
  const box = el("input", { type: "checkbox", checked: isChosen(run), "aria-label": `Show the curves of ${run.name}`, onchange: () => { chosen.set(run.name, box.checked); drawCurves(); } });
  return el("span", { class: "name" }, el("label", { class: "swatch", "data-tone": run.tone }, box), el("a", { href: address("run", { run: run.name }) }, run.name), run.damage.length ? el("span", { class: "mark", title: run.damage.join(" ") }, "damaged") : null);
}

function small(run, names) {
  const what = names.includes("accuracy") ? "accuracy" : "loss";
  const tested = column(run, `test_${what}`);
  return sparkline(tested.length ? tested : column(run, what), run.tone, { log: what === "loss" });
}

function top(run, what) {
  const tested = column(run, `test_${what}`);
  const values = tested.length ? tested : column(run, what);
  const place = best(what, values);
  return place === undefined ? NaN : values[place];
}

follow("runs.json", show, (facts) => (facts.runs.some((run) => run.state === "running") ? 1.5 : 4));
