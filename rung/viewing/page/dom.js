// Building the page. Whatever comes from a run is set as text and never read as markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element with properties and children; texts become text nodes, null is left out. */
export function el(tag, properties = {}, ...children) {
  return fill(document.createElement(tag), properties, children);
}

/** The same for SVG. */
export function svg(tag, properties = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), properties, children);
}

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

/** Address of something that belongs to a run. */
export function address(page, query = {}) {
  const text = new URLSearchParams(query).toString();
  return text ? `${page}?${text}` : page;
}

/** Ask for data again and again, and hand them over whenever they have changed. `pause` gives seconds. */
export function follow(url, show, pause) {
  let before = null;
  const banner =
    document.querySelector("#away") ?? document.body.appendChild(el("p", { id: "away", role: "status" }));
  async function ask() {
    let seconds = 4;
    try {
      const answer = await fetch(url);
      const text = await answer.text();
      if (!answer.ok) throw new Error(text.trim());
      banner.textContent = "";
      if (text !== before) show(JSON.parse(text));
      before = text;
      seconds = pause(JSON.parse(text));
    } catch (error) {
      const reason = error instanceof TypeError ? "rung view has ended" : error.message;
      banner.textContent = before === null ? reason : `${reason} – this is how it was last.`;
      if (!(error instanceof TypeError)) console.warn(error);
    }
    setTimeout(whenSeen, 1000 * seconds);
  }
  function whenSeen() {
    if (!document.hidden) ask();
    else document.addEventListener("visibilitychange", whenSeen, { once: true });
  }
  ask();
}

/** The bar at the top: where one is, and light or dark. */
export function topBar(...content) {
  const button = el(
    "button",
    { class: "quiet", title: "Dark or light (d)", "aria-label": "Dark or light", onclick: turn },
    moon(),
  );
  document.addEventListener("keydown", (event) => {
    if (event.key === "d" && !event.ctrlKey && !event.metaKey && !event.target.closest("input, select")) turn();
  });
  return el("header", { class: "top" }, ...content, button);
}

const moon = () =>
  svg(
    "svg",
    { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" },
    svg("path", { d: "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z" }),
  );

function turn() {
  const root = document.documentElement;
  const dark = root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  document.dispatchEvent(new Event("theme"));
}
