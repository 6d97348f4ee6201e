"""A resource and its fields to a plan of files, shown, applied or undone."""
