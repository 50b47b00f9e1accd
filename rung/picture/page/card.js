/* The card of what is selected: all that is known of a value, a call or a group. */

class Card {
  constructor(page) {
    this.page = page;
    this.host = byId("card");
    this.body = byId("card-body");
    byId("card-close").addEventListener("click", () => page.choice.select(null));
    page.on("select", () => this.show());
    page.on("position", () => this.page.choice.selected && this.show());
    page.on("theme", () => this.show());
  }

  show() {
    const item = this.page.choice.selected;
    this.host.hidden = !item;
    if (!item) return;
    const parts = {
      value: () => this.value(item.id),
      call: () => this.call(item.id),
      group: () => this.group(item.id),
    };
    this.body.replaceChildren(...parts[item.kind]().filter(Boolean));
  }

  /** The moment that the card speaks of: that of the player, or the end. */
  get now() {
    return this.page.player.isActive ? this.page.player.now : Infinity;
  }

  head(kind, title, detail) {
    return element(
      "header",
      {},
      element("p", { class: `kind ${kind}` }, kind),
      element("h2", { tabindex: "-1" }, title),
      detail ? element("p", { class: "detail" }, detail) : null,
    );
  }

  // A value

  value(id) {
    const { index } = this.page;
    const value = index.values[id];
    const detail = [shapeText(value.shape ?? []), value.dtype].filter(Boolean).join("  ");
    return [
      this.head(value.kind, index.valueLabel(id), value.kind === "number" ? "" : detail),
      this.array("Value", index.arrayAt(id, this.now)),
      this.array("Gradient", this.gradientNow(id)),
      this.facts(this.valueFacts(id, value)),
      this.links(
        "Used by",
        index.users[id].map((call) => ({ kind: "call", id: call })),
      ),
      this.pathButtons(),
    ];
  }

  gradientNow(id) {
    const { player, index } = this.page;
    return player.isActive ? player.timeline.gradientOf(id, player.now)?.total : index.gradientAt(id);
  }

  valueFacts(id, value) {
    const { index, trace } = this.page;
    const made = typeof value.maker === "number" ? linkTo(this.page, { kind: "call", id: value.maker }) : null;
    const of = value.gradient_of;
    const kept = trace.calls.flatMap((call, number) =>
      call.saved.includes(id) ? [{ kind: "call", id: number }] : [],
    );
    return [
      ["made by", made],
      ["gradient of", typeof of === "number" ? linkTo(this.page, { kind: "value", id: of }) : null],
      ["in", index.scopePath(value.scope)],
      ["generation", value.kind === "number" ? null : value.generation],
      ["takes", index.arrayAt(id, this.now) ? bytesText(index.arrayAt(id, this.now).bytes) : null],
      ["kept by", kept.length ? kept.map((item) => linkTo(this.page, item)) : null],
    ];
  }

  // A call

  call(id) {
    const { index, trace } = this.page;
    const call = index.calls[id];
    const op = trace.ops[call.op];
    return [
      this.head(call.failed ? "failed" : "function", index.opName(id), op.summary),
      trace.error?.call === id
        ? element("p", { class: "alert" }, `${trace.error.type}: ${trace.error.message}`)
        : null,
      op.formula ? element("pre", { class: "formula" }, op.formula.trim().replace(/ {3,}/g, "\n")) : null,
      this.operands("Takes", call.inputs, op.inputs),
      this.operands("Makes", call.outputs, op.outputs),
      this.facts(this.callFacts(id, call)),
      this.pathButtons(),
    ];
  }

  callFacts(id, call) {
    const { index } = this.page;
    const options = Object.entries(call.options ?? {})
      .map(([name, text]) => `${name}=${text}`)
      .join(", ");
    const saved = call.saved.map((value) => linkTo(this.page, { kind: "value", id: value }));
    const bytes = call.saved.reduce((sum, value) => sum + (index.arrayAt(value)?.bytes ?? 0), 0);
    const derives = call.derives;
    const seconds = secondsOf(index, id);
    return [
      ["number", `#${id}`],
      ["generation", call.generation],
      ["options", options],
      ["line", index.sourceText(id)],
      ["in", index.scopePath(call.scope)],
      ["derivative of", typeof derives === "number" ? linkTo(this.page, { kind: "call", id: derives }) : null],
      ["keeps for backward", saved.length ? [...saved, element("span", { class: "quiet" }, bytesText(bytes))] : null],
      ["multiply-adds", call.multiply_adds ? grouped(call.multiply_adds) : null],
      ["took", seconds === null ? null : secondsText(seconds)],
      ["recorded", call.recorded ? null : "no: it ran under no_grad, or has no derivative"],
    ];
  }

  operands(title, values, names) {
    if (!values.length) return null;
    const { index } = this.page;
    const rows = values.map((value, at) => {
      const number = scalarOf(index.arrayAt(value, this.now));
      const what = number === null ? shapeText(index.values[value].shape ?? []) : numberText(number);
      return element(
        "tr",
        {},
        element("th", { scope: "row" }, names[Math.min(at, names.length - 1)] ?? ""),
        element("td", {}, linkTo(this.page, { kind: "value", id: value })),
        element("td", { class: "number" }, index.values[value].kind === "number" ? "" : what),
      );
    });
    return this.section(title, element("table", { class: "operands" }, rows));
  }

  // A group

  group(id) {
    const { index, page } = { index: this.page.index, page: this.page };
    const { label, detail, kind, first, last } = index.groups[id];
    const words = {
      scope: "layer",
      backward: "backward",
      step: "iteration",
      line: "line of the program",
      repeat: "pattern",
    };
    const isOpen = page.folding.open.has(id);
    const toggle = element(
      "button",
      { type: "button", onclick: () => page.toggleGroup(id) },
      isOpen ? "Fold" : "Unfold",
    );
    const ops = new Map();
    for (let call = first; call <= last; call += 1)
      ops.set(index.opName(call), (ops.get(index.opName(call)) ?? 0) + 1);
    const common = [...ops]
      .sort((a, b) => b[1] - a[1])
      .slice(0, 6)
      .map(([name, count]) => `${count} × ${name}`);
    return [
      this.head(words[kind] ?? kind, label, detail),
      this.facts([
        ["holds", plural(last - first + 1, "call")],
        ["most of all", common.join(", ")],
        ["first", index.sourceText(first)],
      ]),
      element("p", { class: "buttons" }, toggle),
    ];
  }

  // Parts of cards

  section(title, ...content) {
    return element("section", {}, element("h3", {}, title), ...content);
  }

  facts(rows) {
    const known = rows.filter(([, fact]) => fact !== null && fact !== undefined && fact !== "");
    return element(
      "dl",
      {},
      known.flatMap(([name, fact]) => [
        element("dt", {}, name),
        element("dd", {}, typeof fact === "number" ? String(fact) : fact),
      ]),
    );
  }

  links(title, items) {
    if (!items.length) return null;
    const shown = items.slice(0, 12).map((item) => element("li", {}, linkTo(this.page, item)));
    const more = items.length - shown.length;
    if (more > 0) shown.push(element("li", { class: "quiet" }, `and ${more} more`));
    return this.section(title, element("ul", { class: "links" }, shown));
  }

  pathButtons() {
    const { page } = this;
    const button = (direction, text) =>
      element(
        "button",
        {
          type: "button",
          "aria-pressed": String(page.choice.path === direction),
          onclick: () => page.choice.showPath(direction),
        },
        text,
      );
    return element("p", { class: "buttons" }, button("back", "What it depends on"), button("ahead", "What uses it"));
  }

  array(title, array) {
    if (!array) return null;
    return this.section(title, ...arrayParts(this.page, array));
  }
}

/** An array on a card: its numbers if they are few, else its picture; then its statistics. */
function arrayParts(page, array) {
  const single = scalarOf(array);
  if (single !== null) return [element("p", { class: "big number" }, numberText(single))];
  const rows = tableRows(array.values);
  const shown = rows ? numberTable(rows) : array.thumbnail ? thumbnailOf(page, array) : null;
  return [shown, array.histogram ? histogramOf(page, array) : null, statisticsOf(array)].filter(Boolean);
}

/** Nested values as rows of a table; null if they are not known or too many to be read. */
function tableRows(values) {
  if (!Array.isArray(values) || !values.length) return null;
  const flat = (list) =>
    Array.isArray(list[0]) ? list.flatMap((each) => (Array.isArray(each[0]) ? flat(each) : [each])) : [list];
  const rows = flat(values);
  return rows[0].length <= 8 && rows.length <= 16 ? rows : null;
}

function numberTable(rows) {
  const cells = rows.map((row) =>
    element(
      "tr",
      {},
      row.map((number) => element("td", {}, numberText(number, 3))),
    ),
  );
  return element("div", { class: "scroll" }, element("table", { class: "numbers" }, cells));
}

/** The small picture of an array, from its least number to its greatest in the colours of the scale. */
function thumbnailOf(page, { thumbnail: { rows, columns, pixels } }) {
  const bytes = atob(pixels);
  const side = Math.min(Math.floor(256 / columns), Math.max(2, Math.floor(128 / rows)));
  return smallCanvas(
    columns * side,
    rows * side,
    (ink) => {
      for (let at = 0; at < bytes.length; at += 1) {
        ink.fillStyle = scaleColour(bytes.charCodeAt(at) / 255, page.looks.mode);
        ink.fillRect((at % columns) * side, Math.floor(at / columns) * side, side, side);
      }
    },
    "The array as a picture",
  );
}

function histogramOf(page, { histogram, min, max }) {
  const highest = Math.max(...histogram, 1);
  const draw = (ink, width, height) => {
    const unit = width / histogram.length;
    histogram.forEach((count, bin) => {
      const bar = count ? Math.max(1.5, (count / highest) * (height - 2)) : 0;
      ink.fillStyle = page.looks.accent("bar");
      ink.fillRect(bin * unit, height - bar, unit - 1, bar);
    });
  };
  const label = `Histogram from ${numberText(min)} to ${numberText(max)}`;
  return element(
    "figure",
    {},
    smallCanvas(256, 48, draw, label),
    element("figcaption", {}, element("span", {}, numberText(min)), element("span", {}, numberText(max))),
  );
}

function statisticsOf(array) {
  const names = ["mean", "std", "norm", "zeros", "nan", "inf"];
  const known = names.filter(
    (name) => array[name] !== null && array[name] !== undefined && (array[name] || name !== "zeros"),
  );
  const shown = known.filter((name) => !["nan", "inf"].includes(name) || array[name]);
  return element(
    "dl",
    { class: "statistics" },
    shown.map((name) =>
      element(
        "div",
        { class: ["nan", "inf"].includes(name) ? "wrong" : "" },
        element("dt", {}, name),
        element("dd", {}, numberText(array[name])),
      ),
    ),
  );
}
