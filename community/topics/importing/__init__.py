"""Bringing in content from elsewhere: data dumps of question sites, and JSON lines.

::

    a file ─ lines ─ jsonl ──────────┐
                                     ├─ interchange.Thread ─ load ─┬─ writing ─ the database
    a dump ─ dump_xml ─ stackexchange┘                             └─ finishing ─ the index
                                              texts, rendering: Markdown and its HTML

Whatever the source, a `Thread` is what is loaded. Every row carries the key it had where
it came from, so that an import can be run again: what is there already stays as it is.
"""
