"""``python -m posterframe`` is the posterframe command."""

from posterframe.cli import main

main()
