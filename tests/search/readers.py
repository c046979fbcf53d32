"""Thirty problems as people type them, and which topics of the demonstration content fit.

A reader's test: who types a problem that somebody has had should see it among the first five, and
who types one that nobody here has had should see nothing. They were written for this
purpose, in words other than those of the topics, and are in no labelled set. Judged by reading
the topics: a topic fits if somebody with the problem would be helped by what it says.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """What somebody types into the ask box."""

    typed: str
    fits: frozenset[str] = frozenset()  # keys of topics, any of which helps; none: nothing fits
    body: str = ""  # what they go on to say in the form
    language: str = "en"


def _problem(typed: str, *fits: str, body: str = "", language: str = "en") -> Problem:
    return Problem(typed, frozenset(fits), body, language)


PROBLEMS = (
    _problem(
        "solid amber light on a used wifi extender, won't pair with my main unit",
        "satellite-orange",
        body="Bought it from a friend who had it on his own network before.",
    ),
    _problem(
        "all my lamps lose wifi around half past three at night",
        "nightly-drop",
        "plugs-offline-morning",
    ),
    _problem(
        "thermostat shows the flame but the boiler is not starting",
        "no-call-for-heat",
        "radiators-cold",
    ),
    _problem("heating starts an hour too late since daylight saving time", "dst-shift"),
    _problem(
        "noise from the left crank every time I pedal up a hill",
        "kestrel3-creak",
        "m3-click",
        body="New pedals did not help.",
    ),
    _problem("bike stops assisting me after riding in the rain", "e021-rain", "no-assist-wet"),
    _problem(
        "keeping my number: they refuse it because my middle name is missing", "transfer-stuck"
    ),
    _problem(
        "how do I put my esim on another phone, the old qr code is refused",
        "esim-new-phone",
        "esim-travel-phone",
    ),
    _problem("I'm abroad and have no internet, phoning works", "roaming-off-eu"),
    _problem(
        "money taken for the sleeper but I never got a confirmation",
        "paid-no-booking",
        "ticket-not-in-app",
    ),
    _problem("may I take my bicycle in the sleeping car", "bike-on-sleeper-en", "fahrrad-nachtzug"),
    _problem(
        "debit card not accepted in another country",
        "card-declined-abroad",
        "cant-pay-on-holiday",
        "cartao-bloqueado-viagem",
    ),
    _problem("is this message from my bank phishing?", "scam-text"),
    _problem(
        "trial keeps billing me though I removed the one-time card", "virtual-card-subscription"
    ),
    _problem("stop my meal kit for good", "cancel-subscription"),
    _problem(
        "cold packs had thawed, can we still eat the meat",
        "box-arrived-warm",
        "ice-melted-fish",
    ),
    _problem(
        "notes from my laptop don't show up on my mobile",
        "notes-not-on-phone",
        "sync-waiting-other",
    ),
    _problem(
        "colleagues see nothing but black when I present my screen",
        "black-screen-wayland",
        "others-see-black-window",
    ),
    _problem(
        "Thermostatventile ständig leer, ich tausche dauernd Batterien",
        "cinder-battery",
        "valve-eats-batteries",
        language="de",
    ),
    _problem(
        "新消息手机不弹出来，点进软件才有", "shoujian-tongzhi", "notifikasi-telat", language="zh"
    ),
    _problem("境外ATM取钱被扣了两笔费用", "qukuan-shouxufei", language="zh"),
    _problem("wifi kamar atas lambat padahal di bawah kencang", "mesh-surabaya", language="id"),
    _problem(
        "kode verifikasi bank baru masuk setelah tidak berlaku lagi",
        "kode-otp-terlambat",
        "sms-code-missing",
        language="id",
    ),
    _problem("dishwasher leaves a white film on the glasses"),
    _problem("pink stripes on every page after a new toner cartridge"),
    _problem("laptop keyboard types letters twice"),
    _problem(
        "airline lost my suitcase, who pays for new clothes",
        body="Two days without luggage, the desk at the airport only gave me a number.",
    ),
    _problem("game controller drifts to the left by itself"),
    _problem("洗衣机脱水的时候晃得厉害，声音很大", language="zh"),
    _problem("AC kamar menetes air dan tidak dingin", language="id"),
)
