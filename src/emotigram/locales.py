"""Which language a locale or a language tag asks for, by Babel and the likely subtags of Unicode's CLDR."""

from __future__ import annotations

from collections.abc import Iterable


def best_match(tag: str, among: Iterable[str]) -> str:
    """The language tag, of those, that fits a locale such as ``zh_HK.UTF-8`` or a tag such as ``zh-HK`` best.

    Only one of the same language fits; of several the one in the same script, then the one of the same territory. ''
    where none fits or ``tag`` is not a locale.
    """
    language, *rest = subtags(tag)
    known = {each: subtags(each) for each in among}
    same = [each for each, (own, *_) in known.items() if own == language]
    return max(same, key=lambda each: [a == b for a, b in zip(known[each][1:], rest, strict=True)], default="")


def subtags(tag: str) -> tuple[str, str, str]:
    """Language, script and territory of a locale or language tag, the likeliest where it leaves them out.

    ``zh_TW`` is ``("zh", "Hant", "TW")`` (Unicode Technical Standard 35, Likely Subtags). Empty where unknown.
    """
    from babel.core import get_global, parse_locale  # noqa: PLC0415  # loads tables of all languages

    try:
        language, territory, script = parse_locale(tag.replace("-", "_"))[:3]
    except ValueError:
        return "", "", ""
    language = get_global("language_aliases").get(language, language)
    for given in ((script, territory), (territory,), (script,), ()):
        likely = get_global("likely_subtags").get("_".join(filter(None, (language, *given))))
        if likely:
            _, likely_territory, likely_script = parse_locale(likely)[:3]
            return language, script or likely_script or "", territory or likely_territory or ""
    return language, script or "", territory or ""
