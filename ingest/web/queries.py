"""The questions that come ready with every corpus, as saved queries of Datasette.

Every one stays under Datasette's limits on a corpus of 100,000 articles: grouped subqueries, never
one query a row, and a LIMIT where the answer grows with the corpus. None is named like a table or
view: in Datasette the query would hide it. None asks for more than SQLite 3.40 has: Datasette may
run on one as old.
"""

from __future__ import annotations

from dataclasses import dataclass

from ingest.corpus.browsing_sources import ARRIVALS
from ingest.corpus.sharing import QUOTED

__all__ = ["QUERIES", "Query"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A saved query."""

    name: str
    title: str
    description: str
    sql: str


QUERIES = (
    Query(
        name="new_since_yesterday",
        title="What is new since yesterday?",
        description="Articles that entered the corpus in the last 24 hours, latest first.",
        sql="""
SELECT id AS article, published, title, outlet, language, copies, relevance, why, url
FROM articles
WHERE first_seen >= strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-1 day')
ORDER BY first_seen DESC, id DESC
LIMIT 500""",
    ),
    Query(
        name="search",
        title="Search the articles",
        # A passage takes the square of the words found: of 60,000 of one word 15 s, in one step.
        description="Words in title or text, best match first, with the passage that matches in "
        "square brackets; of a text of more than 5,000 words its beginning. "
        'A "phrase in quotes" is one term; every term must occur.',
        sql="""
SELECT a.id AS article, a.published, a.title, a.outlet,
  iif(a.words > 5000, a.lead, snippet(articles_fts, -1, '[', ']', '…', 24)) AS passage, a.copies,
  a.url
FROM articles_fts JOIN articles a ON a.id = articles_fts.rowid
WHERE articles_fts MATCH coalesce(nullif(escape_fts(:words), ''), '""')
ORDER BY articles_fts.rank, a.id
LIMIT 100""",
    ),
    Query(
        name="copying_by_outlet",
        title="Who copied whom?",
        description="Pairs of outlets, the busiest first: how many texts the second republished "
        "from the first, how closely, how many hours later; negative: it stood there first. Name "
        "an outlet to see only its pairs.",
        sql="""
SELECT original, copying, copies, exact, average_similarity, average_hours_later
FROM who_copied_whom
WHERE :outlet = '' OR original = :outlet OR copying = :outlet
ORDER BY copies DESC, original, copying
LIMIT 500""",
    ),
    Query(
        name="what_changed",
        title="What was changed after publication?",
        description="Changes seen in kept pages, the latest first.",
        sql="""
SELECT r.seen, p.outlet, r.title AS title_before, r.new_title AS title_after, r.title_changed,
  r.words_added, r.words_removed, r.article, p.url
FROM revisions r JOIN pages p ON p.id = r.page
ORDER BY r.seen DESC, r.title_changed DESC, r.id DESC
LIMIT 500""",
    ),
    Query(
        name="headlines_changed",
        title="Which headlines were changed?",
        description="Articles that were given another headline after publication, the latest "
        "change first.",
        sql="""
SELECT r.seen, p.outlet, r.title AS headline_before, r.new_title AS headline_after, r.words_added,
  r.words_removed, r.article, p.url
FROM revisions r JOIN pages p ON p.id = r.page
WHERE r.title_changed = 1
ORDER BY r.seen DESC, r.id DESC
LIMIT 500""",
    ),
    Query(
        name="one_story_in_order",
        title="How did a story unfold?",
        description="The articles of a story and the copies of each, in order of publication, of a "
        "story of more than a thousand articles the first. Give the number of the story.",
        sql="""
WITH told AS MATERIALIZED (
  SELECT id, published, outlet, title, url FROM articles WHERE story = CAST(:story AS INTEGER)
  ORDER BY published NULLS LAST, url LIMIT 1000
)
SELECT published, outlet, title, carries, hours_later, article, url FROM (
  SELECT published, outlet, title, 'its own text' AS carries, NULL AS hours_later, id AS article,
    url
  FROM told
  UNION ALL
  SELECT c.published, c.outlet, c.title, c.relation, c.hours_later, c.article, c.url
  FROM told t JOIN copies c ON c.article = t.id
)
ORDER BY published IS NULL, published, url
LIMIT 1000""",
    ),
    Query(
        name="first_in_each_story",
        title="Who was first in each story?",
        description="The stories, the latest first, each with the outlet that reported it first "
        "and the article with which it began.",
        sql="""
SELECT first_published, first_outlet, title, articles, outlets, first_article AS article,
  id AS story
FROM stories
ORDER BY last_published IS NULL, last_published DESC, id DESC
LIMIT 500""",
    ),
    Query(
        name="original_work",
        title="Which outlets do their own work?",
        description="Outlets by the share of articles in what they carry, of those with five "
        "texts or more: near 1 they write themselves, near 0 they repeat.",
        sql="""
SELECT outlet, original_share, articles, copies, language, first_published, last_published
FROM outlet_summary
WHERE articles + copies >= 5
ORDER BY original_share DESC, articles DESC, outlet
LIMIT 500""",
    ),
    Query(
        name="silent_outlets",
        title="Who told one story and not another?",
        # All of it stands in indexes, and those in order of outlet spare the sort: of a story of
        # 65,000 articles a third of the time. `+` keeps SQLite from looking up row by row.
        description="Outlets that carry the first story and not the second, by article or by "
        "copy. Give the numbers of both.",
        sql="""
WITH told AS MATERIALIZED (
  SELECT outlet, count(*) AS texts FROM articles
  WHERE +id IN (SELECT id FROM articles WHERE story = CAST(:story AS INTEGER)) GROUP BY outlet
  UNION ALL
  SELECT outlet, count(*) FROM copies
  WHERE +id IN (SELECT c.id FROM articles a CROSS JOIN copies c ON c.article = a.id
    WHERE a.story = CAST(:story AS INTEGER))
  GROUP BY outlet
), told_other AS (
  SELECT DISTINCT outlet FROM articles
  WHERE +id IN (SELECT id FROM articles WHERE story = CAST(:but_not AS INTEGER))
  UNION
  SELECT DISTINCT outlet FROM copies
  WHERE +id IN (SELECT c.id FROM articles a CROSS JOIN copies c ON c.article = a.id
    WHERE a.story = CAST(:but_not AS INTEGER))
)
SELECT outlet, sum(texts) AS texts_of_the_first FROM told
WHERE outlet NOT IN (SELECT outlet FROM told_other)
GROUP BY outlet
ORDER BY texts_of_the_first DESC, outlet
LIMIT 500""",
    ),
    Query(
        name="gone_moved_back",
        title="What is gone, moved or back?",
        description="Addresses of kept pages that stopped answering, lead to a front page or a "
        "section now, or answer again; the latest first.",
        sql="""
SELECT e.at, e.kind, p.outlet, coalesce(a.title, p.title) AS title, p.url, e.detail,
  a.gone_since, e.article, e.page
FROM events e JOIN pages p ON p.id = e.page LEFT JOIN articles a ON a.page = e.page
WHERE e.kind IN ('gone', 'moved-home', 'back')
ORDER BY e.at DESC, e.id DESC
LIMIT 500""",
    ),
    Query(
        name="who_quotes_whom",
        title="Who quotes whom?",
        description="Texts that share a passage and are no copies, the longest passage first: the "
        "later or longer of the two quotes, or both quote a third. Name an outlet to see its own.",
        sql=QUOTED,
    ),
    Query(
        name="likely_translations",
        title="Which may be translations?",
        description="Pairs of texts in two languages that may be one text, and what speaks for it, "
        "strongest first. A hint, not a verdict: that they are is for a person to say.",
        sql="""
SELECT score, title, outlet, other_title, coalesce(other_outlet, 'a seed') AS other_outlet,
  evidence, published, other_published, url, other_url, article, other_article, seed
FROM translation_hints
ORDER BY score DESC, url, other_url
LIMIT 200""",
    ),
    Query(
        name="first_to_report",
        title="Who had it first?",
        description="The most republished texts: who published each first, and who carried it "
        "then, with the hours between. Of a seed document it is the first page known to carry it.",
        sql="""
WITH families AS (
  SELECT * FROM (
    SELECT id AS article, NULL AS seed, copies FROM articles
    WHERE copies > 0 ORDER BY copies DESC, id LIMIT 100
  )
  UNION ALL
  SELECT NULL, seed, count(*) FROM copies WHERE seed IS NOT NULL GROUP BY seed
), texts_of AS (
  SELECT f.article, f.seed, f.copies, a.published, a.outlet, a.title, a.url
  FROM families f JOIN articles a ON a.id = f.article
  UNION ALL
  SELECT f.article, NULL, f.copies, c.published, c.outlet, c.title, c.url
  FROM families f JOIN copies c ON c.article = f.article
  UNION ALL
  SELECT NULL, f.seed, f.copies, c.published, c.outlet, c.title, c.url
  FROM families f JOIN copies c ON c.seed = f.seed
), ranked AS (
  SELECT *, row_number() OVER family AS place, (julianday(published)
    - julianday(first_value(published) OVER family)) * 24 AS hours_later
  FROM texts_of
  WINDOW family AS (PARTITION BY article, seed ORDER BY published IS NULL, published, url)
)
SELECT max(iif(place = 1, published, NULL)) AS published,
  max(iif(place = 1, outlet, NULL)) AS first_outlet,
  max(iif(place = 1, title, NULL)) AS title,
  copies,
  group_concat(
    outlet || iif(hours_later IS NULL, ' (no date)', printf(' +%.1f h', hours_later)), ', '
  ) FILTER (WHERE place > 1) AS then_carried_by,
  article, seed,
  max(iif(place = 1, url, NULL)) AS url
FROM (SELECT * FROM ranked ORDER BY article, seed, place)
GROUP BY article, seed
ORDER BY copies DESC, article, seed
LIMIT 100""",
    ),
    Query(
        name="refusals",
        title="What was refused, and why?",
        description="Addresses that did not become an article or a copy, counted by outcome, and "
        "the rejected ones by reason too; each with an example, the one of the highest relevance.",
        sql="""
WITH refused AS (
  SELECT outcome, NULL AS reason, count(*) AS pages, max(relevance) AS highest_relevance, id
  FROM pages WHERE outcome IN ('waiting', 'skipped', 'robots', 'off-topic', 'gone')
  GROUP BY outcome
  UNION ALL
  SELECT outcome, substr(reason, 1, instr(reason || ':', ':') - 1), count(*), max(relevance), id
  FROM pages WHERE outcome IN ('rejected', 'failed')
  GROUP BY 1, 2
)
SELECT r.outcome, r.reason, r.pages, r.highest_relevance, p.reason AS for_example, p.url
FROM refused r JOIN pages p ON p.id = r.id
ORDER BY r.pages DESC, r.outcome, r.reason
LIMIT 200""",
    ),
    Query(
        name="why_address",
        title="Why is this address here, or not?",
        description="Where an address stands, who found it and when it was fetched. A part of it "
        "will do: a domain, or some words of the path.",
        sql="""
SELECT p.outcome, p.reason, p.relevance, p.url, p.title, p.found_by, s.url AS named_by,
  p.first_seen, p.last_fetched, p.http_status, p.next_check, p.article, p.id AS page
FROM pages p LEFT JOIN sources s ON s.id = p.source
WHERE :url <> '' AND instr(lower(p.url), rtrim(replace(replace(
  lower(:url), 'https://', ''), 'http://', ''), '/'))
ORDER BY length(p.url), p.id
LIMIT 100""",
    ),
    Query(
        name="seeds_matched",
        title="What did each seed document bring?",
        description="For each document of the seed set: the articles it is nearest to, and the "
        "pages that carry its own text.",
        sql="""
WITH near AS (
  SELECT seed, count(*) AS articles FROM articles WHERE seed IS NOT NULL GROUP BY seed
), carried AS (
  SELECT seed, count(*) AS copies, sum(relation = 'exact') AS exact,
    count(DISTINCT outlet) AS outlets
  FROM copies WHERE seed IS NOT NULL GROUP BY seed
)
SELECT s.id AS seed, s.title, s.file, s.words, s.noise_share,
  coalesce(near.articles, 0) AS articles, coalesce(carried.copies, 0) AS copies,
  coalesce(carried.exact, 0) AS exact_copies, coalesce(carried.outlets, 0) AS copied_by_outlets
FROM seeds s LEFT JOIN near ON near.seed = s.id LEFT JOIN carried ON carried.seed = s.id
ORDER BY articles DESC, s.id""",
    ),
    Query(
        name="worth_a_verdict",
        title="On which pages would a yes or no teach most?",
        description="What nobody has judged yet and was nearest to the cut: the least related of "
        "what was kept, the most related of what was not. Open the page and press a button.",
        sql="""
SELECT page, relevance, outcome, title, url FROM (
  SELECT a.page, a.relevance, 'article' AS outcome, a.title, a.url
  FROM articles a
  WHERE a.relevance IS NOT NULL AND a.page NOT IN (SELECT page FROM labels)
  ORDER BY a.relevance, a.id LIMIT 25
)
UNION ALL
SELECT page, relevance, outcome, title, url FROM (
  SELECT id AS page, relevance, outcome, title, url
  FROM pages
  WHERE outcome = 'off-topic' AND relevance IS NOT NULL AND id NOT IN (SELECT page FROM labels)
  ORDER BY relevance DESC, id LIMIT 25
)""",
    ),
    Query(
        name="sources_now",
        title="Are the sources well?",
        description="Every source with its state, as “seedbed sources” tells it: failing, quiet "
        "though it should have spoken, active, proposed or resting; those that need attention "
        "first. “because” says what speaks for one that nobody named.",
        sql="""
WITH days AS ({arrivals}
), heard AS (
  SELECT source, json_group_array(at) AS arrivals FROM days GROUP BY source
)
SELECT * FROM (SELECT CASE
    WHEN state <> 'active' THEN state
    WHEN failures > 0 THEN 'failing'
    WHEN is_quiet(last_ok, coalesce(arrivals, '[]')) THEN 'quiet'
    ELSE 'active'
  END AS state,
  CASE
    WHEN state <> 'active' THEN NULL
    WHEN host_until IS NOT NULL THEN 'its host asked to be left alone until ' || host_until
    WHEN last_ok IS NULL THEN 'never answered'
    WHEN julianday('now') - julianday(next_due) > every_minutes / 1440.0 THEN 'overdue'
  END AS lacking,
  kind, url, outlet, because, failures, last_error, last_ok, last_new, next_due, every_minutes,
  items_seen, articles_kept, id AS source
FROM (SELECT *, (SELECT max(wait_until) FROM hosts
    WHERE instr(url || '/', '://' || host || '/') > 0
    AND wait_until > strftime('%Y-%m-%dT%H:%M:%SZ', 'now')) AS host_until FROM sources) AS sources
LEFT JOIN heard ON heard.source = sources.id)
ORDER BY instr('failing quiet active proposed resting', state), failures DESC, lacking IS NULL,
  last_ok, source
LIMIT 1000""".replace("{arrivals}", ARRIVALS.format(of="")),
    ),
    Query(
        name="run_history",
        title="What did the runs do?",
        description="The last runs, latest first. “uncounted” is what was fetched without an "
        "outcome: always 0, or the program has a fault.",
        sql="""
SELECT id AS run, started, spider, "trigger", outcome, round(seconds) AS seconds, requests, found,
  fetched, new_articles, copies, revisions, unchanged, off_topic, rejected, robots, gone, errors,
  fetched - new_articles - copies - revisions - unchanged - off_topic - rejected - robots - gone
    - errors AS uncounted,
  message
FROM runs
ORDER BY id DESC
LIMIT 200""",
    ),
    Query(
        name="completeness",
        title="How much of what there is was found?",
        description="By week of publication: texts found, how many there are by capture-recapture "
        "over the routes that found them, and between what bounds with 95 %. Read that as at "
        "least, and the share found as at most.",
        sql="""
WITH counted AS MATERIALIZED (
  SELECT coalesce(week, 'undated') AS week, routes, texts FROM capture_counts
), told AS (
  SELECT week, completeness_of(json_group_array(json_array(routes, texts))) AS told
  FROM counted GROUP BY week
  UNION ALL
  SELECT 'all', completeness_of(json_group_array(json_array(routes, texts))) FROM counted
)
SELECT week, json_extract(told, '$.found') AS found,
  round(json_extract(told, '$.estimated'), 1) AS estimated,
  json_extract(told, '$.low') AS low, json_extract(told, '$.high') AS high,
  json_extract(told, '$.share') AS share,
  (SELECT group_concat(key || ' ' || value, ', ') FROM json_each(told, '$.routes')) AS routes,
  json_extract(told, '$.lacks') AS lacks
FROM told
ORDER BY week = 'all' DESC, week = 'undated' DESC, week DESC
LIMIT 1000""",
    ),
    Query(
        name="days_without_coverage",
        title="On which days was nothing published?",
        description="Stretches of days for which the corpus holds no article and no copy, the "
        "latest first: a quiet story, or a source that fell silent.",
        sql="""
WITH days AS (
  SELECT day FROM timeline
  UNION
  SELECT date('now', '+1 day') WHERE EXISTS (SELECT 1 FROM timeline)
), gaps AS (
  SELECT lag(day) OVER (ORDER BY day) AS last_before, day AS first_after FROM days
)
SELECT date(last_before, '+1 day') AS first_day, date(first_after, '-1 day') AS last_day,
  CAST(julianday(first_after) - julianday(last_before) - 1 AS INTEGER) AS days
FROM gaps
WHERE julianday(first_after) - julianday(last_before) > 1
ORDER BY first_day DESC
LIMIT 500""",
    ),
)
