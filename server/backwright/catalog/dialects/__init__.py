"""Repairs of foreign skills: one module for each thing that other dialects write differently.

A module declares one `REPAIR`. Adding a dialect is adding a module here and a folder under `tests/catalog/dialects/`.
"""
