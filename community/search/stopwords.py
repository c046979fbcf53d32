"""Words that say nothing about what a text is about."""

ENGLISH_STOP_WORDS = frozenset(
    """
    a about after again all also am an and any are as at be because been before being but by
    can could did do does doing done each for from had has have having he her here hers him
    his how i if in into is it its just like me more most much my no nor not of on only or
    other our ours out over own please same she should since so some such than thank thanks
    that the their theirs them then there these they this those to too under until up us very
    was we were what when where which while who whom why will with would you your yours
    im ive youre thats dont doesnt didnt isnt wasnt arent wont cant couldnt
    """.split()  # noqa: SIM905  # a list a word a line is no easier to read
)
