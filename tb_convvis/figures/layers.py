"""The network as a graph: a box for each layer, a line for what it reads; nested models are folded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tb_convvis.figures.drawing import Drawing, all_headed, beside
from tb_convvis.figures.facts import Ask, Facts, facts_of, titles_of, together
from tb_convvis.figures.figure import Figure
from tb_convvis.figures.layer_names import renamed
from tb_convvis.figures.likeness import Likeness, likeness
from tb_convvis.figures.network import Network, network_of
from tb_convvis.figures.network_layout import Placing
from tb_convvis.figures.network_scene import Node, Scene, scene_of
from tb_convvis.figures.network_words import network_words
from tb_convvis.figures.run import Record, Run
from tb_convvis.figures.words import enumerate_words, one_line, plural

PIXELS = 2
"""Of the image per dot."""

TEXT, GAP = 12, 40

LEAST = 480
"""Width of what stands alone."""


@dataclass(frozen=True)
class Shown:
    """A network, and the runs that have it."""

    runs: list[Run]
    records: list[Record]
    network: Network
    scene: Scene


def draw(runs: Sequence[Run], ask: Ask) -> Figure:
    """Return the networks of runs side by side; one that several have is drawn once."""
    groups: list[Shown] = []
    known: list[Likeness] = []
    for run in runs:
        record = run.record("run", "model", ask.epoch)
        network = network_of(record)
        same = likeness(network, run.shown)
        if same in known:
            alike = groups[known.index(same)]
            alike.runs.append(run)
            alike.records.append(record)
        else:
            known.append(same)
            groups.append(Shown([run], [record], network, _scene(run, network, _own(run, ask))))
    words = [_words(one, named=len(groups) > 1) for one in groups]
    panels = all_headed(words, [_graph(one, ask, alone=len(groups) == 1) for one in groups], TEXT)
    all_facts = [
        facts_of(run, "layers", ask.layer or "all", (record.step, record.wall_time), ask, _facts(one, run))
        for one in groups
        for run, record in zip(one.runs, one.records, strict=True)
    ]
    title = f"{titles_of(runs)}: the network" + ("s" if len(groups) > 1 else "")
    drawing = beside(panels, GAP)
    return Figure("layers", title, together(all_facts), drawing, scale=ask.scale or PIXELS, chart=True)


def _own(run: Run, ask: Ask) -> str | None:
    """A network is drawn with its own names."""
    if ask.layer is None:
        return None
    own = run.own_name(ask.layer)
    if renamed(run.shown, own) != ask.layer:
        # The layer that has this name in the run is shown by another: it stands in another place.
        raise ValueError(
            f"{run.title}: the network has no such layer. Received: layer={ask.layer!r}. "
            f"Expected one of {enumerate_words([repr(path) for path in run.network()], most=30)}."
        )
    return own


def _scene(run: Run, network: Network, layer: str | None) -> Scene:
    """With the models folded in which the layer does not lie."""
    scene = scene_of(network, lambda path: layer is not None and layer.startswith(f"{path}/"))
    paths = [node.path for node in scene.nodes()]
    if layer is not None and layer not in paths:
        known = enumerate_words([repr(path) for path in paths], most=30)
        raise ValueError(
            f"{run.title}: the network has no such layer. Received: layer={layer!r}. Expected one of "
            f"{known}, or one inside of them."
        )
    return scene


def _graph(shown: Shown, ask: Ask, *, alone: bool) -> Drawing:
    """A network in the middle of the room there is, where it stands alone."""
    drawing = Placing(shown.network, _own(shown.runs[0], ask)).scene(shown.scene)
    width = max(drawing.width, LEAST) if alone else drawing.width
    return Drawing(width, drawing.height + GAP / 4, drawing.at(round((width - drawing.width) / 2), GAP / 4))


def _words(shown: Shown, *, named: bool) -> list[str]:
    words = [enumerate_words([one_line(run.title, 60) for run in shown.runs])] if named else []
    words.append(network_words(shown.network))
    if "" not in shown.network.graphs:
        words.append(f"{_missing(shown.network)}: layers in the order they were made")
    return words


def _missing(network: Network) -> str:
    if network.problem is None:
        return "This model has no graph that Keras can tell"
    return f"The graph could not be recorded ({one_line(network.problem)})"


def _facts(shown: Shown, run: Run) -> Facts:
    """With the run's own names: those drawn are of the first run that has the network."""

    def own(path: str) -> str:
        return run.own_name(renamed(shown.runs[0].shown, path))

    network = shown.network
    nodes = list(shown.scene.nodes())
    folded = [own(one.path) for one in nodes if one.inside and one.path not in _unfolded(shown.scene)]
    reasons = _reasons(network, nodes, own)
    return [
        ("parameters", str(network.parameters)),
        ("layers", str(len(network.layers))),
        *([("folded", f"{plural(len(folded), 'model')}: {_names(folded)}")] if folded else []),
        *([("receptive field not known", reasons)] if reasons else []),
    ]


def _unfolded(scene: Scene) -> set[str]:
    """Paths of the models that are drawn with what is inside."""
    inner = [block for block in scene.blocks if block.inner]
    return {block.nodes[0].path for block in inner}.union(
        *(_unfolded(one.inner) for one in inner if one.inner)
    )


def _names(paths: Sequence[str]) -> str:
    return enumerate_words([one_line(path, 60) for path in paths])


def _reasons(network: Network, nodes: Sequence[Node], own: Callable[[str], str]) -> str:
    """Why, by the layers of which it is so."""
    found: dict[str, list[str]] = {}
    for node in nodes:
        field = network.fields.get(node.path)
        if field and field.reason is not None:
            found.setdefault(one_line(field.reason), []).append(own(node.path))
    return "; ".join(f"of {_names(paths)}: {reason}" for reason, paths in found.items())
