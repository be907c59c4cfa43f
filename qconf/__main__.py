"""``python -m qconf`` is the program ``qconf``."""

from qconf.cli.main import main

if __name__ == "__main__":
    main()
