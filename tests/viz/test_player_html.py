"""The player's page as text: safe, small, with the gradients in it; what notebooks and disks get.
Read `test_player_page.py` next, for the page in a browser.
"""

import json
import re
import webbrowser
from urllib.parse import unquote, urlparse

import numpy as np
import pytest
from player_samples import COMPUTATIONS, number, three_uses, write_up

import tinygrad_nn as tnn
from tinygrad_nn import viz

HOSTILE = '"><img src=x onerror="alert(1)"></script><!-- \\frac{ $ & \n\x00\ud800 %s {0}'


def data_of(html):
    return json.loads(re.search(r'id="data">(.*?)</script>', html, re.DOTALL)[1])


def tables_of(html):
    return dict(re.findall(r'<template id="(\w+)">(.*?)</template>', html, re.DOTALL))


def test_a_table_is_in_the_data_once():
    loss, _ = write_up()
    tables = tables_of(viz.play(loss).html)
    assert tables
    assert len(set(tables.values())) == len(tables)


@pytest.mark.slow
def test_a_hundred_operations_take_less_than_five_megabytes():
    tnn.manual_seed(0)
    x = tnn.randn(30, 30, requires_grad=True)
    y = x
    for i in range(50):
        y = (y @ x if i % 2 else y * x).tanh()
    player = viz.play(y.sum())
    assert sum(frame["phase"] == "forward" for frame in player.frames) == 101
    assert len(player.html.encode()) < 5_000_000


def test_hostile_names_and_titles_are_text():
    a, b = number(2.0, HOSTILE), number(3.0, "</title>")
    html = viz.play(a * b, title=HOSTILE).html
    assert "<img" not in html
    assert html.count("<script") == html.count("</script>") == 2
    assert html.count("<title>") == html.count("</title>")
    data_of(html)


def test_without_an_engine_there_is_the_list(no_engine):
    loss, _ = three_uses()
    player = viz.play(loss)
    assert "needs pygraphviz" in player.html
    assert player.html.count('<li><button type="button"') == len(player.frames)


def test_a_notebook_gets_a_frame_of_its_own():
    loss, _ = three_uses()
    player = viz.play(loss, title='a "title"')
    shown = player._repr_html_()
    assert shown.startswith('<iframe srcdoc="&lt;!doctype html&gt;')
    assert 'title="a &quot;title&quot;"' in shown
    assert shown.count("<") == 2


def test_the_page_is_saved_and_opened(tmp_path, monkeypatch):
    loss, _ = three_uses()
    player = viz.play(loss)
    saved = player.save(tmp_path / "player.html")
    assert saved.read_text("utf-8") == player.html
    opened = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    page = player.open()
    assert [unquote(urlparse(each).path) for each in opened] == [page.as_posix()]
    assert page.read_text("utf-8") == player.html


def test_a_player_prints_as_one_line():
    loss, _ = three_uses()
    assert repr(viz.play(loss)) == "<Player of 10 steps: .save(path), .open()>"


@pytest.mark.parametrize("computation", COMPUTATIONS)
def test_tables_hold_the_gradients_that_backward_gives(computation):
    loss, leaves = computation()
    player = viz.play(loss, params=leaves)
    loss.backward()
    tables = tables_of(player.html)
    shown = {each["name"]: each["value"] for each in player.frames[-1]["outputs"]}
    assert set(shown) == set(leaves)
    for name, leaf in leaves.items():
        value = shown[name]
        if value["number"]:
            assert float(value["number"]) == leaf.grad.item()
            continue
        cells = re.findall(r'title="\[([\d, ]+)\] = ([^"]+)"', tables[value["table"]])
        assert cells
        for place, text in cells:
            index = tuple(int(i) for i in place.split(","))
            np.testing.assert_allclose(float(text), leaf.grad.numpy()[index], rtol=1e-12)
