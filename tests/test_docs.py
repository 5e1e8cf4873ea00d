from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tb_convvis import callbacks, schema

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("kind", schema.KINDS.values(), ids=lambda kind: kind.name)
def test_every_kind_is_in_the_record_format(kind: schema.Kind) -> None:
    row = f"| `{kind.name}` | {kind.subject} | {kind.blobs} | {kind.summary} |"
    assert row in (ROOT / "docs" / "record_format.md").read_text()


@pytest.mark.parametrize(
    "kind", [kind for kind in schema.KINDS.values() if kind.view], ids=lambda kind: kind.name
)
def test_every_kind_with_a_view_has_one_on_the_page(kind: schema.Kind) -> None:
    views = (ROOT / "tb_convvis" / "frontend" / "src" / "views").glob("*.tsx")
    assert [view.name for view in views if f'id: "{kind.view}"' in view.read_text()]


@pytest.mark.parametrize("kind", schema.KINDS)
def test_every_kind_is_known_to_the_page(kind: str) -> None:
    index = ROOT / "tb_convvis" / "frontend" / "src" / "data" / "index.ts"
    (known,) = [line for line in index.read_text().splitlines() if line.startswith("export const KINDS")]
    assert f'"{kind}"' in known


@pytest.mark.parametrize("name", sorted(set(callbacks.__all__) - {"ViewCallback", "ConvVis"}))
def test_every_callback_is_in_the_readme_and_held_by_convvis(name: str, tmp_path: Path) -> None:
    assert f"| `{name}` |" in (ROOT / "README.md").read_text()
    assert name in [
        type(view).__name__
        for view in callbacks.ConvVis(tmp_path, data=np.zeros((2, 8, 8, 3)), budget=None).views
    ]


@pytest.mark.parametrize(
    "document",
    [
        "README.md",
        "CONTRIBUTING.md",
        "docs/record_format.md",
        "docs/http_api.md",
        "docs/methods.md",
        "docs/features.md",
        "docs/occlusion.md",
        "docs/memory.md",
        "docs/export.md",
        "docs/replay.md",
        "docs/reliability.md",
        "docs/doctor.md",
        "docs/notebooks.md",
        "docs/performance.md",
    ],
)
def test_links_and_pictures_in_documents_exist(document: str) -> None:
    import re

    text = (ROOT / document).read_text()
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert "://" in target or ((ROOT / document).parent / target).exists(), target
