"""What the project costs, measured: each module prints one table of ratios taken side by side in one run."""
