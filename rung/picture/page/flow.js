/* What the player shows on the drawing: what has come into being, and what flows along the edges just now. */

/** How far a box has come: a bar in a group, a rim around what has a gradient. */
function drawState(painter, box, rect) {
  const { ink, page, sizes } = painter;
  const state = page.player.stateOf(box);
  const { x, y, w, h } = rect;
  if (box.kind === "group" && state.lit) {
    const bottom = y + h - 2 * sizes.card - 3;
    drawProgress(painter, x, bottom, w, state.ran, page.accent("forward"));
    drawProgress(painter, x, bottom, w, state.visited, page.accent("backward"));
  }
  if (box.kind !== "group" && state.visited) {
    painter.outline(box, rect);
    ink.strokeStyle = page.accent("backward");
    ink.lineWidth = sizes.line * 1.8;
    ink.stroke();
  }
}

function drawProgress({ ink, sizes }, x, y, w, share, colour) {
  if (!share) return;
  ink.fillStyle = colour;
  ink.beginPath();
  ink.roundRect(x + sizes.corner, y, (w - 2 * sizes.corner) * share, 2, 1);
  ink.fill();
}

/** The event of the moment: a glow, and something that runs along its edges. */
function drawFlow(painter) {
  const { page, moment } = painter;
  if (!moment || painter.morph) return;
  if (painter.scale >= NEAR) drawTrail(painter);
  const { event, phase } = moment;
  if (event?.what === "call") drawCall(painter, event, phase);
  if (event?.what === "visit") drawVisit(painter, event, phase);
  if (event?.what === "backward") drawPulse(painter, { kind: "value", id: page.player.timeline.rootOf(event) }, phase);
  if (event?.what === "update") drawPulse(painter, { kind: "value", id: event.value }, phase, "forward");
  if (painter.scale * painter.sizes.detail >= TEXT_FROM) drawNumbers(painter);
  if (event?.what === "visit") drawSums(painter, event, phase);
}

/** Edges that gradients have passed keep their colour. */
function drawTrail(painter) {
  const { ink, page } = painter;
  const { picture, player } = page;
  ink.strokeStyle = page.accent("backward");
  ink.globalAlpha = 0.5;
  ink.lineWidth = painter.sizes.line * 1.3;
  for (const box of picture.boxes) {
    if (box.kind !== "call" || !player.stateOf(box).visited) continue;
    for (const [at, target] of [...picture.netsInto[box.at], ...edgesFrom(picture, box.at)]) {
      const net = picture.nets[at];
      if (touches(net.bounds, painter.seen) && player.hasGradient(net.value)) {
        painter.strokeRoute(picture.routeTo(net, target));
      }
    }
  }
  ink.globalAlpha = 1;
}

function edgesFrom(picture, box) {
  return picture.netsFrom[box].flatMap((at) => picture.nets[at].to.map((_, target) => [at, target]));
}

/** The edges into a box that carry one of these values. */
function edgesInto(picture, box, values) {
  return picture.netsInto[box].filter(([at]) => values.includes(picture.nets[at].value));
}

function drawCall(painter, event, phase) {
  const { picture, index } = painter.page;
  const box = picture.boxFor({ kind: "call", id: event.call });
  if (box < 0) return;
  const { inputs, outputs } = index.calls[event.call];
  const out = edgesFrom(picture, box).filter(([at]) => outputs.includes(picture.nets[at].value));
  drawEdgesFlowing(painter, edgesInto(picture, box, inputs), phase * 2, "forward");
  if (phase > 0.5) drawEdgesFlowing(painter, out, phase * 2 - 1, "forward");
  drawGlow(painter, box, phase, "forward");
  if (phase > 0.9) outputs.forEach((value) => drawPulse(painter, { kind: "value", id: value }, phase, "forward"));
}

function drawVisit(painter, event, phase) {
  const { picture, index } = painter.page;
  const box = picture.boxFor({ kind: "call", id: event.call });
  if (box < 0) return;
  const tone = event.missing?.length ? "wrong" : "backward";
  const { outputs } = index.calls[event.call];
  const came = edgesFrom(picture, box).filter(([at]) => outputs.includes(picture.nets[at].value));
  const values = event.arrivals.map((arrival) => arrival.value);
  if (phase < 0.35) drawEdgesFlowing(painter, came, 1 - phase / 0.35, tone);
  drawGlow(painter, box, phase, tone);
  if (phase > 0.3) drawEdgesFlowing(painter, edgesInto(picture, box, values), 1 - (phase - 0.3) / 0.7, tone);
}

/** Edges in colour, with a drop that has run a share of their length. */
function drawEdgesFlowing(painter, edges, share, tone) {
  const { ink, page } = painter;
  const colour = page.accent(tone);
  const width = Math.max(painter.sizes.line * 2, 1.5 / painter.scale);
  for (const [at, target] of edges) {
    const route = page.picture.routeTo(page.picture.nets[at], target);
    if (route.length < 2) continue;
    ink.strokeStyle = colour;
    ink.lineWidth = width;
    painter.strokeRoute(route);
    if (share <= 0 || share >= 1) continue;
    const [x, y] = pointAlong(route, share);
    ink.fillStyle = colour;
    for (const [radius, alpha] of [[3.2, 0.18], [1.9, 0.35], [1, 1]]) {
      ink.globalAlpha = alpha;
      ink.beginPath();
      ink.arc(x, y, radius * Math.max(4, 3 / painter.scale), 0, 2 * Math.PI);
      ink.fill();
    }
    ink.globalAlpha = 1;
  }
}

/** A soft light around the box that is at work. */
function drawGlow(painter, at, phase, tone) {
  const { ink, page } = painter;
  const box = page.picture.boxes[at];
  const breath = 0.75 + 0.25 * Math.sin(phase * Math.PI);
  const unit = Math.max(1, 0.6 / painter.scale);
  ink.strokeStyle = page.accent(tone);
  for (const [width, alpha] of [[14, 0.1], [8, 0.2], [3, 1]]) {
    ink.globalAlpha = alpha * breath;
    ink.lineWidth = width * unit;
    painter.outline(box, box, unit);
    ink.stroke();
  }
  ink.globalAlpha = 1;
}

/** A ring that widens around what something has just come to. */
function drawPulse(painter, item, phase, tone = "backward") {
  const at = painter.page.picture.boxFor(item);
  if (at < 0) return;
  const { ink, page } = painter;
  const box = page.picture.boxes[at];
  ink.strokeStyle = page.accent(tone);
  ink.globalAlpha = 0.9 - 0.6 * phase;
  ink.lineWidth = Math.max(3, 2 / painter.scale);
  painter.outline(box, box, 2 + 8 * phase);
  ink.stroke();
  ink.globalAlpha = 1;
}

/** A plus where a gradient meets one that was there. */
function drawSums(painter, event, phase) {
  const { ink, page } = painter;
  const size = Math.max(18, 16 / painter.scale);
  for (const { value, sum } of event.arrivals) {
    const at = sum ? page.picture.boxFor({ kind: "value", id: value }) : -1;
    if (at < 0 || page.picture.boxes[at].kind === "group") continue;
    drawPulse(painter, { kind: "value", id: value }, phase);
    const { x, y, h } = page.picture.boxes[at];
    const grown = 1 + 0.35 * Math.sin(Math.min(phase * 1.2, 1) * Math.PI);
    ink.fillStyle = page.accent("backward");
    ink.beginPath();
    ink.arc(x - 4, y + h / 2, (size / 2) * grown, 0, 2 * Math.PI);
    ink.fill();
    ink.fillStyle = painter.theme.paper;
    ink.font = `700 ${size * grown}px ${THEME.font}`;
    ink.textAlign = "center";
    ink.textBaseline = "middle";
    ink.fillText("+", x - 4, y + h / 2 + size * 0.04);
  }
}

/** The numbers of scalars beside their boxes: below what they are, above what gradient has come so far. */
function drawNumbers(painter) {
  const { page, moment } = painter;
  const { picture, player, index } = page;
  for (const box of picture.boxes) {
    if (box.kind !== "value" || !touches(box, painter.seen) || !player.stateOf(box).lit) continue;
    const number = scalarOf(index.arrayAt(box.id, moment.now));
    if (number !== null && index.values[box.id].kind !== "number") {
      drawBadge(painter, box.x + box.w - 6, box.y + box.h - 2, numberText(number), "forward");
    }
    const text = gradientText(player.timeline.gradientOf(box.id, moment.now), player.timeline, box.id, moment);
    if (text) drawBadge(painter, box.x + box.w - 6, box.y + 2, text, "backward");
  }
}

/** "2 + 3 = 5" while a gradient is being added, its number otherwise; empty where it is no single number. */
function gradientText(arrival, timeline, value, { now }) {
  if (!arrival) return "";
  const total = scalarOf(arrival.total);
  const part = scalarOf(arrival.part);
  if (total === null) return "";
  if (!arrival.sum || part === null || arrival.event !== now) return `∂ ${numberText(total)}`;
  return `∂ ${numberText(total - part)} + ${numberText(part)} = ${numberText(total)}`;
}

function drawBadge(painter, x, y, text, tone) {
  const { ink, page, theme, sizes } = painter;
  ink.font = `600 ${sizes.detail}px ${THEME.font}`;
  ink.textAlign = "left";
  ink.textBaseline = "middle";
  const width = ink.measureText(text).width + 10;
  ink.fillStyle = theme.paper;
  ink.strokeStyle = page.accent(tone);
  ink.lineWidth = 1;
  ink.beginPath();
  ink.roundRect(x, y - 7.5, width, 15, 7.5);
  ink.fill();
  ink.stroke();
  ink.fillStyle = page.accent(`${tone} text`);
  ink.fillText(text, x + 5, y + 0.5);
}
