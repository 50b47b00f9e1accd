/* Edges: as much of them as can be seen, those in the light, and those that the reader asked for. */

function drawEdges(painter) {
  const { ink, page, theme } = painter;
  ink.globalAlpha = painter.morph ? Math.max(0, eased(painter.morph.share) * 2 - 1) : 1;
  if (painter.scale < NEAR) ink.globalAlpha *= 0.6;
  if (page.choice.focus) ink.globalAlpha *= 0.25;
  ink.strokeStyle = theme.edge;
  ink.fillStyle = theme.edge;
  ink.lineJoin = "round";
  ink.lineWidth = Math.max(painter.sizes.line, Math.min(0.7 / painter.scale, 12));
  if (painter.scale < NEAR) ink.stroke(page.picture.sketch);
  else
    drawNear(
      painter,
      page.picture.nets.filter((net) => touches(net.bounds, painter.seen)),
    );
  ink.globalAlpha = painter.morph ? Math.max(0, eased(painter.morph.share) * 2 - 1) : 1;
  if (page.choice.focus) drawFocus(painter, page.choice.focus);
  const lifted = painter.morph ? [] : page.choice.liftedEdges();
  if (lifted.length) drawFocus(painter, { edges: lifted, tone: "select" });
  ink.globalAlpha = 1;
}

/** While the player runs, edges to what has not come into being are pale, too. */
function drawNear(painter, nets) {
  if (!painter.moment) {
    drawNets(painter, nets);
    return;
  }
  const { boxes } = painter.page.picture;
  const isLit = (at) => painter.page.player.stateOf(boxes[at]).lit;
  const areLit = nets.map((net) => isLit(net.from[0]) && net.to.some(([box]) => isLit(box)));
  const alpha = painter.ink.globalAlpha;
  painter.ink.globalAlpha = alpha * GHOST;
  drawNets(
    painter,
    nets.filter((_, at) => !areLit[at]),
  );
  painter.ink.globalAlpha = alpha;
  drawNets(
    painter,
    nets.filter((_, at) => areLit[at]),
  );
}

function drawNets(painter, nets) {
  const { ink, page, theme } = painter;
  const isGradient = (net) => typeof page.index.values[net.value].gradient_of === "number";
  for (const backward of [false, true]) {
    const group = nets.filter((net) => isGradient(net) === backward);
    ink.strokeStyle = ink.fillStyle = backward ? theme.tones.backward.line : theme.edge;
    for (const net of group) ink.stroke(page.picture.pathOf(net));
    drawArrows(painter, group);
  }
  for (const net of nets) drawStubs(painter, net);
}

function drawArrows(painter, nets, only = () => true) {
  const { ink } = painter;
  const size = painter.sizes.arrow;
  ink.beginPath();
  for (const net of nets) {
    net.ends.forEach((end, target) => {
      const [x, y, before] = net.points[end] ?? [0, 0, -1];
      if (before < 0 || !only(net, target)) return;
      const isLevel = net.points[before][1] === y;
      ink.moveTo(x, y);
      ink.lineTo(x - (isLevel ? size : size / 2), y - (isLevel ? size / 2 : size));
      ink.lineTo(x - (isLevel ? size : -size / 2), y - (isLevel ? -size / 2 : size));
    });
  }
  ink.fill();
}

/** Where an edge would run too far to be followed, its source is named at its target. */
function drawStubs(painter, net) {
  if (!net.chips.length || painter.sizes.chip * painter.scale < TEXT_FROM - 1) return;
  const { ink, theme } = painter;
  ink.font = `${painter.sizes.chip}px ${THEME.font}`;
  ink.textAlign = "center";
  ink.textBaseline = "middle";
  for (const { x, y, w, h } of net.chips) {
    ink.fillStyle = theme.chip.fill;
    ink.beginPath();
    ink.roundRect(x, y, w, h, h / 2);
    ink.fill();
    ink.stroke();
    ink.fillStyle = theme.chip.text;
    ink.fillText(cut(net.label, w - painter.sizes.chip, painter.sizes.chip), x + w / 2, y + h / 2 + 0.5);
  }
  ink.fillStyle = theme.edge;
}

/** The edges that the reader asked for: of what is under the cursor, or a whole path. */
function drawFocus(painter, { edges, tone }) {
  const { ink, page } = painter;
  const colour = page.looks.accent(tone);
  ink.strokeStyle = colour;
  ink.fillStyle = colour;
  ink.lineWidth = Math.max(2, 1.4 / painter.scale);
  const nets = new Set();
  for (const [at, target] of edges) {
    const net = page.picture.nets[at];
    if (!touches(net.bounds, painter.seen)) continue;
    nets.add(net);
    strokeRoute(painter, page.picture.routeTo(net, target));
  }
  if (painter.scale < NEAR) return;
  const wanted = new Set(edges.map(([at, target]) => `${at} ${target}`));
  drawArrows(painter, nets, (net, target) => wanted.has(`${net.at} ${target}`));
}

function strokeRoute(painter, route) {
  if (route.length < 2) return;
  const path = new Path2D();
  roundedLine(path, route);
  painter.ink.stroke(path);
}
