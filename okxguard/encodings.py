"""Tell the legacy encodings of text apart: by what is valid, and by how common the characters are that it gives."""

from __future__ import annotations

import re
from collections.abc import Callable

# The encodings from before Unicode that are read, in the order in which they win where two explain a text equally well.
LEGACY = ("cp949", "cp932", "euc_jp", "gb18030", "big5", "cp1251", "koi8_r", "cp1252", "cp1254")
SINGLE_BYTE = frozenset({"cp1251", "koi8_r", "cp1252", "cp1254"})
_WESTERN = "cp1252"
_LARGEST_SAMPLE = 1 << 16

# The characters that running text is mostly made of, and those that stand beside credentials.
_HANS = (
    "的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可里后小么心多天而能好都然没日"
    "于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进把法此实回二理美点"
    "月明其种声全工己话儿者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西再平真听世气信北少关并内"
    "加化由却代军产入先山五太水万市眼体别处总才场师书比住员九笑性通目华报立马命张活难神数件安表原车白应路期叫死常提感金何更反合放"
    "做系计或司利受光王果亲界及今京务制解各任至清物台象记边共风战干接它许八特觉望直服毛林题建南度统色字请交爱让认算论百吃义科怎元"
    "社术结六功指思非流每青管夫连远资队跟带花快条院变联言权往展该领传近留红治决周保达办运武半候七必城父强步完密钥码私短语欧易所令"
    "配置账户盘拟模勿外份备注限读取提现绑址买续票服器链额值类型默认示例线服务器待缺编格式单位注释版选项启输错误日志查询币价量策略"
)
_HANT = (
    "的一是不了在人有我他這中大來上國個到說們為子和你地出道也時年得就那要下以生會自著去之過家學對可裡後小麼心多天而能好都然沒日"
    "於起還發成事只作當想看文無開手十用主行方又如前所本見經頭面公同三已老從動兩長知民樣現分將外但身些與高意進把法此實回二理美點"
    "月明其種聲全工己話兒者向情部正名定女問力機給等幾很業最間新什打便位因重被走電四第門相次東政海口使教西再平真聽世氣信北少關並內"
    "密鑰碼私短語歐易所令配置帳戶賬盤模擬請勿備註限讀取提現綁址買續票服器鏈額值類型預設示例線務編格式單版選項啟輸錯誤誌查詢幣價量策略"
)
_HANGUL = (
    "이다는에의가을를고하한지로기도사어리나은해인대시자서그아일거게들정수보원있었여부장니조주전상공구과안라만오화소국제성비모동문위스"
    "우선면러실경중신요당년였세내미차유분회용방무것관산진까연적개물물발음식말결명합저재별간생학트드르크키릿밀번호패프레즈암구읽쓰출금권한계"
)
_CYRILLIC = frozenset("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё")
_FREQUENT_CYRILLIC = frozenset("оеаинтсрвлкмдпу")
_VOWELS = frozenset("оеаиуяыю")


def guess_encoding(data: bytes) -> str:
    """Return the legacy encoding that explains `data` best; that of Western Europe where none does."""
    sample = _sample_of(data)
    best, highest = _WESTERN, 0.0
    for encoding in LEGACY:
        try:
            text = sample.decode(encoding)
        except UnicodeDecodeError:
            continue
        score = _LIKENESS[encoding](text)
        if score > highest + 0.001:
            best, highest = encoding, score
    return best


def _sample_of(data: bytes) -> bytes:
    """Return the lines of `data` that are not ASCII, up to a size; no encoding has a line feed inside a character."""
    kept, size = [], 0
    for match in re.finditer(rb"[^\r\n]*[\x80-\xff][^\r\n]*", data):
        line = match[0]
        kept.append(line)
        size += len(line)
        if size > _LARGEST_SAMPLE:
            break
    return b"\n".join(kept)


def _share(text: str, likeness: Callable[[str], float]) -> float:
    """Return how likely the characters of `text` beyond ASCII are on average."""
    others = re.sub(r"[\x00-\x7f]+", "", text)
    return sum(map(likeness, others)) / len(others) if others else 0.0


_ASIAN_SIGNS = frozenset("，。：；！？（）【】《》“”‘’、…—～「」『』・〜￥％＋－＝　●○★☆→■□◆「」")


def _ideographs(common: str, codec: str, first_level: range) -> Callable[[str], float]:
    """Return how likely a character is in Chinese: by far when it is common, somewhat when its set lists it first."""
    frequent = frozenset(common)

    def likeness(character: str) -> float:
        if character in frequent or character in _ASIAN_SIGNS:
            return 1.0
        try:
            encoded = character.encode(codec)
        except UnicodeEncodeError:
            return 0.0
        return 0.5 if encoded[0] in first_level else 0.1

    return likeness


def _japanese(character: str) -> float:
    if "ぁ" <= character <= "ヿ":
        return 1.0
    if character in _ASIAN_SIGNS:
        return 0.9
    if not "一" <= character <= "鿿":
        return 0.0
    encoded = character.encode("cp932", "replace")
    return 0.55 if 0x88 <= encoded[0] <= 0x97 else 0.1


def _korean(character: str) -> float:
    if character in _FREQUENT_HANGUL:
        return 1.0
    if "가" <= character <= "힣":
        return 0.6 if len(character.encode("euc_kr", "ignore")) == 2 else 0.0
    return 0.8 if character in _ASIAN_SIGNS else 0.0


_FREQUENT_HANGUL = frozenset(_HANGUL)


def _cyrillic(text: str) -> float:
    """Return how much a text reads like Russian: words of their own, in lower case, of common letters with vowels."""
    others = len(re.sub(r"[\x00-\x7f«»—–№“”„…•]+", "", text))
    words = re.findall(r"(?<![A-Za-z])[^\W\d_a-zA-Z]+(?![A-Za-z])", text)
    return sum(len(word) * _russianness(word) for word in words) / others if others else 0.0


def _russianness(word: str) -> float:
    lower = word.lower()
    if not _CYRILLIC.issuperset(lower) or not (word[1:] == lower[1:] or word == word.upper()):
        return 0.0
    vowels = sum(character in _VOWELS for character in lower)
    if len(word) > 3 and vowels * 6 < len(word):
        return 0.0
    if len(word) == 1:
        return 0.5
    frequent = sum(character in _FREQUENT_CYRILLIC for character in lower) / len(word)
    return (0.7 if word[1:] == lower[1:] else 0.4) + 0.25 * frequent


def _western(letters: str) -> Callable[[str], float]:
    """Return how much a text reads like one of Western Europe: letters with accents inside words of ASCII."""
    known = frozenset(letters)

    def likeness(text: str) -> float:
        others = len(re.sub(r"[\x00-\x7f]+", "", text))
        alone = re.findall(r"(?<![^\x00-\x7f])[^\x00-\x7f](?![^\x00-\x7f])", text)
        good = sum(character in known for character in alone)
        pairs = re.findall(r"(?<![^\x00-\x7f])[^\x00-\x7f]{2}(?![^\x00-\x7f])", text)
        good += sum(2 for pair in pairs if pair in ("çã", "çõ", "ßü") or not any(map(str.isalpha, pair)))
        return 0.7 * good / others if others else 0.0

    return likeness


_LATIN = "áéíóúüñàèìòùâêîôûãõçäöëïåøæßœÁÉÍÓÚÜÑÀÈÌÒÙÂÊÎÔÛÃÕÇÄÖËÏÅØÆŒ¡¿ºª«»“”‘’–—…•€£°©®·"
_TURKISH = _LATIN + "şğıİŞĞ"


def _by_character(likeness: Callable[[str], float]) -> Callable[[str], float]:
    return lambda text: _share(text, likeness)


_LIKENESS = {
    "cp949": _by_character(_korean),
    "cp932": _by_character(_japanese),
    "euc_jp": _by_character(_japanese),
    "gb18030": _by_character(_ideographs(_HANS, "gb2312", range(0xB0, 0xD8))),
    "big5": _by_character(_ideographs(_HANT, "big5", range(0xA4, 0xC7))),
    "cp1251": _cyrillic,
    "koi8_r": _cyrillic,
    "cp1252": _western(_LATIN),
    "cp1254": _western(_TURKISH),
}
