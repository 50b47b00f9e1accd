// Curves as small as words.

import { max, min, places } from "./columns.js";
import { el, svg } from "./dom.js";

/** A curve as small as a word. */
export function sparkline(y, tone, { width = 120, height = 28, log = false } = {}) {
  const values = y.map((value) => (log ? (value > 0 ? Math.log(value) : NaN) : value));
  const good = places(values);
  if (!good.length) return el("span", { class: "muted" }, "–");
  const [low, high] = [min(good.map((i) => values[i])), max(good.map((i) => values[i]))];
  const px = (i) => 3 + (i / Math.max(values.length - 1, 1)) * (width - 6);
  const py = (i) => height - 4 - ((values[i] - low) / (high - low || 1)) * (height - 8);
  const last = good[good.length - 1];
  return svg(
    "svg",
    { class: "spark", width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" },
    svg("path", {
      class: "curve",
      "data-tone": tone,
      "stroke-width": 1.5,
      d: `M${good.map((i) => `${px(i).toFixed(1)} ${py(i).toFixed(1)}`).join("L")}`,
    }),
    svg("circle", { class: "curve dot", "data-tone": tone, cx: px(last), cy: py(last), r: 2.2 }),
  );
}
