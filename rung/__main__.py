"""`python -m rung` is the command `rung`."""

import sys

from rung.cli import main

sys.exit(main())
