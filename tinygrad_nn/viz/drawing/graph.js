"use strict";
// Moves, zooms and searches the graph of this page, and shows what a node is made from and what
// uses it. Everything that works by mouse works by keyboard too; without a picture the list stays.

const data = JSON.parse(document.getElementById("data").textContent);
const canvas = document.getElementById("canvas");
const svg = canvas && canvas.querySelector("svg");
const nodes = new Map(data.nodes.map((node) => [node.id, { ...node, inputs: [], users: [] }]));
data.edges.forEach(([source, target], number) => {
  nodes.get(target).inputs.push({ id: source, number });
  nodes.get(source).users.push({ id: target, number });
});

const step = (id) => document.getElementById(`step-${id}`);
const drawn = (id) => document.getElementById(`node-${id}`);
const mark = (name, ...elements) => elements.forEach((each) => each && each.classList.add(name));

function unmark(...names) {
  for (const name of names) {
    document.querySelectorAll(`.${name}`).forEach((each) => each.classList.remove(name));
  }
}

// ---- One chosen node, its inputs and its users.

function choose(id) {
  unmark("chosen", "input", "user");
  const node = nodes.get(id);
  const status = document.getElementById("chosen");
  status.textContent = "";
  if (!node) return;
  mark("chosen", drawn(id), step(id));
  for (const [name, links] of [["input", node.inputs], ["user", node.users]]) {
    for (const link of links) {
      mark(name, drawn(link.id), step(link.id), document.getElementById(`edge-${link.number}`));
    }
  }
  const names = (links) => links.map((link) => nodes.get(link.id).name).join(", ") || "nothing";
  status.textContent = `${node.name}: made from ${names(node.inputs)}; used by ${names(node.users)}`;
}

const idOf = (element, kind) => {
  const found = element.closest(kind);
  return found ? found.id.replace(/^(step|node)-/, "") : null;
};

const list = document.querySelector(".steps");
list.addEventListener("focusin", (event) => choose(idOf(event.target, ".step")));
list.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  const id = link ? link.getAttribute("href").replace("#step-", "") : idOf(event.target, ".step");
  if (id) {
    choose(id);
    centre(id);
  }
});

// ---- The part of the picture that is seen: its top left corner, and pixels per unit.

const view = { x: 0, y: 0, scale: 1 };

function pan(right, down) {
  view.x += right / view.scale;
  view.y += down / view.scale;
  const { clientWidth: width, clientHeight: height } = canvas;
  svg.setAttribute("viewBox", `${view.x} ${view.y} ${width / view.scale} ${height / view.scale}`);
}

function zoom(factor, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) {
  pan(x, y); // the point at x, y stays where it is
  view.scale = Math.min(8, Math.max(0.02, view.scale * factor));
  pan(-x, -y);
}

function centre(id) {
  if (!svg || !drawn(id)) return;
  const box = drawn(id).getBoundingClientRect();
  const frame = canvas.getBoundingClientRect();
  pan(
    box.x + box.width / 2 - frame.x - frame.width / 2,
    box.y + box.height / 2 - frame.y - frame.height / 2,
  );
}

if (svg) {
  const { x, y, width, height } = svg.viewBox.baseVal;
  const full = { x, y, width, height };
  const fit = (scale) => {
    view.scale = scale;
    view.x = full.x + (full.width - canvas.clientWidth / scale) / 2;
    view.y = full.y + Math.min(0, (full.height - canvas.clientHeight / scale) / 2);
    pan(0, 0);
  };
  const across = () => canvas.clientWidth / full.width;
  const fitAll = () => fit(Math.min(across(), canvas.clientHeight / full.height, 4 / 3));
  // Full size if it fits the width, and never too small to read: what is left lies below.
  fit(Math.min(4 / 3, Math.max(0.6, across())));
  new ResizeObserver(() => pan(0, 0)).observe(canvas);

  const fingers = new Map();
  let moved = 0;
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button > 0) return;
    moved = 0;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  });
  canvas.addEventListener("pointermove", (event) => {
    const last = fingers.get(event.pointerId);
    if (!last) return;
    const now = { x: event.clientX, y: event.clientY };
    moved += Math.hypot(now.x - last.x, now.y - last.y);
    if (moved > 4) canvas.setPointerCapture(event.pointerId);
    const other = [...fingers].find(([pointer]) => pointer !== event.pointerId);
    if (other) {
      const distance = (point) => Math.hypot(point.x - other[1].x, point.y - other[1].y);
      const frame = canvas.getBoundingClientRect();
      zoom(distance(now) / distance(last), other[1].x - frame.x, other[1].y - frame.y);
    } else {
      pan(last.x - now.x, last.y - now.y);
    }
    fingers.set(event.pointerId, now);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    window.addEventListener(end, (event) => fingers.delete(event.pointerId));
  }
  canvas.addEventListener("mousedown", (event) => {
    event.preventDefault(); // a drag chooses no node and selects no text
    canvas.focus({ preventScroll: true });
  });
  canvas.addEventListener("click", (event) => {
    if (moved <= 4) choose(idOf(event.target, ".node"));
  });
  const onWheel = (event) => {
    if (!event.ctrlKey) return; // the wheel alone scrolls the page
    event.preventDefault();
    const frame = canvas.getBoundingClientRect();
    zoom(Math.exp(-event.deltaY * 0.003), event.clientX - frame.x, event.clientY - frame.y);
  };
  canvas.addEventListener("wheel", onWheel, { passive: false });

  const actions = {
    ArrowLeft: () => pan(-60, 0),
    ArrowRight: () => pan(60, 0),
    ArrowUp: () => pan(0, -60),
    ArrowDown: () => pan(0, 60),
    "+": () => zoom(1.25),
    "=": () => zoom(1.25), // the same key on many keyboards
    "-": () => zoom(0.8),
    0: fitAll,
    Escape: () => choose(null),
  };
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  });
  document.querySelectorAll("[data-key]").forEach((button) => {
    button.addEventListener("click", actions[button.dataset.key]);
  });

  for (const id of nodes.keys()) {
    drawn(id).setAttribute("tabindex", "0");
    drawn(id).setAttribute("role", "img"); // named by its <title>
    drawn(id).addEventListener("focus", () => choose(id));
  }
}

// ---- Search: every match lights up, and Enter goes from one to the next.

const search = document.getElementById("search");
const found = document.getElementById("found");
let matches = [];
let current = -1;

search.addEventListener("input", () => {
  const wanted = search.value.trim().toLowerCase();
  unmark("found");
  matches = [...nodes.values()].filter(
    (node) => wanted && node.text.toLowerCase().includes(wanted),
  );
  current = -1;
  matches.forEach((node) => mark("found", drawn(node.id), step(node.id)));
  found.textContent = wanted ? `${matches.length} found` : "";
});
search.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !matches.length) return;
  const before = current > 0 ? current - 1 : matches.length - 1;
  current = event.shiftKey ? before : (current + 1) % matches.length;
  const { id } = matches[current];
  found.textContent = `${current + 1} of ${matches.length}`;
  choose(id);
  centre(id);
  step(id).scrollIntoView({ block: "nearest" });
});

// ---- A link to a step, such as graph.html#step-t3.

const linked = location.hash.replace("#step-", "");
if (nodes.has(linked)) {
  choose(linked);
  centre(linked);
}
