"""One published version of a schema a module: `SCHEMA` and its examples."""
