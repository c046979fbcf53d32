"""``python -m bench NAME …``: the benchmarks by name."""

import click

from bench import serving

main = click.Group(help="Benchmarks. Each says with --help what it measures and what it needs.")
main.add_command(serving.main, "serving")

if __name__ == "__main__":
    main()
