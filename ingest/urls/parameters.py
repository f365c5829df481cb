"""Which parameters of an address name its page, and which only say how a reader came to it."""

from __future__ import annotations

import re

from ingest.urls.escapes import QUERY_PLAIN, normalize_escapes

__all__ = ["key_query"]

_TRACKER = re.compile(
    # whole families of names, by their first part
    r"(?:utm|ga|gs|pk|mtm|matomo|piwik|itm|at|hsa|mkt|vero|oly|mc|guce|lmd|fb|wt|ns|int|trk|aff"
    r"|soc|gaa|amp|piano|_x_tr|_hs|__hs|gad|bsft|cx|elq|esp|rtm|vgo|relatedposts|sfmc|trc"
    r"|ml_subscriber|ck_subscriber|hss)[_.\-]\w*|ml_subscriber|cm_(?:mmc|ven|re|lm|cat|pla|ite)\w*"
    r"|dm_[it]|et_[rc]id|sc_c\w+|spm|wtrid|bbeml|__hs(?:tc|sc|fp)|_hs(?:enc|mi)"
    # numbers of clicks, sessions and readers
    r"|\w{1,12}(?:clid|clkid|clickid)|mkcid|li_fat_id|rdt_cid|fbcid|[gw]braid|gclsrc|igsh(?:id)?|s_?kwcid|_ga|_gl|_gac|mkt_tok|epik|mibextid"
    r"|(?:php|j)?sess(?:ion)?_?id|aspsessionid\w*|cfid|cftoken|oscsid|zenid|_branch_match_id|rdid|dicbo"
    r"|tblci|srsltid|erid|roistat|_openstat|yrwinfo|_kx|hsctatracking|sp(?:mailing|user|job|report)id"
    r"|inf_contact_key|elqtrackid|elqcampaignid|mrfhud|mrfcid|mrf_?\w*|cvid|_nhids|msockid|sphrase_id"
    r"|regi_id|instance_id|segment_id|emc|s_cid|s_campaign|s_src|sr_share|wpisrc|wpmm|wpmk|hpid"
    r"|pwapi_token|unlocked_article_code|gift(?:copy|_token)?|shared?token|sharedata|share_?id"
    r"|share_?type|share_?url|share_?from|share_?source|sharer|ito|xtor|xtref|cmp(?:id)?|maca|nsv"
    # where the link stood, and in which campaign
    r"|ref_?src|ref_?url|ref_?id|referr?er|original_?referr?er|icid|ocid|ncid|intcmp|intcid|itid"
    r"|taid|smid|smtyp|srnd|sref|mbid|bxid|esrc|ftag|guccounter|reflink|leadsource|traffic_?source"
    r"|campaign(?:_?id)?|medium|tpcc|\.?tsrc|yptr|spref|recruiter|dlvrit|echobox|outputtype|wprov"
    r"|noredirect|nomobile|no_?amp|non_?amp|is_?amp|__twitter_impression|__tn__|__cft__\[0\]|usqp"
    r"|ved|usg|ust|aoh|csi|ampshare|feed_?type|feed_?name|search_?results?_?position|pgtype"
    r"|contentcollection|rref|_rdr|_rdc|paipv|ab_channel|ltflags?|frommail|fromtg"
    r"|no_?cache|cachebust(?:er)?|doing_wp_cron|_r|_|recirc|tracking(?:_?id)?|trackid"
    r"|filterkeyevents|triedredirect|showwelcome(?:onshare)?|isfreemail|view_?comments?"
    r"|[a-z]+_(?:ref|source|medium|campaign|click(?:ed)?)|gift_?id|linkid|promo(?:_?id)?"
    r"|newsletter(?:_?id)?|subscriber_?id|email_?hash|recipient_?id|fromref|refsrc|pfrom|gallery_image"
    # readers' comments under the page
    r"|replytocom|showcomments?|cpage|comment_?page|comments?_?id|like_comment|unapproved"
    r"|moderation-hash",
    re.IGNORECASE,
)
# Names that both trackers and articles' numbers go by: a number stays, a word goes.
_DOUBTFUL = frozenset(
    {"amp", "cid", "feature", "from", "from_column", "iid", "mod", "nid", "nl", "origin"}
    | {"partner", "print", "printable", "ref", "refer", "rss", "share", "shared", "source", "src"}
    | {"tid", "trk", "user_id", "via"}
)
# Channels: where a parameter of any of these names says one of these words, it says nothing else.
_CHANNEL_NAMES = frozenset(
    {"app", "chan", "channel", "click", "network", "platform", "s", "site", "social", "t", "utm"}
)
_CHANNELS = re.compile(
    r"(?:fb|facebook|twitter|x|tw|telegram|tg|whatsapp|wa|viber|vk|vkontakte|ok|odnoklassniki"
    r"|instagram|ig|linkedin|reddit|pinterest|flipboard|e-?mail|newsletter|rss|feed|hootsuite"
    r"|buffer|google-?news|apple-?news|yandex|social|share|push|messenger|tiktok|threads|bluesky)"
)
_SESSION_NAMES = frozenset({"s", "sid", "sess", "session", "token"})
_SESSION_VALUE = re.compile(r"(?=.*[a-z])(?=.*\d)[0-9a-z]{20,64}")
# These ask for the first page, or for another dress of the same page.
_YES = frozenset({"", "1", "true", "yes", "y", "on"})
_SWITCHES = frozenset(
    {"all", "allpages", "amp", "desktop", "embed", "embedded", "force_desktop", "fullarticle"}
    | {"fullsite", "iframe", "m", "mobile", "nb", "onepage", "pf", "preview", "print", "printable"}
    | {"printer", "printer_friendly", "printerfriendly", "printview", "printversion", "rss"}
    | {"share", "showall", "single", "singlepage", "te", "updated", "viewall", "wap"}
)
_FIRST = frozenset({"", "0", "1", "all"})
_PAGES = frozenset(
    {"page", "paged", "pagen_1", "pageno", "pagenum", "pagenumber", "pagewanted", "pagina", "pg"}
)
_DRESSES = re.compile(
    r"(?:amp|print(?:able|view|version|er|_?friendly|er_?friendly)?|mobile|wap|lite|touch|desktop"
    r"|component|single|full|all)"
)
_DRESS_NAMES = frozenset(
    {"action", "device", "display", "do", "format", "layout", "mode", "out", "output", "style"}
    | {"task", "template", "theme", "tmpl", "type", "v", "variant", "version", "view"}
)
_NEUTRAL = frozenset(
    {("m", "0"), ("mobile", "0"), ("in", "t"), ("s", "09"), ("layout", "default"), ("start", "0")}
    | {("limitstart", ""), ("limitstart", "0"), ("pagewanted", "print"), ("action", "click")}
    | {("code", ""), ("state", "")}
)
_LIVE_BLOCK = re.compile(r"with(?::|%3a)block-\w+")  # theguardian.com: an entry of a live blog

#: Beside `pgtype` these say on which part of which page a link was clicked.
_OF_CLICKS = frozenset({"action", "module", "region", "version"})
#: Further trackers of one site or platform, by its domain.
_SITE_TRACKERS = {
    "axios.com": frozenset({"stream"}),
    "dailymail.co.uk": frozenset({"1490"}),
    "facebook.com": frozenset({"eav", "locale", "refid", "rdid", "sfnsn", "wtsid", "hc_location"}),
    "forbes.com": frozenset({"sh"}),
    "ft.com": frozenset({"accesstoken", "segmentid", "shares", "token"}),
    "independent.co.uk": frozenset({"callback", "r"}),
    "livejournal.com": frozenset({"mode", "nojs", "page", "style", "thread", "view"}),
    "medium.com": frozenset({"sk", "source"}),
    "msn.com": frozenset({"ei", "pc", "apiversion"}),
    "nytimes.com": frozenset({"hp"}),
    "rbc.ru": frozenset({"nw"}),
    "reuters.com": frozenset({"rpc"}),
    "substack.com": frozenset({"r", "s", "token", "publication_id", "post_id", "isfreemail"}),
    "t.me": frozenset({"before", "after", "comment", "embed", "single", "q"}),
    "wsj.com": frozenset({"st"}),
}


def key_query(query: str, domain: str) -> str:
    """The parameters that name the page, sorted; `domain` is the registered one of the site."""
    own = _SITE_TRACKERS.get(domain, frozenset())
    if "pgtype=" in query.lower():
        own |= _OF_CLICKS
    kept = []
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        low = name.lower()
        if not name or low in own or _is_tracker(low, value.lower()):
            continue
        name = normalize_escapes(name.replace("+", "%20"), QUERY_PLAIN)
        value = normalize_escapes(value.replace("+", "%20"), QUERY_PLAIN)
        kept.append(f"{name}={value}" if value else name)
    return "&".join(sorted(kept))


def _is_tracker(name: str, value: str) -> bool:
    return (
        _TRACKER.fullmatch(name) is not None
        or (name, value) in _NEUTRAL
        or (name in _SWITCHES and value in _YES)
        or (name in _PAGES and (value in _FIRST or _LIVE_BLOCK.fullmatch(value) is not None))
        or (name in _DRESS_NAMES and _DRESSES.fullmatch(value) is not None)
        or (name in _CHANNEL_NAMES and _CHANNELS.fullmatch(value) is not None)
        or (name in _SESSION_NAMES and _SESSION_VALUE.fullmatch(value) is not None)
        or (name in _DOUBTFUL and not value.isdecimal())
    )
