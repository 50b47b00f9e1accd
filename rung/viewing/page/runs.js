// Several runs: a list to sort, and the curves of those that are chosen, one over the other.

import { Board } from "./board.js";
import { address, el, follow, topBar } from "./dom.js";
import { best, column, formatOf, isShare, lastOf, measured, rateOf, smoothed, updates } from "./figures.js";
import { duration, moment, number, short } from "./numbers.js";
import { sparkline } from "./spark.js";
import { Table } from "./table.js";

const COLOURS = 8;
const LONGEST = 13; // letters of a name at the end of a curve
const NOT_COMPARED = ["epochs", "out", "resume", "tensorboard"]; // settings that say nothing of what was run

const chosen = new Map(); // of each run seen so far, whether its curves are shown
const board = new Board(300, () => drawCurves());
let data = "test";
let runs = [];
let table = null;

// The frame ------------------------------------------------------------------------------------------------------

const title = el("h1");
const count = el("span", { class: "muted" });
const list = el("div");
const choices = ["test", "train"].map((which) => {
  const choose = () => {
    data = which;
    drawCurves();
  };
  const radio = el("input", { type: "radio", name: "data", checked: which === data, onchange: choose });
  return el("label", {}, radio, el("span", {}, which === "test" ? "Test" : "Training"));
});
const choice = el("fieldset", { class: "choice" }, el("legend", { class: "unseen" }, "Measured on"), choices);
const curves = el("section", { id: "curves" }, el("h2", {}, "Curves"), board.controls(choice), board.element);
document.body.append(
  topBar(title, count),
  el("main", {}, curves, el("section", { id: "runs" }, el("h2", {}, "Runs"), list)),
);

function show(facts) {
  runs = facts.runs.map((run, place) => ({ ...run, place, tone: `run-${place % COLOURS}` }));
  const news = runs.filter((run) => !chosen.has(run.name));
  for (const run of news) chosen.set(run.name, run.place >= runs.length - COLOURS);
  document.title = `${facts.title} – rung`;
  title.textContent = facts.title;
  const going = runs.filter((run) => run.state === "running").length;
  count.textContent = `${runs.length} run${runs.length === 1 ? "" : "s"}${going ? `, ${going} running` : ""}`;
  drawCurves();
  drawTable();
}

// Curves ---------------------------------------------------------------------------------------------------------

const isChosen = (run) => chosen.get(run.name);

function drawCurves() {
  const seen = runs.filter(isChosen);
  const rate = (value) => short(value);
  curves.hidden = !runs.length;
  for (const what of measured(runs))
    board.draw(
      what,
      seen.flatMap((run) => curveOf(run, what)),
      formatOf(what),
    );
  board.draw(
    "lr",
    seen.flatMap((run) => rateOf(run).map((curve) => owned(run, curve, rate))),
    rate,
  );
}

/** A curve in the colour of its run, and named by it. */
function owned(run, curve, format) {
  const { name } = run;
  const own = { ...curve, tone: run.tone, width: 2, group: name, format };
  if (curve.pale) return { ...own, name: "", label: "" };
  const label = name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name;
  return { ...own, name, label, says: `${name} ${format(lastOf(curve.y))}` };
}

/** The curve of a run: on the data that were asked for, or on those that it has. */
function curveOf(run, what) {
  const y = figures(run, what, data === "test");
  const early = what === "loss" && !y.length;
  const curve = early ? { x: updates(run).x, y: updates(run).loss } : { x: run.figures.epoch, y };
  return curve.y.length ? smoothed(curve, board.weight).map((each) => owned(run, each, formatOf(what))) : [];
}

function figures(run, what, test = true) {
  const [tested, trained] = [column(run, `test_${what}`), column(run, what)];
  return tested.length && (test || !trained.length) ? tested : trained;
}

// The list -------------------------------------------------------------------------------------------------------

let made = "";

function drawTable() {
  const empty = "There is no run in this folder yet; rung train begins one.";
  if (!runs.length) return list.replaceChildren(el("p", { class: "muted" }, empty));
  const names = measured(runs);
  const differing = differences();
  const form = JSON.stringify([names, differing]);
  if (form !== made) buildTable(columnsOf(names, differing));
  made = form;
  const { key } = document.activeElement?.dataset ?? {};
  table.show(runs);
  if (key) [...list.querySelectorAll("[data-key]")].find((each) => each.dataset.key === key)?.focus();
}

/** A new table, in the order of the one before it. */
function buildTable(columns) {
  const sort = columns.find((column) => column.title === table?.sort?.title) ?? columns[columns.length - 1];
  table = new Table(columns, { caption: "Runs", sort, falling: table?.falling ?? true, key: rowOf });
  list.replaceChildren(table.element);
}

const rowOf = (run) => ({
  onpointerenter: () => board.shared.set({ meant: isChosen(run) ? run.name : null }),
  onpointerleave: () => board.shared.set({ meant: null }),
});

/** The settings in which the runs differ. */
function differences() {
  const names = new Set(runs.flatMap((run) => Object.keys(run.settings)));
  for (const other of NOT_COMPARED) names.delete(other);
  return [...names].filter((key) => new Set(runs.map((run) => run.settings[key] ?? "–")).size > 1);
}

function columnsOf(names, differing) {
  const main = names.includes("accuracy") ? "accuracy" : "loss";
  const ranked = names.filter((what) => what === "loss" || isShare(what)).sort((a, b) => isShare(b) - isShare(a));
  const seconds = (run) => number(run.seconds);
  const epochs = (run) => (run.epochs > run.epoch ? `${run.epoch} of ${run.epochs}` : String(run.epoch));
  return [
    { title: "run", of: (run) => run.name, cell: nameCell },
    { title: "state", of: (run) => run.state, cell: stateCell },
    { title: main, cell: (run) => sparkline(figures(run, main), run.tone, { log: main === "loss" }) },
    ...ranked.map(bestColumn),
    { title: "epochs", number: true, of: (run) => run.epoch, cell: epochs },
    { title: "time", number: true, of: seconds, cell: (run) => duration(seconds(run)) },
    ...differing.map(settingColumn),
    { title: "written", number: true, of: (run) => run.changed, cell: (run) => moment(run.changed) },
  ];
}

function bestColumn(what) {
  const of = (run) => figures(run, what)[best(what, figures(run, what))] ?? NaN;
  const cell = (run) => (Number.isFinite(of(run)) ? formatOf(what)(of(run)) : "–");
  return { title: isShare(what) ? `best ${what}` : `least ${what}`, number: true, of, cell };
}

function settingColumn(key) {
  const of = (run) => run.settings[key] ?? "";
  return { title: key.replaceAll("_", " "), of, cell: (run) => of(run) || "–" };
}

const stateCell = ({ state }) => el("span", { class: "state", "data-state": state }, el("b", {}, state));

function nameCell(run) {
  const { name, damage } = run;
  const change = () => {
    chosen.set(name, box.checked);
    drawCurves();
  };
  const label = `Show the curves of ${name}`;
  const box = el("input", { type: "checkbox", checked: isChosen(run), "aria-label": label, "data-key": label });
  box.addEventListener("change", change);
  const link = el("a", { href: address("run", { run: name }), "data-key": name }, name);
  const mark = damage.length ? el("span", { class: "mark", title: damage.join(" ") }, "damaged") : null;
  return el("span", { class: "name" }, el("label", { class: "swatch", "data-tone": run.tone }, box), link, mark);
}

follow("runs.json", show, (facts) => (facts.runs.some((run) => run.state === "running") ? 1.5 : 4));
