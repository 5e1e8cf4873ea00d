"""The command that logs a finished training from its checkpoints."""

from __future__ import annotations

import argparse
import importlib
import sys
from typing import Any

HELP = "log a finished training from its checkpoints"
DESCRIPTION = (
    "Log a finished training from its checkpoints, as the callbacks would have. "
    "Stopped and started again, it goes on where it was."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument("--model", required=True, help="the model, as model.save wrote it (.keras or .h5)")
    parser.add_argument(
        "--checkpoints",
        required=True,
        metavar="PATTERN",
        help="such as 'ckpt/*.weights.h5': .weights.h5, .keras, .h5, or .index of tf.train.Checkpoint; "
        "the epoch is read from the names",
    )
    parser.add_argument("--logdir", required=True, help="directory to log into; holds no other log")
    parser.add_argument(
        "--data",
        help="pictures: a directory (a sub-directory per class), an .npz file with x and y as the network "
        "gets them, or module:name; without it only filters and histograms are logged",
    )
    parser.add_argument(
        "--images",
        type=_number_or_all,
        default=500,
        metavar="N",
        help="how many pictures are searched for what excites a map most: a draw of N, default 500, or all",
    )
    parser.add_argument(
        "--ray",
        metavar="ADDRESS",
        help="search on a Ray cluster: host:port, auto, or local for the processors of this machine",
    )
    parser.add_argument(
        "--scale", type=float, default=1.0, help="by which pixels of a directory, 0 to 255, are multiplied"
    )
    parser.add_argument("--offset", type=float, default=0.0, help="which is added to them then")
    parser.add_argument("--layers", nargs="+", metavar="LAYER", help="whose features are shown; or all")
    parser.add_argument("--class-names", nargs="+", metavar="NAME", help="in the order of the outputs")
    parser.add_argument(
        "--channel-order",
        choices=("RGB", "BGR"),
        default="RGB",
        help="order of the input's channels; BGR with the preprocessing of VGG16 and ResNet50",
    )
    parser.add_argument(
        "--custom", metavar="MODULE", help="imported first: registers the model's own layers with Keras"
    )


def _number_or_all(given: str) -> int | str:
    return given if given == "all" else int(given)


def run(options: argparse.Namespace) -> int:
    """Run the command; returns its exit status."""
    # Viewers of logs have no TensorFlow, and the other commands need none.
    import tensorflow as tf  # noqa: PLC0415

    try:
        _replay(options)
    except KeyboardInterrupt:
        print("\nstopped; the same command goes on where it was.", file=sys.stderr)
        return 130
    except tf.errors.OpError as error:
        print(error.message, file=sys.stderr)
        return 2
    except (ValueError, OSError, ImportError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _replay(options: argparse.Namespace) -> None:
    from tb_convvis.callbacks.checkpoint_files import find_checkpoints  # noqa: PLC0415
    from tb_convvis.callbacks.picture_directory import PictureDirectory  # noqa: PLC0415
    from tb_convvis.callbacks.picture_source import read_pictures  # noqa: PLC0415
    from tb_convvis.callbacks.replay import replay  # noqa: PLC0415

    sys.path.insert(0, "")
    if options.custom:
        importlib.import_module(options.custom)
    layers = "all" if options.layers == ["all"] else options.layers
    model = _load(options.model)
    found = find_checkpoints(options.checkpoints)
    data = None
    if options.data is not None:
        # A subclassed model knows no shape of its input; only a directory of pictures needs it.
        shape = getattr(model, "input_shape", ())
        data = read_pictures(options.data, shape, options.scale, options.offset)
        if isinstance(data, PictureDirectory):
            # Most networks take other numbers, and nothing in a model says which.
            print(f"{data}; --scale and --offset change that.")
    print(f"{len(found)} checkpoints, of the epochs {', '.join(map(str, found))}")
    logged = replay(
        model,
        found,
        options.logdir,
        data=data,
        images=options.images,
        ray=options.ray,
        layers=layers,
        class_names=options.class_names,
        channel_order=options.channel_order,
    )
    print(f"{len(logged)} of {len(found)} checkpoints were logged into {options.logdir} now.")


def _load(path: str) -> Any:
    import keras  # noqa: PLC0415

    try:
        return keras.saving.load_model(path, compile=False)
    except TypeError as error:
        # What Keras raises for a class that it does not know.
        raise ValueError(
            f"Keras cannot load the model. Received: {path!r}. {error} "
            "Where it has layers of your own, --custom MODULE imports what registers them."
        ) from error
