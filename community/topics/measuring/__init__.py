"""How well finding works on this site, by what people say of it.

guessing    company and product guessed from the text
online      what became of the answers that were shown, by place and by day
judgements  which topic fits what somebody typed, by what they pressed
exporting   the judgements and the topics as a labelled set
replying    the accepted answers of a data dump, to measure which is shown
"""
