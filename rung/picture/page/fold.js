/* Which groups are open, and how the picture moves from one state to the next. */

const MORPH = 360; // milliseconds in which boxes glide to their new places
const MOST_GLIDING = 4000; // boxes; with more, the picture is exchanged at once

class Folding {
  constructor(index) {
    this.index = index;
    this.open = new Set(index.groups.flatMap((group, number) => (group.open ? [number] : [])));
  }

  toggle(group) {
    if (this.open.has(group)) this.open.delete(group);
    else this.open.add(group);
  }

  openAll() {
    this.open = new Set(this.index.groups.keys());
  }

  foldAll() {
    this.open = new Set();
  }

  /** Open just the groups that lie in less than `level` others. */
  openTo(level) {
    this.open = new Set([...this.index.groups.keys()].filter((group) => this.index.depths[group] <= level));
  }

  /** Open what hides an item; true if something did. */
  reveal(item) {
    const closed = this.index.chain(this.index.groupOf(item)).filter((group) => !this.open.has(group));
    closed.forEach((group) => this.open.add(group));
    return closed.length > 0;
  }

  /** Show one iteration of a training, opened as its twin was, and fold the others. */
  showStep(group) {
    const steps = this.index.groups.flatMap(({ kind }, number) => (kind === "step" ? [number] : []));
    steps.forEach((step) => this.open.delete(step));
    this.open.add(group);
    this.index.chain(this.index.groups[group].parent).forEach((around) => this.open.add(around));
  }
}

/** The passage from one picture to another: where each box is on its way. */
class Morph {
  constructor(before, after, shift) {
    this.start = performance.now();
    this.share = 0;
    const moved = (rect) => rect && { x: rect.x + shift[0], y: rect.y + shift[1], w: rect.w, h: rect.h };
    this.starts = after.boxes.map((box) => {
      const old = before.boxOf[box.kind][box.id];
      const rect = moved(old >= 0 ? before.boxes[old] : before.rectFor(box));
      return rect && { ...rect, isNew: old < 0 };
    });
    this.leaving = before.boxes
      .filter((box) => after.boxOf[box.kind][box.id] < 0)
      .map((box) => ({ box, from: moved(box), to: after.rectFor(box) }))
      .filter(({ to }) => to);
    this.frameStarts = after.frames.map((frame) => {
      const old = before.frameOf[frame.group];
      return moved(old >= 0 ? before.frames[old] : before.rectFor({ kind: "group", id: frame.group }));
    });
  }

  /** Move on to the moment; true while there is more to come. */
  advance(now) {
    this.share = clamp((now - this.start) / MORPH, 0, 1);
    return this.share < 1;
  }

  between(from, to) {
    const t = eased(this.share);
    const mixed = (name) => from[name] + (to[name] - from[name]) * t;
    return { x: mixed("x"), y: mixed("y"), w: mixed("w"), h: mixed("h") };
  }
}
