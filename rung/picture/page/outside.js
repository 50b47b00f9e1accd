/* Paper and files: the drawing as it is printed, and traces that are dropped onto the page. */

/** Before printing, the drawing is made anew: light, whole or as it is seen, and sharp. */
function connectPrinting(page) {
  const { signal } = page.life;
  let mode = page.mode;
  addEventListener("beforeprint", () => {
    mode = page.mode;
    page.mode = "light";
    page.applyMode();
    page.painter.resize(page.view.width, page.view.height, 3);
    page.painter.draw();
  }, { signal });
  addEventListener("afterprint", () => {
    page.mode = mode;
    page.applyMode();
    page.resize();
  }, { signal });
}

function connectDropping(page) {
  const { signal } = page.life;
  const field = byId("file");
  byId("compare-open").addEventListener("click", () => field.click());
  field.addEventListener("change", () => {
    if (field.files[0]) compareWithFile(page, field.files[0]);
    field.value = ""; // so that the same file may be chosen again
  });
  addEventListener("dragover", (event) => event.preventDefault(), { signal });
  addEventListener("drop", (event) => {
    event.preventDefault();
    const [file] = event.dataTransfer.files;
    if (file) compareWithFile(page, file);
  }, { signal });
}

async function compareWithFile(page, file) {
  try {
    page.compareWith(JSON.parse(await file.text()));
  } catch (error) {
    const reason = error instanceof SyntaxError ? "This file is no JSON." : error.message;
    showProblem(`${file.name}: ${reason}`);
  }
}

function showProblem(text) {
  const bar = element("button", { type: "button", class: "alert", onclick: () => bar.remove() }, text);
  byId("banner").append(bar);
  byId("banner").hidden = false;
}
