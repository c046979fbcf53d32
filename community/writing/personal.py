"""Personal data in what somebody is about to post: found, and masked so that its kind still shows.

Everybody can read a post, and nobody needs the number of somebody else's card. What is
found is a guess, so the writer decides; nothing is changed or refused by this module.

A warning that is mostly wrong is not read. So a number is told of only if its own check
digit, its form or the word in front of it says what it is: versions, dates, prices and
error codes stay alone, and so does everything in an address of the web, in addresses for
examples, and in those that a company has for everybody ("support@…", freephone numbers).
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final

from phonenumbers import Leniency, PhoneNumberMatcher, PhoneNumberType, number_type

from community.writing import numbers


class Kind(StrEnum):
    """What a piece of text looks like."""

    EMAIL = "email"
    PHONE = "phone"
    CARD = "card"
    ACCOUNT = "account"  # of a bank
    DEVICE = "device"  # IMEI, MAC address
    NETWORK = "network"  # the IP address of a connection
    NUMBER = "number"  # of an order, invoice, customer, licence, appliance, person …


@dataclass(frozen=True)
class Finding:
    """A piece of a text that looks like personal data."""

    kind: Kind
    start: int  # the text is ``whole[start:end]``
    end: int
    text: str
    masked: str


def _words(text: str) -> list[str]:
    return text.split()


Found = Iterator[tuple[int, int, str]]  # start, end, what stands there instead

REMOVED: Final = "[removed]"
PHONES_MAX: Final = 200  # runs of digits that are read as telephone numbers; the rest are not


def find(text: str, *, own_hosts: Collection[str] = ()) -> tuple[Finding, ...]:
    """Return what looks like personal data in ``text``, in its order and without overlaps.

    Args:
        own_hosts: of this site, whose addresses are nobody's.
    """
    taken = bytearray(len(text))  # 1 where an address of the web is, or something found
    for address in _WEB.finditer(text):
        taken[address.start() : address.end()] = b"\x01" * (address.end() - address.start())
    findings = []
    looks: tuple[tuple[Kind, Callable[[str], Found]], ...] = (
        (Kind.EMAIL, partial(_emails, own_hosts=own_hosts)),
        (Kind.ACCOUNT, _accounts),
        (Kind.DEVICE, _devices),
        (Kind.CARD, _cards),
        (Kind.NUMBER, _numbers),
        (Kind.NETWORK, _networks),
        (Kind.PHONE, _phones),
    )
    for kind, look in looks:
        for start, end, masked in look(text):
            if not any(taken[start:end]):
                taken[start:end] = b"\x01" * (end - start)
                findings.append(Finding(kind, start, end, text[start:end], masked))
    return tuple(sorted(findings, key=lambda found: found.start))


def mask(text: str, findings: Iterable[Finding] | None = None) -> str:
    """Return ``text`` with each of ``findings`` (default: all there are) masked."""
    parts, at = [], 0
    for found in find(text) if findings is None else findings:
        parts += [text[at : found.start], found.masked]
        at = found.end
    return "".join([*parts, text[at:]])


_WEB = re.compile(r"\b(?:https?://|ftp://|www\.)[^\s<>\"]+", re.IGNORECASE)


# -- e-mail addresses ---------------------------------------------------------------------------

_EMAIL = re.compile(
    r"(?<![\w.+%@/:-])(\w[\w.+%-]{0,63})@((?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24})(?![\w@-])(?!:[\w/])"
)
_NO_HOSTS = frozenset(_words("png jpg jpeg gif svg webp js css html example test invalid local"))
_EXAMPLES = frozenset(
    _words("example.com example.org example.net domain.com yourdomain.com mydomain.com email.com")
)
# What a company reads together, and what stands for anybody's name in instructions.
_NOBODY = frozenset(
    _words(
        "abuse account accounts admin billing care contact customercare customerservice enquiries"
        " feedback hello help helpdesk hostmaster info inquiries legal mail mailer-daemon marketing"
        " media news newsletter no-reply noreply office orders postmaster press privacy reply"
        " returns sales security service services shop spam support team webmaster"
        " cs layanan bantuan halo kefu"
        " email example first.last firstname.lastname foo git john.doe me myname name someone"
        " somebody test user username you your-name your.name youremail yourname xxx"
    )
)


def _emails(text: str, *, own_hosts: Collection[str]) -> Found:
    for found in _EMAIL.finditer(text):
        name, host = found[1].lower(), found[2].lower()
        last = host.rpartition(".")[2]
        ours = host in own_hosts or host in _EXAMPLES or last in _NO_HOSTS
        if not ours and name not in _NOBODY:
            yield found.start(), found.end(), f"{found[1][0]}•••@{found[2]}"


# -- numbers that can be checked ----------------------------------------------------------------

_CARD = re.compile(r"(?<![\w.,:/#+-])\d(?:[ -]?\d){12,18}(?![\w-]|[.,]\d)", re.ASCII)
_IBAN = re.compile(r"(?<![\w-])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}", re.ASCII)
_IMEI = re.compile(r"\bIMEI\b[^\d\n]{0,25}(\d(?:[ /-]?\d){14})(?!\d)", re.IGNORECASE | re.ASCII)
_MAC = re.compile(
    r"(?<![\w:-])[0-9A-F]{2}(?:([:-])[0-9A-F]{2})(?:\1[0-9A-F]{2}){4}(?![\w:-])", re.IGNORECASE
)
_CITIZEN = re.compile(r"(?<!\w)\d{17}[\dXx](?!\w)", re.ASCII)


def _cards(text: str) -> Found:
    for found in _CARD.finditer(text):
        if numbers.is_card(found[0]):
            yield found.start(), found.end(), _dotted(found[0], keep_last=4)


def _accounts(text: str) -> Found:
    for found in _IBAN.finditer(text):
        # The next word may have been taken for the end of the number: the country says how long.
        length, end, seen = numbers.IBAN_LENGTHS.get(found[0][:2], 0), found.start(), 0
        while seen < length and end < found.end():
            seen += text[end] != " "
            end += 1
        number = text[found.start() : end]
        if numbers.is_iban(number.replace(" ", "")):
            yield found.start(), end, _dotted(number, keep_first=2)


def _devices(text: str) -> Found:
    for found in _IMEI.finditer(text):
        if numbers.is_imei(_digits(found[1])):
            # The first eight digits name the model, which who helps may need.
            yield found.start(1), found.end(1), _dotted(found[1], keep_first=8)
    for found in _MAC.finditer(text):
        number = re.sub(r"[:-]", "", found[0]).lower()
        if number != "0" * 12 and not int(number[1], 16) & 2:  # else nobody's, or made up
            yield found.start(), found.end(), _dotted(found[0], keep_first=6)


# -- numbers that a word stands before ----------------------------------------------------------

# What it is the number of, in English, Indonesian and Chinese.
_OF = (
    r"order|purchase|invoice|receipt|booking|reservation|confirmation|tracking|shipment|parcel"
    r"|consignment|customer|client|account|membership|member|loyalty|contract|policy|licen[cs]e"
    r"|subscription|activation|registration|serial|passport|social\ security"
)
_DARI = (
    r"pesanan|order|pemesanan|faktur|invoice|resi|booking|pelanggan|rekening|akun|anggota|member"
    r"|kontrak|polis|lisensi|seri|registrasi|transaksi|ktp|nik|npwp|paspor"
)
_DE = (
    r"订单(?:编号|号码?)|(?:快递|运|物流)单(?:号码?|编号)|发票(?:号码?|代码)|预[订定](?:编?号|号码)"
    r"|(?:客户|会员|用户|合同|保单)(?:编?号|号码)|(?:银行)?[账帐卡]号|序列号|激活码|许可证(?:号|密钥)"
    r"|身份证(?:号码?)?|护照号码?|流水号|訂單(?:編號|號碼?)|序號"
)
_CALLED = r"(?:no\b\.?|nr\b\.?|num\b\.?|number|numbers|id\b|code|key|ref\b\.?|reference|\#)"
_CUE = re.compile(
    rf"""
    (?:
        (?<!\w)(?:{_OF})s?[ ]{{0,2}}(?:{_CALLED}[ ]{{0,2}}){{1,2}}
        | (?<!\w)(?:product\ ?key|ssn)[ ]{{0,2}} | (?<!\w)s/n[ ]{{0,2}} | (?<!\w)sn(?=[ ]{{0,2}}[:#=])
        | (?<!\w)(?:nomor|nomer|no\b\.?|kode)[ ]{{0,2}}(?:{_DARI})[ ]{{0,2}}
        | (?<!\w)(?:nik|npwp)(?=[ ]{{0,2}}[:=\d])
        | (?:{_DE})
    )
    (?:\s{{0,2}}(?:is|was|are|adalah|saya|anda|:|：|=|\#|是|为|為|-)\s{{0,2}}){{0,3}}[ ]?["'“(`*]{{0,3}}
    (?P<id>[A-Z0-9][A-Z0-9./_-]{{3,40}})
    """,
    re.IGNORECASE | re.VERBOSE,
)
_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}(?:[./-]\d{1,4})?", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{32,}", re.IGNORECASE)
_VERSION = re.compile(r"\d{1,4}(?:\.\d{1,5}){1,3}", re.ASCII)


def _numbers(text: str) -> Found:
    for found in _CUE.finditer(text):
        number = found["id"].rstrip("./_-")
        end = found.start("id") + len(number)
        if _is_number(number) and not text[end : end + 1].isalnum():
            yield found.start("id"), end, REMOVED
    for found in _CITIZEN.finditer(text):
        if numbers.is_citizen_number(found[0]):
            yield found.start(), found.end(), REMOVED


def _is_number(word: str) -> bool:
    """Tell whether a word can be the number of something: no word, date, year, version or hash."""
    digits = _digits(word)
    if _HASH.fullmatch(word):
        return False
    if len(digits) < 4 or _DATE.fullmatch(word) or _VERSION.fullmatch(word):
        return len(digits) >= 3 and sum(char.isalpha() for char in word) >= 3 and word.isupper()
    return not (len(word) == 4 and word[:2] in {"19", "20"})


# -- addresses of connections -------------------------------------------------------------------

_IPV4 = re.compile(
    r"(?i:\b(?:my|our|your|his|her|public|external|wan|alamat|client)?\s?ip(?:v4)?\b)"
    r"[^\d\n]{0,25}(?<![\w.])(\d{1,3}(?:\.\d{1,3}){3})(?![\w]|\.\d)",
    re.ASCII,
)
_IPV6 = re.compile(
    r"\bip(?:v6)?\b[^\n]{0,25}?(?<![\w:.])((?:[0-9A-F]{1,4}:){4,7}:?(?:[0-9A-F]{1,4})?)(?![\w:])",
    re.IGNORECASE,
)
# Of Google, Cloudflare, Quad9, OpenDNS and Level 3, which half the world uses.
_RESOLVERS = frozenset(
    {"8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9", "208.67.222.222", "208.67.220.220"}
    | {"4.2.2.1", "4.2.2.2"}
)


def _networks(text: str) -> Found:
    for found in _IPV4.finditer(text):
        try:
            is_public = IPv4Address(found[1]).is_global and found[1] not in _RESOLVERS
        except AddressValueError:
            continue
        if is_public:
            yield found.start(1), found.end(1), f"{found[1].partition('.')[0]}.•••.•••.•••"
    for found in _IPV6.finditer(text):
        try:
            is_public = IPv6Address(found[1]).is_global
        except AddressValueError:
            continue
        if is_public:
            yield found.start(1), found.end(1), f"{found[1].partition(':')[0]}:••••"


# -- telephone numbers --------------------------------------------------------------------------

_RUN = re.compile(
    r"(?<![\w.,/#$€£¥+:=\u2010-\u2015-])(?:\+|00)?\(?\d[\d ()./\u2010-\u2015-]{4,22}\d"
    r"(?![\w%€$°]|[.,:/-]\w)",
    re.ASCII,
)
_CALL = re.compile(
    r"(?:\b(?:call|called|phone|telephone|tel|mobile|cell|fax|whats\s?app|sms|text me|reach me"
    r"|number is|telp|telepon|hp|wa|hubungi|nomor)|电话|電話|手机|手機|致电|联系)"
    r"\W{0,3}[\w ]{0,12}\W{0,4}\Z",
    re.IGNORECASE,
)
_GROUPED_AMERICAN = re.compile(r"(?:1[ .-])?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}", re.ASCII)
# With the 0 that is dialled inside the country.
_BEGINS_AT_HOME = re.compile(r"\(?0\d", re.ASCII)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_AT_HOME: Final = ("ID", "GB", "DE", "FR", "AU", "NL", "IT", "JP")
_WITH_CUE: Final = ("US", "IN", "CN", "SG", "ES", "BR", *_AT_HOME)
_FOR_EVERYBODY: Final = frozenset(
    {
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.UAN,
    }
)


def _phones(text: str) -> Found:
    is_chinese = _CHINESE.search(text) is not None
    tried = 0
    for found in _RUN.finditer(text):
        run = found[0]
        if not 7 <= len(_digits(run)) <= 15 or run.count("/") > 1 or "(" in run[4:]:
            continue
        regions = _regions(run, text[max(0, found.start() - 40) : found.start()], is_chinese)
        tried += bool(regions)
        if tried > PHONES_MAX:
            return
        span = _number_in(run, regions)
        if span is not None:
            start, end = span
            number = run[start:end]
            keep = 3 if number.startswith("+") else 0
            masked = _dotted(number, keep_first=keep - 1 if keep else 0, keep_last=2)
            yield found.start() + start, found.start() + end, masked


def _regions(run: str, before: str, is_chinese: bool) -> tuple[str, ...]:
    """Return where a run of digits may be a telephone number, the likeliest first."""
    if run.startswith(("+", "00")):
        return ("ZZ",) if run.startswith("+") else ("DE",)
    if _CALL.search(before):
        return _WITH_CUE
    if _BEGINS_AT_HOME.match(run) and len(_digits(run)) >= 10:
        return _AT_HOME
    if _GROUPED_AMERICAN.fullmatch(run):
        return ("US",)
    if is_chinese and re.fullmatch(r"1[3-9]\d[ -]?\d{4}[ -]?\d{4}", run):
        return ("CN",)
    return ()


def _number_in(run: str, regions: Iterable[str]) -> tuple[int, int] | None:
    """Return where in ``run`` the telephone number of somebody is."""
    for region in regions:
        for match in PhoneNumberMatcher(run, region, leniency=Leniency.VALID, max_tries=3):
            if number_type(match.number) in _FOR_EVERYBODY:
                return None
            return match.start, match.end
    return None


# -- masks --------------------------------------------------------------------------------------


def _digits(word: str) -> str:
    return "".join(char for char in word if char in "0123456789")


def _dotted(number: str, *, keep_first: int = 0, keep_last: int = 0) -> str:
    """Return ``number`` with a dot for each letter and digit but the first and last few."""
    places = [place for place, char in enumerate(number) if char.isalnum()]
    kept = {*places[:keep_first], *(places[-keep_last:] if keep_last else ())}
    hidden = set(places) - kept
    return "".join("•" if place in hidden else char for place, char in enumerate(number))
