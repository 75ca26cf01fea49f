"""The command line: ``python -m pytest_schema_registry COMMAND``."""

import sys

from pytest_schema_registry.command_line import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
