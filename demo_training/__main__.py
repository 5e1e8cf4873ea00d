"""`python -m demo_training --logdir logs`: train the demo's two runs."""

from __future__ import annotations

import argparse
import os
from pathlib import Path


def main() -> None:
    """Check the arguments, load the pictures, train."""
    arguments = _arguments()
    # TensorFlow takes seconds to load: only after the arguments, and without its notes on the processor.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    from demo_training import dataset, train  # noqa: PLC0415

    try:
        pictures = dataset.load(arguments.dataset, arguments.seed)
    except (ValueError, ModuleNotFoundError) as error:
        raise SystemExit(f"demo_training: {error}") from error
    train.train(pictures, arguments.logdir, arguments.epochs, arguments.seed)
    print(f"\nTo look at it:  tensorboard --logdir {arguments.logdir}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m demo_training",
        description="Train a small network twice, with two first layers, and log what its layers learn.",
    )
    parser.add_argument("--logdir", type=Path, required=True, help="where to write; one sub-folder per run")
    parser.add_argument("--epochs", type=_positive, default=12, help="of each run (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of crops and weights (default: %(default)s)")
    parser.add_argument(
        "--dataset",
        type=_dataset,
        default="photographs",
        metavar="NAME",
        help="photographs (default: crops of 15 photographs, no download), cifar10 (downloads 170 MB), "
        "or a folder with one sub-folder of pictures per class",
    )
    return parser.parse_args()


def _positive(text: str) -> int:
    if not (text.isdecimal() and int(text)):
        raise argparse.ArgumentTypeError(f"expected a number from 1 up, received {text!r}")
    return int(text)


def _dataset(text: str) -> str:
    if text not in ("photographs", "cifar10") and not Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"expected photographs, cifar10 or a folder, received {text!r}")
    return text


if __name__ == "__main__":
    main()
