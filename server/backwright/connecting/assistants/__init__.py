"""One module an assistant; each declares an `ASSISTANT`."""
