"""Writes patterns.json: which texts a pattern matches, by Python's fnmatch with everything but `*` taken literally.

python3 packages/contracts/test/vectors/patterns.py > packages/contracts/test/vectors/patterns.json
"""

import fnmatch
import json
import random
import re

FIXED = [
    ("", ["", "a"]),
    ("*", ["", "a", "support/mail", "\n"]),
    ("**", ["", "a"]),
    ("billing_*", ["billing_", "billing_reply", "billing", "Billing_reply", "my_billing_reply"]),
    ("*_reply", ["billing_reply", "_reply", "reply", "billing_reply_2"]),
    ("*bill*", ["bill", "my_bill_2", "bil"]),
    ("support/*", ["support", "support/", "support/mail", "support/mail/old"]),
    ("support", ["support", "support/mail", "Support"]),
    ("a*a", ["a", "aa", "aba", "ab"]),
    ("ab*ba", ["aba", "abba", "abxba"]),
    ("*aab*", ["aaab", "aaaab", "aabaab", "aba"]),
    ("a*b*c", ["abc", "acb", "aXbXc", "abcb", "abcbc"]),
    ("[a-z]*", ["a", "[a-z]", "[a-z]b"]),
    ("a?c", ["abc", "a?c"]),
    ("a.c", ["abc", "a.c"]),
    ("\\*", ["*", "\\", "\\x"]),
    ("größe_*", ["größe_1", "grösse_1"]),
    ("*😀*", ["a😀b", "a😁b"]),
    ("*" + "a*" * 20 + "b", ["a" * 200, "a" * 200 + "b"]),
]


def literal(pattern):
    """The pattern with fnmatch's other signs taken literally."""
    return re.sub(r"[\[?]", lambda sign: f"[{sign.group()}]", pattern)


def matches(pattern, text):
    return re.match(fnmatch.translate(literal(pattern)), text) is not None


def main():
    chance = random.Random(20261130)
    cases = [(pattern, text) for pattern, texts in FIXED for text in texts]
    for _ in range(400):
        pattern = "".join(chance.choices("ab*_", weights=[4, 4, 2, 1], k=chance.randint(0, 8)))
        # Half of the texts are made from the pattern, so that many match.
        if chance.random() < 0.5:
            text = "".join("".join(chance.choices("ab", k=chance.randint(0, 3))) if c == "*" else c for c in pattern)
        else:
            text = "".join(chance.choices("ab_", k=chance.randint(0, 10)))
        cases.append((pattern, text))
    rows = [{"pattern": p, "text": t, "matches": matches(p, t)} for p, t in cases]
    print("[\n" + ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in rows) + "\n]")


main()
