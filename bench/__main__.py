"""``python -m bench NAME …``: the benchmarks by name."""

import click

from bench import (
    import_rate,
    indexing,
    new_topic,
    public_log,
    serving,
    spam,
    stand_ins,
    suggestions,
    vectors,
)

main = click.Group(help="Benchmarks. Each says with --help what it measures and what it needs.")
main.add_command(serving.main, "serving")
main.add_command(import_rate.main, "import_rate")
main.add_command(indexing.main, "indexing")
main.add_command(new_topic.main, "new_topic")
main.add_command(public_log.main, "public_log")
main.add_command(spam.main, "spam")
main.add_command(stand_ins.main, "stand_ins")
main.add_command(suggestions.main, "suggestions")
main.add_command(vectors.main, "vectors")

if __name__ == "__main__":
    main()
