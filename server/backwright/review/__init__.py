"""A diff to findings on the lines that it adds, and to what was not checked."""
