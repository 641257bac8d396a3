"""The review desk: our own screens inside the admin site.

    queue    which candidates, in which order, and the filters that survive every step
    article  the stored text in numbered paragraphs, with the evidence marked
    names    what an editor typed, found among the companies, people and outlets we hold
    proposed the proposal as first values of the form
    forms    the fields, what each takes and refuses
    sheet    all forms of one candidate, bound together
    edits    the fields as what ``review`` is given
    beside   what we hold already on the same company and event
    screen   everything the review screen shows of one candidate
    views    queue and review screen; ``whole`` all candidates of one article; ``approvals`` drafts on their
             way to readers; ``second`` the second coding; ``lookups`` small answers for the script

Nothing here writes the record: each decision is one call of ``tracker.review``.
"""
