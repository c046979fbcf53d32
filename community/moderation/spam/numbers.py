"""Numbers that a text invites to call, apart from the numbers that complaints are full of.

A number is to call only where the text invites to call it: beside "customer care" or "call now", say.
It is not where the word before it names what it counts ("order number 1234567890"), nor where what
stands around it says that nobody answers there or that it is somebody pretending, unless it is
urged on readers all the same ("nobody answers? call us now").
"""

import re
import unicodedata
from typing import NamedTuple

from community.search.analysis import fold

CUE_REACH = 60  # characters from an invitation to the number it is for
LABEL_REACH = 40  # characters before a number in which what it counts is named


class Numbers(NamedTuple):
    """What the numbers of a text are."""

    is_to_call: bool = False
    is_disguised: bool = False  # other digits, letters for digits, or odd signs between them


def numbers_in(text: str) -> Numbers:
    """Return what the numbers of a text are, of those with 9 to 15 digits."""
    plain = _with_plain_digits(text)
    is_to_call = is_disguised = False
    for found in _NUMBER.finditer(plain):
        run, original = found[0], text[found.start() : found.end()]
        if not 9 <= sum(char.isdigit() or char in _LOOKALIKES for char in run) <= 15:
            continue
        if sum(char.isdigit() for char in run) < 7:
            continue
        before = fold(plain[max(0, found.start() - CUE_REACH) : found.start()])
        after = fold(plain[found.end() : found.end() + CUE_REACH])
        is_invited = _invites(before, run, after)
        is_to_call |= is_invited
        is_disguised |= original != run or (is_invited and _is_odd(run))
    return Numbers(is_to_call, is_disguised)


def is_complained_of(text: str) -> bool:
    """Tell whether a text, folded, says that something was refused, unanswered or a fraud."""
    return _COMPLAINT.search(text) is not None


def _with_plain_digits(text: str) -> str:
    """Return ``text`` with every digit, circled or bold or of any script, as 0 to 9."""
    if text.isascii():
        return text
    return "".join(char if char.isascii() else _plain(char) for char in text)


def _invites(before: str, run: str, after: str) -> bool:
    """Tell whether one is to call the number between two pieces of folded text."""
    around = f"{before} {after}"
    if not _CUE.search(around):
        return False
    if _URGED.search(around):
        return True
    is_counted = _LABEL.search(before[-LABEL_REACH:]) and not _TOLL_FREE.search(run)
    return not is_counted and not is_complained_of(around)


def _plain(char: str) -> str:
    digit = unicodedata.digit(char, None)
    return char if digit is None else str(digit)


def _is_odd(run: str) -> bool:
    return any(
        char in _LOOKALIKES or (not char.isdigit() and char not in _PLAIN_SEPARATORS)
        for char in run
    )


# Digits of any script and shape are digits; letters that look like them are, between digits.
_NUMBER = re.compile(
    r"(?:(?<!\w)[Oo]|(?<![0-9])[0-9])(?:[^\w\n]{0,4}_{0,2}[0-9OoIl]){8,14}(?![0-9])"
)
_PLAIN_SEPARATORS = frozenset(" -.()+/:,\u2010\u2011\u2012\u2013\u00a0")
_LOOKALIKES = frozenset("OoIl")
_TOLL_FREE = re.compile(r"^\W*1?\W*8(?:00|33|44|55|66|77|88)\W+\d{3}\W*\d{4}")

# The words below are folded: no capitals, no accents. Each line is of one language: English,
# Indonesian, Spanish, Portuguese, Italian, French, German; then Hindi and Chinese, in which what
# comes before and after a word does not tell where it ends.

_CUE = re.compile(
    r"\b(?:call|calling|dial|telephone|phone number|helpline|hotline|toll.?free"
    r"|customer.?s?.?(?:care|service|support)|support|contact|reach|helpdesk|whats\s?app\d*"
    r"|telegram|agent|live person"
    r"|(?:meng)?hubungi|telepon|layanan|nomor (?:wa|resmi|cs)"
    r"|llam\w+|telefono|contact\w+|soporte|atencion al cliente|linea gratuita"
    r"|ligue|telefone|atendimento|suporte"
    r"|chiam\w+|contatt\w+|supporto|numero verde|assistenza"
    r"|appel\w+|service client|numero vert"
    r"|rufen|anrufen|telefon\w*|kundenservice)\b"
    r"|कॉल|नंबर|संपर्क|हेल्पलाइन|कस्टमर"
    r"|电话|電話|客服|热线|熱線|致电|拨打|微信"
)

# Said to whoever reads it.
_URGED = re.compile(
    r"\b(?:(?:call|dial|text|message|whats\s?app|phone) (?:me now|us|now|our|today|immediately|here)"
    r"|contact (?:us|now|our|immediately)|toll.?free call"
    r"|hubungi (?:kami|segera|sekarang|cs)"
    r"|llam[ae](?:nos)? (?:ya|ahora|al)|llamenos"
    r"|ligue (?:ja|agora|para)"
    r"|chiama(?:ci| ora| subito)"
    r"|appelez(?:.nous| maintenant| vite)"
    r"|rufen sie (?:uns|jetzt)|jetzt anrufen)\b"
    r"|पर कॉल कर|कॉल करें|संपर्क करें"
    r"|请拨打|立即拨打|立即致电|请致电|欢迎致电|加微信"
)

# What a number counts, if it is no number to call.
_COUNTED = (
    r"\b(?:orders?|tickets?|cases?|imei|serial|s/?n|ref(?:erence)?|invoices?|tracking|parcel"
    r"|shipment|consignment|awb|booking|reservation|pnr|confirmation|contract|accounts?|acct"
    r"|policy|transactions?|claim|receipt|meter|model|part|sku|card|iban|passport|version|build"
    r"|error|code|id|i\.d|utr|complaint|request|incident|docket|member(?:ship)?|licen[cs]e|sim|mac"
    r"|isbn|ean|batch|vin|bill|report|(?:customer|client) (?:number|no|id)"
    r"|pesanan|resi|tiket|faktur|seri|referensi|transaksi|(?:nomor|id) pelanggan|laporan|pengaduan|rekening"
    r"|paket|kontrak|polis|tagihan|meteran|pengiriman|keluhan|kartu|aduan"
    r"|pedidos?|factura|reserva|serie|referencia|seguimiento|guia|envio|caso|contrato|cuenta"
    r"|reclamo|reclamacion|incidencia|poliza|expediente"
    r"|fatura|nota fiscal|protocolo|rastreio|rastreamento|encomenda|apolice|conta|chamado"
    r"|reclamacao|compra|processo|ocorrencia|(?:numero|codigo|codice|id) (?:de |do )?cliente"
    r"|ordine|fattura|spedizione|pratica|matricola|seriale|riferimento|contratto|prenotazione"
    r"|codice|conto|polizza|segnalazione"
    r"|commande|facture|dossier|suivi|colis|contrat|compte|reclamation|abonnement|sinistre"
    r"|bestell\w*|auftrag\w*|rechnung\w*|sendung\w*|serien\w*|kunden?\W?(?:nummer|nr)"
    r"|vertrag\w*|vorgang\w*|aktenzeichen|buchung\w*|referenz\w*|paket\w*|ticket\w*|zahler\w*"
    r"|fall\w*|konto\w*|geratenummer|beleg\w*|reklamation\w*|schaden\w*|police\w*)\b"
    r"|ऑर्डर|आर्डर|टिकट|शिकायत|संदर्भ|रेफरेंस|बिल|इनवॉइस|ट्रैकिंग|बुकिंग|सीरियल|आईएमईआई|खाता|खाते"
    r"|लेनदेन|ट्रांजैक्शन|पीएनआर|उपभोक्ता|ग्राहक"
    r"|订单|訂單|单号|單號|工单|快递|运单|发票|序列号|流水号|编号|账号|合同|案件|投诉单|卡号|保单|票号|串号"
)
# Between what is counted and its number: "order number is: 1234567890".
_BETWEEN = (
    r"(?:number|num|nos?|nr|id|code|is|was|are|of|for|the|my|with"
    r"|nomor|nomer|nya|numer[oi]|de|do|da|di|du|del|della|es|e|est|la|le|nummer|mit|von|der|ist"
    r"|नंबर|संख्या|क्रमांक|आईडी|है|号码|号|是|为)"
)
_LETTERS = r"(?:[a-z]{0,3}(?:\d[a-z\d]{0,8})?-?)"  # "1Z999AA" of a parcel's number
_LABEL = re.compile(
    rf"(?:{_COUNTED})(?:\W{{0,3}}{_BETWEEN}){{0,4}}[\s:.#№°º()\[\]\"'“«-]{{0,4}}{_LETTERS}$"
)

# Nobody is there, or it does not work; somebody called the writer; or somebody pretends.
_NOBODY = r"(?:never|not|no.?one|nobody|none|cannot|can.?t|(?:does|do|did|wo) ?n.?t)"
_COMPLAINT = re.compile(
    rf"\b(?:{_NOBODY}\b.{{0,24}}\b(?:answer|pick|repl[iy]|respon|work|help|through|accept|valid|recogni)\w*"
    r"|unanswered|unreachable|out of service|engaged|always busy|dead|disconnected|h[ua]ngs? up"
    r"|really your|is this you|only plays|premium rate|costs? (?:me|money)|charged me|was rude"
    r"|on hold|waited|rings? out|refused|rejected|invalid|expired|useless|ignor(?:es|ed|ing)"
    r"|(?:i|we|they|he|she|some(?:one|body)) (?:\w+ )?(?:called|rang|phoned|dialled|dialed|texted)"
    r"|(?:calls?|called|texts?|sms|messages?) (?:\w+ )?from|keeps? calling"
    r"|pretend\w*|pos(?:es|ed|ing) as|impersonat\w*|beware|be careful|watch out|fake\w*"
    r"|claim(?:s|ed|ing)? to be|(?:is|are|was|it.?s|a|this) (?:scam|fraud)\w*"
    r"|(?:tidak|tak|gak|nggak|ga|belum) (?:\w+ )?(?:di\w+|bisa|ada|aktif|men?jawab|merespon\w*)"
    r"|mengaku\w*|penipu(?:an)?|hati.?hati|awas|waspada|palsu|sibuk|ditolak|kedaluwarsa|mencatut"
    r"|diabaikan|men?unggu|disuruh|ditelepon|diminta"
    r"|(?:no|nadie|nunca) (?:\w+ )?(?:contest|respond|atiend|coge|funciona|sirve|ayud|acept)\w*"
    r"|hacen? pasar|estaf\w*|cuidado|fraud[eo]\w*|fals[oa]s?|rechazad\w*|caducad\w*|en espera|me (?:han )?llam\w+"
    r"|(?:nao|ninguem|nunca) (?:\w+ )?(?:atend|respond|funciona|ajud|resolv|aceit)\w*"
    r"|se passam?|golp\w+|recusad\w*|fing[ei]\w*|expirou|vencido|na espera|ocupad[oa]|me ligaram"
    r"|(?:non|nessuno|mai) (?:\w+ )?(?:rispond|funziona|serve|aiut|accett|raggiung)\w*"
    r"|spaccia\w*|truff\w*|occupato|rifiutat\w*|scaduto|in attesa|a pagamento|mi hann?o? chiamat\w"
    r"|(?:ne|n|personne|jamais)\b.{0,12}\b(?:repond|decroch|fonctionn|march|aid|joign|accept)\w*"
    r"|f(?:ai|on)t passer|arnaqu\w*|mefi\w+|injoignable|occupee?|refusee?|expiree?|raccroch\w*|surtaxe\w*"
    r"|(?:nicht|nie|niemand|kein\w*)\b.{0,24}"
    r"\b(?:ran|erreich|antwort|abheb|hebt|geht|reagier|hilf|hilft|funktion|telefon|angenommen)\w*"
    r"|g[ie]be?n? sich|betrug\w*|betruger\w*|vorsicht|warnung|falsche?\w*|warteschleife|besetzt"
    r"|kostet|angeblich|abgelehnt|ungultig\w*|abgelaufen|angerufen)\b"
    r"|नहीं उठा|जवाब नहीं|नहीं लग|नहीं मिल|बंद है|व्यस्त|धोखा|ठग|फर्जी|फ़र्ज़ी|सावधान|बनकर|बताकर|कोई नहीं"
    r"|नहीं कर|अमान्य|कॉल आया|कॉल आई|आपका नंबर|मांगा|माँगा"
    r"|打不通|没人|没有人|無人|无人|占线|骗|冒充|假冒|小心|警惕|不接|不处理|不回|没有回复|没用|无效|空号"
    r"|停机|不管|等了|挂断|接到|是你们的"
)
