/* What the reader has chosen: what is under the cursor, what is selected, and which path is lifted out. */

class Choice {
  constructor(page) {
    this.page = page;
    this.hover = null;
    this.selected = null;
    this.path = null; // "back" or "ahead"
    this.focus = null;
  }

  setHover(found) {
    if (found?.box === this.hover?.box && found?.frame === this.hover?.frame) return;
    this.hover = found;
    this.page.canvas.classList.toggle("over", Boolean(found && (found.box !== undefined || found.header)));
    this.page.wake();
  }

  select(item) {
    this.selected = item;
    this.path = null;
    this.updateFocus();
    this.page.emit("select");
    if (item) this.page.announce(`${item.kind}: ${this.page.index.label(item)}`);
  }

  selectedBox() {
    return this.selected ? this.page.picture.boxFor(this.selected) : -1;
  }

  showPath(direction) {
    this.path = this.path === direction || !this.selected ? null : direction;
    this.updateFocus();
    this.page.emit("select");
  }

  /** The edges of what is under the cursor and of what is selected. */
  liftedEdges() {
    const boxes = [this.hover?.box ?? -1, this.path ? -1 : this.selectedBox()].filter((box) => box >= 0);
    return [...new Set(boxes)].flatMap((box) => edgesAround(this.page.picture, box));
  }

  updateFocus() {
    const box = this.selectedBox();
    this.focus = this.path && box >= 0 ? pathFrom(this.page.picture, box, this.path) : null;
  }

  /** Select a neighbour of what is selected, or the first box. */
  walk(direction) {
    const box = this.selectedBox();
    const next = box < 0 ? 0 : neighbours(this.page.picture, box, direction)[0];
    if (next === undefined || !this.page.picture.boxes[next]) return;
    const { kind, id } = this.page.picture.boxes[next];
    this.page.goTo({ kind, id });
  }
}
