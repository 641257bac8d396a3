"""The review desk: our own screens inside the admin site.

    queue    which candidates, in which order, and the filters that survive every step
    article  the stored text in numbered paragraphs, with the evidence marked
    names    what an editor typed, found among the companies, people and outlets we hold
    forms    the proposal as fields, and the fields as what ``review`` is given
    views    the screens themselves

Nothing here writes the record: each decision is one call of ``tracker.review``.
"""
