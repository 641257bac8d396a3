"""What a visitor of the demonstration must find, looked at from outside: pages, desk, API, feed and counts.

Each check returns sentences that say what is wrong; none means well. Asks our own web
server on this machine, and reads the record it serves.
"""

from __future__ import annotations

import http.cookiejar
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from xml.etree import ElementTree

from django.conf import settings
from django.urls import reverse

from tracker.models import Candidate, Event, Inquiry, Statement, Voice
from tracker.models.choices import INQUIRY_KINDS, CandidateState, StatementState
from tracker.operations import demo_record, verify
from tracker.operations.demo_pages import manifest
from tracker.operations.demo_record import EDITOR, PASSWORD

BANNER = "Sample data for demonstration"
ATOM = "{http://www.w3.org/2005/Atom}"
SECONDS = 20


class Visitor:
    """Asks the site for pages, and keeps its cookies."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.cookies = http.cookiejar.CookieJar()
        # No proxy of the environment stands between us and this machine.
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.cookies)
        )

    def get(self, path: str, *, form: dict[str, str] | None = None) -> tuple[int, str]:
        """Return status and text of a page; with a form, of what posting it leads to."""
        asked = urllib.request.Request(self.site + path, headers={"Referer": self.site + path})
        if form is not None:
            asked.data = urllib.parse.urlencode(form).encode()
        try:
            with self._opener.open(asked, timeout=SECONDS) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(errors="replace")
        except OSError as error:
            return 0, f"no answer: {error}"

    def sign_in(self, name: str) -> bool:
        """Sign in to the admin site as one of the demonstration's users."""
        login = reverse("admin:login")
        _, page = self.get(login)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        if token is None:
            return False
        self.get(login, form={"username": name, "password": PASSWORD, "csrfmiddlewaretoken": token[1]})
        return any(cookie.name == "sessionid" for cookie in self.cookies)


Check = Callable[[Visitor], Iterator[str]]


def problems(site: str) -> list[str]:
    """Return everything that is wrong with the demonstration at this address."""
    visitor = Visitor(site)
    checks: list[Check] = [reports, decided, pages, silence, api, feed, desk, record]
    return [f"{check.__name__}: {sentence}" for check in checks for sentence in check(visitor)]


def reports(visitor: Visitor) -> Iterator[str]:
    """Every fixture report has ended as the manifest expects; of the copies of one story one is read."""
    held = demo_record.by_file()
    stories: dict[str, list[tuple[str, str]]] = {}
    for entry in manifest(settings.FIXTURES_DIR):
        report = held.get(entry["file"])
        if report is None:
            yield f"{entry['file']} was never sent in."
            continue
        expected = entry["expect"]["state"]
        # Whoever decides the last candidate of a report closes it.
        state = "proposed" if report.state == "done" and report.candidates.exists() else report.state
        if entry.get("story"):
            stories.setdefault(entry["story"], []).append((state, expected))
        elif state != expected:
            yield f"{entry['file']} ended as {report.state}, not as {expected}. {report.state_reason}"
    for story, ends in stories.items():
        if Counter(state for state, _ in ends) != Counter(expected for _, expected in ends):
            yield f"the copies of {story} ended as {', '.join(state for state, _ in ends)}."


def decided(visitor: Visitor) -> Iterator[str]:
    """Whatever the fixtures have decided is decided, and what was accepted is public; the rest waits."""
    rows = demo_record.decisions()
    accepted = [row for row in rows if row["decision"] == "accept"]
    inquiries = sum(row["match"]["kind"] in INQUIRY_KINDS for row in accepted)
    public = Statement.objects.filter(state=StatementState.PUBLISHED, merged_into=None).count()
    if public != len(accepted) - inquiries:
        yield f"{public} statements are public, {len(accepted) - inquiries} were to be."
    asked = Inquiry.objects.filter(state=StatementState.PUBLISHED).count()
    if asked != inquiries:
        yield f"{asked} inquiries are public, {inquiries} were to be."
    states = Counter(Candidate.objects.values_list("state", flat=True))
    if states[CandidateState.ACCEPTED] != len(accepted):
        yield f"{states[CandidateState.ACCEPTED]} candidates are accepted, {len(accepted)} were to be."
    if not states[CandidateState.PENDING]:
        yield "no candidate is left for the visitor to review."


def pages(visitor: Visitor) -> Iterator[str]:
    """Every kind of public page is there, says that it shows sample data, and shows what it is about."""
    wanted = {reverse("pages:timeline"): "", reverse("pages:methodology"): "", reverse("pages:about"): ""}
    for event in Event.objects.published():
        wanted[reverse("pages:event", args=[event.slug])] = event.title
    for statement in Statement.objects.filter(state=StatementState.PUBLISHED, merged_into=None):
        wanted[reverse("pages:statement", args=[statement.public_id])] = statement.public_id
    for inquiry in Inquiry.objects.filter(state=StatementState.PUBLISHED):
        wanted[reverse("pages:inquiry", args=[inquiry.public_id])] = inquiry.public_id
    voices = Voice.objects.filter(statement__state=StatementState.PUBLISHED).select_related("company", "person")
    for voice in voices:
        if voice.company:
            wanted[reverse("pages:company", args=[voice.company.slug])] = ""
        if voice.person and not voice.person.is_spokesperson:
            wanted[reverse("pages:person", args=[voice.person.slug])] = ""
    for name in ("events", "companies", "people", "sectors", "corrections"):
        wanted[reverse(f"pages:{name}")] = ""
    for path, words in wanted.items():
        status, page = visitor.get(path)
        if status != 200:
            yield f"{path} answers {status}."
        elif BANNER not in page:
            yield f"{path} does not say that it shows sample data."
        elif words and words not in page:
            yield f"{path} does not show “{words}”."
    status, _ = visitor.get(reverse("pages:timeline") + "?stanse=critical")
    if status != 400:
        yield f"a misspelt filter is answered with {status}, not refused."


def silence(visitor: Visitor) -> Iterator[str]:
    """The board of each tree is there, and nobody who was never looked for stands on it as silent."""
    for event in Event.objects.published().filter(parent=None):
        path = reverse("pages:silence", args=[event.slug])
        status, page = visitor.get(path)
        if status != 200:
            yield f"{path} answers {status}."
        elif BANNER not in page:
            yield f"{path} does not say that it shows sample data."
        elif not event.watch_entries.filter(checks__isnull=False).exists() and "no statement found, checked" in page:
            yield f"{path} says of somebody that nothing was found, and nobody was looked for."


def api(visitor: Visitor) -> Iterator[str]:
    """Programs read the same record: as many statements, the events, the description; and errors they can read."""
    public = Statement.objects.filter(state=StatementState.PUBLISHED, merged_into=None).count()
    found = 0
    path: str | None = "/api/v1/timeline/?page_size=20"
    while path:
        status, text = visitor.get(path)
        if status != 200:
            yield f"{path} answers {status}."
            return
        page = json.loads(text)
        found += len(page["results"])
        path = str(page["next"]).removeprefix(settings.SITE_URL) if page.get("next") else None
    if found != public:
        yield f"the timeline has {found} statements for programs, {public} are public."
    for path, expected in {
        "/api/v1/events/": 200,
        "/api/v1/companies/openai/": 200,
        "/api/v1/schema/": 200,
        "/api/v1/timeline/?stanse=critical": 400,
        "/api/v1/companies/nobody-at-all/": 404,
    }.items():
        status, text = visitor.get(path)
        if status != expected:
            yield f"{path} answers {status}, not {expected}."
        elif expected >= 400 and "detail" not in json.loads(text):
            yield f"{path} does not say what is wrong."


def feed(visitor: Visitor) -> Iterator[str]:
    """The feed of a tree is Atom, and each entry leads to a statement's page."""
    path = reverse("pages:event-feed-atom", args=[demo_record.SHOWN_EVENT])
    status, text = visitor.get(path)
    if status != 200:
        yield f"{path} answers {status}."
        return
    entries = ElementTree.fromstring(text).findall(f"{ATOM}entry")
    if not entries:
        yield f"{path} has no entries."
    for entry in entries[:3]:
        links = [link.get("href", "") for link in entry.findall(f"{ATOM}link")]
        if not any(visitor.get(link.removeprefix(settings.SITE_URL))[0] == 200 for link in links):
            yield f"an entry of {path} leads nowhere: {', '.join(links)}."


def desk(visitor: Visitor) -> Iterator[str]:
    """The editor signs in with what the terminal shows, and finds the candidates that wait, each with its words."""
    editor = Visitor(visitor.site)
    if not editor.sign_in(EDITOR):
        yield f"{EDITOR} cannot sign in."
        return
    paths = [reverse("admin:index"), reverse("admin:desk_queue")]
    paths += [
        reverse("admin:desk_candidate", args=[pk])
        for pk in Candidate.objects.pending().order_by("pk").values_list("pk", flat=True)[:5]
    ]
    for path in paths:
        status, _ = editor.get(path)
        if status != 200:
            yield f"{path} answers {status} to {EDITOR}."
    status, page = visitor.get(reverse("admin:desk_queue"))
    if "csrfmiddlewaretoken" not in page:
        yield f"the desk answers {status} to somebody who has not signed in, without asking to."


def record(visitor: Visitor) -> Iterator[str]:
    """Nothing on record breaks a rule of the record, captured bytes included."""
    for finding in verify.verify(deep=True):
        yield str(finding)
