// Copies the graph as it is at this step, for slides and letters: to the clipboard, or where a page
// may not write there, as a file. The style of the page is written into each element of the copy.

const COPIED = ["fill", "stroke", "stroke-width", "stroke-dasharray", "visibility", "display",
  "opacity", "font", "offset-path", "offset-distance", "offset-rotate"];

function asImage() {
  const copy = svg.cloneNode(true);
  const originals = svg.querySelectorAll("*");
  copy.querySelectorAll("*").forEach((element, index) => {
    const style = getComputedStyle(originals[index]);
    for (const name of COPIED) element.style.setProperty(name, style.getPropertyValue(name));
    element.style.animation = "none";
  });
  const { width, height } = svg.viewBox.baseVal;
  const style = `background: ${getComputedStyle(at("picture")).backgroundColor}`;
  set(copy, { width: 3 * width, height: 3 * height, style });
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  return image;
}

async function asPng() {
  const image = asImage();
  await image.decode();
  const sheet = document.createElement("canvas");
  [sheet.width, sheet.height] = [image.width, image.height];
  sheet.getContext("2d").drawImage(image, 0, 0);
  return new Promise((done) => sheet.toBlob(done, "image/png"));
}

async function copyPicture() {
  const png = await asPng();
  try {
    await navigator.clipboard.write([new ClipboardItem({ "image/png": png })]);
    at("announcement").textContent = "The picture is in the clipboard.";
  } catch {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(png);
    link.download = `step-${current + 1}.png`;
    link.click();
    at("announcement").textContent = `The picture is saved as ${link.download}.`;
  }
}

if (svg) at("copy").addEventListener("click", copyPicture);

