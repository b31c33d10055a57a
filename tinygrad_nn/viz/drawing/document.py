"""A page that is one file: it loads nothing from anywhere, and no script but its own may run.
Read `page.py` next, the page of a graph; `../player/page.py` is that of the player.
"""

from __future__ import annotations

import base64
import hashlib
import json
from html import escape
from importlib.resources import files
from typing import Any

from ..notation.latex import FONTS, IN_FONTS
from .words import printable

DOCUMENT = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
{body}
</body>
</html>
"""

SCRIPT = """
<script type="application/json" id="data">{data}</script>
<script>
{script}</script>"""


def document(title: str, style: str, body: str, script: str = "", data: Any = None) -> str:
    """Return a page of HTML around `body`; `title` may be any text, `style` follows `page.css`.

    Its script finds `data` as JSON in the element of the id "data". The policy names the script by
    its hash, so that what a name smuggles into the page does not run.
    """
    digest = base64.b64encode(hashlib.sha256(f"\n{script}".encode()).digest()).decode()
    allowed = f"'sha256-{digest}'" if script else "'none'"
    policy = (
        f"default-src 'none'; script-src {allowed}; "
        "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    body = body.replace(IN_FONTS, "")
    if script:
        written = json.dumps(data)
        for sign in "&<>":  # nothing that HTML could read
            written = written.replace(sign, f"\\u{ord(sign):04x}")
        body += SCRIPT.format(data=written, script=script)
    fonts = f":root {{ {FONTS} }}\nmath {{ font-family: var(--math, math); }}\n"
    shared = files(__package__).joinpath("page.css").read_text("utf-8")
    style = fonts + shared + style
    return DOCUMENT.format(policy=policy, title=escape(printable(title)), style=style, body=body)
