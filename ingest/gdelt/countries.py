"""Countries as GDELT codes them (FIPS 10-4) and as the topic does (ISO 3166)."""

from __future__ import annotations

__all__ = ["country_of", "fips_of"]

# ISO, then FIPS; where both write the same, the country stands in `_ALIKE`.
_FIPS = """
AD AN  AG AC  AM AM  AR AR  AT AU  AU AS  AZ AJ  BA BK  BD BG  BG BU  BH BA  BI BY  BJ BN  BN BX
BF UV  BO BL  BS BF  BW BC  BY BO  BZ BH  CD CG  CF CT  CG CF  CH SZ  CI IV  CL CI  CN CH  CR CS
CZ EZ  DE GM  DK DA  DM DO  DO DR  DZ AG  EE EN  EH WI  ES SP  GA GB  GB UK  GD GJ  GE GG  GM GA
GN GV  GQ EK  GW PU  HN HO  HT HA  IE EI  IL IS  IQ IZ  IS IC  JP JA  KH CB  KI KR  KM CN  KN SC
KP KN  KR KS  KW KU  LB LE  LC ST  LI LS  LK CE  LR LI  LS LT  LT LH  LV LG  MA MO  MC MN  ME MJ
MG MA  MH RM  MM BM  MN MG  MO MC  MU MP  MW MI  NA WA  NE NG  NG NI  NI NU  OM MU  PA PM  PG PP
PH RP  PR RQ  PT PO  PW PS  PY PA  RS RI  RU RS  SB BP  SC SE  SD SU  SE SW  SG SN  SK LO  SN SG
SR NS  SS OD  ST TP  SV ES  SZ WZ  TD CD  TG TO  TJ TI  TL TT  TM TX  TN TS  TO TN  TR TU  TT TD
UA UP  VA VT  VN VM  VU NH  XK KV  YE YM  ZA SF  ZM ZA  ZW ZI
"""
_ALIKE = """
AE AF AL AO BB BE BR BT CA CM CO CU CV CY DJ EC EG ER ET FI FJ FM FR GH GL GR GT GY HK HR HU ID
IN IR IT JM JO KE KG KZ LA LU LY MD MK ML MR MT MV MX MY MZ NL NO NP NR NZ PE PK PL QA RO RW SA SI
SL SM SO SY TH TV TW TZ UG US UY UZ VC VE WS
"""
_SEVERAL = {"PS": ("GZ", "WE"), "RS": ("RI", "RB")}  # Gaza and the West Bank; Serbia, then and now


def _table() -> dict[str, tuple[str, ...]]:
    cells = _FIPS.split()
    alike: dict[str, tuple[str, ...]] = {code: (code,) for code in _ALIKE.split()}
    apart = {iso: (fips,) for iso, fips in zip(cells[::2], cells[1::2], strict=True)}
    return {**alike, **apart, **_SEVERAL}


_FIPS_OF = _table()
_ISO_OF = {fips: iso for iso, several in _FIPS_OF.items() for fips in several}


def fips_of(country: str) -> tuple[str, ...]:
    """The FIPS codes of a country of the topic, `@az`; (): it has none here."""
    return _FIPS_OF.get(country.removeprefix("@").upper(), ())


def country_of(fips: str) -> str | None:
    """A country as the topic has it, `@az` for `AJ`; None: no such code."""
    iso = _ISO_OF.get(fips)
    return f"@{iso.lower()}" if iso else None
