"""Ingest: from something published to candidates on an editor's desk.

    feeds.poll(feed):                       sources.take(address, file, folder, feed):
        syndication.read(bytes) → items         one report each
        each new item → receive

    pipeline.receive(address, text or bytes) → Report.received; the same one again is the same report
    pipeline.advance(report):
        claim → steps.fetch      net.fetch, storage.store          → fetched
        claim → steps.extract    extract.extract → Capture, story  → extracted, or duplicate
        claim → steps.match      match.match, with a reason        → matched, or irrelevant
        claim → steps.propose    find.find, decide.decide          → Candidates: proposed, or done

A step that fails keeps its reason on the row, with the time of the next try, or ends as
failed or parked. ``syndication``, ``extract``, ``match``, ``stories``, ``find`` and
``decide`` are pure; ``pipeline``, ``steps`` and ``feeds`` alone write. What a worker
knows of the world stands in ``knowledge``.
"""
