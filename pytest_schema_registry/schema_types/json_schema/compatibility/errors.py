"""The exception for an invalid schema; a comparison puts all other problems into its report."""


class NotASchema(ValueError):
    """One of the two schemas is not a JSON Schema."""
