"""``python -m bench NAME …``: the benchmarks by name."""

import click

from bench import import_rate, serving

main = click.Group(help="Benchmarks. Each says with --help what it measures and what it needs.")
main.add_command(serving.main, "serving")
main.add_command(import_rate.main, "import_rate")

if __name__ == "__main__":
    main()
