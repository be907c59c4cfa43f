"""Pages of the service in Chromium: by mouse, by keyboard, without a script, read out, printed.

They are skipped where there is no Chromium.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from served_pages import kept_model, queued, row

import qconf
from qconf import FeedbackStore
from qconf.serve.context import ServeContext
from qconf.serve.estimating import tell_rows

pytestmark = pytest.mark.slow

#: What a page must keep for those who do not see it, or not well.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FOCUSABLE = ", ".join(
    f"main {one}"
    for one in ("a[href]", "button", "select", "summary", "textarea", "input:not([type=hidden])")
)
OPEN_ALL = "for (const one of document.querySelectorAll('details')) one.open = true"
PAGES = (
    "start", "estimate", "said", "review", "case", "decided", "taken", "summary", "missing",
    "refused",
)  # fmt: skip


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model in a file."""
    return kept_model(tmp_path_factory.mktemp("model"))


@dataclass
class Service:
    """A service that runs, and its store."""

    url: str
    store: FeedbackStore
    cases: list[int]
    context: ServeContext

    def estimate(self, **changes: Any) -> str:
        (told,) = tell_rows(self.context, [row(**changes)], explain=True)
        return str(told.id)


@pytest.fixture
def service(model: Path, tmp_path: Path) -> Iterator[Service]:
    """On a port of its own, in a thread."""
    with FeedbackStore(tmp_path / "a.db") as store:
        cases = queued(model, store)
        app = qconf.create_app(model, store, key="house")
        with running(app) as url:
            yield Service(url, store, cases, app.state.context)


@contextmanager
def running(app: Any) -> Iterator[str]:
    """Serve an application."""
    import uvicorn  # noqa: PLC0415 - an extra

    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(20)


@dataclass
class Opened:
    """A window, and what was asked for or complained of."""

    page: Any
    service: Service
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def go(self, path: str) -> Any:
        self.page.goto(self.service.url + path)
        return self.page

    def text(self, selector: str = "main") -> str:
        return " ".join(str(self.page.inner_text(selector)).replace("\u00a0", " ").split())

    def where(self) -> str:
        return str(self.page.url).removeprefix(self.service.url)

    def focused(self) -> str:
        return str(self.page.evaluate("document.activeElement.id"))


def window(browser: Any, service: Service, *, width: int = 1400, scheme: str = "light",
           script: bool = True) -> Opened:  # fmt: skip
    """Open a window of which the service knows nothing yet."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=script
    )
    told = Opened(context.new_page(), service)
    told.page.set_default_timeout(20_000)
    told.page.on("request", lambda request: told.asked.append(request.url))
    told.page.on("console", lambda message: told.said.append(message.text))
    told.page.on("pageerror", lambda error: told.said.append(str(error)))
    return told


def correct_lot(told: Opened, name: str) -> None:
    """Say that the lot is another one."""
    page = told.go(f"/estimates/{name}")
    page.select_option("#reason", "wrong_input")
    if not page.locator("#feedback details").first.get_attribute("open") is not None:
        page.locator("#feedback summary").first.click()
    page.get_by_label("lot", exact=True).fill("620")
    page.get_by_label("In your words (optional)").fill("see the map")
    page.get_by_label("Your name").fill("Ann")
    page.get_by_role("button", name="Send, and see what changes").click()
    page.wait_for_selector("#said")


def show(told: Opened, kind: str) -> None:
    """Go to one of the pages, in a state that it may be in."""
    service, (first, second, *_) = told.service, told.service.cases
    if kind in ("estimate", "said"):
        name = service.estimate(lot=6200)
        service.store.add_feedback(name, who="Bob", reason="condition", text="damp\ncellar")
        if kind == "said":
            correct_lot(told, name)
        else:
            told.go(f"/estimates/{name}")
    elif kind == "refused":
        told.go(f"/review/{first}")
        told.page.fill("#own_value", "much")
        told.page.fill("#who", "Ann")
        told.page.select_option("#reason", "condition")
        told.page.click("button.main")
        told.page.wait_for_selector("#problem")
    else:
        if kind in ("decided", "summary"):
            service.store.decide(first, who="Ann", reason="condition", text="damp")
            service.store.decide(second, who="Ann", reason="fine")
        if kind == "taken":
            service.store.open_case(first, "Bob")
        paths = {
            "start": "/", "review": "/review?state=all&by=zone", "case": f"/review/{first}",
            "decided": f"/review/{first}?state=decided", "taken": f"/review/{first}",
            "summary": "/summary?by=zone", "missing": "/estimates/none",
        }  # fmt: skip
        told.go(paths[kind])


def broken_rules(page: Any) -> dict[str, list[str]]:
    """What axe finds, by its rule."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe checks pages")
    found = axe.Axe().run(page, options={"runOnly": RULES}).response
    assert len(found["passes"]) > 10
    return {one["id"]: [node["html"][:200] for node in one["nodes"]] for one in found["violations"]}


@pytest.mark.parametrize("kind", PAGES)
def test_nothing_is_in_the_way_of_a_reader(browser: Any, service: Service, kind: str) -> None:
    """No violation of A or AA, by axe, in light and dark; all that is folded is open."""
    told = window(browser, service)
    show(told, kind)
    for scheme in ("light", "dark"):
        told.page.emulate_media(color_scheme=scheme)
        told.page.evaluate(OPEN_ALL)
        assert broken_rules(told.page) == {}, scheme
    if kind in ("review", "case"):
        told.page.keyboard.press("Escape")
        told.page.get_by_role("button", name="Keys (?)").click()
        assert broken_rules(told.page) == {}


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize(("scheme", "width"), [("light", 1400), ("dark", 360)])
def test_every_page_fits_and_asks_nobody_else(
    browser: Any, service: Service, kind: str, scheme: str, width: int
) -> None:
    """No line is wider than the screen, nothing is complained of, nothing comes from elsewhere."""
    told = window(browser, service, width=width, scheme=scheme)
    show(told, kind)
    assert told.page.evaluate("document.documentElement.scrollWidth") <= width
    expected = kind in ("missing", "refused")
    assert [one for one in told.said if not (expected and "status of 4" in one)] == []
    assert all(one.startswith(service.url) for one in told.asked)
    dark = told.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (dark == "rgb(255, 255, 255)") == (scheme == "light")


@pytest.mark.parametrize("script", [True, False])
def test_an_input_is_corrected_and_the_change_seen(
    browser: Any, service: Service, script: bool
) -> None:
    """Opened, corrected, sent: the new value beside the old one; with and without a script."""
    name = service.estimate(lot=6200)
    told = window(browser, service, script=script)
    correct_lot(told, name)
    assert "Thank you, Ann: this was recorded" in told.text("#said")
    assert "lot 6200 → 620" in told.text("#said")
    before = service.store.estimate(name).estimate["prediction"]
    after = service.store.estimate(service.estimate(lot=620)).estimate["prediction"]
    beside = told.text("#beside")
    assert f"value {after:,.0f} was {before:,.0f}" in beside
    (kept,) = service.store.feedback(name)
    assert kept.corrected == {"lot": 620}
    told.page.reload()
    assert len(service.store.feedback(name)) == 1


def test_a_row_is_typed_by_hand(browser: Any, service: Service) -> None:
    """Fields from the model's columns, dates too; without a script."""
    told = window(browser, service, script=False)
    page = told.go("/")
    for name, value in row().items():
        page.get_by_label(name, exact=True).fill(str(value))
    page.get_by_role("button", name="Estimate").click()
    page.wait_for_selector("#verdict")
    assert told.where().startswith("/estimates/")
    known = service.store.estimate(told.where().rpartition("/")[2])
    assert known.inputs == row()


def test_the_reason_unfolds_what_it_is_about(browser: Any, service: Service) -> None:
    """Inputs for a wrong input, comparables for a comparable."""
    page = window(browser, service).go(f"/estimates/{service.estimate()}")
    inputs, sales = page.locator("#input-1"), page.locator("#sale-1")
    assert not inputs.is_visible()
    page.select_option("#reason", "wrong_input")
    assert inputs.is_visible()
    assert not sales.is_visible()
    page.select_option("#reason", "comparable_does_not_fit")
    assert sales.is_visible()


def test_an_impatient_finger_sends_a_form_once(browser: Any, service: Service) -> None:
    """The second click does nothing; and if it did, it would count once."""
    name = service.estimate()
    told = window(browser, service)
    page = told.go(f"/estimates/{name}")
    page.select_option("#reason", "other")
    page.fill("#who", "Ann")
    page.locator("#feedback button.main").dblclick()
    page.wait_for_selector("#said")
    assert len(service.store.feedback(name)) == 1
    posts = [one for one in told.asked if one.endswith("/feedback")]
    assert len(posts) == 1


def test_cases_are_reviewed_by_keyboard_alone(browser: Any, service: Service) -> None:
    """Through the list, into a case, decided, on to the next: no mouse is moved."""
    told = window(browser, service)
    page = told.go("/review")
    page.focus("#who")
    page.keyboard.type("jan")
    assert page.input_value("#who") == "jan"
    page.keyboard.press("Escape")
    for _ in range(2):
        page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    case = service.cases[1]
    label = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert label == f"Case {case}, look at it"
    page.keyboard.press("o")
    page.wait_for_url(f"**/review/{case}*")
    lock = service.store.case(case).lock
    assert lock is not None
    assert lock.who == "jan"
    page.keyboard.press("2")
    assert page.input_value("#reason") == "condition"
    page.keyboard.press("t")
    assert told.focused() == "text"
    page.keyboard.type("1 jolly damp cellar?")
    assert page.input_value("#text") == "1 jolly damp cellar?"
    page.keyboard.press("Escape")
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    after = service.cases[2]
    page.wait_for_url(f"**/review/{after}*")
    known = service.store.case(case).decision
    assert known is not None
    assert (known.reason, known.text, known.who) == (
        "not_arms_length", "1 jolly damp cellar?", "jan",
    )  # fmt: skip
    assert f"Case {case} is decided: not an arm's-length sale, by jan" in told.text()


def test_single_keys_lead_from_case_to_case(browser: Any, service: Service) -> None:
    """On, back, to the list, and to what they are."""
    case, after = service.cases[2:4]
    page = window(browser, service).go(f"/review/{case}")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#keys").is_visible()
    page.keyboard.press("j")
    page.wait_for_url(f"**/review/{after}*")
    page.keyboard.press("k")
    page.wait_for_url(f"**/review/{case}*")
    page.keyboard.press("u")
    page.wait_for_url("**/review")


def test_single_keys_can_be_switched_off(browser: Any, service: Service) -> None:
    """For those whose software types them; it stays so."""
    told = window(browser, service)
    page = told.go(f"/review/{service.cases[0]}")
    page.keyboard.press("?")
    page.get_by_label("Single keys do something").uncheck()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("1")
    assert page.input_value("#reason") == ""
    page.reload()
    page.keyboard.press("j")
    page.keyboard.press("1")
    assert page.input_value("#reason") == ""
    assert told.where() == f"/review/{service.cases[0]}"


def test_cases_are_reviewed_without_a_script(browser: Any, service: Service) -> None:
    """By Tab and Enter; numbers choose a reason in the list of a browser too."""
    told = window(browser, service, script=False)
    page = told.go("/review")
    page.fill("#who", "Ann")
    case = service.cases[0]
    page.get_by_role("button", name=f"Open case {case}", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/review/{case}*")
    assert not page.locator("[data-keys-hint]").is_visible()
    page.focus("#reason")
    page.keyboard.type("4")
    assert page.input_value("#reason") == "comparable_does_not_fit"
    page.locator("[data-decide] button.main").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/review/{service.cases[1]}*")
    known = service.store.case(case).decision
    assert known is not None
    assert (known.reason, known.who) == ("comparable_does_not_fit", "Ann")


@pytest.mark.parametrize("kind", ["start", "estimate", "review", "case", "summary"])
def test_everything_is_reached_by_tab(browser: Any, service: Service, kind: str) -> None:
    """The link past the menu first; what has the focus is seen to have it."""
    told = window(browser, service)
    show(told, kind)
    page = told.page
    wanted = page.evaluate(
        "of => [...document.querySelectorAll(of)].filter(one => one.checkVisibility()).length",
        FOCUSABLE,
    )
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    reached = 0
    for _ in range(300):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "BODY":
            break
        inside = page.evaluate("which => document.activeElement.matches(which)", FOCUSABLE)
        reached += inside
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none"
    # A date has three fields of its own.
    assert reached >= wanted


@pytest.mark.parametrize("kind", ["estimate", "case", "summary"])
def test_on_paper_it_is_light_and_has_no_forms(browser: Any, service: Service, kind: str) -> None:
    """What is told stays; a dark screen prints on white."""
    told = window(browser, service, scheme="dark")
    show(told, kind)
    page = told.page
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    for one in page.locator("form.once, nav, .filter").all():
        assert not one.is_visible()
    assert page.locator("svg").first.is_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_what_was_typed_is_not_left_behind_unasked(browser: Any, service: Service) -> None:
    """A browser asks before it leaves a form that was not sent, and not after it was."""
    told = window(browser, service)
    page = told.go(f"/estimates/{service.estimate()}")
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.fill("#text", "what I saw")
    page.get_by_role("link", name="Summary").click()
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    assert page.input_value("#text") == "what I saw"
    page.select_option("#reason", "other")
    page.fill("#who", "Ann")
    page.locator("#feedback button.main").click()
    page.wait_for_selector("#said")
    assert asked == ["beforeunload"]


def test_a_browser_is_let_in_by_the_token(browser: Any, model: Path, tmp_path: Path) -> None:
    """The form is in nobody's way; with the token every page is there."""
    token = "four-words-and-dashes"  # noqa: S105 - of this test alone
    with FeedbackStore(tmp_path / "t.db") as store:
        app = qconf.create_app(model, store, key="house", token=token)
        with running(app) as url:
            page = browser.new_page()
            page.goto(f"{url}/review")
            assert broken_rules(page) == {}
            page.fill("#token", token)
            page.keyboard.press("Enter")
            page.wait_for_selector("#row-heading")
            page.goto(f"{url}/review")
            assert page.locator("h1").inner_text() == "Estimates to look into"
