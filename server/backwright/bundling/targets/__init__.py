"""One module a channel; each declares a `BUNDLE`."""
