"""What the tests' processes report, folded into figures, and those into lines and files."""
