// What a run left behind: pictures, texts, the table of the model's layers, settings. Each part of the page is
// `{id, title, element, show(facts)}`, where `show` says whether there is anything to be seen.

import { el } from "./dom.js";
import { bytes, moment, number } from "./numbers.js";
import { Table } from "./table.js";

const DRAWN_HERE = ["curves.png", "graph.png"]; // better, and alive
const CALLED = {
  "confusion.png": "What is taken for what",
  "mistakes.png": "What it gets wrong",
  "regions.png": "What it makes of the plane",
};
const LONGEST = 20000; // letters of a text

/** Says whether something is other than it was the last time, so that only then it is made again. */
export function watcher() {
  let before = "";
  return (now) => {
    const fresh = JSON.stringify(now) !== before;
    before = JSON.stringify(now);
    return fresh;
  };
}

const ofKind = (facts, kind) => facts.files.filter((file) => file.kind === kind);

export function picturesPart(ofRun) {
  const element = el("div", { class: "pictures" });
  const large = document.body.appendChild(el("dialog", { class: "lightbox", onclick: () => large.close() }));
  const enlarge = (source, alt) => {
    large.replaceChildren(el("img", { src: source, alt }));
    large.showModal();
  };
  const draw = (file) => {
    const source = ofRun("file", { file: file.name, v: file.changed });
    const title = CALLED[file.name] ?? file.name;
    const image = el("img", { src: source, alt: title, loading: "lazy" });
    const larger = { class: "picture", "aria-label": `${title}, larger`, onclick: () => enlarge(source, title) };
    return el("figure", {}, el("button", larger, image), el("figcaption", {}, title));
  };
  const changed = watcher();
  const show = (facts) => {
    const pictures = ofKind(facts, "picture").filter((file) => !DRAWN_HERE.includes(file.name));
    if (changed(pictures)) element.replaceChildren(...pictures.map(draw));
    return pictures.length > 0;
  };
  return { id: "answers", title: "Answers", element, show };
}

export function textsPart(ofRun) {
  const element = el("div", { class: "texts" });
  const draw = (file) => {
    const page = el("pre", { class: "page", tabindex: 0 });
    fetch(ofRun("file", { file: file.name, v: file.changed }))
      .then((answer) => answer.text())
      .then((text) => page.append(text.trim().slice(0, LONGEST)));
    return el("figure", {}, page, el("figcaption", {}, file.name));
  };
  const changed = watcher();
  const show = (facts) => {
    const texts = ofKind(facts, "text");
    if (changed(texts)) element.replaceChildren(...texts.map(draw));
    return texts.length > 0;
  };
  return { id: "texts", title: "What it writes", element, show };
}

// The model ------------------------------------------------------------------------------------------------------

export function modelPart() {
  const total = el("p", { class: "facts" });
  const columns = [
    { title: "layer", cell: layer },
    {
      title: "output",
      cell: (row) =>
        String(row.shape ?? "")
          .replace(/, (?=\d)/g, " × ")
          .replace(/,?\)|\(/g, ""),
    },
    count("parameters", "parameters"),
    count("multiply_adds", "multiply-adds"),
  ];
  const table = new Table(columns, { caption: "Layers of the model" });
  const show = ({ model }) => {
    const rows = Array.isArray(model?.rows) ? model.rows.filter((row) => row && typeof row === "object") : [];
    if (!rows.length) return false;
    total.textContent = totals(model);
    table.show(rows);
    return true;
  };
  return { id: "model", title: "Model", element: el("div", {}, total, table.element), show };
}

const grouped = (value) => number(value).toLocaleString("en");

function totals(model) {
  const size = bytes(number(model.parameter_bytes) || 0);
  const work = `${grouped(model.multiply_adds)} multiply-adds for one sample`;
  return `${grouped(model.parameters)} parameters, ${size} · ${work}`;
}

function layer(row) {
  const path = String(row.path ?? "");
  const around = path.split(".").filter((part) => part && !/^\d+$/.test(part)).length;
  const indent = el("span", { class: `indent depth-${Math.min(around, 8)}` });
  return [indent, el("b", {}, String(row.kind ?? "")), " ", el("code", { class: "muted" }, path)];
}

function count(key, title) {
  const cell = (row) => (number(row[key]) ? grouped(row[key]) : el("span", { class: "muted" }, "–"));
  return { title, number: true, of: (row) => number(row[key]), cell };
}

// Settings -------------------------------------------------------------------------------------------------------

export function settingsPart(ofRun) {
  const list = el("dl");
  const files = el("p", { class: "files" });
  const pair = ([key, value]) => el("div", {}, el("dt", {}, key.replaceAll("_", " ")), el("dd", {}, value));
  const show = (facts) => {
    const all = { ...facts.settings, ...facts.versions, "last written": moment(facts.changed) };
    list.replaceChildren(...Object.entries(all).map(pair));
    files.replaceChildren("In the folder: ", ...facts.files.flatMap((file, i) => [i ? ", " : "", link(file)]));
    return true;
  };
  const link = ({ name, kind }) => {
    const shown = ["picture", "text", "page"].includes(kind);
    return shown ? el("a", { href: ofRun("file", { file: name }), target: "_blank" }, name) : name;
  };
  return { id: "settings", title: "Settings", element: el("div", {}, list, files), show };
}
