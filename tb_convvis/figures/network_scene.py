"""What of a network is drawn: the calls of the unfolded models, each with those that only follow it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from tb_convvis.figures.layered import Edge
from tb_convvis.figures.network import Call, Graph, Layer, Network, Shape

PORT = "\0"
"""Before the number of an input: no call has such a name."""


@dataclass(frozen=True)
class Node:
    """A call. `path` is that under which its receptive field is known, `inside` how many layers it holds."""

    path: str
    name: str
    kind: str
    output: Shape | None
    layer: str | None = None
    facts: Layer | None = None
    inside: int = 0


@dataclass
class Block:
    """What stands in one frame: a call, those that follow it without changing its shape, or a model."""

    nodes: list[Node]
    inner: Scene | None = None
    port: Literal["input", "output"] | None = None


@dataclass
class Scene:
    """Blocks with the edges between them; `plain` where Keras knows no graph: then they are in a row."""

    blocks: list[Block] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    plain: bool = False

    def nodes(self) -> Iterator[Node]:
        """Yield every call that is drawn, from the top."""
        for block in self.blocks:
            if block.port is None:
                yield from block.nodes
                if block.inner:
                    yield from block.inner.nodes()


def scene_of(
    network: Network,
    unfolded: Callable[[str], bool],
    layer: str = "",
    path: str = "",
    around: Sequence[str] = (),
) -> Scene:
    """Return what is drawn of a network.

    Args:
        network: that of a run.
        unfolded: whether the model at the path of a call is drawn with what is inside.
        layer: path of the model that is drawn; empty for the network.
        path: path of its call.
        around: paths of the models that it lies in.
    """
    prefix = f"{path}/" if path else ""
    graph = network.graphs.get(layer)

    def node(call: Call) -> Node:
        facts = None if call.layer is None else network.layers.get(call.layer)
        output = call.outputs[0] if call.outputs else facts.output if facts else None
        # A record in which a model lies inside itself would never end.
        inside = 0 if call.layer is None or call.layer in around else _inside(network, call.layer)
        return Node(prefix + call.name, call.name, call.kind, output, call.layer, facts, inside)

    def inner(one: Node) -> Scene | None:
        if one.inside and one.layer is not None and unfolded(one.path):
            return scene_of(network, unfolded, one.layer, one.path, [*around, one.layer])
        return None

    if graph is None:
        nodes = [node(_plain_call(facts)) for facts in network.inside.get(layer, [])]
        return Scene([Block([one], inner(one)) for one in nodes], plain=True)
    return _connected(graph, prefix, node, inner)


def _connected(
    graph: Graph, prefix: str, node: Callable[[Call], Node], inner: Callable[[Node], Scene | None]
) -> Scene:
    blocks = [
        Block([Node(f"{prefix}{PORT}input{at}", "input", "", shape)], port="input")
        for at, shape in enumerate(graph.inputs)
    ]
    readers, places = _readers(graph), {f"{PORT}{at}": at for at in range(len(blocks))}
    edges: dict[Edge, None] = {}
    for call in graph.calls:
        # What is read must have been made before: a record in which it was not is not followed there.
        sources = [one for one in dict.fromkeys(map(_source, call.inputs)) if one in places]
        if call.name in places:
            continue
        one = node(call)
        before = blocks[places[sources[0]]] if len(sources) == 1 else None
        if before and readers[sources[0]] == 1 and _follows(one, before):
            before.nodes.append(one)
            places[call.name] = places[sources[0]]
            continue
        places[call.name] = len(blocks)
        blocks.append(Block([one], inner(one)))
        edges |= dict.fromkeys((places[source], places[call.name]) for source in sources)
    outputs = {call.name: call.outputs for call in reversed(graph.calls)}
    for number, (name, at) in enumerate(graph.outputs):
        shapes = outputs.get(name, ())
        port = Node(f"{prefix}{PORT}output{number}", "output", "", shapes[at] if at < len(shapes) else None)
        source = _source((name, at))
        if source in places:
            edges[places[source], len(blocks)] = None
        blocks.append(Block([port], port="output"))
    return Scene(blocks, list(edges))


def _source(source: tuple[str, int]) -> str:
    name, at = source
    return name or f"{PORT}{at}"


def _readers(graph: Graph) -> Counter[str]:
    """How many calls and outputs read a call."""
    readers = Counter(name for call in graph.calls for name in {source for source, _ in call.inputs})
    readers.update({name for name, _ in graph.outputs})
    return readers


def _follows(node: Node, block: Block) -> bool:
    """Normalisation, activation and the like: they keep the shape, and have no kernel."""
    last = block.nodes[-1]
    return (
        block.port is None
        and block.inner is None
        and last.inside == node.inside == 0
        and not (node.facts and node.facts.kernel)
        and node.kind != "Dense"
        and node.output == last.output
    )


def _plain_call(facts: Layer) -> Call:
    outputs = () if facts.output is None else (facts.output,)
    return Call(facts.name.rpartition("/")[2], facts.name, facts.kind, (), outputs)


def _inside(network: Network, layer: str) -> int:
    # A model that is called in two networks has its layers under the path of its first call.
    graph = network.graphs.get(layer)
    return len(network.inside.get(layer, [])) or (len(graph.calls) if graph else 0)
