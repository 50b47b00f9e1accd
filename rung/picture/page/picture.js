/* A laid-out scene: where each box, frame and net lies, and which of them stands for a value, call or group. */

const ROUND = 7; // radius of the corners of an edge

class Picture {
  constructor(index, openGroups, options) {
    this.index = index;
    const scene = sceneOf(index.trace, openGroups, options);
    const placed = layOut(scene, options.direction);
    this.width = placed.width;
    this.height = placed.height;
    this.boxes = scene.boxes.map((box, at) => ({ ...box, at, x: placed.boxes[at][0], y: placed.boxes[at][1] }));
    this.frames = scene.frames.map((frame, at) => {
      const [x, y, w, h] = placed.frames[at];
      return { ...frame, at, x, y, w, h };
    });
    this.nets = scene.nets.map((net, at) => joined(net, at, placed.nets[at]));
    this.number();
    this.connect();
    this.cells = new Cells(this.boxes);
  }

  number() {
    const { values, calls, groups } = this.index;
    const places = (list) => new Int32Array(list.length).fill(-1);
    this.boxOf = { value: places(values), call: places(calls), group: places(groups) };
    this.boxes.forEach((box, at) => (this.boxOf[box.kind][box.id] = at));
    this.frameOf = places(groups);
    this.frames.forEach((frame, at) => (this.frameOf[frame.group] = at));
  }

  connect() {
    this.netsInto = this.boxes.map(() => []);
    this.netsFrom = this.boxes.map(() => []);
    for (const net of this.nets) {
      this.netsFrom[net.from[0]].push(net.at);
      net.to.forEach(([box], target) => this.netsInto[box].push([net.at, target]));
      net.bounds = boundsOf(net.points, net.chips);
    }
  }

  /** The box that stands for an item: its own, or that of the outermost folded group around it; -1 if none does. */
  boxFor(item) {
    const own = this.boxOf[item.kind][item.id];
    if (own >= 0) return own;
    for (const group of this.index.chain(this.index.groupOf(item))) {
      if (this.boxOf.group[group] >= 0) return this.boxOf.group[group];
    }
    const maker = item.kind === "value" ? this.index.values[item.id].maker : null;
    return typeof maker === "number" ? this.boxFor({ kind: "call", id: maker }) : -1;
  }

  /** The rectangle that stands for an item: a box, or the header of an open group. */
  rectFor(item) {
    const box = this.boxFor(item);
    if (box >= 0) return this.boxes[box];
    const group = item.kind === "group" ? item.id : this.index.groupOf(item);
    const frame = this.index.chain(group).map((each) => this.frameOf[each]).find((at) => at >= 0);
    if (frame === undefined) return null;
    const { x, y, w, header } = this.frames[frame];
    return { x, y, w, h: header };
  }

  /** The corner of a group's header that stays where it is when the group is folded or unfolded. */
  headerOf(group) {
    const frame = this.frameOf[group];
    if (frame >= 0) return this.frames[frame];
    const box = this.boxOf.group[group];
    return box >= 0 ? this.boxes[box] : null;
  }

  /** The corner points of an edge from its source, or its stub, to one target. */
  routeTo(net, target) {
    net.routes ??= [];
    return (net.routes[target] ??= walkBack(net.points, net.ends[target]));
  }

  /** All edges of a net as one path with rounded corners. */
  pathOf(net) {
    return (net.path ??= roundedTree(net));
  }

  /** All edges of the picture as one path with sharp corners, to be seen from afar. */
  get sketch() {
    if (!this.sketched) {
      this.sketched = new Path2D();
      for (const { points } of this.nets) {
        for (const [x, y, parent] of points) {
          if (parent < 0) continue;
          this.sketched.moveTo(points[parent][0], points[parent][1]);
          this.sketched.lineTo(x, y);
        }
      }
    }
    return this.sketched;
  }
}

/** A net with its places. Where an edge would run too far, it begins at a stub: a chip that names its source. */
function joined(net, at, { points, ends, stubs }) {
  const all = [...ends];
  const chips = stubs.map(([target, x, y, w, h, point]) => {
    all[target] = point;
    return { x: x - w / 2, y: y - h / 2, w, h };
  });
  return { ...net, at, points, ends: all, chips };
}

function boundsOf(points, chips) {
  const xs = [...points.map(([x]) => x), ...chips.flatMap(({ x, w }) => [x, x + w])];
  const ys = [...points.map(([, y]) => y), ...chips.flatMap(({ y, h }) => [y, y + h])];
  const [x, y] = [least(xs), least(ys)];
  return { x, y, w: greatest(xs) - x, h: greatest(ys) - y };
}

const least = (list) => list.reduce((best, each) => Math.min(best, each), Infinity);
const greatest = (list) => list.reduce((best, each) => Math.max(best, each), -Infinity);

const touches = (a, b) => a.x <= b.x + b.w && b.x <= a.x + a.w && a.y <= b.y + b.h && b.y <= a.y + a.h;

function walkBack(points, end) {
  const route = [];
  for (let at = end ?? -1; at >= 0; at = points[at][2]) route.push([points[at][0], points[at][1]]);
  return route.reverse();
}

function roundedTree(net) {
  const path = new Path2D();
  const drawn = new Set();
  net.ends.forEach((end) => {
    // Walk up until a point that an earlier branch has passed; begin one corner above it, so that the bend is round.
    const route = [];
    let at = end;
    while (at >= 0) {
      route.push(net.points[at]);
      if (drawn.has(at)) {
        const parent = net.points[at][2];
        if (parent >= 0) route.push(net.points[parent]);
        break;
      }
      drawn.add(at);
      at = net.points[at][2];
    }
    if (route.length > 1) roundedLine(path, route.reverse());
  });
  return path;
}

function roundedLine(path, route) {
  path.moveTo(route[0][0], route[0][1]);
  for (let at = 1; at < route.length - 1; at += 1) {
    const [before, corner, after] = [route[at - 1], route[at], route[at + 1]];
    const radius = Math.min(ROUND, distance(before, corner) / 2, distance(corner, after) / 2);
    path.arcTo(corner[0], corner[1], after[0], after[1], radius);
  }
  const last = route[route.length - 1];
  path.lineTo(last[0], last[1]);
}

const distance = (a, b) => Math.abs(a[0] - b[0]) + Math.abs(a[1] - b[1]); // segments are level or upright

/** The point at a share (0 to 1) of a route's length. */
function pointAlong(route, share) {
  const lengths = route.slice(1).map((point, at) => distance(route[at], point));
  let left = share * lengths.reduce((sum, length) => sum + length, 0);
  for (let at = 0; at < lengths.length; at += 1) {
    if (left <= lengths[at] || at === lengths.length - 1) {
      const t = lengths[at] ? Math.min(left / lengths[at], 1) : 0;
      const [a, b] = [route[at], route[at + 1]];
      return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
    }
    left -= lengths[at];
  }
  return route[0];
}
