// Shows one step of the page's data at a time. All that a step says was written before; here it is
// put in its place, and buttons, keys, the address, nodes and the list lead to a step.

const last = data.frames.length - 1;
let timer = null;

// ---- Tables: each is in the page once, and is put where it is shown.

function fill(element) {
  for (const place of element.querySelectorAll("[data-table]")) {
    if (!place.firstChild) place.append(at(place.dataset.table).content.cloneNode(true));
  }
  addStops(element);
}

// What is too wide scrolls, shows by a fading edge that it does, and is in reach of the keyboard.
function reach(element) {
  for (const each of element.querySelectorAll(".formula, .source, .array > div")) {
    const more = each.scrollWidth - each.clientWidth;
    const said = { tabindex: 0, role: "group", "aria-label": "Wide: scrolls to the side" };
    if (more > 1) set(each, said);
    else for (const name of Object.keys(said)) each.removeAttribute(name);
    each.classList.toggle("more-left", more > 1 && each.scrollLeft > 1);
    each.classList.toggle("more-right", each.scrollLeft < more - 1);
  }
}
addEventListener("scroll", (event) => reach(event.target.parentElement ?? document), true);

// ---- The step, the list of steps, the gradients so far.

function showStep() {
  const frame = data.frames[current];
  const panel = at("panel");
  panel.className = frame.phase;
  panel.replaceChildren(at(`step-${current}`).content.cloneNode(true));
  fill(panel);
  at("right").scrollTop = 0;
  // In one column the graph stays in sight above the step, which would begin behind it.
  const hidden = at("picture").getBoundingClientRect().bottom - panel.getBoundingClientRect().top;
  if (hidden > 0) scrollBy(0, -hidden - 8);
  for (const item of document.querySelectorAll("#gradients li")) {
    item.hidden = Number(item.dataset.at) > current;
  }
  at("none-yet").hidden = current >= data.turn;
  reach(at("right"));
}

const entries = [...document.querySelectorAll("#steps button")];

function markList() {
  for (const entry of entries) entry.removeAttribute("aria-current");
  entries[current].setAttribute("aria-current", "step");
  const list = at("steps");
  list.scrollTop = entries[current].offsetTop - list.offsetTop - list.clientHeight / 2;
}

function markControls() {
  const told = `Step ${current + 1} of ${last + 1}`;
  at("position").textContent = told;
  at("progress").value = current + 1;
  at("progress").setAttribute("aria-valuetext", told);
  for (const [id, end] of [["first", 0], ["back", 0], ["next", last], ["last", last]]) {
    at(id).setAttribute("aria-disabled", current === end);
  }
}

function go(step) {
  const before = current;
  current = Math.max(0, Math.min(last, step));
  showStep();
  markList();
  markControls();
  if (svg) markGraph();
  if (before !== current) at("announcement").textContent = `Step ${current + 1}: ${data.frames[current].text}`;
  if (current === last) pause();
}

// ---- The address, #step=9, which a page inside another page leaves alone.

function note(how) {
  const address = `#step=${current + 1}`;
  if (self === top && location.hash !== address) history[how](null, "", address);
}

function visit(step) {
  go(step);
  note("pushState");
}

const addressed = () => go(Number(/^#step=(\d+)$/.exec(location.hash)?.[1] ?? 1) - 1);
addEventListener("hashchange", addressed);

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
  note("replaceState");
  if (current < last) timer = setTimeout(tick, Number(speed.value));
}

const toggle = () => (timer === null ? play() : pause());

// ---- Buttons, keys, list.

const ways = {
  first: () => visit(0),
  back: () => visit(current - 1),
  next: () => visit(current + 1),
  last: () => visit(last),
};
for (const [id, way] of Object.entries(ways)) at(id).addEventListener("click", way);
at("play").addEventListener("click", toggle);
at("progress").addEventListener("input", (event) => {
  go(Number(event.target.value) - 1);
  note("replaceState");
});
entries.forEach((entry, index) => entry.addEventListener("click", () => visit(index)));
at("steps").addEventListener("toggle", markList);

const unfold = ({ target }) => (fill(target), reach(target));
at("gradients").addEventListener("toggle", unfold, true); // does not bubble

const keys = { ArrowLeft: ways.back, ArrowRight: ways.next, Home: ways.first, End: ways.last };
if (svg) Object.assign(keys, { "+": zooms.in, "=": zooms.in, "-": zooms.out, 0: zooms.fit });

addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.shiftKey && event.key !== "+") return;
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

new ResizeObserver(() => reach(at("right"))).observe(at("right"));
pause();
addressed();
