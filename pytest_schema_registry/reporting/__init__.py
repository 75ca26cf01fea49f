"""Reporting: the events of all processes, folded into figures, and written as lines and files."""
