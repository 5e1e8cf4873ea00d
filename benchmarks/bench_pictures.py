"""What a logged epoch of features weighs, and what each encoding costs in bytes, quality and time.

Projections of the default number of maps from photographs through untrained networks: noisier, so larger,
than those of trained ones.
"""

from __future__ import annotations

import io
import time

import numpy as np
from PIL import Image

from benchmarks.models import small, vgg16, zfnet
from demo_training import photographs
from tb_convvis.callbacks.layer_features import LayerFeatures
from tb_convvis.callbacks.unit_slots import TileCollector, UnitSlots
from tb_convvis.images import draw_signed, mosaic
from tb_convvis.methods import Deconvnet, TopActivationSearch, feature_layers

IMAGES = 60
MAPS = 64
ENCODINGS = {
    "png": ("PNG", {"compress_level": 1}),
    "webp lossless": ("WEBP", {"lossless": True}),
    "jpeg 4:4:4 q80": ("JPEG", {"quality": 80, "subsampling": 0}),
    "jpeg 4:4:4 q90": ("JPEG", {"quality": 90, "subsampling": 0}),
    "jpeg 4:2:0 q90": ("JPEG", {"quality": 90, "subsampling": 2}),
}


def pictures(side: int) -> np.ndarray:
    cut, _ = photographs.crops(photographs.load(), "train", 4, np.random.default_rng(0))
    resized = [Image.fromarray((crop * 255).astype(np.uint8)).resize((side, side)) for crop in cut[:IMAGES]]
    return np.stack([np.asarray(crop, np.float32) / 255 - 0.5 for crop in resized])


def main() -> None:
    print(f"{'model':8s} {'layer':14s} {'window':>7s} {'tile':>5s} {'logged kB':>10s}   kB (quality, ms)")
    for name, make, side in (("small", small, 32), ("zfnet", zfnet, 224), ("vgg16", vgg16, 224)):
        model, images = make(), pictures(side)
        layers = feature_layers(model, images)
        found = TopActivationSearch(model, layers)(images)
        total = 0
        for layer in layers:
            features, top = LayerFeatures(layer, MAPS, 0), found[layer]
            slots = UnitSlots.of_maps(top, features.drawn(len(top.value)))
            part = Deconvnet(model, [layer])(images, {layer: slots.units})[layer]
            collector = TileCollector(slots)
            collector.add(np.arange(len(slots.units)), part)
            tiles = collector.tiles()
            record = features.top(slots, len(top.value), tiles, "RGB")
            size = sum(
                blob.nbytes if isinstance(blob, np.ndarray) else len(blob.data) for blob in record.blobs
            )
            total += size
            drawn_tiles, _ = draw_signed(tiles.signal)
            per_map = drawn_tiles.reshape(len(slots.value), -1, *drawn_tiles.shape[1:])
            costs = "  ".join(f"{name} {encoded(per_map, *how)}" for name, how in ENCODINGS.items())
            print(
                f"{model.name[:8]:8s} {layer:14s} {part.window.shape[1]:>7d} {tiles.signal.shape[1]:>5d} "
                f"{size / 1e3:10.0f}   {costs}"
            )
        print(f"{'':8s} {total / 1e6:.2f} MB an epoch, {total / 1e4:.0f} MB in 100 epochs")


def encoded(per_map: np.ndarray, kind: str, options: dict[str, object]) -> str:
    """Size, quality and time of all maps' pictures in one encoding."""
    size, errors, began = 0, [], time.perf_counter()
    files = []
    for tiles in per_map:
        picture, file = mosaic(tiles, 3), io.BytesIO()
        Image.fromarray(picture).save(file, kind, **options)
        files.append((picture, file))
        size += file.tell()
    seconds = time.perf_counter() - began
    for picture, file in files:
        back = np.asarray(Image.open(file).convert("RGB"), np.float64)
        errors.append(np.square(back - picture).mean())
    worst = np.mean(errors)
    quality = "exact" if worst == 0 else f"{10 * np.log10(255**2 / worst):.0f} dB"
    return f"{size / 1e3:.0f} ({quality}, {seconds * 1e3:.0f})"
