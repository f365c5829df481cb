"""Languages as GDELT names them: by ISO 639-3 in its files, in English in its API."""

from __future__ import annotations

__all__ = ["language_of_code", "language_of_name"]

# ISO 639-1, the codes of ISO 639-2 and 639-3, the English names.
_TABLE = """
af afr Afrikaans|am amh Amharic|ar ara,arb Arabic|az aze,azj Azerbaijani|be bel Belarusian
bg bul Bulgarian|bn ben Bengali|bs bos Bosnian|ca cat Catalan|cs ces,cze Czech|cy cym Welsh
da dan Danish|de deu,ger German|el ell,gre Greek|en eng English|es spa Spanish|et est Estonian
eu eus Basque|fa fas,per,pes Persian|fi fin Finnish|fr fra,fre French|ga gle Irish|gl glg Galician
gu guj Gujarati|ha hau Hausa|he heb Hebrew|hi hin Hindi|hr hrv Croatian|hu hun Hungarian
hy hye,arm Armenian|id ind Indonesian|is isl,ice Icelandic|it ita Italian|ja jpn Japanese
ka kat,geo Georgian|kk kaz Kazakh|km khm Khmer|kn kan Kannada|ko kor Korean|ku kur,kmr,ckb Kurdish
ky kir Kyrgyz|lo lao Lao|lt lit Lithuanian|lv lav,lvs Latvian|mk mkd,mac Macedonian
ml mal Malayalam|mn mon,khk Mongolian|mr mar Marathi|ms msa,may,zsm Malay|mt mlt Maltese
my mya,bur Burmese|ne nep Nepali|nl nld,dut Dutch|no nor,nob,nno Norwegian|pa pan Punjabi
pl pol Polish|ps pus,pbt Pashto|pt por Portuguese|ro ron,rum Romanian|ru rus Russian
sd snd Sindhi|si sin Sinhalese|sk slk,slo Slovak|sl slv Slovenian|so som Somali
sq sqi,alb,als Albanian|sr srp Serbian|sv swe Swedish|sw swa,swh Swahili|ta tam Tamil|te tel Telugu
tg tgk Tajik|th tha Thai|tk tuk Turkmen|tl tgl,fil Tagalog|tr tur Turkish|uk ukr Ukrainian
ur urd Urdu|uz uzb,uzn Uzbek|vi vie Vietnamese|xh xho Xhosa|yo yor Yoruba|zh zho,chi,cmn Chinese
zu zul Zulu
"""
_ROWS = [entry.split() for entry in _TABLE.replace("\n", "|").split("|") if entry]
_BY_CODE = {code: two for two, codes, _ in _ROWS for code in (two, *codes.split(","))}
_BY_NAME = {name.lower(): two for two, _, name in _ROWS}


def language_of_code(code: str) -> str | None:
    """ISO 639-1 of a code such as `rus`; None: not known here."""
    return _BY_CODE.get(code.lower())


def language_of_name(name: str) -> str | None:
    """ISO 639-1 of a name such as `Russian`; None: not known here."""
    return _BY_NAME.get(name.strip().lower())
