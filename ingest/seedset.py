"""The seed set: load the documents a person gave, and clean the dumps they often are."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING

from ingest.items import RemovedLine
from ingest.text import is_prose, normalize, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = ["CleanedDump", "clean_dump"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanedDump:
    title: str | None
    text: str
    removed: tuple[RemovedLine, ...]


_BULLET = re.compile(r"^(?:[•·▪◦‣*–—-]\s*)+")
_CONTACT = re.compile(
    r"\b(?:BTC|ETH|BCH|USDT|PayPal|IBAN)\b\s*:?|0x[0-9a-f]{30,}|\b[13][1-9A-HJ-NP-Za-km-z]{25,34}\b"
    r"|patreon\.com/|^\W*(?:©|\(c\)\s|copyright\b)|all rights? reserved|все права защищены"
    r"|tüm hakları saklıdır|bütün hüquqlar qorunur|alle rechte vorbehalten|tous droits réservés",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"^(?:[\w.+-]+@[\w-]+\.[\w.]+|\+?[\d\s().-]{7,}|(?:https?://|www\.)\S+"
    r"|(?:address|phone|tel|e-?mail|fax|адрес|телефон|почта|ünvan|adres|telefon)\s*\.?:?.{0,60})$",
    re.IGNORECASE,
)
_COUNT = re.compile(r"^[\W\d_]+(?:[kKmM$€£₽%]|min)?$")
_MARKER_TRIM = re.compile(r"^[\W\d_]+|[\W\d_]+$")


@cache
def _markers() -> dict[str, str]:
    table = files("ingest").joinpath("data/dump_markers.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {normalize(phrase): rule for rule, phrase in rows}


def _is_stop(line: str) -> bool:
    return is_prose(line)


def _rule(line: str) -> str | None:
    bare = _MARKER_TRIM.sub("", normalize(line))
    if not bare:
        return "count"
    if rule := _markers().get(bare):
        return rule
    if _CONTACT.search(line):
        return "contact"
    if _ADDRESS.match(line):
        return "contact"
    return None

W = dict(prose0=0.3, per=1/150, cap=4.0, short=-0.5, run=-1.3, end=-6.0, teaser=-0.5, donation=-0.4, interface=-0.4, contact=-1.0, count=-0.3, bullet=-.3)

def weigh(lines, W=W):
    rules=[_rule(l) for l in lines]
    prose=[is_prose(l) and r is None for l,r in zip(lines,rules)]
    w=[0.0]*len(lines)
    i=0
    while i<len(lines):
        if prose[i]:
            w[i]=W['prose0']+min(len(lines[i])*W['per'],W['cap']); i+=1; continue
        j=i
        while j<len(lines) and not prose[j]: j+=1
        n=j-i
        for k in range(i,j):
            w[k]= W[rules[k]] if rules[k] else (W['short'] if n<3 else W['run']) + (W['bullet'] if lines[k][:1] in '•' else 0)
        i=j
    return w,rules,prose

def best(w,rules=None):
    b=(0.0,0,0); s=0.0; st=0
    for i,x in enumerate(w):
        if s<=0: s=0.0; st=i
        s+=x
        if s>b[0]: b=(s,st,i+1)
    return b[1],b[2]

def clean_dump(text, W=W):
    lines=[l.strip() for l in text.split('\n') if l.strip()]
    w,rules,prose=weigh(lines,W)
    a,b=best(w)
    seen=set(); out=[]
    body=lines[a:b]
    last={}
    for i in range(a,b):
        l=lines[i]
        if rules[i]: continue
        k=normalize(l).strip(' .')
        if k in seen: continue
        seen.add(k); out.append(l)
    title=find_title(lines,a,b,rules,out)
    out=[l for l in out if l!=title]
    return CleanedDump(title=title,text='\n'.join(out),removed=())

def find_title(lines,a,b,rules,body):
    from collections import Counter
    c=Counter(words('\n'.join(body)))
    cnt=Counter(lines)
    bestt=None;bs=0
    for i in range(max(0,a-40),min(a+3,len(lines))):
        l=lines[i]
        if rules[i] or len(l)>200 or len(l)<8: continue
        ws=[x for x in set(words(l)) if len(x)>3]
        if not ws: continue
        sh=sum(1 for x in ws if x in c)
        s=sh*sh/len(ws)+ .3*min(cnt[l]-1,2) - .05*abs(a-i)
        if s>bs: bs=s; bestt=l
    return bestt

def clean(d):
    r=clean_dump(d); return dict(text=r.text,title=r.title)
