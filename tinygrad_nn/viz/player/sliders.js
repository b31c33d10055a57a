// Where the page has sliders, it computes its numbers again: `compute` was written for this graph.
// What it shows is kept a second time, with numerals in the place of numbers, and written anew.

if (data.live) {
  const live = data.live;
  const inputs = [...document.querySelectorAll("#sliders input")];
  const memory = new Float64Array(live.size);

  // Four digits, as everywhere on the page.
  function short(number) {
    if (!Number.isFinite(number)) return Number.isNaN(number) ? "nan" : number > 0 ? "∞" : "−∞";
    const rounded = Number(number.toPrecision(4));
    const isSmall = rounded !== 0 && Math.abs(rounded) < 1e-4;
    const [mantissa, exponent] = (isSmall ? rounded.toExponential() : String(rounded)).split("e");
    const above = (sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)];
    const power = exponent ? ` · 10${[...exponent.replace("+", "")].map(above).join("")}` : "";
    const text = (mantissa + power).replace("-", "−").replace(/^−0$/, "0");
    return text.replace(/^(−?)1 · /, "$1");
  }

  // A negative number behind a sign of an operation, a function or under a power is in brackets.
  function inBrackets(before, after) {
    if (/<msup>\s*(<mrow>\s*)*<mn>$/.test(before) || /^[²³⁴]/.test(after)) return true;
    if (/<(data|td|output)\b[^<]*>$/.test(before)) return false;
    return /[^\s=([{,:;|→≈①-⑳]$/.test(before.replace(/<[^>]*>/g, " ").trim());
  }

  function withNumbers(text) {
    return text.replace(/(?<![\d.])(\d{4})(\.0)?(?![\d.])/g, (found, numeral, whole, at) => {
      const place = live.places[numeral];
      if (place === undefined) return found;
      if (whole) return String(memory[place]);
      const number = short(memory[place]);
      if (!number.startsWith("−")) return number;
      const before = text.slice(Math.max(0, at - 300), at);
      return inBrackets(before, text.slice(at + 4, at + 12)) ? `(${number})` : number;
    });
  }

  const written = at("templates");
  const listed = document.querySelector("#gradients ul");
  const lines = [...document.querySelectorAll("#canvas svg text:not(.label *)")];
  const first = {
    templates: written.innerHTML,
    gradients: listed.innerHTML,
    texts: data.frames.map((frame) => frame.text),
    edges: data.edges.map(({ forward, backward }) => ({ forward, backward })),
    labels: live.labels.map(([index]) => [index, lines[index].textContent]),
  };

  const tell = (input) => (input.nextElementSibling.textContent = short(Number(input.value)));

  // Shows what was written, with `say` for each piece of it.
  function write(pieces, say) {
    written.innerHTML = say(pieces.templates);
    listed.innerHTML = say(pieces.gradients);
    pieces.texts.forEach((text, index) => {
      entries[index].textContent = data.frames[index].text = say(text);
    });
    pieces.edges.forEach(({ forward, backward }, index) => {
      Object.assign(data.edges[index], { forward: say(forward), backward: say(backward) });
    });
    for (const [index, text] of pieces.labels) lines[index].textContent = say(text);
    go(current);
  }

  function follow() {
    for (const input of inputs) {
      memory[Number(input.dataset.place)] = Number(input.value);
      tell(input);
    }
    compute(memory);
    write(live, withNumbers);
  }

  for (const input of inputs) input.addEventListener("input", follow);
  at("reset").addEventListener("click", () => {
    for (const input of inputs) {
      input.value = input.defaultValue;
      tell(input);
    }
    write(first, (text) => text);
  });
}
