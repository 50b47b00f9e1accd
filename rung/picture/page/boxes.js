/* Boxes: near by with their words, from afar as rectangles of one colour. */

function drawBoxes(painter) {
  const boxes = painter.page.picture.boxes.filter((box) => touches(painter.rectOf(box), painter.seen));
  if (painter.sizes.title * painter.scale < TEXT_FROM - 1.5) drawPlain(painter, boxes);
  else for (const box of boxes) drawBox(painter, box, painter.rectOf(box));
}

/** From afar: rectangles of one colour together, which is quick for tens of thousands. */
function drawPlain(painter, boxes) {
  const { ink, page } = painter;
  const batches = new Map();
  for (const box of boxes) {
    const colours = page.looks.coloursOf(box);
    if (!batches.has(colours)) batches.set(colours, new Map());
    append(batches.get(colours), painter.alphaOf(box), box);
  }
  for (const [colours, byAlpha] of batches)
    for (const [alpha, list] of byAlpha) drawBatch(painter, list, colours, alpha);
  ink.globalAlpha = 1;
  for (const box of boxes) {
    if (box.kind === "group") drawGroupLabel(painter, box, painter.rectOf(box));
    if (box.at === page.choice.selectedBox()) drawRing(painter, box, painter.rectOf(box));
  }
}

function drawBatch(painter, boxes, colours, alpha) {
  const { ink } = painter;
  ink.globalAlpha = alpha;
  ink.fillStyle = painter.scale > 0.2 || boxes[0].kind === "group" ? colours.fill : colours.line;
  ink.strokeStyle = colours.line;
  ink.lineWidth = 0.9 / painter.scale;
  ink.beginPath();
  for (const box of boxes) {
    const { x, y, w, h } = painter.rectOf(box);
    ink.rect(x, y, w, h);
  }
  ink.fill();
  if (painter.scale > 0.1) ink.stroke();
}

function drawBox(painter, box, rect) {
  const { ink, page } = painter;
  const colours = page.looks.coloursOf(box);
  const start = painter.morph?.starts[box.at];
  ink.globalAlpha = painter.alphaOf(box) * (start?.isNew ? eased(painter.morph.share) : 1);
  if (box.kind === "group" && ink.globalAlpha > 0.9) drawCards(painter, rect, colours);
  painter.outline(box, rect);
  ink.fillStyle = colours.fill;
  ink.fill();
  ink.strokeStyle = colours.line;
  ink.lineWidth = box.tone === "wrong" ? 2 : painter.sizes.line;
  ink.stroke();
  if (painter.moment) drawState(painter, box, rect);
  drawLines(painter, box, rect, colours);
  ink.globalAlpha = 1;
  if (box.at === page.choice.selectedBox() || box.at === page.choice.hover?.box) drawRing(painter, box, rect);
}

/** Two cards under a folded group: there is more in it. */
function drawCards(painter, { x, y, w, h }, colours) {
  const { ink } = painter;
  const { card, card_inset: inset, corner } = painter.sizes;
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

function drawRing(painter, box, rect) {
  const { ink, page } = painter;
  const selected = box.at === page.choice.selectedBox();
  painter.outline(box, rect, selected ? 3 / Math.min(painter.scale, 1) : 0);
  ink.strokeStyle = selected ? page.looks.accent("select") : page.looks.coloursOf(box).line;
  ink.lineWidth = 2 / Math.min(painter.scale, 1);
  ink.stroke();
}

function drawLines(painter, box, rect, colours) {
  const { ink, sizes } = painter;
  if (sizes.title * painter.scale < TEXT_FROM) return;
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
  if (box.kind === "group" && sizes.title * painter.scale >= TEXT_FROM + 2)
    drawMark(painter, x + 13, y + 12.5, true, colours.line);
  if (sizes.detail * painter.scale < TEXT_FROM - 0.5) return;
  ink.fillStyle = colours.muted ?? colours.text;
  ink.font = `${sizes.detail}px ${THEME.font}`;
  for (const line of details) {
    ink.fillText(line, middle, top + sizes.detail_base);
    top += sizes.detail_line;
  }
}

/** From afar a folded group's label fills its box, as long as it can be read. */
function drawGroupLabel(painter, box, { x, y, w, h }) {
  const { ink } = painter;
  const label = box.lines[0] ?? "";
  const size = Math.min(h * 0.62, (w - 8) / labelWidth(box, label));
  if (size * painter.scale < TEXT_FROM) return;
  ink.font = `600 ${size}px ${THEME.font}`;
  ink.textAlign = "center";
  ink.textBaseline = "middle";
  ink.fillStyle = painter.page.looks.coloursOf(box).text;
  ink.fillText(label, x + w / 2, y + h / 2);
}

/** Boxes that are on their way into the group that was folded. */
function drawLeaving(painter) {
  if (!painter.morph) return;
  const { ink, page } = painter;
  for (const { box, from, to } of painter.morph.leaving) {
    const rect = painter.morph.between(from, to);
    if (!touches(rect, painter.seen)) continue;
    const colours = page.looks.coloursOf(box);
    ink.globalAlpha = 1 - eased(painter.morph.share);
    painter.outline(box, rect);
    ink.fillStyle = colours.fill;
    ink.fill();
    ink.strokeStyle = colours.line;
    ink.stroke();
  }
  ink.globalAlpha = 1;
}
