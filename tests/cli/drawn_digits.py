"""Ten digits drawn with lines and arcs, of many sizes, pens and contrasts: nobody's handwriting.
Read `test_predict_command.py` next, where a network reads them.

`python tests/cli/drawn_digits.py FOLDER` writes them as pictures.
"""

import sys
from pathlib import Path

from PIL import Image, ImageDraw

# In a box of 100 x 100: lines through points, and arcs (box, from and to in degrees, clockwise).
STROKES = {
    0: [("arc", (25, 5, 75, 95), 0, 360)],
    1: [("line", (40, 22), (55, 5), (55, 95))],
    2: [("arc", (22, 5, 78, 58), 180, 390), ("line", (75, 44), (22, 94), (80, 94))],
    3: [("arc", (25, 5, 72, 50), 200, 450), ("arc", (22, 48, 76, 95), 270, 520)],
    4: [("line", (45, 5), (18, 62), (84, 62)), ("line", (66, 30), (66, 97))],
    5: [("line", (74, 6), (34, 6), (30, 46)), ("arc", (20, 38, 76, 95), 220, 505)],
    6: [("arc", (24, 48, 76, 96), 0, 360), ("arc", (24, -10, 130, 150), 180, 262)],
    7: [("line", (20, 8), (78, 8), (42, 96))],
    8: [("arc", (30, 4, 70, 46), 0, 360), ("arc", (24, 46, 76, 96), 0, 360)],
    9: [("arc", (26, 5, 74, 52), 0, 360), ("line", (74, 28), (66, 96))],
}
# The picture's width and height, where the digit's box begins, its side, the pen, paper and ink.
LOOKS = {
    0: ((64, 64), (8, 8), 48, 5, 255, 0),
    1: ((300, 500), (20, 100), 300, 26, 0, 255),
    2: ((90, 200), (5, 100), 80, 8, 230, 120),
    3: ((640, 480), (180, 60), 360, 34, 20, 200),
    4: ((28, 28), (3, 3), 22, 2, 255, 40),
    5: ((1200, 900), (700, 80), 420, 44, 250, 30),
    6: ((150, 150), (40, 20), 100, 12, 90, 210),
    7: ((400, 260), (30, 20), 210, 20, 255, 90),
    8: ((240, 240), (20, 20), 200, 18, 60, 25),
    9: ((512, 512), (120, 90), 330, 30, 200, 0),
}


def draw(digit: int) -> Image.Image:
    """Draw one at four times its size, so that its edges are smooth once it is scaled down."""
    (width, height), (left, top), side, pen, paper, ink = LOOKS[digit]
    image = Image.new("L", (4 * width, 4 * height), paper)
    pencil = ImageDraw.Draw(image)

    def place(x, y):
        return 4 * (left + side * x / 100), 4 * (top + side * y / 100)

    for kind, *rest in STROKES[digit]:
        if kind == "line":
            pencil.line([place(*point) for point in rest], fill=ink, width=4 * pen, joint="curve")
        else:
            (x0, y0, x1, y1), start, end = rest
            half = 50 * pen / side
            box = [*place(x0 - half, y0 - half), *place(x1 + half, y1 + half)]
            pencil.arc(box, start, end, fill=ink, width=4 * pen)
    return image.resize((width, height), Image.Resampling.LANCZOS)


def write(folder: Path) -> list[Path]:
    """Write all ten, and return their paths."""
    folder.mkdir(exist_ok=True)
    paths = [folder / f"{digit}.png" for digit in STROKES]
    for digit, path in enumerate(paths):
        draw(digit).save(path)
    return paths


if __name__ == "__main__":
    print(*write(Path(sys.argv[1])))
