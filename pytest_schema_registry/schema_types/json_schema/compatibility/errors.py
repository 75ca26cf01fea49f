"""What a comparison raises; everything else it has to say is in its report."""


class NotASchema(ValueError):
    """One of the two schemas is not a JSON Schema."""
