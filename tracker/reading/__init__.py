"""The one read side of pages, API, feeds and files.

    question = filters.read(params)          every parameter known, or FilterError
    page     = timeline.timeline(params)     published statements, newest first, with counts

Nothing here writes, and nothing here shows a row that is not public.
"""
