"""One report format a module: `FORMAT` and, beside it, the stored rendering of the reference report."""
