"""Find who said what: article text in, drafts out. Pure; writes nothing, asks nothing of the network.

    find(text):
        article     paragraphs, headline matter, furniture, dateline, language
        quotes      what stands in quotation marks
        parse       sentences with their grammar, long quotations left out
        gazetteer   the organisations, people and outlets we know
        names       who is named, known or new, under which words
        people      office and organisation of each person
        speech      every act of saying: who, which verb, which words
        statements  acts put together: same speaker, same channel, one occasion
        matter      business of their own is left alone
        channel · stance · dates · sourcing    one field each, with words and reason
        drafting    the draft an editor reads

words.py and views.py hold the vocabulary; fixtures.py reads the reference files.
"""

from tracker.ingest.find.finder import FINDER_VERSION, Found, find

__all__ = ["FINDER_VERSION", "Found", "find"]
