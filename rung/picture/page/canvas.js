/* The drawing: what is seen of the picture, as much of it as can be read at this size. */

const TEXT_FROM = 6; // pixels: below this size, text is not drawn
const NEAR = 0.34; // the scale from which edges are round and have arrows
const GHOST = 0.22; // how much is seen of what has not come into being yet

class Painter {
  constructor(canvas, page) {
    this.canvas = canvas;
    this.page = page;
    this.ink = canvas.getContext("2d", { alpha: false });
  }

  resize(width, height, density = devicePixelRatio || 1) {
    this.density = density;
    this.canvas.width = Math.round(width * density);
    this.canvas.height = Math.round(height * density);
  }

  get sizes() {
    return THEME.sizes;
  }

  draw() {
    const { ink, page, density } = this;
    const { view } = page;
    this.theme = THEME[page.mode];
    ink.setTransform(density, 0, 0, density, 0, 0);
    ink.fillStyle = this.theme.paper;
    ink.fillRect(0, 0, view.width, view.height);
    if (!page.picture) return;
    const { scale } = view;
    ink.setTransform(density * scale, 0, 0, density * scale, density * view.left, density * view.top);
    this.scale = scale;
    this.seen = page.printing ? { x: -1e7, y: -1e7, w: 2e7, h: 2e7 } : view.seen();
    this.morph = page.morph;
    this.moment = page.player.moment();
    this.drawFrames();
    this.drawEdges();
    this.drawLeaving();
    this.drawBoxes();
    drawFlow(this);
    this.drawFarLabels();
  }

  /** Where a box is at this moment. */
  rectOf(box) {
    const start = this.morph?.starts[box.at];
    return start ? this.morph.between(start, box) : box;
  }

  // Frames: the open groups

  drawFrames() {
    const { ink, theme } = this;
    const legible = this.sizes.header_text * this.scale >= TEXT_FROM;
    for (const frame of this.page.picture.frames) {
      const start = this.morph?.frameStarts[frame.at];
      const rect = start ? this.morph.between(start, frame) : frame;
      if (!touches(rect, this.seen)) continue;
      ink.globalAlpha = start ? eased(this.morph.share) : 1;
      ink.beginPath();
      ink.roundRect(rect.x, rect.y, rect.w, rect.h, this.sizes.frame_corner);
      ink.fillStyle = theme.frame.fill;
      ink.fill();
      ink.strokeStyle = frame.at === this.page.hover?.frame ? theme.muted : theme.frame.line;
      ink.lineWidth = Math.max(1, 0.75 / this.scale);
      ink.stroke();
      if (legible) this.drawHeader(frame, rect);
    }
    ink.globalAlpha = 1;
  }

  drawHeader(frame, rect) {
    const { ink, theme } = this;
    const middle = rect.y + frame.header / 2 + 0.5;
    ink.fillStyle = theme.frame.text;
    ink.font = `600 ${this.sizes.header_text}px ${THEME.font}`;
    ink.textAlign = "left";
    ink.textBaseline = "middle";
    this.drawMark(rect.x + 13, rect.y + 12.5, false, theme.frame.text);
    ink.fillText(frame.label, rect.x + 26, middle);
  }

  /** The little triangle of a group: it points down if the group is open. */
  drawMark(x, y, folded, colour) {
    const { ink } = this;
    ink.fillStyle = colour;
    ink.beginPath();
    if (folded) {
      ink.moveTo(x - 2.5, y - 4.5);
      ink.lineTo(x + 3.5, y);
      ink.lineTo(x - 2.5, y + 4.5);
    } else {
      ink.moveTo(x - 4.5, y - 2.5);
      ink.lineTo(x, y + 3.5);
      ink.lineTo(x + 4.5, y - 2.5);
    }
    ink.fill();
  }

  // Edges

  drawEdges() {
    const { ink, page, theme } = this;
    ink.globalAlpha = this.morph ? Math.max(0, eased(this.morph.share) * 2 - 1) : 1;
    if (this.scale < NEAR) ink.globalAlpha *= 0.6;
    if (page.focus) ink.globalAlpha *= 0.25;
    else if (this.moment) ink.globalAlpha *= 0.6;
    ink.strokeStyle = theme.edge;
    ink.fillStyle = theme.edge;
    ink.lineJoin = "round";
    ink.lineWidth = Math.max(this.sizes.line, Math.min(0.7 / this.scale, 12));
    if (this.scale < NEAR) ink.stroke(page.picture.sketch);
    else this.drawNets(page.picture.nets.filter((net) => touches(net.bounds, this.seen)));
    ink.globalAlpha = this.morph ? Math.max(0, eased(this.morph.share) * 2 - 1) : 1;
    if (page.focus) this.drawFocus(page.focus);
    const lifted = this.morph ? [] : page.liftedEdges();
    if (lifted.length) this.drawFocus({ edges: lifted, tone: "select" });
    ink.globalAlpha = 1;
  }

  drawNets(nets) {
    const { ink, page, theme } = this;
    const isGradient = (net) => typeof page.index.values[net.value].gradient_of === "number";
    for (const backward of [false, true]) {
      const group = nets.filter((net) => isGradient(net) === backward);
      ink.strokeStyle = ink.fillStyle = backward ? theme.tones.backward.line : theme.edge;
      for (const net of group) ink.stroke(page.picture.pathOf(net));
      this.drawArrows(group);
    }
    for (const net of nets) this.drawStubs(net);
  }

  drawArrows(nets, only = () => true) {
    const { ink } = this;
    const size = this.sizes.arrow;
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
  drawStubs(net) {
    if (!net.chips.length || this.sizes.chip * this.scale < TEXT_FROM - 1) return;
    const { ink, theme } = this;
    ink.font = `${this.sizes.chip}px ${THEME.font}`;
    ink.textAlign = "center";
    ink.textBaseline = "middle";
    for (const { x, y, w, h } of net.chips) {
      ink.fillStyle = theme.chip.fill;
      ink.beginPath();
      ink.roundRect(x, y, w, h, h / 2);
      ink.fill();
      ink.stroke();
      ink.fillStyle = theme.chip.text;
      ink.fillText(cut(net.label, w - this.sizes.chip, this.sizes.chip), x + w / 2, y + h / 2 + 0.5);
    }
    ink.fillStyle = theme.edge;
  }

  /** The edges that the reader asked for: of what is under the cursor, or a whole path. */
  drawFocus({ edges, tone }) {
    const { ink, page } = this;
    const colour = page.accent(tone);
    ink.strokeStyle = colour;
    ink.fillStyle = colour;
    ink.lineWidth = Math.max(2, 1.4 / this.scale);
    const nets = new Set();
    for (const [at, target] of edges) {
      const net = page.picture.nets[at];
      if (!touches(net.bounds, this.seen)) continue;
      nets.add(net);
      this.strokeRoute(page.picture.routeTo(net, target));
    }
    if (this.scale < NEAR) return;
    const wanted = new Set(edges.map(([at, target]) => `${at} ${target}`));
    this.drawArrows(nets, (net, target) => wanted.has(`${net.at} ${target}`));
  }

  strokeRoute(route) {
    if (route.length < 2) return;
    const path = new Path2D();
    roundedLine(path, route);
    this.ink.stroke(path);
  }

  // Boxes

  drawBoxes() {
    const boxes = this.page.picture.boxes.filter((box) => touches(this.rectOf(box), this.seen));
    if (this.sizes.title * this.scale < TEXT_FROM - 1.5) this.drawPlain(boxes);
    else for (const box of boxes) this.drawBox(box, this.rectOf(box));
  }

  /** From afar: rectangles of one colour together, which is quick for tens of thousands. */
  drawPlain(boxes) {
    const { ink, page } = this;
    const batches = new Map();
    for (const box of boxes) {
      const colours = page.coloursOf(box);
      if (!batches.has(colours)) batches.set(colours, new Map());
      append(batches.get(colours), this.alphaOf(box), box);
    }
    for (const [colours, byAlpha] of batches) for (const [alpha, list] of byAlpha) this.drawBatch(list, colours, alpha);
    ink.globalAlpha = 1;
    for (const box of boxes) {
      if (box.kind === "group") this.drawGroupLabel(box, this.rectOf(box));
      if (box.at === page.selectedBox()) this.drawRing(box, this.rectOf(box));
    }
  }

  drawBatch(boxes, colours, alpha) {
    const { ink } = this;
    ink.globalAlpha = alpha;
    ink.fillStyle = this.scale > 0.2 || boxes[0].kind === "group" ? colours.fill : colours.line;
    ink.strokeStyle = colours.line;
    ink.lineWidth = 0.9 / this.scale;
    ink.beginPath();
    for (const box of boxes) {
      const { x, y, w, h } = this.rectOf(box);
      ink.rect(x, y, w, h);
    }
    ink.fill();
    if (this.scale > 0.1) ink.stroke();
  }

  alphaOf(box) {
    const { page } = this;
    const lit = this.moment ? (page.player.stateOf(box).lit ? 1 : GHOST) : 1;
    return page.focus && !page.focus.boxes.has(box.at) ? Math.min(lit, 0.3) : lit;
  }

  drawBox(box, rect) {
    const { ink, page } = this;
    const colours = page.coloursOf(box);
    const start = this.morph?.starts[box.at];
    ink.globalAlpha = this.alphaOf(box) * (start?.isNew ? eased(this.morph.share) : 1);
    if (box.kind === "group") this.drawCards(rect, colours);
    this.outline(box, rect);
    ink.fillStyle = colours.fill;
    ink.fill();
    ink.strokeStyle = colours.line;
    ink.lineWidth = box.tone === "wrong" ? 2 : this.sizes.line;
    ink.stroke();
    if (this.moment) drawState(this, box, rect);
    this.drawLines(box, rect, colours);
    ink.globalAlpha = 1;
    if (box.at === page.selectedBox() || box.at === page.hover?.box) this.drawRing(box, rect);
  }

  outline(box, { x, y, w, h }, grown = 0) {
    const radius = box.kind === "value" ? h / 2 : this.sizes.corner;
    const below = box.kind === "group" ? 2 * this.sizes.card : 0;
    this.ink.beginPath();
    this.ink.roundRect(x - grown, y - grown, w + 2 * grown, h - below + 2 * grown, radius + grown);
  }

  /** Two cards under a folded group: there is more in it. */
  drawCards({ x, y, w, h }, colours) {
    const { ink } = this;
    const { card, card_inset: inset, corner } = this.sizes;
    ink.fillStyle = colours.fill;
    ink.strokeStyle = colours.line;
    ink.lineWidth = 1;
    for (const step of [2, 1]) {
      const bottom = y + h - (2 - step) * card;
      ink.beginPath();
      ink.roundRect(x + step * inset, bottom - 3 * corner, w - 2 * step * inset, 3 * corner, corner);
      ink.fill();
      ink.stroke();
    }
  }

  drawRing(box, rect) {
    const { ink, page } = this;
    const selected = box.at === page.selectedBox();
    this.outline(box, rect, selected ? 3 / Math.min(this.scale, 1) : 0);
    ink.strokeStyle = selected ? page.accent("select") : page.coloursOf(box).line;
    ink.lineWidth = 2 / Math.min(this.scale, 1);
    ink.stroke();
  }

  drawLines(box, rect, colours) {
    const { ink, sizes } = this;
    if (sizes.title * this.scale < TEXT_FROM) return;
    const { x, y, w } = rect;
    const h = rect.h - (box.kind === "group" ? 2 * sizes.card : 0);
    const [title, ...details] = box.lines;
    const height = (title ? sizes.title_line : 0) + details.length * sizes.detail_line;
    let top = y + (h - height) / 2;
    const middle = x + w / 2;
    ink.textAlign = "center";
    ink.textBaseline = "alphabetic";
    ink.fillStyle = colours.text;
    ink.font = `${box.kind === "call" ? 500 : 600} ${sizes.title}px ${THEME.font}`;
    if (title) {
      ink.fillText(title, middle, top + sizes.title_base);
      top += sizes.title_line;
    }
    if (box.kind === "group" && sizes.title * this.scale >= TEXT_FROM + 2) this.drawMark(x + 13, y + 12.5, true, colours.line);
    if (sizes.detail * this.scale < TEXT_FROM - 0.5) return;
    ink.fillStyle = colours.muted ?? colours.text;
    ink.font = `${sizes.detail}px ${THEME.font}`;
    for (const line of details) {
      ink.fillText(line, middle, top + sizes.detail_base);
      top += sizes.detail_line;
    }
  }

  /** From afar a folded group's label fills its box, as long as it can be read. */
  drawGroupLabel(box, { x, y, w, h }) {
    const { ink } = this;
    const label = box.lines[0] ?? "";
    const size = Math.min(h * 0.62, (w - 8) / labelWidth(box, label));
    if (size * this.scale < TEXT_FROM) return;
    ink.font = `600 ${size}px ${THEME.font}`;
    ink.textAlign = "center";
    ink.textBaseline = "middle";
    ink.fillStyle = this.page.coloursOf(box).text;
    ink.fillText(label, x + w / 2, y + h / 2);
  }

  /** Boxes that are on their way into the group that was folded. */
  drawLeaving() {
    if (!this.morph) return;
    const { ink, page } = this;
    for (const { box, from, to } of this.morph.leaving) {
      const rect = this.morph.between(from, to);
      if (!touches(rect, this.seen)) continue;
      const colours = page.coloursOf(box);
      ink.globalAlpha = 1 - eased(this.morph.share);
      this.outline(box, rect);
      ink.fillStyle = colours.fill;
      ink.fill();
      ink.strokeStyle = colours.line;
      ink.stroke();
    }
    ink.globalAlpha = 1;
  }

  /** From afar the open groups are named in letters that do not shrink, as far as there is room. */
  drawFarLabels() {
    const { page, ink, theme } = this;
    if (this.sizes.header_text * this.scale >= TEXT_FROM || this.morph) return;
    const { view } = page;
    ink.setTransform(this.density, 0, 0, this.density, 0, 0);
    ink.textAlign = "left";
    ink.textBaseline = "top";
    ink.lineJoin = "round";
    ink.lineWidth = 4;
    ink.strokeStyle = theme.frame.fill;
    ink.fillStyle = theme.ink;
    const taken = [];
    for (const frame of page.picture.frames) {
      const spot = this.spotFor(frame, view);
      if (!spot || taken.some((other) => touches(spot, other))) continue;
      taken.push(spot);
      ink.font = `600 ${spot.h - 4}px ${THEME.font}`;
      ink.strokeText(frame.label, spot.x, spot.y);
      ink.fillText(frame.label, spot.x, spot.y);
    }
  }

  /** Where the label of a frame goes on the screen, in its upper left corner; null if it would be too small. */
  spotFor(frame, view) {
    const [left, top] = view.toScreen(frame.x, frame.y);
    const [w, h] = [frame.w * this.scale, frame.h * this.scale];
    const size = Math.min((w - 8) / labelWidth(frame, frame.label), h * 0.6, 15);
    if (size < 8.5 || left + w < 0 || top + h < 0 || left > view.width || top > view.height) return null;
    return { x: left + 5, y: top + 4, w: size * labelWidth(frame, frame.label), h: size + 4 };
  }
}

/** How wide a label is in a font of one pixel; remembered in what it belongs to. */
function labelWidth(owner, label) {
  return (owner.labelWidth ??= Math.max(textWidth(label, 100) / 100, 0.1));
}
