"""Skills on disk to an immutable snapshot: frontmatter, digests, manifest, versions."""
