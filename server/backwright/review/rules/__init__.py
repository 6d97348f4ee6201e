"""One rule a module: `RULE` and, beside it, the page that is its documentation and its test."""
