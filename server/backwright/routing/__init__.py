"""A request to the skill that fits it, with evidence, or to nothing."""
