"""`bnsim completion`: what makes a shell complete bnsim's commands and options."""

from __future__ import annotations

import argparse

HELP = "print what makes a shell complete commands and options"
SHELLS = ("bash", "zsh", "tcsh")
EPILOG = (
    "bash: bnsim completion bash > ~/.local/share/bash-completion/completions/bnsim; "
    "zsh: bnsim completion zsh > a folder of $fpath/_bnsim; tcsh: bnsim completion tcsh >> ~/.tcshrc"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the shell."""
    parser.epilog = EPILOG
    parser.add_argument("shell", choices=SHELLS, help="the shell to write for")


def execute(options: argparse.Namespace) -> int:
    """Print the shell's script, made from the parser of all commands."""
    import shtab

    print(shtab.complete(options.whole(), options.shell))
    return 0
