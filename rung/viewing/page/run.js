// The page of a run: what came of it, its curves while they grow, and everything that it left behind.

import { curvesPart } from "./curves.js";
import { address, el, follow, topBar } from "./dom.js";
import { graphPart, weightsPart } from "./insides.js";
import { modelPart, picturesPart, settingsPart, textsPart } from "./leavings.js";
import { duration, number, short } from "./numbers.js";
import { best, column, formatOf, lastOf, measured, updates } from "./figures.js";

const name = new URLSearchParams(location.search).get("run");
const ofRun = (page, query = {}) => address(page, name === null ? query : { run: name, ...query });
let facts = null;

// The frame ------------------------------------------------------------------------------------------------------

const back = el("a", { class: "back", href: "./", hidden: name === null }, "← all runs");
const title = el("h1");
const state = el("span", { class: "state", role: "status" });
const links = el("nav", { "aria-label": "Parts of the page" });
const progress = el("progress", { max: 1, value: 0, hidden: true, "aria-label": "Progress" });
const damage = el("div", { class: "wrong", hidden: true });
const headline = el("div", { class: "headline" });

const parts = [
  curvesPart(),
  picturesPart(ofRun),
  textsPart(ofRun),
  modelPart(),
  graphPart(ofRun),
  weightsPart(ofRun),
  settingsPart(ofRun),
];
const sections = parts.map((part) => ({
  part,
  whole: el("section", { id: part.id, hidden: true }, el("h2", {}, part.title), part.element),
  link: links.appendChild(el("a", { href: `#${part.id}`, hidden: true }, part.title)),
}));
document.body.append(topBar(back, title, state, links), progress);
document.body.append(el("main", {}, damage, headline, ...sections.map(({ whole }) => whole)));

// What is shown --------------------------------------------------------------------------------------------------

function show(fresh) {
  facts = fresh;
  title.textContent = facts.name;
  showState();
  const wrong = [facts.error, ...facts.damage].filter(Boolean);
  damage.hidden = !wrong.length;
  damage.replaceChildren(...wrong.map((text) => el("p", {}, text)));
  headline.replaceChildren(...figures());
  for (const { part, whole, link } of sections) whole.hidden = link.hidden = !part.show(facts);
}

function showState() {
  const { epoch, epochs, step, of_steps: all } = facts;
  const running = facts.state === "running";
  const left = number(facts.seconds_left);
  const here = Math.min(epoch + running, epochs || Infinity);
  const where = running || epoch < epochs ? `epoch ${here}${epochs ? ` of ${epochs}` : ""}` : "";
  const rest = running && Number.isFinite(left) ? `${duration(left)} left` : "";
  state.dataset.state = facts.state;
  state.replaceChildren(
    el("b", {}, facts.state),
    ...[where, rest].filter(Boolean).map((text) => el("span", {}, text)),
  );
  document.title = `${running && all ? `${Math.round((100 * step) / all)} % · ` : ""}${facts.name} – rung`;
  progress.hidden = !running || !all;
  progress.value = all ? step / all : 0;
}

/** The figures that a person wants first: of the test, or else of training. */
function figures() {
  const order = measured([facts])
    .reverse()
    .sort((a, b) => (b === "accuracy") - (a === "accuracy"));
  const epochs = facts.epochs ? `of ${facts.epochs} epochs` : facts.epoch === 1 ? "epoch" : "epochs";
  return [
    ...order.slice(0, 3).map(figure),
    fact(facts.epoch.toLocaleString("en"), epochs),
    fact(duration(number(facts.seconds)), "time"),
    facts.model ? fact(short(number(facts.model.parameters), 4), "parameters") : null,
  ].filter(Boolean);
}

function figure(what, place) {
  const tested = column(facts, `test_${what}`);
  const values = tested.length ? tested : column(facts, what);
  const latest = what === "loss" && !values.length ? updates(facts).loss : values;
  if (!latest.some(Number.isFinite)) return null;
  const data = tested.length ? `${facts.tested} ` : values.length ? "training " : "";
  const note = bestNote(what, values);
  return fact(formatOf(what)(lastOf(latest)), `${data}${what.replaceAll("_", " ")}`, note, place ? "" : "first");
}

function bestNote(what, values) {
  const top = best(what, values);
  if (top === undefined || top === values.length - 1) return "";
  return `best ${formatOf(what)(values[top])}, epoch ${facts.figures.epoch[top]}`;
}

function fact(value, label, note = "", kind = "") {
  return el("div", { class: `fact ${kind}` }, el("b", {}, value), el("span", {}, label), el("small", {}, note));
}

document.addEventListener("theme", () => facts && show(facts));
follow(ofRun("run.json"), show, (fresh) => (fresh.state === "running" ? 1 : 3));
