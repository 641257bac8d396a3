"""What strangers send, and where they would like us to go: run by ``make hostile``.

Runs in a network namespace of its own, in which every address of both families leads to
this process: what the project dials is seen, whatever it is, and nothing leaves.

    world       the namespace's inside: a listener on every address, a name server, public sites
    vectors     addresses that lead inward, in every spelling we know, and names that change their mind
    entries     every way in which a stranger's address reaches us
    table       what a run prints at its end
"""
