"""The front-end files in node: their pure functions by node's own test runner, and each widget's module as one file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rnnlib.explorers.shared import front_end
from tests.node import run

TESTS = Path(__file__).parents[1]
# Asks node for a view, and where there is none what is wrong.
ASKED = """try {{ const {{ default: view }} = await import({!r}); console.log(typeof view.render); }}
catch (wrong) {{ console.log(wrong.message); }}"""
VIEWS = sorted(front_end.SHARED.parent.glob("*/view.js"))


def test_the_pure_functions() -> None:
    """All in one node: to start one takes longer than most files' tests."""
    files = sorted(TESTS.rglob("*.test.mjs"))
    assert files
    all_of_them = "".join(f"await import({file.as_uri()!r});" for file in files)
    said = run("--test-reporter=tap", "--input-type=module", "--eval", all_of_them)
    assert "\n# fail 0\n" in said
    assert "\n# skipped 0\n" in said
    assert "\n# pass 0\n" not in said


def test_the_widgets_have_views() -> None:
    assert VIEWS


def asked(*files: Path) -> list[str]:
    """Of each file that should be a view: "function", or what node says is wrong with it."""
    said = run("--input-type=module", "--eval", "\n".join(ASKED.format(file.as_uri()) for file in files))
    return said.splitlines()


def test_a_widgets_module_is_whole(tmp_path: Path) -> None:
    """The shared files put in the place of their imports: no name twice, none missing, nothing left to fetch."""
    whole = {view: front_end.module(view) for view in VIEWS}
    for view, text in whole.items():
        tmp_path.joinpath(f"{view.parent.name}.mjs").write_text(text, encoding="utf-8")
        assert "\nimport " not in text
        assert '"section"' not in text  # on a slide, reveal.js takes each for a slide
        assert "://" not in text.replace("http://www.w3.org/2000/svg", "")
    each = [*VIEWS, *sorted(tmp_path.iterdir())]  # of files that are imported, node says which name is not there
    assert dict(zip(each, asked(*each), strict=True)) == dict.fromkeys(each, "function")


def files(folder: Path, view: str, **others: str) -> Path:
    """A view and the files that it imports, written into a folder."""
    for name, text in {"view": view, **others}.items():
        folder.joinpath(f"{name}.js").write_text(text, encoding="utf-8")
    return folder / "view.js"


def test_a_file_imported_by_several_stands_once_before_what_uses_it(tmp_path: Path) -> None:
    view = files(
        tmp_path,
        'import {\n  one,\n  two,\n} from "./a.js";\nimport { three } from "./b.js";\nexport default three;\n',
        a="export const one = 1;\nexport const two = 2;\n",
        b='import { one, two } from "./a.js";\nexport const three = one + two;\n',
    )
    whole = front_end.module(view)
    assert whole.count("const one") == 1
    assert whole.index("const one") < whole.index("const three") < whole.index("export default")


@pytest.mark.parametrize(
    "statement",
    [
        "import { one } from './a.js';",
        'import { one } from "./a.js"',
        'import { one as uno } from "./a.js";',
        'import * as all from "./a.js";',
        'import one from "./a.js";',
        'import one, { two } from "./a.js";',
        'import "./a.js";',
        'import { one } from "a";',
        'import { one } from "https://elsewhere/a.js";',
        'const { one } = await import("./a.js");',
        'export { one } from "./a.js";',
        'export {\n  one,\n} from "./a.js";',
        'export * from "./a.js";',
    ],
)
def test_an_import_that_would_mean_another_is_refused(tmp_path: Path, statement: str) -> None:
    view = files(tmp_path, f"{statement}\nexport default 1;\n", a="export const one = 1;\nexport default 2;\n")
    with pytest.raises(ValueError, match=r"view\.js has .* cannot be inlined: write import \{ name \} from"):
        front_end.module(view)


def test_two_files_with_the_same_name_in_them_are_no_module(tmp_path: Path) -> None:
    view = files(
        tmp_path,
        'import { a } from "./a.js";\nimport { b } from "./b.js";\nexport default { render: () => [a, b] };\n',
        a="const same = 1;\nexport const a = same;\n",
        b="const same = 2;\nexport const b = same;\n",
    )
    file = tmp_path / "whole.mjs"
    file.write_text(front_end.module(view), encoding="utf-8")
    assert asked(file) == ["Identifier 'same' has already been declared"]


def outermost(css: str) -> list[str]:
    """The selectors that stand in no other rule, but for conditions such as ``@container``; a keyframe is none."""
    found: list[str] = []
    within: list[str] = []
    for before, brace in re.findall(r"([^{};]*)([{};])", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)):
        head = before.strip()
        if brace == "{":
            alone = all(rule.startswith("@") and not rule.startswith("@keyframes") for rule in within)
            if alone and not head.startswith("@"):
                found += [one.strip() for one in re.split(r",(?![^(]*\))", head)]
            within.append(head)
        elif brace == "}":
            within.pop()
    return found


def test_the_outermost_selectors_are_found() -> None:
    css = "a, b:is(c, d) { color: red; & e { top: 0; } } @media (x) { f { g { top: 0; } } } /* h { } */"
    css += "@keyframes k { to { top: 0; } }"
    assert outermost(css) == ["a", "b:is(c, d)", "f"]


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.parent.name)
def test_a_views_style_stays_at_home(view: Path) -> None:
    """Every rule is inside the view's own root: none reaches another explorer, and none of the frame's outweighs it."""
    selectors = outermost(view.with_suffix(".css").read_text("utf-8"))
    assert selectors
    assert [one for one in selectors if f".rnnlib.rnnlib.{view.parent.name}" not in one] == []
