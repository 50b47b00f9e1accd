/* Which edges are lifted out: those of one box, or the whole path back from it or ahead of it. */

function edgesAround(picture, box) {
  return [...picture.netsInto[box], ...edgesFrom(picture, box)];
}

/** The boxes beside a box, in one direction. */
function neighbours(picture, box, direction) {
  if (direction === "back") return picture.netsInto[box].map(([at]) => picture.nets[at].from[0]);
  return picture.netsFrom[box].flatMap((at) => picture.nets[at].to.map(([target]) => target));
}

/** All that a box depends on, or all that depends on it. */
function pathFrom(picture, start, direction) {
  const boxes = new Set([start]);
  const edges = [];
  for (const box of boxes) {
    const beside = direction === "back" ? picture.netsInto[box] : edgesFrom(picture, box);
    edges.push(...beside);
    for (const next of neighbours(picture, box, direction)) boxes.add(next);
  }
  return { boxes, edges, tone: direction === "back" ? "select" : "forward" };
}
