"""Scrapy policy and wiring; the workspace's own wishes come in `SourceSpider.update_settings`.

Scrapy's defaults suit a programmer who watches one crawl; these suit a daemon that nobody watches
and a web that may be hostile. `tests/test_settings.py` asserts the effective values.
"""

from __future__ import annotations

# As it is loaded, it reads the source of whatever is on the call stack, and looks at every module
# that is loaded, three times: here, where both are few, that costs a crawl .2 s less to start.
import scrapy.core.downloader.contextfactory  # noqa: F401
from scrapy.settings import default_settings as _scrapys

BOT_NAME = "seedbed"
SPIDER_MODULES = ["spiders"]
COMMANDS_MODULE = "ingest.commands"
SPIDER_LOADER_CLASS = "ingest.loader.FriendlySpiderLoader"

# Polite: robots.txt obeyed, one request at a time a host, with jitter.
ROBOTSTXT_OBEY = True
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 1.0
DOWNLOAD_DELAY_JITTER = 0.5  # share of the delay
RETRY_TIMES = 1  # what fails twice is asked again in a later run, not at once
RETRY_GIVE_UP_LOG_LEVEL = "DEBUG"  # the ledger says it better
RETRY_HTTP_CODES = [500, 502, 504, 522, 524, 408]  # 429 and 503 ask for patience, not for haste
COOKIES_ENABLED = False
REFERRER_POLICY = "no-referrer"
# Else a Referrer-Policy header of the page would overrule it.
REFERRER_POLICIES = dict.fromkeys(
    (
        "",
        "no-referrer-when-downgrade",
        "same-origin",
        "origin",
        "strict-origin",
        "origin-when-cross-origin",
        "strict-origin-when-cross-origin",
        "unsafe-url",
        "scrapy-default",
    ),
    "scrapy.spidermiddlewares.referer.NoReferrerPolicy",
)

# Bounded.
DOWNLOAD_MAXSIZE = 8 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_TIMEOUT = 30.0
DNS_TIMEOUT = 10.0
REDIRECT_MAX_TIMES = 5
METAREFRESH_MAXDELAY = 5

# Closed.
DOWNLOAD_VERIFY_CERTIFICATES = True
DOWNLOAD_HANDLERS = {
    **dict.fromkeys(("data", "file", "ftp", "s3")),
    **dict.fromkeys(("http", "https"), "ingest.pacing.OneAddress"),
}
TWISTED_DNS_RESOLVER = "ingest.middlewares.GuardResolver"
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
HTTPPROXY_ENABLED = False  # a proxy from the environment would by-pass the resolver's guard

DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
}

# What must happen on every crawl, whoever starts it.
EXTENSIONS = {"ingest.extensions.RunRecorder": 10}
# Two are off, and one of them brings a web server with it. Named `None` in `EXTENSIONS` they would
# be loaded all the same: Scrapy loads what a project names, to tell whether it names it twice.
EXTENSIONS_BASE = {
    path: order
    for path, order in _scrapys.EXTENSIONS_BASE.items()
    if not path.endswith((".TelnetConsole", ".RemoteControl"))
}
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "ingest.middlewares.AddressGuard": 90,
    "ingest.pacing.HostPatience": 95,
    "ingest.obedience.RobotsPolicy": 100,
    "ingest.bounds.FewLayers": 595,  # before Scrapy unpacks, at 590
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
    "ingest.middlewares.MetaRefresh": 580,
    "ingest.middlewares.WorkspaceProxy": 740,
}
ITEM_PIPELINES = {
    "ingest.pipelines.ArchivePipeline": 100,
    "ingest.pipelines.ReadPipeline": 200,
    "ingest.pipelines.JudgePipeline": 300,
}
CONCURRENT_ITEMS = 16

LOG_ENABLED = False  # ingest.log writes Scrapy's records too, in our format
STATS_DUMP = False
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"  # the ledger knows every address
WARN_ON_GENERATOR_RETURN_VALUE = False
