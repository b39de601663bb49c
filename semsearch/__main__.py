"""`python -m semsearch`, and the command `semsearch`: what is needed to end tidily from the first moment on."""

import os


def main() -> None:
    """The command line as a whole process; Ctrl-C while it is being loaded ends it without a word."""
    try:
        from .cli import process

        process()
    except KeyboardInterrupt:
        os._exit(130)


if __name__ == "__main__":
    main()
