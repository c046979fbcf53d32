"""Numbers that carry a check digit: whether a run of digits can be what it looks like."""

from typing import Final

# Digits of a number from each country, from the register of ISO 13616.
_IBAN_LENGTHS = """
    15 NO  16 BE  18 DK FI FO GL NL SD  19 MK SI  20 AT BA EE KZ LT LU MN XK  21 CH HR LI LV
    22 BG BH CR DE GB GE IE ME RS VA  23 AE GI IL IQ OM SO TL  24 AD CZ ES MD PK RO SA SE SK TN VG
    25 LY PT ST  26 IS TR  27 BI DJ FR GR IT MC MR SM  28 AL AZ BY CY DO GT HU LB NI PL SV
    29 BR EG PS QA UA  30 JO KW MU YE  31 MT SC  32 LC  33 RU
"""


def _lengths(table: str) -> dict[str, int]:
    lengths, length = {}, 0
    for word in table.split():
        if word.isdecimal():
            length = int(word)
        else:
            lengths[word] = length
    return lengths


IBAN_LENGTHS: Final = _lengths(_IBAN_LENGTHS)

# Who issues cards: the first digits, from and to, and how many digits a number has.
_ISSUERS: Final = (
    ("4", "4", {13, 16, 19}),  # Visa
    ("51", "55", {16}),  # Mastercard
    ("2221", "2720", {16}),
    ("34", "34", {15}),  # American Express
    ("37", "37", {15}),
    ("300", "305", {14}),  # Diners Club
    ("36", "36", {14}),
    ("38", "39", {14}),
    ("6011", "6011", {16, 19}),  # Discover
    ("644", "659", {16, 19}),
    ("3528", "3589", {16, 19}),  # JCB
    ("62", "62", {16, 17, 18, 19}),  # UnionPay
    ("5018", "5018", {16, 19}),  # Maestro
    ("5020", "5020", {16, 19}),
    ("5038", "5038", {16, 19}),
    ("6304", "6304", {16, 19}),
    ("6759", "6763", {16, 19}),
    ("2200", "2204", {16, 19}),  # Mir
)
# How the digits are grouped on a card: in fours, or as on cards of 15 and 14 digits.
_GROUPED: Final = {(4, 4, 4, 4), (4, 4, 4, 4, 3), (4, 6, 5), (4, 6, 4), (4, 4, 4, 1)}


def passes_luhn(digits: str) -> bool:
    """Tell whether the last of ``digits`` is the check digit of the others (ISO 7812)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 * (value > 9)
    return total % 10 == 0


def is_card(number: str) -> bool:
    """Tell whether ``number``, with or without signs between its groups, can be a card's."""
    groups = tuple(len(group) for group in number.replace("-", " ").split())
    digits = "".join(char for char in number if char.isdecimal())
    issued = any(
        first <= digits[: len(first)] <= last and len(digits) in lengths
        for first, last, lengths in _ISSUERS
    )
    return issued and (len(groups) == 1 or groups in _GROUPED) and passes_luhn(digits)


def is_iban(number: str) -> bool:
    """Tell whether ``number``, without spaces, can be that of a bank account (ISO 13616)."""
    if IBAN_LENGTHS.get(number[:2]) != len(number) or not number.isascii():
        return False
    turned = number[4:] + number[:4]
    return int("".join(str(int(char, 36)) for char in turned)) % 97 == 1


def is_imei(digits: str) -> bool:
    """Tell whether ``digits`` can be the number of a telephone."""
    return len(digits) == 15 and len(set(digits)) > 1 and passes_luhn(digits)


def is_citizen_number(number: str) -> bool:
    """Tell whether ``number`` can be that of a Chinese identity card (GB 11643)."""
    if len(number) != 18 or not (number[:17].isascii() and number[:17].isdecimal()):
        return False
    month, day = int(number[10:12]), int(number[12:14])
    if not (1 <= month <= 12 and 1 <= day <= 31 and number[6:8] in {"19", "20"}):
        return False
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(number[:17]))
    return "10X98765432"[total % 11] == number[17].upper()
