"use strict";
// Marks the graph at a step: what is computed by then, and the numbers on their way along the edges.
// Its size is in the page, for nothing can be measured while it is hidden; here it is zoomed.

const data = JSON.parse(document.getElementById("data").textContent);
const at = (id) => document.getElementById(id);
const canvas = at("canvas");
const svg = canvas && canvas.querySelector("svg");
const drawn = (id) => at(`node-${id}`);
const lines = []; // of text with a number: of which node, and whether its value or its gradient
const arrows = []; // of the edges, each with the label that goes along it
let current = 0;

const numbersIn = (text) => text.match(/-?[\d.]+/g).map(Number);

function set(element, attributes) {
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
}

function make(name, attributes, parent) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  set(made, attributes);
  return parent.appendChild(made);
}

function prepareNodes() {
  for (const [id, node] of Object.entries(data.nodes)) {
    const group = drawn(id);
    if (!group) continue;
    set(group, { role: "button", tabindex: 0 });
    group.querySelector("title")?.remove(); // says numbers that are still to come
    group.addEventListener("click", () => jump(node));
    group.addEventListener("keydown", ({ key }) => key === "Enter" && jump(node));
    for (const text of [...group.querySelectorAll("text")].slice(1)) {
      const fact = ["value", "gradient"].find((each) => text.textContent.startsWith(`${each}: `));
      if (fact) lines.push({ id, fact, text });
      if (fact === "gradient") text.dataset.gradient = id;
    }
  }
}

function writeNodes() {
  for (const { id, fact, text } of lines) {
    const number = data.nodes[id][fact];
    text.textContent = number && `${fact}: ${number}`;
  }
}

// Each edge gets a second arrowhead, for the way back, and a label that goes along it.
function prepareEdges() {
  const [top] = svg.children;
  data.edges.forEach(({ path }, number) => {
    const group = at(`edge-${number}`);
    const line = group.querySelector("path");
    const [x, y, towardsX, towardsY] = numbersIn(line.getAttribute("d"));
    const turned = (Math.atan2(y - towardsY, x - towardsX) * 180) / Math.PI;
    const place = `translate(${x} ${y}) rotate(${turned})`;
    const tip = group.querySelector("polygon").getAttribute("points").split(" ")[1];
    line.setAttribute("d", `${line.getAttribute("d")} L${tip}`);
    make("path", { class: "tail", d: "M0,0 l-11,-5 v10 z", transform: place }, group);
    const label = make("g", { class: "label", "aria-hidden": "true" }, top);
    label.style.offsetPath = `path("${line.getAttribute("d")}")`;
    make("rect", { height: 18, rx: 9 }, label);
    make("text", { "text-anchor": "middle" }, label);
    for (const each of [group, label]) each.classList.add(`path-${path}`);
    arrows.push({ group, label, line });
  });
}

// Of the steps about a node, the one of the phase that is shown; if that is shown, the other.
function jump(node) {
  const backward = current >= data.turn;
  const [here, there] = backward ? [node.back, node.forward] : [node.forward, node.back];
  const target = here === null || here === current ? there : here;
  if (target !== null) visit(target);
}

function markNodes(frame) {
  svg.classList.toggle("back", current >= data.turn);
  for (const [id, node] of Object.entries(data.nodes)) {
    const group = drawn(id);
    group?.classList.toggle("later", node.made !== null && node.made > current);
    group?.classList.toggle("now", id === frame.node);
  }
  for (const { id, fact, text } of lines) {
    const { made, whole } = data.nodes[id];
    text.classList.toggle("later", (fact === "value" ? made : whole ?? Infinity) > current);
  }
}

// Forward the operands go in. Backward the gradient comes in by all edges from what used the node,
// and goes out to the operands; the other paths to those that have arrived before stay lit.
function markEdges(frame) {
  const reached = new Set(data.edges.filter((e) => e.at === current).map((e) => e.source));
  data.edges.forEach((edge, number) => {
    const { group, label } = arrows[number];
    const ahead = frame.phase === "forward" && edge.target === frame.node;
    const leaves = frame.phase === "backward" && edge.at === current;
    const came = edge.source === frame.node || (edge.path > 0 && reached.has(edge.source));
    const back = leaves || (frame.phase === "backward" && edge.at < current && came);
    const states = { now: ahead || back, back, moves: ahead || leaves };
    for (const [name, on] of Object.entries(states)) {
      group.classList.toggle(name, on);
      label.classList.toggle(name, on);
    }
    group.classList.toggle("later", data.nodes[edge.target].made > current);
    label.lastChild.textContent = back ? edge.backward : edge.forward;
  });
  placeLabels(arrows.filter(({ label }) => label.classList.contains("now")));
}

function boxOf(shape) {
  const found = numbersIn(shape.getAttribute("points") ?? shape.getAttribute("d"));
  const sides = [0, 1].map((axis) => found.filter((_, i) => i % 2 === axis));
  return [Math.min, Math.max].flatMap((end) => sides.map((all) => end(...all)));
}

// Points all along a line, closer and larger at its start, where an arrow back has its head.
function pointsOf(line) {
  const length = line.getTotalLength();
  return [4, 8, ...Array.from({ length: 12 }, (_, i) => (i * length) / 12)].map((along) => {
    const { x, y } = line.getPointAtLength(along);
    return [x - 4, y - 4, x + 4, y + 4];
  });
}

const common = (a, b) =>
  Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0])) *
  Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));

// Each label stands on its edge, or beside it where the edge is short, and covers no node and no
// other label if there is such a place.
function placeLabels(edges) {
  const shapes = svg.querySelectorAll(".node > :is(polygon, path):first-of-type");
  const { x: left, y: top, width: wide, height } = svg.viewBox.baseVal;
  const seen = [left, top, left + wide, top + height];
  const taken = [...shapes].map(boxOf);
  const passed = edges.map(({ line }) => pointsOf(line));
  for (const [index, { label, line }] of edges.entries()) {
    const others = passed.flatMap((points, i) => (i === index ? points.slice(0, 3) : points));
    const [box, text] = label.children;
    const length = line.getTotalLength();
    const width = 6.6 * text.textContent.length + 12;
    let best = null;
    for (const [rank, along] of [0.5, 0.62, 0.38, 0.75, 0.25].entries()) {
      const { x, y } = line.getPointAtLength(along * length);
      const beside = [[width / 2 + 7, 0], [-width / 2 - 7, 0]];
      const above = [26, 38, 50, 62].flatMap((off) => [[0, -off], [0, off]]); // of a level edge
      for (const [aside, off] of [[0, 0], ...beside, ...above]) {
        const place = [x + aside - width / 2, y + off - 9, x + aside + width / 2, y + off + 9];
        const covers = (boxes) => boxes.reduce((sum, each) => sum + common(place, each), 0);
        const outside = 18 * width - common(place, seen);
        const covered = covers(taken) + covers(others) + outside;
        const far = Math.hypot(aside, off) > 0 ? 30 + Math.abs(off) : 0;
        const cost = covered + 4 * rank + (far || length > 90 ? 0 : 150) + far;
        if (best === null || cost < best.cost) best = { cost, along, aside, off, place };
      }
    }
    taken.push(best.place);
    label.style.setProperty("--rest", `${100 * best.along}%`);
    set(box, { width, x: best.aside - width / 2, y: best.off - 9 });
    set(text, { x: best.aside, y: best.off + 4 });
  }
}

function markGraph() {
  markNodes(data.frames[current]);
  markEdges(data.frames[current]);
  centre(calm.matches ? "auto" : "smooth");
}

// ---- Zooming: the style fits the picture into its pane, times --zoom.

const calm = matchMedia("(prefers-reduced-motion: reduce)");
let zoomed = 1;

function zoom(factor, event) {
  const pane = canvas.getBoundingClientRect();
  const x = event ? event.clientX - pane.x : pane.width / 2;
  const y = event ? event.clientY - pane.y : pane.height / 2;
  const wanted = Math.min(6, Math.max(0.2, zoomed * factor));
  const [left, top] = [canvas.scrollLeft + x, canvas.scrollTop + y];
  svg.style.setProperty("--zoom", wanted);
  canvas.scrollTo(left * (wanted / zoomed) - x, top * (wanted / zoomed) - y);
  zoomed = wanted;
}

const zooms = {
  in: () => zoom(1.25),
  out: () => zoom(0.8),
  fit: () => {
    svg.classList.add("whole");
    zoom(1 / zoomed);
  },
};


function centre(behavior = "auto") {
  const group = drawn(data.frames[current].node);
  if (!group) return;
  const node = group.getBoundingClientRect();
  const view = canvas.getBoundingClientRect();
  canvas.scrollBy({
    left: node.left + node.width / 2 - view.left - view.width / 2,
    top: node.top + node.height / 2 - view.top - view.height / 2,
    behavior,
  });
}

if (svg) {
  prepareNodes();
  prepareEdges();
  new ResizeObserver(() => centre()).observe(canvas); // also when what hid the page opens
  const onWheel = (event) => {
    if (!event.ctrlKey) return; // the wheel alone scrolls
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * 0.003), event);
  };
  canvas.addEventListener("wheel", onWheel, { passive: false });
  for (const button of document.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", zooms[button.dataset.zoom]);
  }
}

