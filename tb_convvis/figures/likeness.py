"""Which runs have the same network, whatever numbers Keras set behind names of layers and operations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tb_convvis.figures.layer_names import renamed, uncalled
from tb_convvis.figures.network import Graph, Network, Source

Likeness = tuple[object, ...]


def likeness(network: Network, names: Mapping[str, str]) -> Likeness:
    """Return what is equal for equal networks: all that was recorded of them, by the names shown.

    Args:
        network: of a run.
        names: those by which its layers are shown beside other runs, by its own.
    """

    def shown(path: str) -> str:
        return renamed(names, path)

    places = {
        (model, call.name): place
        for model, graph in network.graphs.items()
        for place, call in enumerate(graph.calls)
    }

    def placed(path: str) -> object:
        """A call by its place: operations that are no layers have numbers in their names, too."""
        around, _, name = path.rpartition("/")
        place = places.get((uncalled(around), name))
        return shown(path) if place is None else (shown(around), place)

    return (
        (network.parameters, network.problem),
        [replace(layer, name=shown(layer.name)) for layer in network.layers.values()],
        [(shown(model), _connections(graph, names)) for model, graph in network.graphs.items()],
        [(placed(path), field) for path, field in network.fields.items()],
    )


def _connections(graph: Graph, names: Mapping[str, str]) -> Likeness:
    places: dict[str, object] = {call.name: place for place, call in enumerate(graph.calls)}

    def numbered(sources: Sequence[Source]) -> list[object]:
        return [(places.get(name, name), output) for name, output in sources]

    calls = [
        (
            None if call.layer is None else renamed(names, call.layer),
            call.kind,
            numbered(call.inputs),
            call.outputs,
        )
        for call in graph.calls
    ]
    return graph.inputs, calls, numbered(graph.outputs)
