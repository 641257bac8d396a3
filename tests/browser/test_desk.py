"""The review desk in Chromium: by keyboard alone, by two at once, by selecting words, in light and in dark."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests import factories as make
from tests.browser import desk_cast as cast
from tracker.ingest import pipeline
from tracker.models import Candidate, Coding, Inquiry, Statement
from tracker.review import loading, publishing, second_coding

pytestmark = pytest.mark.django_db(transaction=True)

Seat = Callable[..., Page]


@pytest.fixture
def queue(live_server: Any) -> list[Candidate]:
    """The invented article with its nine candidates, waiting."""
    make.second_editor()
    return cast.put_in_the_queue()[1]


@pytest.fixture
def seat(live_server: Any, browser: Browser) -> Iterator[Seat]:
    """Sit an editor down at a browser of her own, signed in; afterwards nothing may have gone wrong in any."""
    opened: list[BrowserContext] = []
    wrong: list[str] = []

    def sit(user: User, **options: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        opened.append(context)
        client = Client()
        client.force_login(user)
        cookie = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None)
        return page

    yield sit
    for context in opened:
        context.close()
    assert wrong == []


def address(live_server: Any, candidate: Candidate | None = None, query: str = "") -> str:
    path = f"candidates/{candidate.pk}/" if candidate else ""
    return f"{live_server.url}/admin/review/{path}{f'?{query}' if query else ''}"


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def tab_to(page: Page, selector: str) -> None:
    """Go to a field as somebody without a mouse does."""
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"no way by Tab to {selector}")


def heading(page: Page, place: int, of: int = 9, *, script: bool = True) -> None:
    """Wait for a candidate, and for the script that gives its keys their meaning."""
    expect(page.locator("body.scripted #place" if script else "#place")).to_have_text(f"Candidate {place} of {of}")


def select(page: Page, words: str) -> None:
    """Select words of the article as a mouse would, and let the page notice."""
    page.evaluate(
        """(words) => {
          const walker = document.createTreeWalker(document.getElementById("text"), NodeFilter.SHOW_TEXT);
          const range = document.createRange();
          const nodes = [];
          let whole = "";
          while (walker.nextNode()) {
            if (walker.currentNode.parentElement.closest("[data-skip]")) continue;
            nodes.push([walker.currentNode, whole.length]);
            whole += walker.currentNode.data;
          }
          const at = whole.indexOf(words), end = at + words.length;
          for (const [node, from] of nodes) {
            if (at >= from && at < from + node.length) range.setStart(node, at - from);
            if (end > from && end <= from + node.length) range.setEnd(node, end - from);
          }
          getSelection().removeAllRanges();
          getSelection().addRange(range);
        }""",
        words,
    )
    page.wait_for_timeout(50)


# --- By keyboard alone -----------------------------------------------------------------------


def test_the_whole_article_is_decided_by_keys_alone(live_server: Any, queue: list[Candidate], seat: Seat) -> None:
    page = seat(make.editor())
    page.goto(address(live_server, queue[0]))
    heading(page, 1)
    expect(page.locator("#evidence")).to_be_in_viewport()
    expect(page.locator(".stance + .proposal, .stance ~ .proposal")).to_be_hidden()

    # Leaked and critical. A field is typed in and left with Escape: letters in it are no keys.
    press(page, "1", "o")
    expect(page.locator(".stance ~ .proposal")).to_contain_text("Proposed: Critical. You agree.")
    tab_to(page, "#id_positions-0-stance")
    page.keyboard.type("Supp")
    tab_to(page, "#id_no_inquiry_reason")
    page.keyboard.type("A leak at night; p a m are letters here, not keys.")
    press(page, "Escape", "a")
    heading(page, 2)
    expect(page.locator(".after")).to_contain_text("Accepted: Statement: Ada Quill.")
    press(page, "3", "o", "a")
    heading(page, 3)
    press(page, "p")  # declined to comment: an inquiry, published at once
    heading(page, 4)
    expect(page.locator(".after")).to_contain_text("seconds")
    for place in (4, 5, 6):
        heading(page, place)
        press(page, "3", "o", "p")
    heading(page, 7)
    press(page, "t", "t", "t", "1", "a")
    heading(page, 8)
    press(page, "6", "l", "a")
    heading(page, 9)
    press(page, "7", "l", "a")
    expect(page.get_by_role("heading", name="The queue is empty.")).to_be_visible()
    expect(page.locator(".progress")).to_contain_text("9 of 9 decided")

    publishing.take_effect(timezone.now() + dt.timedelta(seconds=11))
    coded = {
        str(statement.voices.first()): (
            statement.state, statement.channel, statement.medium, statement.stance, statement.said.edtf(),
            [voice.capacity for voice in statement.voices.all()],
        )
        for statement in Statement.objects.order_by("pk")
    }  # fmt: skip
    by_then = "2026-03-02/2026-03-09"
    calm = ("published", "public", "unspecified", "calls_for_calm", by_then, ["official"])
    assert coded == {
        "Calder Ferries · Ada Quill": ("draft", "internal", "chat", "critical", "2026-03-03", ["official"]),
        "Pinhay Rail · Tobias Lund": (
            "draft", "internal", "email_or_memo", "calls_for_calm", by_then, ["official"],
        ),
        "Ottery Foods": calm,
        "Brackwater Paper": calm,
        "Senlac Insurance": calm,
        "Calder Ferries": ("draft", "public", "open_letter", "critical", by_then, ["staff"] * 3),
        "Marrow Ventures · Jonas Reed": (
            "draft", "public", "unspecified", "supportive", "2026-03-07/2026-03-08", ["personal"],
        ),
        "Marrow Ventures · Petra Voss": (
            "draft", "public", "unspecified", "unclear", "2026-03-09", ["personal"],
        ),
    }  # fmt: skip
    quill = Statement.objects.get(voices__person__slug="ada-quill")
    assert [quote.text for quote in quill.citations.get().quotes.all()] == [cast.QUILL_1, cast.QUILL_2]
    assert quill.positions.get().stance == "supportive"
    assert quill.no_inquiry_reason == "A leak at night; p a m are letters here, not keys."
    voss = Statement.objects.get(voices__person__slug="petra-voss")
    assert voss.links.get().to_statement == Statement.objects.get(voices__person__slug="jonas-reed")
    inquiry = Inquiry.objects.get()
    assert (str(inquiry.company), inquiry.outcome, inquiry.state) == ("Pinhay Rail", "declined", "published")
    assert not Coding.objects.filter(blind=False).exists()
    assert Coding.objects.filter(field="stance").count() == 8


# What an editor says of the seed article's candidates: the stance by its number, whose voice by its letter.
SAYS = {
    "Sam Altman": "1o", "Tim Cook": "3o", "3M": "3o", "UnitedHealth Group": "3o", "General Mills": "3o",
    "Keith Rabois": "6l", "Vinod Khosla": "7l", "Ethan Choi": "7l",
}  # fmt: skip


def test_the_seed_article_as_the_finder_reads_it_is_on_record_by_keys_alone(live_server: Any, seat: Seat) -> None:
    loading.load(settings.FIXTURES_DIR, by=make.editor())
    facts = (settings.BASE_DIR / "tests" / "data" / "seed_facts.txt").read_bytes()
    report, _ = pipeline.receive(
        body=facts, content_type="text/plain", published=dt.date(2026, 1, 28), by=make.editor()
    )
    pipeline.advance(report.pk)
    waiting = report.candidates.count()
    assert waiting >= 10
    ana, ben = seat(make.editor()), seat(make.second_editor())
    ana.goto(address(live_server, report.candidates.order_by("pk").first()))
    for place in range(1, waiting + 1):
        heading(ana, place, waiting)
        candidate = report.candidates.order_by("pk")[place - 1]
        who = candidate.draft["voices"][0]["speaker"] or candidate.draft["voices"][0]["organization"]
        if candidate.kind == "declined_to_comment":
            press(ana, "a")
            continue
        if candidate.kind == "open_letter":
            press(ana, "1", *("t" for _ in candidate.draft["voices"]))
        elif who in SAYS:
            press(ana, *SAYS[who])
        else:
            press(ana, "r", "1")  # whatever else it finds is no statement on this event
            continue
        if ana.locator("#id_positions-0-target").evaluate("(field) => field.value"):
            tab_to(ana, "#id_positions-0-stance")
            ana.keyboard.type("Supp")
        if ana.locator("#id_disclosure").input_value() == "leaked":
            tab_to(ana, "#id_no_inquiry_reason")
            ana.keyboard.type("A test: nobody was asked.")
        press(ana, "Escape", "a")
    expect(ana.get_by_role("heading", name="The queue is empty.")).to_be_visible()
    for row in [*Statement.objects.order_by("pk"), *Inquiry.objects.all()]:
        ben.goto(address(live_server) + f"rows/{row.public_id}/")
        expect(ben.locator("body.scripted .bar")).to_be_visible()
        press(ben, "p")
        expect(ben.locator(".after")).to_contain_text("is published")
    publishing.take_effect(timezone.now() + dt.timedelta(seconds=11))

    published = {
        str(one.voices.order_by("pk").first()): (
            one.channel, one.stance, [voice.capacity for voice in one.voices.all()],
        )
        for one in Statement.objects.published()
    }  # fmt: skip
    letter = next(name for name, (_, _, capacities) in published.items() if "staff" in capacities)
    assert published.pop(letter) == ("public", "critical", ["staff"] * 4)
    calm = ("public", "calls_for_calm", ["official"])
    assert published == {
        "OpenAI · Sam Altman": ("internal", "critical", ["official"]),
        "Apple · Tim Cook": ("internal", "calls_for_calm", ["official"]),
        "3M": calm,
        "UnitedHealth Group": calm,
        "General Mills": calm,
        "Khosla Ventures · Keith Rabois": ("public", "supportive", ["personal"]),
        "Khosla Ventures · Vinod Khosla": ("public", "unclear", ["personal"]),
        "Khosla Ventures · Ethan Choi": ("public", "unclear", ["personal"]),
    }
    rabois = Statement.objects.get(voices__person__name="Keith Rabois")
    assert rabois.linked_from.filter(kind="disavows").count() == 2
    inquiry = Inquiry.objects.published().get()
    assert (str(inquiry.company), inquiry.outcome) == ("Apple", "declined")
    assert Client().get(f"/statements/{rabois.public_id}/").status_code == 200


def test_keys_are_shown_can_be_switched_off_and_never_fire_with_modifiers(
    live_server: Any, queue: list[Candidate], seat: Seat
) -> None:
    page = seat(make.editor())
    page.goto(address(live_server, queue[0]))
    expect(page.locator(".bar kbd").first).to_be_visible()
    press(page, "Control+1", "Alt+r", "Meta+j")
    expect(page.locator(".stance :checked")).to_have_count(0)
    expect(page.locator(".reject[open]")).to_have_count(0)
    heading(page, 1)
    page.get_by_role("button", name="Keys: on").click()
    page.reload()
    expect(page.get_by_role("button", name="Keys: off")).to_be_visible()
    expect(page.locator(".bar kbd").first).to_be_hidden()
    page.locator("#main").focus()
    press(page, "1", "j")
    expect(page.locator(".stance :checked")).to_have_count(0)
    heading(page, 1)


def test_rejecting_skipping_and_going_back_by_keys(live_server: Any, queue: list[Candidate], seat: Seat) -> None:
    page = seat(make.editor())
    page.goto(address(live_server, queue[0], "company=pinhay-rail"))
    press(page, "j")
    heading(page, 2)
    press(page, "r", "7")
    heading(page, 3)
    expect(page.locator(".after")).to_contain_text("The machine misread the text")
    press(page, "n")
    heading(page, 7)  # the next of that company
    press(page, "b")
    heading(page, 3)
    press(page, "r")
    page.locator("#reject_other").focus()
    page.keyboard.type("It was asked about a strike elsewhere.")
    press(page, "Enter")
    heading(page, 7)
    assert list(Candidate.objects.filter(state="rejected").order_by("pk").values_list("reason", flat=True)) == [
        "The machine misread the text",
        "It was asked about a strike elsewhere.",
    ]
    assert "company=pinhay-rail" in page.url


# --- Undo -----------------------------------------------------------------------------------------


def test_undo_brings_the_candidate_back_as_it_was_filled(live_server: Any, queue: list[Candidate], seat: Seat) -> None:
    page = seat(make.editor())
    page.goto(address(live_server, queue[3]))
    press(page, "3", "o")
    page.locator("#id_summary").fill("They asked for calm.")
    press(page, "Escape", "p")
    heading(page, 5)
    expect(page.locator(".after .left")).to_have_text(re.compile(r"^([5-9]|10)$"))
    press(page, "u")
    heading(page, 4)
    expect(page.locator("#id_summary")).to_have_value("They asked for calm.")
    expect(page.locator(".stance :checked")).to_have_value("calls_for_calm")
    assert publishing.take_effect(timezone.now() + dt.timedelta(minutes=1)) == 0
    press(page, "p")
    heading(page, 5)
    publishing.take_effect(timezone.now() + dt.timedelta(seconds=11))
    assert Statement.objects.published().get().summary == "They asked for calm."


def test_the_countdown_ends_and_takes_the_undo_with_it(
    live_server: Any, queue: list[Candidate], seat: Seat, settings: Any
) -> None:
    settings.PUBLISH_DELAY_SECONDS = 2
    page = seat(make.editor())
    page.goto(address(live_server, queue[3]))
    press(page, "3", "o", "p")
    heading(page, 5)
    expect(page.locator(".after")).to_contain_text("The time to undo is over.")
    expect(page.locator(".after button")).to_have_count(0)


# --- Two editors -------------------------------------------------------------------------------------


def test_two_editors_do_not_do_the_same_work(live_server: Any, queue: list[Candidate], seat: Seat) -> None:
    ana, ben = seat(make.editor()), seat(make.second_editor())
    ana.goto(address(live_server, queue[1]))
    ben.goto(address(live_server, queue[1]))
    expect(ben.get_by_role("alert")).to_contain_text(re.compile(r"ana is at it until \d\d:\d\d UTC"))
    expect(ben.get_by_role("button", name="Accept as new")).to_have_count(0)
    heading(ben, 2)
    press(ben, "a")
    heading(ben, 2)
    press(ben, "n")
    heading(ben, 3)
    expect(ben.locator(".cell.taken")).to_have_text(re.compile("2"))
    press(ana, "3", "o")
    ana.locator("#id_summary").fill("What I typed for a long time.")
    Candidate.objects.filter(pk=queue[1].pk).update(claimed_until=timezone.now() - dt.timedelta(seconds=1))
    ben.goto(address(live_server, queue[1]))
    press(ana, "Escape", "a")
    expect(ana.locator("#wrong")).to_contain_text("ben is at it until")
    expect(ana.locator("#id_summary")).to_have_value("What I typed for a long time.")
    expect(ana.locator(".stance :checked")).to_have_value("calls_for_calm")
    assert not Statement.objects.exists()


def test_a_second_editor_approves_what_the_first_may_not(live_server: Any, queue: list[Candidate], seat: Seat) -> None:
    ana, ben = seat(make.editor()), seat(make.second_editor())
    ana.goto(address(live_server, queue[7]))
    press(ana, "6", "l")
    expect(ana.locator("#outlook")).to_contain_text("it is somebody's personal voice")
    expect(ana.locator('[value="publish"]')).to_have_attribute("aria-disabled", "true")
    press(ana, "p")
    heading(ana, 8)  # it says why, and does nothing
    press(ana, "a")
    heading(ana, 9)
    statement = Statement.objects.get()
    ana.goto(f"{live_server.url}/admin/review/rows/{statement.public_id}/")
    expect(ana.get_by_role("note")).to_contain_text("somebody else must approve it")
    expect(ana.get_by_role("button", name="Approve")).to_have_count(0)
    ben.goto(f"{live_server.url}/admin/review/approvals/")
    ben.get_by_role("link", name=statement.public_id).click()
    expect(ben.locator(".coded").first).to_contain_text("Supportive")
    press(ben, "p")
    expect(ben.locator(".after")).to_contain_text("is published in")
    publishing.take_effect(timezone.now() + dt.timedelta(seconds=11))
    statement.refresh_from_db()
    assert (statement.state, statement.accepted_by, statement.approved_by) == (
        "published", make.editor(), make.second_editor(),
    )  # fmt: skip


# --- Merging, quoting ---------------------------------------------------------------------------------


def test_one_key_merges_into_what_is_held(live_server: Any, queue: list[Candidate], seat: Seat) -> None:
    held = make.make_statement(
        event=queue[1].event,
        company=make.make_company("Pinhay Rail"),
        person=make.make_person("Tobias Lund"),
        stance="calls_for_calm",
        quote="heartbroken",
        report=make.make_report(
            "https://the-lantern.example/memo",
            text="Memo\n\nHARBOUR TOWN — Lund wrote that he was “heartbroken”.\n",
            outlet=make.make_outlet("The Lantern"),
        ),
    )
    page = seat(make.editor())
    page.goto(address(live_server, queue[1]))
    expect(page.get_by_role("heading", name="Possible duplicate")).to_be_visible()
    expect(page.get_by_role("button", name=f"Merge into {held.public_id}")).to_be_visible()
    press(page, "m")
    heading(page, 3)
    expect(page.locator(".after")).to_contain_text(f"{held.public_id} cites {queue[1].report.public_id} now.")
    assert held.citations.count() == 2
    assert Statement.objects.count() == 1


def test_selected_words_become_a_quote_counted_in_code_points(
    live_server: Any, queue: list[Candidate], seat: Seat
) -> None:
    page = seat(make.editor())
    page.goto(address(live_server, queue[0]))
    words = "a strong leader who can still put this right"
    select(page, words)
    press(page, "s")
    expect(page.locator("#id_quotes-2-text")).to_have_value(words)
    start, end = cast.span(words)
    assert "🚢" in cast.TEXT[:start]  # two units in the browser, one code point in the record
    expect(page.locator("#id_quotes-2-start")).to_have_value(str(start))
    expect(page.locator("#id_quotes-2-end")).to_have_value(str(end))
    select(page, "She also called Premier Olm “")
    press(page, "e")
    expect(page.locator("#id_quotes-2-text")).to_have_value(
        "She also called Premier Olm “a strong leader who can still put this right"
    )
    select(page, "Quill is not alone. Pinhay Rail chief executive")  # over the edge of a mark
    press(page, "s")
    expect(page.locator("#id_quotes-3-text")).to_have_value("Quill is not alone. Pinhay Rail chief executive")
    page.locator("#id_no_inquiry_reason").fill("At night.")
    page.locator("#id_positions-0-stance").select_option("supportive")
    page.locator("#main").focus()
    press(page, "1", "o", "a")
    heading(page, 2)
    quotes = {quote.text: (quote.start, quote.end) for quote in Statement.objects.get().citations.get().quotes.all()}
    assert len(quotes) == 4
    assert all(cast.TEXT[start:end] == text for text, (start, end) in quotes.items())


def test_show_in_text_marks_the_span(live_server: Any, queue: list[Candidate], seat: Seat) -> None:
    page = seat(make.editor(), viewport={"width": 1280, "height": 500})
    page.goto(address(live_server, queue[0]))
    page.get_by_role("link", name="Show in text").first.click()
    shown = page.evaluate("[...CSS.highlights.get('shown')].map((range) => range.toString()).join()")
    assert shown == "Calder Ferries chief executive Ada Quill"
    assert page.url == address(live_server, queue[0])


def test_a_changed_offset_is_refused_by_the_server(live_server: Any, queue: list[Candidate], seat: Seat) -> None:
    page = seat(make.editor())
    page.goto(address(live_server, queue[1]))
    page.locator("#id_quotes-0-start").fill("1")
    page.locator("#main").focus()
    press(page, "3", "o", "a")
    expect(page.locator("#wrong")).to_be_focused()
    expect(page.locator(".quote .errorlist").first).to_contain_text("Select the words again.")
    heading(page, 2)


def test_words_the_machine_passed_over_become_a_candidate(live_server: Any, queue: list[Candidate], seat: Seat) -> None:
    page = seat(make.editor())
    page.goto(address(live_server, queue[0]))
    heading(page, 1)
    press(page, "w")
    expect(page.get_by_role("heading", name="Whole article")).to_be_visible()
    expect(page.locator(".card")).to_have_count(9)
    select(page, "She also called Premier Olm “a strong leader who can still put this right”")
    page.get_by_role("button", name="New candidate").click()
    heading(page, 10, of=10)
    page.locator("#id_voices-0-company").fill("Calder Fer")
    expect(page.locator("#offered option")).to_have_attribute("value", "Calder Ferries")
    page.locator("#id_voices-0-company").fill("Calder Ferries")
    page.locator("#main").focus()
    press(page, "5", "o", "a")
    expect(page.locator(".after")).to_contain_text("Accepted")
    quote = Statement.objects.get().citations.get().quotes.get()
    assert cast.TEXT[quote.start : quote.end] == quote.text
    assert quote.text.startswith("She also called")


def test_a_second_coding_is_done_by_keys(live_server: Any, queue: list[Candidate], seat: Seat) -> None:
    drawn = next(f"OR-TEST{n:03}" for n in range(99) if second_coding.in_sample(f"OR-TEST{n:03}"))
    statement = make.make_statement(public_id=drawn, event=queue[0].event)
    Coding.objects.create(
        statement=statement, coder=make.editor(), field="stance", value="critical", blind=True, codebook_version="1.0"
    )
    page = seat(make.second_editor())
    page.goto(address(live_server) + f"second/{drawn}/")
    expect(page.locator("body.scripted .keys")).to_be_visible()
    press(page, "3", "o", "a")
    expect(page.get_by_role("heading", name="To settle")).to_be_visible()
    assert Coding.objects.get(coder=make.second_editor(), field="stance").value == "calls_for_calm"


# --- Without a server, without a script ------------------------------------------------------------------


def test_a_server_out_of_reach_loses_nothing(live_server: Any, queue: list[Candidate], seat: Seat) -> None:
    page = seat(make.editor())
    page.goto(address(live_server, queue[3]))
    press(page, "3", "o")
    page.context.set_offline(True)
    press(page, "a")
    expect(page.get_by_role("alert")).to_contain_text("nothing was decided")
    expect(page.locator(".stance :checked")).to_have_value("calls_for_calm")
    page.context.set_offline(False)
    press(page, "a")
    heading(page, 5)


def test_the_desk_works_without_a_script(live_server: Any, queue: list[Candidate], seat: Seat) -> None:
    page = seat(make.editor(), java_script_enabled=False)
    page.goto(address(live_server))
    page.get_by_role("link", name="Ottery Foods", exact=True).click()
    expect(page.locator("kbd").first).to_be_hidden()
    page.get_by_label("Calls for calm").check(force=True)
    page.get_by_label("The company's own").first.check(force=True)
    page.get_by_role("button", name="Accept as new").click()
    heading(page, 5, script=False)
    page.get_by_role("button", name="Undo").click()
    heading(page, 4, script=False)
    page.locator("summary", has_text="Reject").click()
    page.get_by_label("Only the outlet's description").check()
    page.get_by_role("button", name="Reject").last.click()
    heading(page, 5, script=False)
    assert Candidate.objects.get(state="rejected").reason == "Only the outlet's description"


# --- For everybody -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_screen_of_the_desk_has_a_barrier_that_axe_knows(
    live_server: Any, queue: list[Candidate], seat: Seat, scheme: str
) -> None:
    statement = make.make_statement(
        event=queue[0].event, company=make.make_company("Pinhay Rail"), channel="internal", medium="chat",
        published=False, report=make.make_report("https://the-lantern.example/memo"),
    )  # fmt: skip
    page = seat(make.editor(), color_scheme=scheme)
    other = seat(make.second_editor(), color_scheme=scheme)
    axe = Axe()
    found: dict[str, Any] = {}

    def check(name: str, shown: Page) -> None:
        violations = axe.run(shown).response["violations"]
        if violations:
            found[name] = [(one["id"], [node["html"][:160] for node in one["nodes"][:4]]) for one in violations]

    page.goto(address(live_server))
    check("queue", page)
    page.goto(address(live_server, queue[1]))
    check("open", page)
    press(page, "3", "o")
    check("chosen", page)
    press(page, "r")
    check("rejecting", page)
    press(page, "Escape")
    page.locator("#id_said").fill("someday")
    page.locator("#main").focus()
    press(page, "c")
    expect(page.locator("#wrong")).to_be_visible()
    check("wrong", page)
    other.goto(address(live_server, queue[1]))
    check("taken", other)
    drawn = next(f"OR-TEST{n:03}" for n in range(99) if second_coding.in_sample(f"OR-TEST{n:03}"))
    twice = make.make_statement(public_id=drawn, event=queue[0].event, report=make.make_report("https://x.example/a"))
    Coding.objects.create(
        statement=twice, coder=make.editor(), field="stance", value="critical", blind=True, codebook_version="1.0"
    )
    for path in (
        "approvals/",
        "drafts/",
        f"rows/{statement.public_id}/",
        f"reports/{queue[0].report.public_id}/",
        "second/",
        f"second/{drawn}/",
    ):
        other.goto(address(live_server) + path)
        check(path, other)
    voice = twice.voices.get()
    second_coding.code(twice, by=make.second_editor(), stance="neutral", capacities={voice.pk: "official"})
    page.goto(address(live_server) + f"second/{drawn}/settle/")
    check("settling", page)
    assert found == {}


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_screen_scrolls_sideways(live_server: Any, queue: list[Candidate], seat: Seat, width: int) -> None:
    statement = make.make_statement(
        published=False, channel="internal", medium="chat", report=make.make_report("https://the-lantern.example/memo")
    )
    page = seat(make.editor(), viewport={"width": width, "height": 800})
    wide = {}
    whole = f"reports/{queue[0].report.public_id}/"
    for path in (
        "", f"candidates/{queue[6].pk}/", "approvals/", "drafts/", "second/", whole, f"rows/{statement.public_id}/",
    ):  # fmt: skip
        page.goto(address(live_server) + path)
        across = page.evaluate("document.documentElement.scrollWidth")
        if across > width:
            wide[path] = across
    assert wide == {}
