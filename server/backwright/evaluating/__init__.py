"""Evals: a workspace in which any assistant does the tasks of a skill, with it and without, and the grades of both."""
