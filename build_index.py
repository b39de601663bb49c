"""The offline half as a script: the same as `semsearch build`. Example: python build_index.py --sample"""

import typer

from semsearch.cli import run
from semsearch.cli.build import build

if __name__ == "__main__":
    run(lambda: typer.run(build))
