"""TensorBoard's entry point.

TensorBoard imports this module unguarded and calls `fix_flags` unguarded: an
error in either would keep TensorBoard itself from starting. So nothing here
can fail, and everything else is imported in `load`, where an error only leaves
this one tab out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tensorboard.plugins import base_plugin

if TYPE_CHECKING:
    from tb_convvis.plugin import ConvVisPlugin

KEPT_STEPS = 1000
"""Steps per tag that TensorBoard keeps for us: its own default is 10, too few for an epoch slider."""


class ConvVisLoader(base_plugin.TBLoader):
    """Sets the sampling flag and loads the plugin."""

    def fix_flags(self, flags: Any) -> None:
        """Ask for `KEPT_STEPS` steps where the user did not say how many to keep.

        Both of TensorBoard's readers take the number from this flag. Histograms keep TensorBoard's own
        defaults (100 or 500 steps by reader): raising them would change the Histograms tab.
        """
        samples = getattr(flags, "samples_per_plugin", None)
        if isinstance(samples, dict):
            samples.setdefault("convvis", KEPT_STEPS)

    def load(self, context: base_plugin.TBContext) -> ConvVisPlugin:
        """Return the plugin."""
        from tb_convvis.plugin import ConvVisPlugin  # noqa: PLC0415

        return ConvVisPlugin(context)
