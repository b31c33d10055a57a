"use strict";
// Shows one step of the page's data at a time. All that a step says was written before; here it is
// put in its place, the graph is marked, and buttons, keys, nodes and the list lead to a step.

const data = JSON.parse(document.getElementById("data").textContent);
const at = (id) => document.getElementById(id);
const last = data.frames.length - 1;
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const svg = document.querySelector("#canvas svg");
let current = 0;
let timer = null;

// ---- Tables: each is in the page once, and is put where it is shown.

function fill(element) {
  for (const place of element.querySelectorAll("[data-table]")) {
    if (!place.firstChild) place.append(at(place.dataset.table).content.cloneNode(true));
  }
}

// What is too wide scrolls, and what scrolls must be within reach of the keyboard.
function reach(element) {
  for (const each of element.querySelectorAll(".formula, .array > div")) {
    if (each.scrollWidth > each.clientWidth + 1) {
      each.tabIndex = 0;
      each.setAttribute("role", "group");
      each.setAttribute("aria-label", "Wide: scrolls to the side");
    } else {
      each.removeAttribute("tabindex");
      each.removeAttribute("role");
      each.removeAttribute("aria-label");
    }
  }
}

// ---- The graph.

const drawn = (id) => at(`node-${id}`);
const numbers = []; // lines of text that appear with a step: [element, step]

function lineOf(group, start) {
  return [...group.querySelectorAll("text")].slice(1).find((t) => t.textContent.startsWith(start));
}

function prepareGraph() {
  for (const [id, node] of Object.entries(data.nodes)) {
    const group = drawn(id);
    if (!group) continue;
    group.setAttribute("role", "button");
    group.setAttribute("tabindex", "0");
    group.querySelector("title")?.remove(); // says numbers that are still to come
    group.addEventListener("click", () => jump(node));
    group.addEventListener("keydown", (event) => {
      if (event.key === "Enter") jump(node);
    });
    const value = lineOf(group, "value: ");
    if (value && node.made !== null) numbers.push([value, node.made]);
    const gradient = lineOf(group, "gradient: ");
    if (gradient) {
      gradient.classList.add("gradient");
      if (node.numbers.length > 0) {
        gradient.dataset.gradient = id;
        gradient.dataset.numbers = node.numbers.join(" ");
      }
      numbers.push([gradient, node.whole ?? Infinity]);
    }
  }
  // Its heading explains the lines of the frames; the room is better used for the graph.
  const graph = svg.querySelector(".graph");
  graph.removeAttribute("transform");
  const box = graph.getBBox();
  svg.setAttribute("viewBox", `${box.x - 4} ${box.y - 4} ${box.width + 8} ${box.height + 8}`);
  const fit = () => {
    const canvas = at("canvas");
    const scale = Math.min(canvas.clientWidth / box.width, canvas.clientHeight / box.height);
    const limited = Math.max(0.95, Math.min(1.9, scale * 0.98));
    svg.style.width = `${box.width * limited}px`;
    svg.style.height = `${box.height * limited}px`;
    centre();
  };
  addEventListener("resize", fit);
  fit();
}

// Of the steps about a node, the one of the phase that is shown; if that is shown, the other.
function jump(node) {
  const backward = current >= data.turn;
  const [here, there] = backward ? [node.back, node.forward] : [node.forward, node.back];
  const target = here === null || here === current ? there : here;
  if (target !== null) go(target);
}

function markGraph() {
  const frame = data.frames[current];
  svg.classList.toggle("back", current >= data.turn);
  for (const group of svg.querySelectorAll(".node, .edge")) group.classList.remove("now", "later");
  for (const [id, node] of Object.entries(data.nodes)) {
    const group = drawn(id);
    if (group && node.made !== null && node.made > current) group.classList.add("later");
  }
  data.edges.forEach(([source, target], number) => {
    const edge = at(`edge-${number}`);
    if (!edge) return;
    if (data.nodes[target].made > current) edge.classList.add("later");
    const whole = frame.phase === "forward" || data.nodes[source].back !== null;
    const through = frame.phase === "forward" || frame.phase === "backward";
    if (through && target === frame.node && whole) edge.classList.add("now");
  });
  if (frame.node) drawn(frame.node)?.classList.add("now");
  for (const [line, step] of numbers) line.classList.toggle("later", step > current);
  centre();
}

function centre() {
  const group = data.frames[current].node && drawn(data.frames[current].node);
  if (!group) return;
  const canvas = at("canvas");
  const node = group.getBoundingClientRect();
  const view = canvas.getBoundingClientRect();
  canvas.scrollBy({
    left: node.left + node.width / 2 - view.left - view.width / 2,
    top: node.top + node.height / 2 - view.top - view.height / 2,
    behavior: calm.matches ? "auto" : "smooth",
  });
}

// ---- The step, the list of steps, the gradients so far.

function showStep() {
  const frame = data.frames[current];
  const panel = at("panel");
  panel.className = frame.phase;
  panel.replaceChildren(at(`step-${current}`).content.cloneNode(true));
  fill(panel);
  at("right").scrollTop = 0;
  for (const item of document.querySelectorAll("#gradients li")) {
    item.hidden = Number(item.dataset.at) > current;
  }
  at("none-yet").hidden = current >= data.turn;
  reach(at("right"));
}

const entries = [...document.querySelectorAll("#steps button")];

function markList() {
  entries.forEach((entry, index) => {
    if (index === current) entry.setAttribute("aria-current", "step");
    else entry.removeAttribute("aria-current");
  });
  const list = at("steps");
  const entry = entries[current];
  if (list.scrollHeight > list.clientHeight) {
    list.scrollTop = entry.offsetTop - list.offsetTop - list.clientHeight / 2;
  }
}

function markControls() {
  at("position").textContent = `Step ${current + 1} of ${last + 1}`;
  at("progress").value = String(current + 1);
  at("progress").setAttribute("aria-valuetext", `Step ${current + 1} of ${last + 1}`);
  for (const [id, end] of [["first", 0], ["back", 0], ["next", last], ["last", last]]) {
    at(id).setAttribute("aria-disabled", String(current === end));
  }
}

function go(step) {
  const wanted = Math.max(0, Math.min(last, step));
  const moved = wanted !== current;
  current = wanted;
  showStep();
  markList();
  markControls();
  if (svg) markGraph();
  if (moved) at("announcement").textContent = `Step ${current + 1}: ${data.frames[current].text}`;
  if (current === last) pause();
}

// ---- Playing.

const speed = at("speed");

function pause() {
  clearTimeout(timer);
  timer = null;
  at("play").setAttribute("aria-pressed", "false");
}

function play() {
  if (current === last) go(0);
  at("play").setAttribute("aria-pressed", "true");
  timer = setTimeout(tick, Number(speed.value));
}

function tick() {
  go(current + 1);
  if (current < last) timer = setTimeout(tick, Number(speed.value));
}

const toggle = () => (timer === null ? play() : pause());

// ---- Buttons, keys, list.

const ways = {
  first: () => go(0),
  back: () => go(current - 1),
  next: () => go(current + 1),
  last: () => go(last),
};
for (const [id, way] of Object.entries(ways)) at(id).addEventListener("click", way);
at("play").addEventListener("click", toggle);
at("progress").addEventListener("input", (event) => go(Number(event.target.value) - 1));
entries.forEach((entry, index) => entry.addEventListener("click", () => go(index)));

document.getElementById("gradients").addEventListener(
  "toggle",
  (event) => {
    fill(event.target);
    reach(event.target);
  },
  true,
);

const keys = { ArrowLeft: ways.back, ArrowRight: ways.next, Home: ways.first, End: ways.last };

addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const on = event.target;
  if (event.key === " ") {
    if (on.closest?.("button, select, summary")) return; // these have a use of their own for it
    event.preventDefault();
    toggle();
  } else if (event.key in keys) {
    if (on.closest?.("select, input, #panel [tabindex]")) return;
    event.preventDefault();
    keys[event.key]();
  }
});

if (svg) prepareGraph();
addEventListener("resize", () => reach(at("right")));
go(0);
