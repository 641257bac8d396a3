"""Find who said what: article text in, drafts out. Pure; writes nothing, asks nothing of the network.

quotes.py     what stands in quotation marks, and which of it is speech
gazetteer.py  the organisations, people and outlets we know, found in a text
"""
