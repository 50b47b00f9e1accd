/* Elements of the page. Whatever comes from a trace is set as text, never as HTML. */

const byId = (id) => document.getElementById(id);

/** An element with attributes, and with children that are elements or texts. */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

/** A button that reads as a link to a value, call or group. */
function linkTo(page, item, text = page.index.label(item)) {
  return element("button", { class: "link", type: "button", onclick: () => page.goTo(item) }, text);
}

/** A small canvas, sharp on dense screens, drawn upon by `draw(ink, width, height)`. */
function smallCanvas(width, height, draw, label) {
  const canvas = element("canvas", { role: "img", "aria-label": label });
  drawSharply(canvas, width, height, draw);
  return canvas;
}

function drawSharply(canvas, width, height, draw) {
  const density = devicePixelRatio || 1;
  canvas.width = Math.round(width * density);
  canvas.height = Math.round(height * density);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const ink = canvas.getContext("2d");
  ink.scale(density, density);
  draw(ink, width, height);
}
