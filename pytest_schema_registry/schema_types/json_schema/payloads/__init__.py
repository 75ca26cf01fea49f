"""Payloads made for a JSON Schema: those that it accepts, and those that break one of its rules."""
