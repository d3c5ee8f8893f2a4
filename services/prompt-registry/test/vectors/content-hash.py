"""Writes content-hash.json: programs, their canonical JSON and their content hashes.

The canonical JSON is made by the package rfc8785, which shares no code with the registry's:

    pip install rfc8785==0.1.4
    python3 content-hash.py > content-hash.json

Each case has `program`, as the body of a version carries it, `canonical`, the text that is hashed, and `hash`. A plain text is hashed as it is.
"""

import hashlib
import json
import sys

import rfc8785

UNICODE = "Hello {{.name}}, that is 5 \u20ac.\r\n\tBye \U0001f44b\u2028"

TEXTS = [
    ("empty", ""),
    ("plain", "Hello {{.name}}"),
    ("unicode", UNICODE),
    ("composed", "\u00e9"),
    ("decomposed", "e\u0301"),
    ("trailing newline", "Hello {{.name}}\n"),
    ("like JSON", '{"b": 1, "a": 2}'),
    ("quoted", '"Hello"'),
    ("byte order mark", "\ufeffHello"),
]

OUTLINE = [{"role": "system", "unit": "message 0"}, {"placeholder": "history", "required": True}]
CHAT = "system:\n{{template \"message 0\" .}}\n\n{{define \"message 0\"}}Be kind.{{end}}"
SOURCES = [["message 0", 62, 8, 0]]

PROGRAMS = [
    ("config", {"template": "Hello", "config": '{"model":"m","temperature":0.10}'}),
    ("config of another order", {"template": "Hello", "config": '{"temperature":0.10,"model":"m"}'}),
    ("config of other digits", {"template": "Hello", "config": '{"model":"m","temperature":0.1}'}),
    ("chat", {"template": CHAT, "outline": OUTLINE, "sources": SOURCES}),
    ("chat, keys in another order", {"sources": SOURCES, "outline": OUTLINE, "template": CHAT}),
    (
        "media",
        {
            "template": CHAT,
            "outline": [{"role": "user", "parts": [{"unit": "message 0.0"}, {"media": "message 0.1", "media_type": "image/png"}]}],
            "sources": [],
        },
    ),
    ("empty outline", {"template": "", "outline": [], "sources": []}),
    (
        "schema",
        {
            "template": "Hello {{.name}}",
            "schema": {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string", "maxLength": 100},
                    "\u20ac": {"const": None},
                    "\r": {"enum": [True, False, ""]},
                    "\ufb33": {"multipleOf": 0.002},
                    "1": {"maximum": 1e21},
                    "\U0001f600": {"minimum": -5e-324},
                    "\u0080": {"maximum": 333333333.33333329},
                    "\u00f6": {"maximum": 9007199254740991},
                    "</script>": {"minimum": 1e-7},
                    "__proto__": {"minimum": 4.50, "maximum": 2e-3, "default": -0.0},
                    "constructor": {"default": "\u000f\nA'\u0042\u0022\u005c\\\"/"},
                },
            },
        },
    ),
    ("everything", {"template": CHAT, "outline": OUTLINE, "sources": SOURCES, "config": "{}", "schema": {}}),
]


def case(name, program):
    is_text = list(program) == ["template"]
    canonical = program["template"].encode() if is_text else rfc8785.dumps(program)
    digest = hashlib.sha256(canonical).hexdigest()
    return {"id": name, "program": program, "canonical": canonical.decode(), "hash": "sha256:" + digest}


def main():
    cases = [case(name, {"template": text}) for name, text in TEXTS]
    cases += [case(name, program) for name, program in PROGRAMS]
    lines = [json.dumps(one, ensure_ascii=True) for one in cases]
    sys.stdout.write("[\n" + ",\n".join(lines) + "\n]\n")


main()
