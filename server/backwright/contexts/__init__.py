"""The versioned documents that parametrise routing, review and scaffold."""
