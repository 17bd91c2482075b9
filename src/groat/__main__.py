"""``python -m groat`` is the ``groat`` command."""

from groat.cli import main

main()
