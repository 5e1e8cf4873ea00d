"""The shards of a search as tasks of a Ray cluster."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Any

import tensorflow as tf

from tb_convvis.callbacks.model_recipe import ModelRecipe
from tb_convvis.callbacks.picture_set import PictureSet
from tb_convvis.callbacks.shard_search import Shard, ShardError, ShardSearch
from tb_convvis.methods import TopActivations

RETRIES = 3
"""How often Ray tries a shard again whose worker or machine was lost."""
AHEAD = 2
"""Shards handed to Ray for each one that can run: no worker waits for the next, and few pictures are held."""


def search_on_ray(
    address: str, search: ShardSearch, pictures: PictureSet, shards: Iterable[Shard]
) -> Iterator[tuple[Shard, dict[str, TopActivations]]]:
    """Search shards on a Ray cluster, in whatever order they are done.

    A shard takes one GPU where the cluster holds one, else one CPU core. One whose worker was lost is tried
    again by Ray, `RETRIES` times. A connection to a cluster that is there is used and left open.

    Args:
        address: of the cluster, such as "10.0.0.1:6379" or "auto", or "local" for one on this machine alone.
        search: how to search; its model is built anew in the workers.
        pictures: of which the shards are parts.
        shards: what to search.

    Raises:
        ModuleNotFoundError: Ray is not installed.
        ConnectionError: there is no cluster at the address.
        ShardError: a shard that cannot be searched.
        OSError: a shard that was lost again and again.
    """
    with _connected(address) as ray:
        recipe = (ModelRecipe.of(search.model), search.layers, search.k, search.batch_size)
        packed = ray.put(ray.cloudpickle.dumps(recipe))
        gpu = ray.cluster_resources().get("GPU", 0) >= 1
        task = ray.remote(max_retries=RETRIES, num_cpus=1, num_gpus=int(gpu))(_search_shard)
        waiting: dict[Any, Shard] = {}
        try:
            for shard in shards:
                # Asked each time: machines come and go.
                workers = ray.cluster_resources().get("GPU" if gpu else "CPU", 1)
                while len(waiting) >= AHEAD * max(1, workers):
                    yield _next(ray, waiting)
                part = pictures.part(slice(shard.first, shard.last))
                waiting[task.remote(packed, shard, part)] = shard
            while waiting:
                yield _next(ray, waiting)
        finally:
            for reference in waiting:
                ray.cancel(reference, force=True)


def _next(ray: Any, waiting: dict[Any, Shard]) -> tuple[Shard, dict[str, TopActivations]]:
    """The next shard that is done, and what was found in it."""
    (reference,), _ = ray.wait(list(waiting), num_returns=1)
    shard = waiting.pop(reference)
    try:
        return shard, ray.get(reference)
    except ray.exceptions.RayTaskError as error:
        if isinstance(error.cause, ShardError):
            raise error.cause from None
        raise ShardError(
            f"cannot search {shard}. tb_convvis, and what the model is made of, have to be installed on "
            f"every machine of the cluster. {error}"
        ) from error
    except ray.exceptions.RayError as error:
        raise OSError(
            f"the worker that searched {shard} was lost, after {RETRIES} retries; "
            f"what is done is kept. {error}"
        ) from error


def _search_shard(recipe: bytes, shard: Shard, pictures: PictureSet) -> dict[str, TopActivations]:
    return _search_of(recipe)(shard, pictures)


@lru_cache(maxsize=1)
def _search_of(recipe: bytes) -> ShardSearch:
    """The search of this worker process, compiled once."""
    from ray import cloudpickle  # noqa: PLC0415 (only in workers, which have it)

    # A worker has one core; more threads would only wait for one another.
    if not tf.config.list_physical_devices("GPU"):
        with suppress(RuntimeError):  # what the cluster runs in each worker may have used TensorFlow
            tf.config.threading.set_intra_op_parallelism_threads(1)
    model, layers, k, batch_size = cloudpickle.loads(recipe)
    return ShardSearch(model.build(), layers, k, batch_size)


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    try:
        import ray  # noqa: PLC0415 (an extra)
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "searching on several machines needs Ray, which is not installed here. "
            "Install it with: pip install 'tb-convvis[ray]'."
        ) from error
    if ray.is_initialized():
        yield ray
        return
    # For a cluster that is started here: it must not tell anybody.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    own = {"include_dashboard": False} if address == "local" else {}
    ray.init(address=address, log_to_driver=False, logging_level="warning", **own)
    try:
        yield ray
    finally:
        ray.shutdown()
