// The page of a run: what came of it, its curves while they grow, and everything that it left behind.

import { address, el, follow, topBar } from "./dom.js";
import { Chart, Shared } from "./chart.js";
import { best, column, controls, curvesOf, formatOf, isWide, lastOf, measured, rateOf, titleOf, updates } from "./panels.js";
import { bytes, duration, moment, number, short } from "./numbers.js";
import { Table } from "./table.js";
import { Weights } from "./weights.js";

const DRAWN_HERE = ["curves.png", "graph.png"]; // better, and alive
const CALLED = { "confusion.png": "What is taken for what", "mistakes.png": "What it gets wrong", "regions.png": "What it makes of the plane" };
const name = new URLSearchParams(location.search).get("run");
const ofRun = (page, query = {}) => address(page, name === null ? query : { run: name, ...query });

const shared = new Shared();
const settings = { weight: 0, log: null };
const charts = new Map();
let facts = null;

// The frame ------------------------------------------------------------------------------------------------------

const parts = {
  back: el("a", { class: "back", href: "./", hidden: name === null }, "← all runs"),
  title: el("h1"),
  state: el("span", { class: "state", role: "status" }),
  progress: el("progress", { max: 1, value: 0, hidden: true, "aria-label": "Progress" }),
  links: el("nav", { "aria-label": "Parts of the page" }),
  damage: el("div", { class: "wrong", hidden: true }),
  headline: el("div", { class: "headline" }),
  charts: el("div", { class: "charts" }),
  figures: el("details", { class: "figures" }, el("summary", {}, "The numbers, epoch by epoch")),
  pictures: el("div", { class: "pictures" }),
  texts: el("div", { class: "texts" }),
  model: el("div"),
  graph: el("div"),
  weights: el("div"),
  settings: el("div"),
  files: el("p", { class: "files" }),
};

function section(id, title, ...content) {
  const heading = el("h2", {}, title);
  const whole = el("section", { id, hidden: true }, heading, ...content);
  const link = el("a", { href: `#${id}`, hidden: true }, title);
  parts.links.append(link);
  return { whole, show: (shown) => { whole.hidden = link.hidden = !shown; } };
}

const sections = {
  curves: section("curves", "Curves", controls(shared, settings, () => drawCurves()), parts.charts, parts.figures),
  answers: section("answers", "Answers", parts.pictures),
  texts: section("texts", "What it writes", parts.texts),
  model: section("model", "Model", parts.model),
  graph: section("graph", "Graph", parts.graph),
  weights: section("weights", "Weights", parts.weights),
  settings: section("settings", "Settings", parts.settings, parts.files),
};
const lightbox = el("dialog", { class: "lightbox", onclick: () => lightbox.close() });

document.body.append(
  topBar(parts.back, parts.title, parts.state, parts.links),
  parts.progress,
  el("main", {}, parts.damage, parts.headline, ...Object.values(sections).map((each) => each.whole)),
  lightbox,
);

// What is shown --------------------------------------------------------------------------------------------------

function show(fresh) {
  facts = fresh;
  parts.title.textContent = facts.name;
  showState();
  parts.damage.hidden = !facts.damage.length && !facts.error;
  parts.damage.replaceChildren(...[facts.error, ...facts.damage].filter(Boolean).map((text) => el("p", {}, text)));
  parts.headline.replaceChildren(...headline());
  drawCurves();
  showPictures();
  showTexts();
  showModel();
  showGraph();
  showWeights();
  showSettings();
}

function showState() {
  const { state, epoch, epochs, step, of_steps: all, seconds_left: left } = facts;
  const where = state === "running" || epoch < epochs ? `epoch ${Math.min(epoch + (state === "running"), epochs || Infinity)}${epochs ? ` of ${epochs}` : ""}` : "";
  const rest = Number.isFinite(number(left)) ? `${duration(number(left))} left` : "";
  parts.state.dataset.state = state;
  parts.state.replaceChildren(el("b", {}, state), ...[where, state === "running" ? rest : ""].filter(Boolean).map((text) => el("span", {}, text)));
  document.title = `${state === "running" && all ? `${Math.round((100 * step) / all)} % · ` : ""}${facts.name} – rung`;
  parts.progress.hidden = state !== "running" || !all;
  parts.progress.value = all ? step / all : 0;
}

/** The figures that a person wants first: of the test, or else of training. */
function headline() {
  const figures = measured([facts]).reverse().sort((a, b) => (b === "accuracy") - (a === "accuracy")).slice(0, 3).map(figure);
  const epochs = facts.epochs ? `of ${facts.epochs} epochs` : facts.epoch === 1 ? "epoch" : "epochs";
  const parameters = facts.model ? [fact(short(number(facts.model.parameters), 4), "parameters")] : [];
  return [...figures.filter(Boolean), fact(facts.epoch.toLocaleString("en"), epochs), fact(duration(number(facts.seconds)), "time"), ...parameters];
}

function figure(what, place) {
  const tested = column(facts, `test_${what}`);
  const values = tested.length ? tested : column(facts, what);
  const latest = what === "loss" && !values.length ? updates(facts).loss : values;
  if (!latest.some(Number.isFinite)) return null;
  const top = best(what, values);
  const format = formatOf(what);
  const note = top !== undefined && top < values.length - 1 ? `best ${format(values[top])}, epoch ${facts.figures.epoch[top]}` : "";
  const label = `${tested.length ? `${facts.tested} ` : values.length ? "training " : ""}${what.replaceAll("_", " ")}`;
  return fact(format(lastOf(latest)), label, note, place === 0 ? "first" : "");
}

const fact = (value, label, note = "", kind = "") => el("div", { class: `fact ${kind}` }, el("b", {}, value), el("span", {}, label), el("small", {}, note));

// Curves ---------------------------------------------------------------------------------------------------------

function drawCurves() {
  if (!facts) return;
  const names = measured([facts]);
  for (const what of names) drawOne(what, titleOf(what), curvesOf(facts, what, settings.weight), formatOf(what));
  const rate = rateOf(facts);
  if (rate.length) drawOne("lr", "Learning rate", rate, (value) => short(value));
  sections.curves.show(charts.size > 0);
  showFigures(names);
}

function drawOne(what, title, curves, format) {
  if (!charts.has(what)) {
    const unit = updates(facts).inEpochs || facts.figures.epoch.length ? "epoch" : "update";
    charts.set(what, new Chart(title, shared, { format, unit, height: what === "lr" ? 150 : 290 }));
    charts.get(what).element.dataset.figure = what;
    const order = [...charts.keys()].sort((a, b) => (a === "lr") - (b === "lr"));
    parts.charts.replaceChildren(...order.map((key) => charts.get(key).element));
    parts.charts.classList.toggle("single", order.filter((key) => key !== "lr").length === 1);
  }
  const wide = what === "loss" && (settings.log ?? isWide(curves));
  if (what === "loss") settings.showLog(wide);
  const summary = `${title}: ${curves.map((curve) => curve.label).filter(Boolean).join(", ")}. Arrow keys read it off.`;
  charts.get(what).draw({ curves, log: wide, note: wide ? "log scale" : "", summary });
}

let numbers = null;
function showFigures(names) {
  const rows = facts.figures.epoch.map((epoch, i) => ({ epoch, i }));
  const keys = names.flatMap((what) => [what, `test_${what}`]).filter((key) => facts.figures[key]);
  if (!numbers || numbers.keys.join() !== keys.join()) {
    const at = (key) => ({ title: key.replace(/^test_/, `${facts.tested} `).replaceAll("_", " "), number: true, of: (row) => number(facts.figures[key][row.i]), cell: (row) => formatOf(key)(number(facts.figures[key][row.i])) });
    numbers = new Table([{ title: "epoch", number: true, of: (row) => row.epoch, cell: (row) => String(row.epoch) }, ...keys.map(at)], { caption: "Figures of each epoch" });
    numbers.keys = keys;
    parts.figures.replaceChildren(parts.figures.firstChild, numbers.element);
  }
  parts.figures.hidden = !rows.length;
  numbers.show(rows);
}

// What it left ---------------------------------------------------------------------------------------------------

const shown = new Map(); // what each part was made of, so that it is made again only if that has changed

function changed(part, version) {
  const text = JSON.stringify(version);
  const fresh = shown.get(part) !== text;
  shown.set(part, text);
  return fresh;
}

function showPictures() {
  const pictures = facts.files.filter((file) => file.kind === "picture" && !DRAWN_HERE.includes(file.name));
  sections.answers.show(pictures.length > 0);
  if (!changed("pictures", pictures)) return;
  parts.pictures.replaceChildren(...pictures.map((file) => {
    const source = ofRun("file", { file: file.name, v: file.changed });
    const title = CALLED[file.name] ?? file.name;
    const image = el("img", { src: source, alt: title, loading: "lazy" });
    return el("figure", {}, el("button", { class: "picture", "aria-label": `${title}, larger`, onclick: () => enlarge(source, title) }, image), el("figcaption", {}, title));
  }));
}

function enlarge(source, title) {
  lightbox.replaceChildren(el("img", { src: source, alt: title }));
  lightbox.showModal();
}

function showTexts() {
  const texts = facts.files.filter((file) => file.kind === "text");
  sections.texts.show(texts.length > 0);
  if (!changed("texts", texts)) return;
  parts.texts.replaceChildren(...texts.map((file) => {
    const page = el("pre", { class: "page", tabindex: 0 });
    fetch(ofRun("file", { file: file.name, v: file.changed })).then((answer) => answer.text()).then((text) => { page.textContent = text.trim().slice(0, 20000); });
    return el("figure", {}, page, el("figcaption", {}, file.name));
  }));
}

function showModel() {
  const { model } = facts;
  const rows = Array.isArray(model?.rows) ? model.rows.filter((row) => row && typeof row === "object") : [];
  sections.model.show(rows.length > 0);
  if (!changed("model", model) || !rows.length) return;
  const count = (key, title) => ({ title, number: true, of: (row) => number(row[key]), cell: (row) => (number(row[key]) ? number(row[key]).toLocaleString("en") : el("span", { class: "muted" }, "–")) });
  const table = new Table([
    { title: "layer", cell: (row) => [el("span", { class: `indent depth-${Math.min(depth(row), 8)}` }), el("b", {}, String(row.kind ?? "")), " ", el("code", { class: "muted" }, String(row.path ?? ""))] },
    { title: "output", cell: (row) => String(row.shape ?? "").replace(/, (?=\d)/g, " × ").replace(/,?\)|\(/g, "") },
    count("parameters", "parameters"), count("multiply_adds", "multiply-adds"),
  ], { caption: "Layers of the model" });
  table.show(rows);
  const total = `${number(model.parameters).toLocaleString("en")} parameters, ${bytes(number(model.parameter_bytes) || 0)} · ${number(model.multiply_adds).toLocaleString("en")} multiply-adds for one sample`;
  parts.model.replaceChildren(el("p", { class: "facts" }, total), table.element);
}

const depth = (row) => (row.path ? String(row.path).split(".").filter((part) => !/^\d+$/.test(part)).length : 0);

function showGraph() {
  const { graph, state } = facts;
  sections.graph.show(true);
  const version = facts.files.find((file) => file.name === "graph.json")?.changed ?? 0;
  const { theme } = document.documentElement.dataset;
  if (!changed("graph", [graph, version, state === "running", theme])) return;
  if (!graph) {
    parts.graph.replaceChildren(el("p", { class: "muted" }, state === "running" ? "It comes with the first update." : "The run has no graph.json; a run of rung train leaves one."));
    return;
  }
  const source = ofRun("graph", { v: version, ...(theme ? { theme } : {}) });
  parts.graph.replaceChildren(
    el("p", { class: "facts" }, "One small batch, forward and backward. ", el("a", { href: source, target: "_blank" }, "Open it alone")),
    embedded(source),
  );
}

/** A page within the page: the wheel goes past it, until the pointer is moved within. */
function embedded(source) {
  const use = (event) => (event.movementX || event.movementY) && frame.classList.add("used");
  const leave = () => frame.classList.remove("used");
  const frame = el("div", { class: "embedded", onpointermove: use, onpointerleave: leave },
    el("iframe", { src: source, title: "The graph of one batch", loading: "lazy" }));
  return frame;
}

const weights = new Weights();
const choice = el("select", { "aria-label": "File of weights", onchange: () => loadWeights() });
let asked = "";

function showWeights() {
  const files = facts.files.filter((file) => file.kind === "weights");
  sections.weights.show(files.length > 0);
  if (!changed("weights", files) || !files.length) return;
  const before = choice.value || ["best.npz", "weights.npz"].find((wanted) => files.some((file) => file.name === wanted));
  choice.replaceChildren(...files.map((file) => el("option", { value: file.name, selected: file.name === before }, `${file.name} · ${bytes(file.bytes)}`)));
  if (!parts.weights.hasChildNodes()) {
    parts.weights.append(el("div", { class: "controls" }, choice), weights.element);
    new IntersectionObserver((seen) => { if (seen.some((each) => each.isIntersecting)) loadWeights(); }, { rootMargin: "300px" }).observe(parts.weights);
  } else if (asked) loadWeights();
}

async function loadWeights() {
  const file = facts.files.find((each) => each.name === choice.value);
  const source = ofRun("weights.json", { file: choice.value, v: file?.changed ?? 0 });
  if (source === asked) return;
  asked = source;
  const answer = await fetch(source);
  if (answer.ok && asked === source) weights.show(await answer.json());
}

function showSettings() {
  const all = { ...facts.settings };
  sections.settings.show(true);
  if (!changed("settings", [all, facts.versions, facts.files, facts.changed])) return;
  const pairs = (values) => Object.entries(values).map(([key, value]) => el("div", {}, el("dt", {}, key.replaceAll("_", " ")), el("dd", {}, value)));
  parts.settings.replaceChildren(el("dl", {}, pairs(all), pairs(facts.versions), pairs({ "last written": moment(facts.changed) })));
  parts.files.replaceChildren("In the folder: ", ...facts.files.flatMap((file, i) => [i ? ", " : "", ["picture", "text", "page"].includes(file.kind)
    ? el("a", { href: ofRun("file", { file: file.name }), target: "_blank" }, file.name) : file.name]));
}

document.addEventListener("theme", () => facts && showGraph());
follow(ofRun("run.json"), show, (fresh) => (fresh.state === "running" ? 1 : 3));
