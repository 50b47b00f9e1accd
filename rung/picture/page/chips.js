/* The queue of backward as a row of chips: what is visited now, and what waits, the next one first. */

const MOST_CHIPS = 24;

class Chips {
  constructor(page) {
    this.page = page;
    this.host = byId("queue");
    page.on("position", () => this.show());
    page.on("timeline", () => this.show());
  }

  show() {
    const { player } = this.page;
    const { event } = player;
    const isBackward = player.isActive && event && ["backward", "visit"].includes(event.what);
    this.host.hidden = !isBackward && !(player.isActive && player.isNaive);
    if (this.host.hidden) return;
    const rows = player.isNaive ? this.naiveRows() : [this.row("queue, youngest first", player.queue.at(player.now))];
    this.host.replaceChildren(...rows);
  }

  naiveRows() {
    const { player } = this.page;
    const right = player.rightQueue.at(player.rightNow());
    const naive = player.queue.at(player.now);
    return [
      this.row("step 16 · youngest first", right),
      this.row("step 14 · last in, first out", naive, player.event?.missing?.length ? "wrong" : ""),
      element("p", { class: "verdict" }, this.verdict()),
    ];
  }

  /** What the naive order does wrong, in a sentence. */
  verdict() {
    const { naive } = this.page.player;
    const { index } = this.page;
    const visits = naive.events.filter((event) => event.what === "visit").length;
    if (naive.wrong < 0) return "Here no gradient is late, and step 14 would do as well.";
    const wrong = naive.events[naive.wrong];
    const number = naive.events.slice(0, naive.wrong + 1).filter((event) => event.what === "visit").length;
    const many = `${naive.isCut ? "more than " : ""}${plural(visits, "visit")} instead of ${naive.right.length}`;
    const mistakes = naive.mistakes().slice(0, 2).map(
      ({ value, naive: got, right }) => `${index.valueLabel(value)} gets ${numberText(got)}, not ${numberText(right)}`,
    );
    return [
      `It first goes wrong at visit ${number}: ${index.callLabel(wrong.call)} has yet to hear from ` +
        `${index.callLabel(wrong.missing[0])}. ${many}${mistakes.length ? `; ${mistakes.join(", ")}` : ""}. `,
      element("button", { type: "button", class: "link", onclick: () => this.page.player.seek(naive.wrong + 1) }, "Show"),
    ];
  }

  row(title, { visiting, waiting, pushed }, tone = "") {
    const chips = waiting.slice(0, MOST_CHIPS).map((call) => this.chip(call, pushed.includes(call) ? "pushed" : ""));
    const more = waiting.length - chips.length;
    return element(
      "div",
      { class: "row" },
      element("span", { class: "row-title" }, title),
      visiting === null ? null : this.chip(visiting, `visiting ${tone}`),
      element("span", { class: "row-arrow", "aria-hidden": "true" }, "◂"),
      chips.length ? chips : element("span", { class: "quiet" }, "empty"),
      more > 0 ? element("span", { class: "quiet" }, `and ${more} more`) : null,
    );
  }

  chip(call, classes) {
    const { index } = this.page;
    const { generation } = index.calls[call];
    return element(
      "button",
      {
        type: "button",
        class: `chip ${classes}`,
        title: `${index.callLabel(call)}, generation ${generation}`,
        onclick: () => this.page.goTo({ kind: "call", id: call }),
      },
      index.opName(call),
      element("small", {}, `#${call} g${generation}`),
    );
  }
}
