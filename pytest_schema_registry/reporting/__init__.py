"""Reporting: the facts of all processes, folded into figures, and written as lines and files."""
