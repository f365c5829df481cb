"""What each site repeats: the lines of its pages, and which of them are its own.

What the numbers in a page's lines mean is for `ingest.extract.recurring` to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ingest.corpus.archived import PLACE
from ingest.corpus.base import iso
from ingest.corpus.texts import Texts, pack, unpack

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ingest.items import Article

__all__ = ["Blocks"]

#: Stands for no version of a site: the pass at the end of a run looks at such a page.
_NOT_LOOKED_AT = "?"


class Blocks(Texts):
    """The rows of `sites`, `site_pages` and `blocks`."""

    def note_lines(
        self,
        page: int,
        *,
        host: str,
        address: str,
        headline: int,
        lines: bytes,
        left_out: str,
        version: str,
        is_cut: bool,
    ) -> None:
        """Keep the lines of a page that was read as an article; its site is due if they are new.

        Args:
            page: as read last.
            host: whose page it is.
            address: that the page names as its own, in canonical form.
            headline: its hash.
            lines: packed.
            left_out: mark of the lines that were left out when the page was judged.
            version: of what was known of its host when it was judged.
            is_cut: whether what is stored of it, if anything, is as that version makes it.
        """
        before = self._row("SELECT * FROM site_pages WHERE page = ?", (page,))
        after = {
            "page": page, "host": host, "address": address, "headline": headline, "lines": lines,
        }  # fmt: skip
        if before is None or any(before[name] != value for name, value in after.items()):
            hosts = {host, before["host"] if before else host}
            self._many(
                "INSERT INTO sites (host, version, pages, is_due) VALUES (?, '', 0, 1) "
                "ON CONFLICT (host) DO UPDATE SET is_due = 1",
                [(one,) for one in sorted(hosts)],
            )
        elif is_cut and (before["left_out"], before["version"]) == (left_out, version):
            return
        # Of what is left out the pass keeps a wording, so it looks at such a page all the same.
        stamp = version if is_cut and not left_out else _NOT_LOOKED_AT
        self._run(
            "INSERT INTO site_pages (page, host, address, headline, lines, left_out, version) "
            "VALUES (:page, :host, :address, :headline, :lines, :left_out, :version) "
            "ON CONFLICT (page) DO UPDATE SET host = :host, address = :address, "
            "headline = :headline, lines = :lines, left_out = :left_out, version = :version",
            {**after, "left_out": left_out, "version": stamp},
        )

    def drop_lines(self, page: int) -> None:
        """Forget the lines of a page that is no article any more; its site is due."""
        row = self._row("DELETE FROM site_pages WHERE page = ? RETURNING host", (page,))
        if row:
            self._run("UPDATE sites SET is_due = 1 WHERE host = ?", (row["host"],))

    def due_sites(self) -> list[str]:
        """Hosts whose pages changed since they were compared."""
        rows = self._rows("SELECT host FROM sites WHERE is_due ORDER BY host")
        return [row["host"] for row in rows]

    def pages_of_site(self, host: str) -> list[dict[str, Any]]:
        """The lines of every page of a host, by page."""
        return self._rows(
            "SELECT s.page, s.address, s.headline, s.lines, p.last_fetched AS at "
            "FROM site_pages s JOIN pages p ON p.id = s.page WHERE s.host = ? ORDER BY s.page",
            (host,),
        )

    def learn_site(
        self, host: str, *, version: str, pages: int, blocks: Iterable[dict[str, Any]]
    ) -> None:
        """Write what was found out of a host; its pages are brought up to date by and by.

        Args:
            host: whose lines they are.
            version: of the lines as a set; empty: there are none.
            pages: how many were compared.
            blocks: key, kind, pages, share, first and last of each line.
        """
        samples = {
            (row["key"], row["kind"]): row["sample"]
            for row in self._rows("SELECT key, kind, sample FROM blocks WHERE host = ?", (host,))
        }
        self._run("DELETE FROM blocks WHERE host = ?", (host,))
        self._many(
            "INSERT INTO blocks (host, key, kind, pages, share, first, last, sample) "
            "VALUES (:host, :key, :kind, :pages, :share, :first, :last, :sample)",
            [
                {**one, "host": host, "sample": samples.get((one["key"], one["kind"]))}
                for one in blocks
            ],
        )
        self._run(
            "UPDATE sites SET version = ?, pages = ?, is_due = 0 WHERE host = ?",
            (version, pages, host),
        )

    def site_version(self, host: str) -> str:
        """Version of what is known of a host; empty: nothing recurs, or nothing is known."""
        return str(self._value("SELECT version FROM sites WHERE host = ?", (host,)) or "")

    def site(self, host: str) -> tuple[str, list[dict[str, Any]]]:
        """The version of what is known of a host, and the lines that are its own, by key.

        Both as of one moment, whoever writes meanwhile.
        """
        rows = self._rows(
            "SELECT h.version, b.key, b.kind, b.pages, b.share, b.sample "
            "FROM sites h LEFT JOIN blocks b ON b.host = h.host WHERE h.host = ? "
            "ORDER BY b.key, b.kind",
            (host,),
        )
        return (rows[0]["version"] if rows else ""), [row for row in rows if row["key"] is not None]

    def name_block(self, host: str, key: int, line: str) -> None:
        """Keep a wording of a line; of several the smallest, whatever the order."""
        self._run(
            "UPDATE blocks SET sample = :line WHERE host = :host AND key = :key "
            "AND (sample IS NULL OR sample > :line)",
            {"line": line, "host": host, "key": key},
        )

    def outdated_pages(self, *, limit: int) -> list[int]:
        """Pages that are not as what is known of their host now makes them, by number."""
        rows = self._rows(
            "SELECT s.page FROM sites h JOIN site_pages s ON s.host = h.host "
            "WHERE s.version <> h.version ORDER BY s.page LIMIT ?",
            (limit,),
        )
        return [row["page"] for row in rows]

    def outdated_page(self, page: int) -> dict[str, Any] | None:
        """One of them, as it is now; None: it is outdated no more."""
        return self._row(
            "SELECT s.host, s.address, s.headline, s.lines, s.left_out "
            "FROM site_pages s JOIN sites h ON h.host = s.host "
            "WHERE s.page = ? AND s.version <> h.version",
            (page,),
        )

    def mark_up_to_date(self, page: int, *, left_out: str, version: str) -> None:
        """Write by which version of what is known of its host a page was cut."""
        self._run(
            "UPDATE site_pages SET left_out = ?, version = ? WHERE page = ?",
            (left_out, version, page),
        )

    def last_page(self) -> int:
        """The highest number of a page; 0: there is none."""
        return int(self._value("SELECT coalesce(max(id), 0) FROM pages"))

    def unnoted_pages(self, after: int, *, limit: int) -> list[dict[str, Any]]:
        """Archived pages, by number, that read as an article before lines were kept."""
        return self._rows(
            f"SELECT p.id, p.url, {PLACE} FROM pages p "  # noqa: S608
            "WHERE id > ? AND outcome IN ('article', 'copy', 'off-topic') AND warc IS NOT NULL "
            "AND NOT EXISTS (SELECT 1 FROM site_pages WHERE page = p.id) ORDER BY id LIMIT ?",
            (after, limit),
        )

    def reword(self, page: int, article: Article, *, canonical_key: str, sample_size: int) -> None:
        """Put a better reading in place of a stored text; verdict and family stay as they are."""
        self._run(
            "UPDATE texts SET canonical_key = ?, url = ?, published = ?, article_z = ?, "
            "sample_size = ? WHERE page = ?",
            (
                canonical_key,
                article.url,
                iso(article.published) if article.published else None,
                pack(article),
                sample_size,
                page,
            ),
        )

    def repack(self, page: int, article: Article) -> None:
        """Keep something more of a stored text whose wording stays."""
        self._run("UPDATE texts SET article_z = ? WHERE page = ?", (pack(article), page))

    def left_out_of(self, *, article: int | None = None, page: int | None = None) -> list[str]:
        """The lines that were left out of an article, or of a page, as its site's own; in order."""
        row = self._row(
            "SELECT url, published, article_z FROM texts "
            "WHERE page = coalesce(:page, (SELECT page FROM articles WHERE id = :article))",
            {"page": page, "article": article},
        )
        return [line for _, line in unpack(row).left_out] if row else []
