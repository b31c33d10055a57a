// Where the page has sliders, it computes its numbers again: `compute` was written for this graph.
// What it shows is kept a second time, with numerals in the place of numbers, and written anew.

if (data.live) {
  const { live, ...now } = data;
  const inputs = [...document.querySelectorAll("#sliders input")];
  const places = new Map(live.numerals.map((numeral, place) => [String(numeral), place]));
  const memory = new Float64Array(places.size);

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
    if (/<(data|td)\b[^<]*>$/.test(before)) return false;
    return /[^\s=([{,:;|→≈①-⑳"]$/.test(before.replace(/<[^>]*>/g, " ").trim());
  }

  function withNumbers(text) {
    return text.replace(/(?<![\d.])(\d{4})(\.0)?(?![\d.])/g, (found, numeral, whole, at) => {
      const place = places.get(numeral);
      if (place === undefined) return found;
      if (whole) return String(memory[place]);
      const number = short(memory[place]);
      if (!number.startsWith("−")) return number;
      const before = text.slice(Math.max(0, at - 300), at);
      return inBrackets(before, text.slice(at + 4, at + 12)) ? `(${number})` : number;
    });
  }

  const templates = at("templates");
  const list = document.querySelector("#gradients ul");
  const first = {
    templates: templates.innerHTML,
    gradients: list.innerHTML,
    data: JSON.stringify(now),
  };

  // What a gradient means, said again: of an array, of the number that counts most.
  function retell(said) {
    const of = list.querySelector(`[data-gradient=${said.dataset.of}]`);
    const cells = of.title ? [of] : [...at(of.dataset.table).content.querySelectorAll("[title]")];
    const numbers = cells.map(({ title }) => title.split(" = ")).map((x) => [x.at(-1), x.at(-2)]);
    const [most, place = ""] = numbers.reduce((a, b) => (Math.abs(b[0]) > Math.abs(a[0]) ? b : a));
    const change = Number((0.01 * most).toPrecision(2));
    const by = `${change > 0 ? "rises" : "falls"} by about ${short(Math.abs(change))}`;
    const told = `${place} by 0.01 and $1 ${change ? by : "stays"}.`;
    const sentence = said.textContent.replace(/(?:\[[\d, ]+\])? by 0\.01 and (\S+) .*/, told);
    said.textContent = numbers.every(([number]) => Number.isFinite(Number(number))) ? sentence : "";
  }

  function show(pieces) {
    templates.innerHTML = pieces.templates;
    list.innerHTML = pieces.gradients;
    Object.assign(data, JSON.parse(pieces.data));
    entries.forEach((entry, index) => (entry.textContent = data.frames[index].text));
    for (const input of inputs) input.nextElementSibling.textContent = short(Number(input.value));
    if (svg) writeNodes();
  }

  function follow() {
    for (const { dataset, value } of inputs) memory[dataset.place] = value;
    compute(memory);
    const pieces = Object.entries(live.pieces).map(([name, text]) => [name, withNumbers(text)]);
    show(Object.fromEntries(pieces));
    for (const { content } of templates.children) content.querySelectorAll(".meaning").forEach(retell);
    go(current);
  }

  for (const input of inputs) input.addEventListener("input", follow);
  at("reset").addEventListener("click", () => {
    for (const input of inputs) input.value = input.defaultValue;
    show(first);
    go(current);
  });
}
