// A cell of a result, under the mouse, the finger or the keyboard, lights what it is made of, and the
// sum of products is written out. What came from what is read off the signs between the tables.

const numberOf = (cell) => cell.textContent.trim();
const asFactor = (text) => (text.startsWith("−") ? `(${text})` : text);
const joined = (texts, sign) => texts.map((text, i) => (i ? asFactor(text) : text)).join(sign);
const timesOf = (factors) => joined(factors.map(({ text }) => text), " · ");
const cellsOf = (elements) => elements.flatMap(({ cells }) => cells);

const numbersOf = (text) => (text?.match(/\d+/g) ?? []).map(Number);
const placeOf = (cell) => numbersOf(/^\[(.*?)\]/.exec(cell.title)?.[1]);

// A figure as its sign, its shape, and its cells by index: "1,2".
function readTerm(term) {
  const cells = [...term.querySelectorAll("td[title]")].map((cell) => [placeOf(cell).join(), cell]);
  return {
    sign: term.querySelector(".sign")?.textContent ?? "",
    shape: numbersOf(term.querySelector("[data-shape]")?.dataset.shape),
    cells: new Map(cells),
    number: term.querySelector(".number")?.textContent.trim(),
  };
}

// The place in an array that broadcasting puts at a place of the result.
function aligned(place, shape) {
  const behind = place.slice(place.length - shape.length);
  return behind.map((at, dim) => (shape[dim] === 1 ? 0 : at)).join();
}

function elementAt(term, place) {
  if (term.number !== undefined) return { text: term.number, cells: [] };
  const cell = term.cells.get(aligned(place, term.shape));
  return cell ? { text: numberOf(cell), cells: [cell] } : { text: "…", cells: [] };
}

// A row of one matrix and a column of another: what is not shown of them is "…".
function productAt(left, right, place) {
  const [rows, columns] = [left, right].map((each) => each.shape.length > 1);
  const row = columns ? place.slice(0, -1) : place;
  const before = rows ? row.slice(0, -1) : row;
  const pairs = Array.from({ length: left.shape.at(-1) }, (_, k) => [
    elementAt(left, [...row, k]),
    elementAt(right, columns ? [...before, k, place.at(-1)] : [k]),
  ]);
  const shown = pairs.filter((pair) => pair.every((each) => each.cells.length));
  const texts = pairs.map((pair) => (shown.includes(pair) ? timesOf(pair) : "…"));
  const short = texts.filter((text, k) => text !== "…" || texts[k - 1] !== "…");
  return { text: joined(short, " + "), cells: cellsOf(shown.flat()) };
}

function factorsAt(factors, place) {
  const isProduct = factors.length === 2 && factors[1].sign === "·" && factors.every((x) => x.shape.length);
  if (isProduct) return productAt(factors[0], factors[1], place);
  const found = factors.map((each) => elementAt(each, place));
  return { text: timesOf(found), cells: cellsOf(found) };
}

function sumOver(source, dims, place, rank) {
  const isSummed = (from) =>
    from.every((x, dim) => dims.includes(dim) || x === place[dim - from.length + rank]);
  const cells = [...source.cells.values()].filter((cell) => isSummed(placeOf(cell)));
  const count = dims.reduce((n, dim) => n * source.shape[dim], 1);
  return { text: joined(cells.map(numberOf), " + ") + (cells.length < count ? " + …" : ""), cells };
}

function madeFrom(board, place) {
  const terms = [...board.querySelectorAll(".term")].map(readTerm);
  const result = terms.pop();
  if (board.dataset.summed !== undefined) {
    const dims = board.dataset.summed.split(",").map(Number);
    return sumOver(terms.at(-1), dims, place, result.shape.length);
  }
  const groups = [];
  for (const term of terms) {
    const isNew = !groups.length || "+−".includes(term.sign || "+");
    if (isNew) groups.push({ sign: term.sign, factors: [term] });
    else groups.at(-1).factors.push(term);
  }
  const made = groups.map(({ sign, factors }, i) => {
    const { text, cells } = factorsAt(factors, place);
    const before = i ? ` ${sign} ` : sign;
    return { text: before + (i && factors.length === 1 ? asFactor(text) : text), cells };
  });
  return { text: made.map(({ text }) => text).join(""), cells: cellsOf(made) };
}

function light(cell) {
  const board = cell.closest(".board");
  for (const lit of document.querySelectorAll("td.lit")) lit.classList.remove("lit");
  const { text, cells } = madeFrom(board, placeOf(cell));
  for (const each of [cell, ...cells]) each.classList.add("lit");
  board.nextElementSibling.textContent = `${text} = ${numberOf(cell)}`;
}

const cellOf = (target) => target.closest?.(".board .result td[title]");

for (const kind of ["pointerover", "focusin", "click"]) {
  document.addEventListener(kind, ({ target }) => cellOf(target) && light(cellOf(target)));
}

// One stop of the Tab key for each table; the arrow keys move within it.
function addStops(element) {
  for (const table of element.querySelectorAll(".board .result table")) {
    table.querySelector("td[title]")?.setAttribute("tabindex", "0");
  }
}

document.addEventListener("keydown", (event) => {
  const cell = cellOf(event.target);
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  if (!cell || !step) return;
  event.preventDefault();
  event.stopPropagation(); // the arrow keys do not step through the page from here
  const rows = [...cell.closest("table").rows].map((row) => [...row.cells].filter((each) => each.title));
  const grid = rows.filter((row) => row.length);
  const row = grid.findIndex((cells) => cells.includes(cell));
  const next = grid[row + step[0]]?.[grid[row].indexOf(cell) + step[1]];
  if (!next) return;
  cell.removeAttribute("tabindex");
  next.setAttribute("tabindex", "0");
  next.focus();
});
