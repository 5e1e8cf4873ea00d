"""What is compared from one log of a layer to the next, against plain loops."""

from __future__ import annotations

import numpy as np

from tb_convvis.callbacks.layer_features import LayerFeatures
from tb_convvis.methods import TopActivations

MAPS, K, LOGS = 40, 3, 4


def _found(generator: np.random.Generator) -> TopActivations:
    """Some maps are dead: then all pictures are equally strong, and the first stands for them."""
    value = -np.sort(-generator.uniform(0.1, 2, (MAPS, K)), axis=1).astype(np.float32)
    image = generator.integers(0, 4, (MAPS, K)).astype(np.int32)
    dead = generator.uniform(size=MAPS) < 0.3
    value[dead] = 0
    value[generator.integers(MAPS)] = -np.inf
    image[dead] = np.arange(K)
    nowhere = np.zeros_like(image)
    return TopActivations(value, image, nowhere, nowhere, np.where(dead, 1, 0.5).astype(np.float32))


def test_jumps_are_of_maps_alive_at_both_logs() -> None:
    generator = np.random.default_rng(5)
    layer = LayerFeatures("conv", "all", seed=0)
    before, died = None, 0
    for _ in range(LOGS):
        found = _found(generator)
        facts = layer.strength(found, None, None).facts
        if before is None:
            assert (facts["jumps"], facts["alive"]) == (None, None)
        else:
            jumps = alive = 0
            for map_ in range(MAPS):
                if before.value[map_, 0] > 0 and found.value[map_, 0] > 0:
                    alive += 1
                    jumps += int(before.image[map_, 0] != found.image[map_, 0])
                elif before.image[map_, 0] != found.image[map_, 0]:
                    died += 1
            assert (facts["jumps"], facts["alive"]) == (jumps, alive)
            assert 0 < jumps < alive < MAPS
        before = found
    assert died > 0, "some changed their strongest picture as they died or revived"
