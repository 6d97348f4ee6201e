"""Who asks where somebody has to say so: verified tokens, what they allow, and the `Caller` of a request."""
