/* Search: by name, function, path of the layer, shape, by NaN, and by the size of a number (grad>1). */

const MOST_FOUND = 200;
const COMPARISON =
  /^(grad|norm|min|max|mean|std|bytes|zeros|nan|inf|size)\s*(>=|<=|>|<|=)\s*(-?[\d.]+(?:e[+-]?\d+)?)$/;
const COMPARE = {
  ">": (a, b) => a > b,
  "<": (a, b) => a < b,
  ">=": (a, b) => a >= b,
  "<=": (a, b) => a <= b,
  "=": (a, b) => a === b,
};

/** The values and calls that a query names, as items. */
function search(index, query) {
  const words = query.trim().toLowerCase();
  if (!words) return [];
  const comparison = COMPARISON.exec(words);
  if (comparison) return searchNumbers(index, comparison);
  if (words === "nan" || words === "inf") return searchBroken(index, words);
  const shape = shapeOfQuery(words);
  if (shape) return valuesWhere(index, (value) => value.shape?.join() === shape.join());
  return searchWords(index, words);
}

function valuesWhere(index, test) {
  return index.values.flatMap((value, id) => (test(value, id) ? [{ kind: "value", id }] : []));
}

function searchNumbers(index, [, field, sign, limit]) {
  return valuesWhere(index, (value, id) => {
    const array = field === "grad" ? index.gradientAt(id) : index.arrayAt(id);
    const size = value.shape?.reduce((product, length) => product * length, 1);
    const number = field === "size" ? size : array?.[field === "grad" ? "norm" : field];
    return number !== null && number !== undefined && COMPARE[sign](toNumber(number), Number(limit));
  });
}

function searchBroken(index, what) {
  const has = (array) => Boolean(array && (what === "nan" ? array.nan : array.inf));
  return valuesWhere(index, (_, id) => has(index.arrayAt(id)) || has(index.gradientAt(id)));
}

/** (2, 3) or 2x3 as a shape; null if the query is none. */
function shapeOfQuery(words) {
  if (/^\(\s*(\d+\s*,?\s*)*\)$/.test(words)) return (words.match(/\d+/g) ?? []).map(Number);
  return /^\d+([x×]\d+)+$/.test(words) ? words.split(/[x×]/).map(Number) : null;
}

/** Items by how well they fit: what is called so before what begins so before what has it somewhere. */
function searchWords(index, words) {
  const ranked = [[], [], []];
  const note = (item, texts) => {
    const fits = texts.filter(Boolean).map((text) => fit(text.toLowerCase(), words));
    const best = Math.min(3, ...fits);
    if (best < 3) ranked[best].push(item);
  };
  index.groups.forEach(({ label, detail }, id) => note({ kind: "group", id }, [label, detail]));
  index.calls.forEach((call, id) => {
    note({ kind: "call", id }, [
      index.opName(id),
      index.callLabel(id),
      index.scopePath(call.scope),
      index.sourceText(id),
    ]);
  });
  index.values.forEach((value, id) => {
    const label = value.kind === "parameter" || value.kind === "buffer" ? index.valueLabel(id) : "";
    note({ kind: "value", id }, [value.name, label, valueTitle(index.trace, value), value.kind]);
  });
  return ranked.flat();
}

const fit = (text, words) => (text === words ? 0 : text.startsWith(words) ? 1 : text.includes(words) ? 2 : 3);

/** The field, and the list of what was found. */
class SearchField {
  constructor(page) {
    this.page = page;
    this.field = byId("search");
    this.list = byId("found");
    this.chosen = -1;
    this.field.addEventListener("input", () => this.show());
    this.field.addEventListener("focus", () => this.show());
    this.field.addEventListener("keydown", (event) => this.press(event));
    this.field.addEventListener("blur", () => setTimeout(() => (this.list.hidden = true), 200));
  }

  focus() {
    this.field.focus();
    this.field.select();
  }

  show() {
    this.items = search(this.page.index, this.field.value);
    this.chosen = -1;
    const isEmpty = !this.field.value.trim();
    this.list.hidden = isEmpty;
    this.field.setAttribute("aria-expanded", String(!isEmpty));
    const rows = this.items.slice(0, MOST_FOUND).map((item, at) => this.row(item, at));
    const count = element(
      "li",
      { class: "quiet", role: "presentation" },
      plural(this.items.length, "thing") + " found",
    );
    this.list.replaceChildren(count, ...rows);
  }

  row(item, at) {
    const { index } = this.page;
    const shape = item.kind === "value" ? shapeText(index.values[item.id].shape ?? []) : "";
    const place =
      item.kind === "group"
        ? ""
        : index.scopePath((item.kind === "call" ? index.calls : index.values)[item.id].scope);
    return element(
      "li",
      { role: "option", id: `found-${at}`, onpointerdown: () => this.goTo(at) },
      element("i", { class: `mark ${item.kind}` }),
      element("span", { class: "name" }, index.label(item)),
      element("small", {}, [place, shape].filter(Boolean).join("  ")),
    );
  }

  press(event) {
    const last = Math.min(this.items?.length ?? 0, MOST_FOUND) - 1;
    if (event.key === "ArrowDown") this.choose(Math.min(this.chosen + 1, last));
    else if (event.key === "ArrowUp") this.choose(Math.max(this.chosen - 1, 0));
    else if (event.key === "Enter" && last >= 0) this.goTo(Math.max(this.chosen, 0));
    else if (event.key === "Escape") this.field.blur();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  choose(at) {
    this.list.querySelector("[aria-selected]")?.removeAttribute("aria-selected");
    this.chosen = at;
    const row = byId(`found-${at}`);
    row?.setAttribute("aria-selected", "true");
    row?.scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", row ? row.id : "");
  }

  goTo(at) {
    this.page.goTo(this.items[at]);
    this.list.hidden = true;
    this.page.canvas.focus({ preventScroll: true });
  }
}
