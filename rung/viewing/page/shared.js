// What the charts of a page have in common.

/** What charts share: where the cursor is, what is zoomed into, which curve is meant. */
export class Shared {
  constructor() {
    this.charts = [];
    this.x = null;
    this.range = null;
    this.meant = null;
    this.zoomed = () => {};
  }

  set(facts) {
    Object.assign(this, facts);
    this.zoomed(this.range);
    for (const chart of this.charts) chart.show("range" in facts || "meant" in facts);
  }
}
