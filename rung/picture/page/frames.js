/* Frames around the groups that are open, with their names: in a bar, or from afar in letters that do not shrink. */

function drawFrames(painter) {
  const { ink, theme } = painter;
  for (const [frame, rect] of framesInSight(painter)) {
    ink.beginPath();
    ink.roundRect(rect.x, rect.y, rect.w, rect.h, painter.sizes.frame_corner);
    ink.fillStyle = theme.frame.fill;
    ink.fill();
    ink.strokeStyle = frame.at === painter.page.choice.hover?.frame ? theme.muted : theme.frame.line;
    ink.lineWidth = Math.max(1, 0.75 / painter.scale);
    ink.stroke();
  }
}

/** The names of the frames, above the edges that run through them. */
function drawHeaders(painter) {
  const { ink, theme } = painter;
  if (painter.sizes.header_text * painter.scale < TEXT_FROM) return;
  ink.font = `600 ${painter.sizes.header_text}px ${THEME.font}`;
  ink.textAlign = "left";
  ink.textBaseline = "middle";
  ink.lineJoin = "round";
  ink.lineWidth = 5;
  ink.strokeStyle = theme.frame.fill;
  for (const [frame, rect] of framesInSight(painter)) {
    const middle = rect.y + frame.header / 2 + 0.5;
    ink.strokeText(frame.label, rect.x + 26, middle);
    drawMark(painter, rect.x + 13, rect.y + 12.5, false, theme.frame.text);
    ink.fillText(frame.label, rect.x + 26, middle);
  }
}

/** The frames in sight, each with where it is at this moment; the ink becomes as pale as they are on their way. */
function* framesInSight(painter) {
  const { ink, morph } = painter;
  for (const frame of painter.page.picture.frames) {
    const start = morph?.frameStarts[frame.at];
    const rect = start ? morph.between(start, frame) : frame;
    if (!touches(rect, painter.seen)) continue;
    ink.globalAlpha = start ? eased(morph.share) : 1;
    yield [frame, rect];
  }
  ink.globalAlpha = 1;
}

/** The little triangle of a group: it points down if the group is open. */
function drawMark(painter, x, y, folded, colour) {
  const { ink } = painter;
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

/** From afar the open groups are named in letters that do not shrink, as far as there is room. */
function drawFarLabels(painter) {
  const { page, ink, theme } = painter;
  if (painter.sizes.header_text * painter.scale >= TEXT_FROM || painter.morph) return;
  const { view } = page;
  ink.setTransform(painter.density, 0, 0, painter.density, 0, 0);
  ink.textAlign = "left";
  ink.textBaseline = "top";
  ink.lineJoin = "round";
  ink.lineWidth = 4;
  ink.strokeStyle = theme.frame.fill;
  ink.fillStyle = theme.ink;
  const taken = [];
  for (const frame of page.picture.frames) {
    const spot = spotFor(painter, frame, view);
    if (!spot || taken.some((other) => touches(spot, other))) continue;
    taken.push(spot);
    ink.font = `600 ${spot.h - 4}px ${THEME.font}`;
    ink.strokeText(frame.label, spot.x, spot.y);
    ink.fillText(frame.label, spot.x, spot.y);
  }
}

/** Where the label of a frame goes on the screen, in its upper left corner; null if it would be too small. */
function spotFor(painter, frame, view) {
  const [left, top] = view.toScreen(frame.x, frame.y);
  const [w, h] = [frame.w * painter.scale, frame.h * painter.scale];
  const size = Math.min((w - 8) / labelWidth(frame, frame.label), h * 0.6, 15);
  if (size < 8.5 || left + w < 0 || top + h < 0 || left > view.width || top > view.height) return null;
  return { x: left + 5, y: top + 4, w: size * labelWidth(frame, frame.label), h: size + 4 };
}

/** How wide a label is in a font of one pixel; remembered in what it belongs to. */
function labelWidth(owner, label) {
  return (owner.labelWidth ??= Math.max(textWidth(label, 100) / 100, 0.1));
}
