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
    this.theme = THEME[page.looks.mode];
    ink.setTransform(density, 0, 0, density, 0, 0);
    ink.fillStyle = this.theme.paper;
    ink.fillRect(0, 0, view.width, view.height);
    if (!page.picture) return;
    const { scale } = view;
    ink.setTransform(density * scale, 0, 0, density * scale, density * view.left, density * view.top);
    this.scale = scale;
    this.seen = view.seen();
    this.morph = page.morph;
    this.moment = page.player.moment();
    drawFrames(this);
    drawEdges(this);
    drawLeaving(this);
    drawHeaders(this);
    drawBoxes(this);
    drawFlow(this);
    drawFarLabels(this);
  }

  /** Where a box is at this moment. */
  rectOf(box) {
    const start = this.morph?.starts[box.at];
    return start ? this.morph.between(start, box) : box;
  }

  alphaOf(box) {
    const { page } = this;
    const lit = this.moment ? (page.player.stateOf(box).lit ? 1 : GHOST) : 1;
    return page.choice.focus && !page.choice.focus.boxes.has(box.at) ? Math.min(lit, 0.3) : lit;
  }

  outline(box, { x, y, w, h }, grown = 0) {
    const radius = box.kind === "value" ? Math.min(h / 2, this.sizes.round) : this.sizes.corner;
    const below = box.kind === "group" ? 2 * this.sizes.card : 0;
    this.ink.beginPath();
    this.ink.roundRect(x - grown, y - grown, w + 2 * grown, h - below + 2 * grown, radius + grown);
  }
}
