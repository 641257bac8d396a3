"""What breaks, broken on purpose: run by ``make faults`` (the short form) and ``make soak`` (the long one).

Every program is real: web server, workers, beat, broker, database. What a client was
told is written to a file outside the database, and at the end file, database and
effects are compared. Only processes started here are killed, each by its own id.

    rig     the programs, and the faults they can be given
    table   what a run prints at its end
"""
