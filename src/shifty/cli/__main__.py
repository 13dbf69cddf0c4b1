"""``python -m shifty.cli``: how commands start each other, whatever is on the PATH."""

from shifty.cli.main import main

main()
