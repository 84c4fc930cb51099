"""`python -m tui` is `handread`."""

from tui.cli import main

if __name__ == "__main__":
    main()
