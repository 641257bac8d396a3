"""Spreadsheets in and out: companies, people and roles, events, watch lists, statements.

    files       bytes to rows: CSV and XLSX, their limits, and what is refused before a row is read
    cells       one cell to one value, or a sentence that says what is wrong with it
    sheet       a file as a whole: every row tried, every error in words, all of it or none
    reference   companies, people and events
    record      watch lists and statements
    pages       the screens: template, dry run, import, export

Rows are found again by natural keys, so that an export can be edited and imported. An
empty cell leaves what is held. Nothing here writes: each row is a call of ``review``.
"""
