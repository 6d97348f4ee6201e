"""What each channel of distribution reads, made from one source: the package's metadata and the pack."""
