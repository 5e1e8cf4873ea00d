"""Packaging: the package map, the entry point, and the page, which is built before files are collected."""

import re
import sys
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

ROOT = Path(__file__).resolve().parent
TENSORFLOW = "tensorflow>=2.16,<2.22"
sys.path.insert(0, str(ROOT))  # build front ends do not put it there

import build_frontend  # noqa: E402


class BuildPy(build_py):
    """Build the page, then collect the files."""

    def run(self) -> None:
        """Run the command."""
        build_frontend.build()
        super().run()


class Sdist(sdist):
    """Build the page and pack it with the sources: installing them needs no Node.js and no network."""

    def run(self) -> None:
        """Run the command."""
        build_frontend.build()
        super().run()


def _version() -> str:
    # Read, not imported: the package's requirements are not installed yet.
    match = re.search(
        r'^__version__ = "(.+)"$', (ROOT / "tb_convvis" / "__init__.py").read_text("utf-8"), re.MULTILINE
    )
    if match is None:
        raise RuntimeError("tb_convvis/__init__.py has no __version__")
    return match[1]


setup(
    name="tb-convvis",
    version=_version(),
    description="A TensorBoard plugin that shows what each layer of a convolutional network learns",
    long_description=(ROOT / "README.md").read_text("utf-8"),
    long_description_content_type="text/markdown",
    license="MIT",
    license_files=["LICENSE"],
    classifiers=[
        "Development Status :: 4 - Beta",
        "Intended Audience :: Science/Research",
        "Programming Language :: Python :: 3",
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
        "Topic :: Scientific/Engineering :: Visualization",
        "Typing :: Typed",
    ],
    python_requires=">=3.10",
    # `callbacks` lies at the top of the repository, where users look for it, and is installed inside the
    # package: a top-level module of that name would hide users' own. The symlink tb_convvis/callbacks is for
    # tools that read the tree; sdists do not have it.
    package_dir={"tb_convvis": "tb_convvis", "tb_convvis.callbacks": "callbacks"},
    packages=sorted({"tb_convvis.callbacks", *find_packages(include=["tb_convvis", "tb_convvis.*"])}),
    package_data={"tb_convvis": ["py.typed", "static/*"]},
    entry_points={"tensorboard_plugins": ["convvis = tb_convvis.loader:ConvVisLoader"]},
    install_requires=[
        "tensorboard>=2.16",
        # TensorBoard up to 2.20 imports pkg_resources and says not that setuptools 82 no longer has it.
        "setuptools<82",
        *("grpcio", "numpy", "protobuf", "werkzeug", "Pillow>=10.1"),
    ],
    extras_require={
        "train": [TENSORFLOW],
        "ray": [TENSORFLOW, "ray>=2.40"],
        "demo": ["scikit-image", "scikit-learn"],
        "test": [
            *["hypothesis", "keras-tuner", "mypy", "playwright", "pytest", "pytest-xdist", "ray", "ruff"],
            "setuptools>=77",
        ],
    },
    setup_requires=[] if build_frontend.is_current() else build_frontend.requirements(),
    cmdclass={"build_py": BuildPy, "sdist": Sdist},
)
