/* Colours of the page that are not of the picture: what moves forward, what moves backward, what is chosen. */

const ACCENTS = {
  light: {
    forward: "#ea7a00", "forward text": "#8a4700", backward: "#0c9488", "backward text": "#07625a",
    select: "#2458e6", wrong: "#d3241b", quiet: "#a3adb8", bar: "#7fb5dc", added: "#1f9d55",
  },
  dark: {
    forward: "#ffa53d", "forward text": "#ffcf96", backward: "#3fd6c9", "backward text": "#9ff0e7",
    select: "#7aa2ff", wrong: "#ff6f64", quiet: "#566371", bar: "#3f93cf", added: "#4cd08a",
  },
};

/** The colours of boxes where two traces are compared. */
const COMPARED = {
  light: {
    same: { fill: "#f4f6f8", line: "#cbd3db", text: "#52606d", muted: "#7b8794" },
    value: { fill: "#fdf0b2", line: "#b89a12", text: "#3a3000", muted: "#685811" },
    shape: { fill: "#ffdcd8", line: "#d3241b", text: "#7a0b05", muted: "#8d2b25" },
    added: { fill: "#d5f3e1", line: "#1f9d55", text: "#0b4527", muted: "#2f6b4a" },
  },
  dark: {
    same: { fill: "#1b2129", line: "#39444f", text: "#a5b1bd", muted: "#7b8794" },
    value: { fill: "#453c0c", line: "#cdb032", text: "#fdf5c4", muted: "#ddd08b" },
    shape: { fill: "#571512", line: "#ff6f64", text: "#ffe3e0", muted: "#ffb8b1" },
    added: { fill: "#123d26", line: "#4cd08a", text: "#dcf8e8", muted: "#a4dcbd" },
  },
};

const MEMORY_TONES = { parameter: "parameter", data: "data", kept: "result", gradient: "derivative" };
