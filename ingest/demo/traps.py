"""The pages of the demo web that are no articles, each with its gold."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape

from ingest.demo.gold import Gold
from ingest.demo.outlets import OUTLETS, Outlet
from ingest.demo.resource import Resource
from ingest.demo.routes import Entry
from ingest.items import Outcome

__all__ = ["DEAD_URLS", "Trap", "calendar_months", "make_traps"]

_FIRST_TRAP = datetime(2025, 8, 1, 6, 15, tzinfo=UTC)
_REJECTED = frozenset({Outcome.REJECTED})
_PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""

#: addresses that pages or feeds name and nobody answers with a page
DEAD_URLS = frozenset({"http://frontline-tbilisi.test/en/news/baku-moscow-hotline-revived"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Trap:
    """One such page. With `main`, the outlet's own design frames it; else `bare` is the answer."""

    outlet: Outlet
    path: str
    title: str  #: as lists name it
    published: datetime  #: aware UTC
    gold: Gold
    main: str | None = field(default=None, repr=False)  #: HTML
    bare: Resource | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Absolute address."""
        return self.outlet.url(self.path)

    @property
    def entry(self) -> Entry:
        """What feeds say of it."""
        return Entry(url=self.url, title=self.title, published=self.published, summary=self.title)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lure:
    outlet: str
    path: str
    title: str
    note: str
    outcomes: frozenset[Outcome] = _REJECTED
    main: str | None = None
    bare: Resource | None = None
    is_required: bool = True


def make_traps() -> tuple[Trap, ...]:
    """All of them, in the order of their dates."""
    return tuple(
        Trap(
            outlet=OUTLETS[lure.outlet],
            path=lure.path,
            title=lure.title,
            published=_FIRST_TRAP + timedelta(days=3 * number),
            gold=Gold(outcomes=lure.outcomes, note=lure.note, is_required=lure.is_required),
            main=lure.main,
            bare=lure.bare,
        )
        for number, lure in enumerate(_LURES)
    )


def calendar_months() -> list[str]:
    """The months through which the calendar leads on, back and forth."""
    return [f"{year}-{month:02d}" for year in range(2021, 2026) for month in range(1, 13)]


def _bare(body: str, *, status: int = 200, location: str | None = None) -> Resource:
    return Resource(body=f"<!doctype html>\n{body}\n".encode(), status=status, location=location)


def _challenge(host: str) -> str:
    return (
        '<html lang="en-US"><head><title>Just a moment...</title>'
        '<meta name="robots" content="noindex,nofollow"></head><body><h1>'
        f"{host}</h1><p>Checking if the site connection is secure. Enable JavaScript and cookies "
        "to continue.</p><p>This site needs to review the security of your connection before "
        'proceeding.</p><div id="challenge-form"></div><p>Ray ID: 8d3ab00fe1</p></body></html>'
    )


_CONSENT = (
    "<html lang='en'><head><title>Your privacy</title></head><body><div class='consent-wall'>"
    "<h1>Before you continue to Frontline Tbilisi</h1><p>We and our 214 partners store and access "
    "information on your device, such as cookies, to show personalised advertising and to "
    "measure its success. You can accept all purposes, reject them or manage your choices. Some "
    "partners rely on their legitimate interest.</p><button>Accept all</button>"
    "<button>Reject all</button><button>Manage options</button></div></body></html>"
)
_TEASER = (
    "<article><header><h1>Inside the talks: what Baku asked of Moscow</h1></header><section>"
    "<p>Three people who sat in the room say that the first hour was spent on the wording of one "
    "line. The second was spent on who would read it aloud.</p><div class='paywall'><h2>Subscribe "
    "to continue reading</h2><p>This report is for subscribers only. Already a subscriber? "
    "Log in.</p><p>From 9 a month, cancel any time.</p></div></section></article>"
)
_SOFT_404 = (
    "<h1>Page not found</h1><p>Sorry, the page you are looking for does not exist or has been "
    "moved. Try the search, or return to the home page.</p>"
)
_PRIVATE = (
    "<article><h1>Azerbaijan and Russia: what our subscribers wrote about the embassy row</h1>"
    "<p>This page is for members of the reading circle and is kept out of search engines by the "
    "wish of those whose letters it holds.</p></article>"
)
_STUB = "<h1>VİDEO: Bakü ile Moskova arasında nota gerilimi</h1><p>Videoyu izleyin.</p>"
_LOGIN = (
    "<h1>Log in</h1><form action='/login' method='post'><label>E-mail <input name='mail'></label>"
    "<label>Password <input type='password' name='word'></label><button>Log in</button></form>"
)
_EMPTY_SHELL = (
    "<html lang='en'><head><title>Live: Baku and Moscow exchange notes</title></head><body>"
    "<div id='root'></div><noscript>You need to enable JavaScript to run this app.</noscript>"
    "<script src='/static/main.4f2a.js'></script></body></html>"
)

_LURES = (
    _Lure(
        outlet="caspian-herald",
        path="/private/2025/08/reading-circle-embassy-row/",
        title="Azerbaijan and Russia: what our subscribers wrote about the embassy row",
        note="article under a path that robots.txt forbids",
        outcomes=frozenset({Outcome.ROBOTS}),
        main=_PRIVATE,
    ),
    _Lure(
        outlet="frontline-tbilisi",
        path="/en/news/azerbaijan-russia-gas-route-questions",
        title="Azerbaijan and Russia: five questions about a gas route",
        note="cookie wall in place of an article",
        bare=_bare(_CONSENT),
    ),
    _Lure(
        outlet="frontline-tbilisi",
        path="/en/news/aliyev-putin-call-transcript",
        title="Aliyev and Putin: what is known of the telephone call",
        note="server error on every try",
        outcomes=frozenset({Outcome.FAILED, Outcome.WAITING}),
        bare=_bare("<title>500</title><p>Internal Server Error</p>", status=500),
    ),
    _Lure(
        outlet="frontline-tbilisi",
        path="/en/news/baku-moscow-hotline-revived",
        title="Baku and Moscow revive a hotline after the Yekaterinburg arrests",
        note="named by the feed, 404",
        outcomes=frozenset({Outcome.GONE}),
    ),
    _Lure(
        outlet="east-review",
        path="/azerbaijan-russia-the-long-winter/",
        title="Azerbaijan and Russia: the long winter",
        note="soft 404: says not found with status 200",
        main=_SOFT_404,
    ),
    _Lure(
        outlet="baku-xeber",
        path="/siyaset/azerbaycan-rusiya-munasibetleri-yeni-merhele-55120",
        title="Azərbaycan–Rusiya münasibətləri: yeni mərhələ",
        note="anti-robot challenge with status 200",
        bare=_bare(_challenge("www.baku-xeber.test")),
    ),
    _Lure(
        outlet="ural-vestnik",
        path="/news/77310.html",
        title="Азербайджан и Россия: адвокаты братьев из Екатеринбурга сделали заявление",
        note="anti-robot challenge with status 403",
        outcomes=frozenset({Outcome.REJECTED, Outcome.FAILED}),
        bare=_bare(_challenge("ural-vestnik.test"), status=403),
    ),
    _Lure(
        outlet="meridian-wire",
        path="/articles/2025-08-19/inside-the-talks",
        title="Inside the talks: what Baku asked of Moscow after the Azerbaijan Airlines crash",
        note="stub before a paywall",
        outcomes=frozenset({Outcome.ARTICLE}),
        main=_TEASER,
    ),
    _Lure(
        outlet="meridian-wire",
        path="/live/baku-moscow-notes",
        title="Live: Azerbaijan and Russia exchange diplomatic notes",
        note="empty shell that a script would fill",
        bare=_bare(_EMPTY_SHELL),
    ),
    _Lure(
        outlet="meridian-wire",
        path="/login",
        title="Log in",
        note="login page",
        outcomes=frozenset({Outcome.REJECTED, Outcome.SKIPPED}),
        main=_LOGIN,
        is_required=False,
    ),
    _Lure(
        outlet="arena",
        path="/story.php?id=404404",
        title="Russia and Azerbaijan federations trade letters over cancelled Baku tournament",
        note="removed article that redirects to the home page",
        outcomes=frozenset({Outcome.GONE}),
        bare=_bare("<title>Found</title>", status=302, location=OUTLETS["arena"].url()),
    ),
    _Lure(
        outlet="baku-xeber",
        path="/files/nota-azerbaycan-rusiya.pdf",
        title="Azərbaycan XİN-in Rusiyaya notası (sənəd)",
        note="PDF file",
        bare=Resource(body=_PDF, content_type="application/pdf"),
        is_required=False,
    ),
    _Lure(
        outlet="bosfor-postasi",
        path="/video/baku-moskova-nota-v2210",
        title="VİDEO: Azerbaycan ile Rusya arasında nota gerilimi",
        note="video stub of a few words",
        main=_STUB,
    ),
)


def calendar_main(month: str) -> str:
    """A month's table of days that leads to the months around it, HTML."""
    months = calendar_months()
    at = months.index(month)
    around = [*months[max(at - 1, 0) : at], *months[at + 1 : at + 2]]
    links = " ".join(f'<a href="/calendar/?month={name}">{name}</a>' for name in around)
    days = " ".join(f"<td>{day}</td>" for day in range(1, 29))
    return f"<h1>Events in {escape(month)}</h1><table><tr>{days}</tr></table><p>{links}</p>"
