"""Proof on the spot: whether what was generated is clean, typed, reviewed and passes its tests in its project."""
