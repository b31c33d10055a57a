"""Arrays as tables and as one line: every number that is shown, and what is said of the rest.
Read `test_plots_training.py` next.
"""

import base64
import re
import struct
import zlib

import numpy as np
import pytest
from drawing_samples import HOSTILE, UNPRINTABLE, Page, contrast
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import tinygrad_nn as tnn
from tinygrad_nn import nn
from tinygrad_nn.viz.drawing.tables import INK, array_html, png, shades
from tinygrad_nn.viz.player.playback import playback
from tinygrad_nn.viz.structure.subject import subject_of
from tinygrad_nn.viz.structure.summary import summary_text

ARRAYS = hnp.arrays(
    st.sampled_from([np.float16, np.float32, np.float64, np.int64, np.uint8, np.bool]),
    hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=15),
)


def cells(html):
    """The titles and the texts of the cells, row by row."""
    rows = re.findall(r"<tr>(.*?)</tr>", html)
    found = [re.findall(r'<td(?: title="(.*?)")? style=".*?">(.*?)</td>', row) for row in rows]
    return [row for row in found if row]


def test_a_matrix_is_a_grid_with_every_digit_under_the_mouse():
    html = array_html(np.array([[1 / 3, -2], [0, 1e-7]]), label="weight")
    assert cells(html) == [
        [("[0, 0] = 0.3333333333333333", "0.3333"), ("[0, 1] = -2.0", "−2")],
        [("[1, 0] = 0.0", "0"), ("[1, 1] = 1e-07", "1e-07")],
    ]
    assert ">weight, shape (2, 2)</p>" in html


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (np.array([1, 123456]), [[("[0] = 1", "1"), ("[1] = 123456", "123456")]]),
        (np.array([True, False]), [[("[0] = True", "True"), ("[1] = False", "False")]]),
        (
            np.array([np.nan, np.inf, -np.inf]),
            [[("[0] = nan", "nan"), ("[1] = inf", "inf"), ("[2] = -inf", "−inf")]],
        ),
        (np.array([[[7]]]), [[("[0, 0, 0] = 7", "7")]]),
    ],
    ids=["row", "bools", "not finite", "slice"],
)
def test_every_kind_of_number_is_shown(array, expected):
    assert cells(array_html(array)) == expected


@pytest.mark.parametrize("shape", [(0,), (0, 3), (2, 0, 4)])
def test_an_empty_array_says_so(shape):
    html = array_html(np.zeros(shape), label="x")
    assert f"x, shape {shape}: no numbers" in html
    assert cells(html) == []


def test_a_long_side_shows_its_ends_and_a_summary():
    rows = cells(array_html(np.arange(39.0).reshape(13, 3)))
    assert [row[0][1] for row in rows] == [
        "0", "3", "6", "9", "12", "…", "24", "27", "30", "33", "36"
    ]  # fmt: skip
    assert "min 0  mean 19  max 38  norm 137" in array_html(np.arange(39.0).reshape(13, 3))
    assert len(cells(array_html(np.arange(13)))[0]) == 11


def test_a_side_of_twelve_is_shown_whole_without_a_summary():
    html = array_html(np.zeros((12, 12)))
    assert [len(row) for row in cells(html)] == [12] * 12
    assert "mean" not in html


def test_more_dimensions_are_slices_and_a_count_of_the_rest():
    html = array_html(np.arange(48).reshape(2, 3, 2, 4), label="batch")
    assert html.count("<table") == 4
    assert "[1, 0, :, :]</p>" in html
    assert 'title="[1, 0, 1, 3] = 31"' in html
    assert "and 2 more" in html
    assert "more" not in array_html(np.zeros((4, 1, 1)))


@pytest.mark.parametrize(
    ("shape", "images"),
    [
        ((28, 28), 1),
        ((8, 13), 1),
        ((8, 8), 0),
        ((7, 28), 0),
        ((8, 1024), 1),
        ((8, 1025), 0),
        ((20,), 0),
        ((2, 28, 28), 2),
        ((3, 1, 28, 28), 3),
        ((5, 8, 8), 5),
        ((3, 784), 3),
        ((784,), 1),
        ((784, 10), 10),
        ((7, 64), 0),
        ((64,), 0),
        ((64, 64), 1),
        ((100, 784), 16),
        ((5, 3, 4), 0),
    ],
)
def test_what_holds_images_is_shown_as_them(shape, images):
    html = array_html(np.ones(shape))
    assert html.count("<img") == images
    assert ("<summary>numbers</summary>" in html) == (images > 0)
    assert ("and 84 more" in html) == (shape[0] == 100)


@pytest.mark.parametrize(("shape", "images"), [((7, 64), 7), ((64,), 1), ((64, 3), 0), ((7,), 0)])
def test_rows_of_64_are_images_where_they_are_known_to_be_pictures(shape, images):
    assert array_html(np.ones(shape), pictures=True).count("<img") == images


def test_a_player_shows_digits_and_first_weights_as_images_but_no_hidden_layer():
    model = nn.Sequential(nn.Linear(64, 30), nn.Tanh(), nn.Linear(30, 64), nn.Linear(64, 10))
    digits, labels = tnn.rand(5, 64), tnn.tensor([0, 1, 2, 3, 4])
    loss = nn.CrossEntropyLoss()(model(digits), labels)
    tables = playback(subject_of(loss).read()).tables.values()
    shapes = {re.search('data-shape="(.*?)"', html)[1] for html in tables if "of 8 × 8" in html}
    assert shapes == {"5,64", "30,64", "64,30"}  # the weight, its gradient, and its transpose
    assert sum("5 images of 8 × 8" in html for html in tables) == 1  # the digits alone


def test_an_image_is_a_row_of_the_weight_and_a_column_of_its_transpose():
    weight = np.zeros((2, 64))
    weight[1, 8 * 3 + 5] = 1
    for transposed in (False, True):
        html = array_html(weight, transposed=transposed, pictures=True)
        _, second = re.findall(r'base64,(.*?)" title="(.*?)"', html)
        assert second[1] == ("[:, 1]" if transposed else "[1, :]")
        assert np.argwhere(pixels_of(base64.b64decode(second[0]))[..., 0] < 255).tolist() == [
            [3, 5]
        ]
        assert f"shape {(64, 2) if transposed else (2, 64)}: 2 images of 8 × 8" in html


def test_one_number_is_no_bar():
    html = array_html(np.array(-2.5), label="loss")
    assert "<table" not in html
    assert "background" not in html
    assert re.search(r'<b title="-2.5" style="[^"]*">−2.5</b>', html)


def test_no_zero_is_negative():
    assert [row[0][1] for row in cells(array_html(np.array([[-0.0], [-1.0]])))] == ["0", "−1"]
    assert summary_text(np.array([-0.0, complex(-0.0, -0.0)])) == "[0+0j, 0+0j]"


@pytest.mark.parametrize(
    ("array", "ends"),
    [
        (np.array([1.0, -4.0]), ("−4", "4")),
        (np.array([1.0, 3.0]), ("0", "3")),
        (np.array([-2.0, 0.0]), ("−2", "0")),
        (np.array([np.inf, 7.0, np.nan]), ("0", "7")),
        (np.zeros(3), None),
        (np.array([5.0]), None),
    ],
)
def test_a_legend_says_how_far_the_colours_go(array, ends):
    found = re.findall(
        r'class="scale"[^>]*>(\S+) <span [^>]*></span> ([^<]+)</div>', array_html(array)
    )
    assert found == ([ends] if ends else [])


def test_rows_and_columns_have_numbers_where_there_are_several():
    places = {shape: array_html(np.zeros(shape)).count("<th") for shape in [(3,), (3, 1), (2, 4)]}
    assert places == {(3,): 3, (3, 1): 3, (2, 4): 6}
    assert re.findall(r"<th[^>]*>(.*?)</th>", array_html(np.zeros(13)))[4:7] == ["4", "…", "8"]


def pixels_of(file):
    """Decode the PNG files that `png` writes, by the standard, and check their sums."""
    assert file[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, place = {}, 8
    while place < len(file):
        (length,) = struct.unpack_from(">I", file, place)
        name, content = file[place + 4 : place + 8], file[place + 8 : place + 8 + length]
        (checksum,) = struct.unpack_from(">I", file, place + 8 + length)
        assert checksum == zlib.crc32(name + content)
        chunks[name] = content
        place += 12 + length
    assert list(chunks) == [b"IHDR", b"IDAT", b"IEND"]
    width, height, *rest = struct.unpack(">2I5B", chunks[b"IHDR"])
    assert rest == [8, 2, 0, 0, 0]
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, -1)
    assert not rows[:, 0].any()
    return rows[:, 1:].reshape(height, width, 3)


def test_a_picture_has_a_pixel_per_number():
    image = np.zeros((9, 14))
    image[2, 3], image[8, 13] = 1, -1
    html = array_html(image, label='a "digit"')
    (content,) = re.findall(r'src="data:image/png;base64,(.*?)"', html)
    pixels = pixels_of(base64.b64decode(content))
    assert pixels.shape == (9, 14, 3)
    assert np.array_equal(pixels, shades(image))
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) == 3
    assert "image-rendering:pixelated" in html
    assert "digit&quot;, shape (9, 14): as an image of 9 × 14" in html


def test_a_png_is_what_other_readers_read():
    image_module = pytest.importorskip("PIL.Image")
    import io

    pixels = np.arange(90, dtype=np.uint8).reshape(5, 6, 3)
    with image_module.open(io.BytesIO(png(pixels))) as image:
        assert np.array_equal(np.asarray(image), pixels)


def test_shades_diverge_around_zero():
    white, strong, weak, negative = shades(np.array([0.0, 4, 1, -4]))
    assert white.tolist() == [255, 255, 255]
    assert strong[2] > strong[0]  # blue
    assert negative[0] > negative[2]  # orange
    assert (weak > strong).any()
    assert (weak >= strong).all()


def test_shades_of_all_zeros_of_infinities_and_of_nothing():
    assert (shades(np.zeros((2, 2))) == 255).all()
    assert shades(np.array([np.inf, -np.inf])).tolist() == shades(np.array([1, -1])).tolist()
    assert shades(np.zeros((0, 3))).shape == (0, 3, 3)
    assert shades(np.array([np.nan]))[0].tolist() not in shades(np.linspace(-1, 1, 99)).tolist()


def test_the_numbers_can_be_read_on_every_shade():
    for shade in shades(np.array([*np.linspace(-1, 1, 41), np.nan])):
        assert contrast(INK, "#" + shade.tobytes().hex()) >= 6


@pytest.mark.parametrize("text", [*HOSTILE.values(), UNPRINTABLE], ids=[*HOSTILE, "unprintable"])
def test_any_label_is_text(text):
    for shape in ((2, 2), (9, 14), (0,), (2, 2, 2)):
        page = Page(array_html(np.zeros(shape), label=text))
        assert set(page.tags()) <= {
            *("div", "table", "tr", "td", "th", "p", "img", "span", "details", "summary")
        }
        if text != UNPRINTABLE:
            assert text in page.text


@given(ARRAYS)
def test_any_array_is_shown(array):
    page = Page(array_html(array, label="any"))
    summary_text(array)
    rows, columns = (1, 1, *array.shape)[-2:]
    shown = min(rows, 10 if rows > 12 else 12) * min(columns, 10 if columns > 12 else 12)
    matrices = min(4, int(np.prod(array.shape[:-2])))
    titles = [a["title"] for tag, a in page.elements if tag == "td" and "title" in a]
    assert len(titles) == (shown * matrices if array.size and array.ndim else 0)


@pytest.mark.parametrize(
    ("array", "text"),
    [
        (np.array(2.0), "2"),
        (np.array([1, 2.5]), "[1, 2.5]"),
        (np.array([[1 / 3, -1], [1e-9, 1e9]]), "[[0.3333, -1], [1e-09, 1e+09]]"),
        (np.array([123456789]), "[123456789]"),
        (np.array([True, False]), "[True, False]"),
        (np.array([np.nan, np.inf]), "[nan, inf]"),
        (np.float32([0.1]), "[0.1]"),
        (np.arange(8), "[0, 1, 2, 3, 4, 5, 6, 7]"),
        (np.arange(9), "min 0  mean 4  max 8  norm 14.28"),
        (np.zeros((3, 3)), "min 0  mean 0  max 0  norm 0"),
        (np.array([3.0, np.nan, -4] * 3), "min -4  mean -0.5  max 3  norm 8.66  NaN 3 of 9"),
        (np.full(9, np.nan), "NaN 9 of 9"),
        (np.array([np.inf, -np.inf] * 5), "min -inf  mean nan  max inf  norm inf"),
        (np.full(9, 1e200), "min 1e+200  mean 1e+200  max 1e+200  norm 3e+200"),
        (np.full(16, 1e-300), "min 1e-300  mean 1e-300  max 1e-300  norm 4e-300"),
        (np.full(9, 60000, np.float16), "min 6e+04  mean 6e+04  max 6e+04  norm 1.8e+05"),
        (np.zeros((0, 5)), "no numbers"),
        (np.zeros((10**9, 0)), "no numbers"),
        (np.ones(9, bool), "min 1  mean 1  max 1  norm 3"),
    ],
    ids=repr,
)
def test_a_summary_is_short_and_true(array, text):
    assert summary_text(array) == text.replace("-", "−")
