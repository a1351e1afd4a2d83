"""`python -m launchpad` is the command `launchpad`."""

import sys

from launchpad.cli.main import main

sys.exit(main())
