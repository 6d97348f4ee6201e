"""What a lint looks for in a skill: one module for each thing, with one `CHECK`.

Adding a check is adding a module here and a page of cases under `tests/catalog/lint/`. Nothing of what is served is
changed by any of them.
"""
