/* The table: every call as a row, for those who would rather read than look. */

const PAGE_ROWS = 100;
const HEADINGS = ["#", "function", "layer", "takes", "makes", "shape", "norm", "gradient norm", "line"];

class TableView {
  constructor(page) {
    this.page = page;
    this.host = byId("table");
    this.filter = byId("table-filter");
    this.first = 0;
    this.filter.addEventListener("input", () => this.turnTo(0));
    byId("table-close").addEventListener("click", () => this.toggle(false));
    byId("table-before").addEventListener("click", () => this.turnTo(this.first - PAGE_ROWS));
    byId("table-after").addEventListener("click", () => this.turnTo(this.first + PAGE_ROWS));
  }

  get isOpen() {
    return !this.host.hidden;
  }

  toggle(open = !this.isOpen) {
    this.host.hidden = !open;
    byId("table-toggle").setAttribute("aria-pressed", String(open));
    if (!open) {
      this.page.canvas.focus({ preventScroll: true });
      return;
    }
    this.turnTo(this.first);
    this.filter.focus();
  }

  turnTo(first) {
    const words = this.filter.value.trim();
    const { index } = this.page;
    this.calls = words
      ? [...new Set(search(index, words).flatMap((item) => callsOf(index, item)))].sort((a, b) => a - b)
      : [...index.calls.keys()];
    this.first = clamp(first, 0, Math.max(0, Math.floor((this.calls.length - 1) / PAGE_ROWS) * PAGE_ROWS));
    const shown = this.calls.slice(this.first, this.first + PAGE_ROWS);
    byId("table-count").textContent = shown.length
      ? `${this.first + 1} to ${this.first + shown.length} of ${plural(this.calls.length, "call")}`
      : "No calls";
    byId("table-before").disabled = this.first === 0;
    byId("table-after").disabled = this.first + PAGE_ROWS >= this.calls.length;
    const head = element(
      "tr",
      {},
      HEADINGS.map((heading) => element("th", { scope: "col" }, heading)),
    );
    byId("table-rows").replaceChildren(
      element("thead", {}, head),
      element(
        "tbody",
        {},
        shown.map((call) => this.row(call)),
      ),
    );
  }

  row(call) {
    const { index } = this.page;
    const { inputs, outputs, scope, failed } = index.calls[call];
    const links = (values) => values.map((value) => this.link({ kind: "value", id: value }));
    const statistics = (arrayOf) =>
      outputs
        .map((value) => arrayOf(value))
        .map((array) => (array ? numberText(array.norm) : ""))
        .join(" ");
    const broken = [...new Set(outputs.flatMap((value) => faultsOf(index.values[value])))].join(", ");
    return element(
      "tr",
      { class: failed || broken ? "wrong" : "" },
      element("td", { class: "number" }, String(call)),
      element(
        "th",
        { scope: "row" },
        this.link({ kind: "call", id: call }, index.opName(call)),
        failed ? " failed" : broken ? ` ${broken}` : "",
      ),
      element("td", {}, index.scopePath(scope)),
      element("td", {}, links(inputs)),
      element("td", {}, links(outputs)),
      element("td", {}, outputs.map((value) => shapeText(index.values[value].shape ?? [])).join(" ")),
      element(
        "td",
        { class: "number" },
        statistics((value) => index.arrayAt(value)),
      ),
      element(
        "td",
        { class: "number" },
        statistics((value) => index.gradientAt(value)),
      ),
      element("td", {}, index.sourceText(call)),
    );
  }

  link(item, text = this.page.index.label(item)) {
    const go = () => {
      this.toggle(false);
      this.page.goTo(item);
    };
    return element("button", { type: "button", class: "link", onclick: go }, text);
  }
}

/** The calls that an item stands for: itself, what made or uses a value, what is in a group. */
function callsOf(index, { kind, id }) {
  if (kind === "call") return [id];
  if (kind === "value")
    return [...index.users[id], ...(typeof index.values[id].maker === "number" ? [index.values[id].maker] : [])];
  const { first, last } = index.groups[id];
  return Array.from({ length: last - first + 1 }, (_, place) => first + place);
}
