"""The ten fictional publishers of the demo web."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["OUTLETS", "Design", "Outlet", "Stated", "steady_number"]


class Design(StrEnum):
    """The page template of an outlet."""

    WORDPRESS = "wordpress"
    SEMANTIC = "semantic"
    TABLE = "table"
    SOUP = "soup"
    PORTAL = "portal"
    LEAN = "lean"


class Stated(StrEnum):
    """How exactly the pages of an outlet state when they were published."""

    MINUTE = "minute"  # in metadata, with zone
    DAY = "day"  # in visible text only


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """One publisher."""

    id: str
    host: str
    name: str
    language: str  #: ISO 639-1; of its own furniture
    design: Design
    pattern: str  #: of an article's path and query; see `Outlet.path`
    about: str = field(repr=False)  #: the tail under every page
    utc_offset_h: int = 0
    stated: Stated = Stated.MINUTE
    encoding: str = "utf-8"
    wallets: tuple[str, ...] = ()  #: donation lines; invented, none is a real address
    has_comments: bool = False
    has_etag: bool = True
    has_last_modified: bool = True
    variant: str | None = None  #: pattern of the second address of each article
    variant_host: str | None = None  #: None: the variant lives on `host`

    def url(self, target: str = "/") -> str:
        """Absolute address of a path here."""
        return f"http://{self.host}{target}"

    def path(self, slug: str, section: str, published: datetime) -> str:
        """Path and query of an article."""
        return self._fill(self.pattern, slug, section, published)

    def variant_url(self, slug: str, section: str, published: datetime) -> str | None:
        """Address of the AMP, print or mobile form; None: the outlet has none."""
        if self.variant is None:
            return None
        path = self._fill(self.variant, slug, section, published)
        return f"http://{self.variant_host or self.host}{path}"

    def local(self, moment: datetime) -> datetime:
        """`moment` as the outlet's clock shows it."""
        return moment + timedelta(hours=self.utc_offset_h)

    def _fill(self, pattern: str, slug: str, section: str, published: datetime) -> str:
        number = steady_number(f"{self.id} {slug}", 90_000) + 10_000
        day = self.local(published)
        return pattern.format(slug=slug, section=section, number=number, day=day)


def steady_number(text: str, below: int) -> int:
    """A number that depends on `text` alone, in every process."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") % below


_ALL = (
    Outlet(
        id="caspian-herald",
        host="www.caspian-herald.test",
        name="Caspian Herald",
        language="en",
        design=Design.WORDPRESS,
        pattern="/{day:%Y/%m/%d}/{slug}/",
        variant="/{day:%Y/%m/%d}/{slug}/amp/",
        utc_offset_h=4,
        has_comments=True,
        about=(
            "The Caspian Herald was founded in 1998 by a group of young reporters and is printed "
            "six days a week. Our newsroom stands for accurate, calm and readable reporting from "
            "the shores of the sea to the mountains, and for readers who make up their own minds."
        ),
    ),
    Outlet(
        id="frontline-tbilisi",
        host="frontline-tbilisi.test",
        name="Frontline Tbilisi",
        language="en",
        design=Design.SEMANTIC,
        pattern="/en/news/{slug}",
        utc_offset_h=4,
        about=(
            "Frontline Tbilisi was established on May 12, 2011, with a commitment to timely and "
            "balanced coverage at home and abroad. As an independent newsroom we support the "
            "European choice of our readers and present every event fairly and without favour."
        ),
    ),
    Outlet(
        id="ural-vestnik",
        host="ural-vestnik.test",
        name="Уральский вестник",
        language="ru",
        design=Design.TABLE,
        pattern="/news/{number}.html",
        variant="/news/{number}.html?print=1",
        utc_offset_h=5,
        stated=Stated.DAY,
        encoding="windows-1251",
        has_etag=False,
        about=(
            "Сетевое издание «Уральский вестник» зарегистрировано в 2004 году. Перепечатка "
            "материалов разрешается только с активной ссылкой на первоисточник. Редакция не несёт "
            "ответственности за содержание рекламных объявлений и комментариев читателей."
        ),
    ),
    Outlet(
        id="baku-xeber",
        host="www.baku-xeber.test",
        name="Bakı Xəbər Xətti",
        language="az",
        design=Design.SOUP,
        pattern="/{section}/{slug}-{number}",
        utc_offset_h=4,
        has_comments=True,
        about=(
            "“Bakı Xəbər Xətti” 2009-cu ildən fəaliyyət göstərən müstəqil internet qəzetidir. "
            "Materiallardan istifadə edərkən sayta istinad zəruridir. Redaksiya oxucuların fikrinə "
            "görə məsuliyyət daşımır."
        ),
    ),
    Outlet(
        id="bosfor-postasi",
        host="bosfor-postasi.test",
        name="Boğaz Postası",
        language="tr",
        design=Design.PORTAL,
        pattern="/haber/{slug}-h{number}",
        variant="/haber/{slug}-h{number}",
        variant_host="m.bosfor-postasi.test",
        utc_offset_h=3,
        about=(
            "Boğaz Postası 1987 yılından bu yana okurlarına tarafsız ve hızlı habercilik sunar. "
            "Sitemizde yer alan yazı ve fotoğrafların tüm hakları saklıdır, kaynak gösterilmeden "
            "alıntı yapılamaz."
        ),
    ),
    Outlet(
        id="meridian-wire",
        host="wire.meridian.test",
        name="Meridian",
        language="en",
        design=Design.SEMANTIC,
        pattern="/articles/{day:%Y-%m-%d}/{slug}",
        about=(
            "Meridian is a cooperative news agency with bureaus in fourteen cities. Its reports "
            "are distributed to subscribing newspapers, broadcasters and websites, which may "
            "shorten them and give them headlines of their own."
        ),
    ),
    Outlet(
        id="east-review",
        host="east-review.test",
        name="The East Review",
        language="en",
        design=Design.WORDPRESS,
        pattern="/{slug}/",
        has_comments=True,
        has_last_modified=False,
        wallets=(
            "BTC: 3DemoWebNotAWa11etDoNotSend0000000",
            "ETH: 0xdem0dem0dem0dem0dem0dem0dem0dem0dem0dem0",
        ),
        about=(
            "The East Review is a reader-funded magazine of essays on the lands between the Black "
            "Sea and the Altai. We carry no advertising, we answer to nobody but our subscribers, "
            "and we depend on the generosity of people who like long sentences."
        ),
    ),
    Outlet(
        id="cardiff-courier",
        host="www.cardiff-courier.test",
        name="Cardiff Courier News",
        language="en",
        design=Design.SOUP,
        pattern="/opinion/{slug}/",
        stated=Stated.DAY,
        has_etag=False,
        has_last_modified=False,
        wallets=("PayPal: courier@cardiff-courier.test, BTC: 1DemoWebNotAWa11etDoNotSend1111111",),
        about=(
            "Cardiff Courier News brings to you the latest of the world, of business, of lifestyle "
            "and of technology. All articles are come from partners and open sources and the "
            "editors not always share the opinion of authors."
        ),
    ),
    Outlet(
        id="nevskiy-obzor",
        host="nevskiy-obzor.test",
        name="Невский обзор",
        language="ru",
        design=Design.PORTAL,
        pattern="/ru/{section}/{day:%Y/%m/%d}/{slug}.html",
        utc_offset_h=3,
        has_comments=True,
        wallets=("Поддержать редакцию: USDT TDemoWebNotAWa11etDoNotSend2222222",),
        about=(
            "«Невский обзор» — независимое деловое издание из Петербурга. Мы пишем об экономике, "
            "политике и городе с 2001 года. Мнение колонок может не совпадать с мнением редакции."
        ),
    ),
    Outlet(
        id="arena",
        host="arena.test",
        name="Arena",
        language="en",
        design=Design.LEAN,
        pattern="/story.php?id={number}",
        variant="/story.php?id={number}&amp=1",
        about=(
            "Arena covers sport, film and everything that people do after work. Scores are checked "
            "twice, opinions once. Write to us if you were there and saw it differently."
        ),
    ),
)

#: by id
OUTLETS: dict[str, Outlet] = {outlet.id: outlet for outlet in _ALL}
