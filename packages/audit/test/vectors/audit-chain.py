"""Writes audit-chain.json: entries of audits, and the hashes of their chains.

The hashes are made by hashlib and the package rfc8785, which share no code with px0:

    pip install rfc8785==0.1.4
    python3 audit-chain.py

Each chain has `org_id`, `context`, `entries` as they are hashed, and `hashes`: that of the beginning, then one for each entry.
"""

import hashlib
import json
import pathlib

import rfc8785

VERSION = b"px0-audit-v1\n"

ORG = "0b9f0d5e-3f5a-4c39-9d0e-6a1c2f1b7a11"
OTHER = "7d3a3c1e-52d9-4e0b-8f8a-1f5b0a6a9c22"
ADA = "11111111-1111-4111-8111-111111111111"
KEY = "22222222-2222-4222-8222-222222222222"
TEAM = "33333333-3333-4333-8333-333333333333"
PROMPT = "44444444-4444-4444-8444-444444444444"
REQUEST = "55555555-5555-4555-8555-555555555555"

USER = {"kind": "user", "user_id": ADA, "api_key_id": None, "person_id": ADA}
API_KEY = {"kind": "api-key", "user_id": None, "api_key_id": KEY, "person_id": ADA}
UNKNOWN_MAKER = {**API_KEY, "person_id": None}
SYSTEM = {"kind": "system", "user_id": None, "api_key_id": None, "person_id": None}


def entry(context, number, action, actor=USER, org=ORG, **facts):
    return {
        "org_id": org,
        "context": context,
        "id": str(number),
        "at": f"2026-11-28T16:27:{number % 60:02}.165732Z",
        "action": action,
        "actor": actor,
        "via": None,
        "team_id": None,
        "prompt_id": None,
        "slug": None,
        "version": None,
        "user_id": None,
        "change_request_id": None,
        "details": {},
        "reason_commitment": None,
        **facts,
    }


def prompt(number, action, actor=USER, **facts):
    return entry("registry", number, action, actor, team_id=TEAM, prompt_id=PROMPT, slug="support_reply", **facts)


CHAINS = [
    ("empty", ORG, "tenancy", []),
    (
        "registry",
        ORG,
        "registry",
        [
            prompt(7, "prompt.created", via="console", details={"name": "Support reply", "slug": "support_reply"}),
            prompt(9, "version.created", API_KEY, via="cli", version=1),
            prompt(12, "version.promoted", UNKNOWN_MAKER, version=1, details={"from": "draft", "to": "stable"}),
            prompt(
                13,
                "version.promoted",
                version=1,
                change_request_id=REQUEST,
                details={"from": "stable", "to": "live", "replaced": None, "rollback": True},
                reason_commitment="ZLmWDUCnjtLpWpzLpcqyhv1WB8ZkxDOGIkCmYt6bKgo",
            ),
            prompt(14, "payload.created", details={"name": "Gr\u00fc\u00dfe \u20ac \U0001f44b \u2028", "z": 1, "a": -7, "\ue000": 2, "\U0001f600": 3}),
            prompt(15, "prompt.patched", details={"folder_from": "a\"b\\c/\u0007\u007f", "folder_to": "", "n": 9007199254740991}),
            entry("registry", 16, "audit.text_erased", details={"number": "4"}),
            entry("registry", 21, "audit.pruned", SYSTEM, details={"anchor_number": "2", "anchor_hash": "0" * 64}),
        ],
    ),
    (
        "tenancy",
        ORG,
        "tenancy",
        [
            entry("tenancy", 1, "organization.created", details={"name": "Acme"}),
            entry("tenancy", 2, "member.role_changed", API_KEY, team_id=TEAM, user_id=ADA, details={"from": "editor", "to": "admin"}),
            entry("tenancy", 30, "organization.deleted", details={"name": "Acme"}),
        ],
    ),
    (
        "identity of another organization",
        OTHER,
        "identity",
        [entry("identity", 3, "api_key.created", org=OTHER, details={"api_key_id": KEY})],
    ),
]


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def chain(name, org, context, entries):
    last = sha256(VERSION, org.encode(), b"\n", context.encode(), b"\n")
    hashes = [last]
    for one in entries:
        last = sha256(VERSION, last, sha256(rfc8785.dumps(one)))
        hashes.append(last)
    return {
        "name": name,
        "org_id": org,
        "context": context,
        "entries": entries,
        "hashes": [one.hex() for one in hashes],
    }


if __name__ == "__main__":
    target = pathlib.Path(__file__).with_suffix(".json")
    chains = [chain(*one) for one in CHAINS]
    target.write_text(json.dumps(chains, indent=2) + "\n")
