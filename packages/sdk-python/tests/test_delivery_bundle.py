"""Bundles: frames that somebody has signed."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional

import pytest
from played_delivery import OTHER_TEAM, TEAM, digest_of, prompt_of
from played_px0 import revision

import px0
from px0 import Px0
from px0._bundle import BundleError, public_key_of, read_bundle
from px0._delivery.delivery_client import DeliveryClient, Options
from px0._delivery.locate import Audience

ed25519 = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ed25519")

PRIVATE = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
RAW = PRIVATE.public_key().public_bytes_raw()
KEY = "px0pk_" + base64.urlsafe_b64encode(RAW).decode().rstrip("=")
OTHER_KEY = "px0pk_" + base64.urlsafe_b64encode(bytes(32)).decode().rstrip("=")

HEADER = {
    "type": "bundle",
    "version": 1,
    "name": "tests",
    "host": "https://px0.example.com",
    "created_at": "2026-01-01T00:00:00Z",
    "not_after": None,
    "revision": revision(1),
}


def frames(text: str = "Hello {{.name}}", sequence: int = 1, team_id: str = TEAM, slug: str = "greeting") -> List[Any]:
    prompt = prompt_of(slug, {sequence: text}, sequence)
    now = revision(sequence)
    return [
        {"type": "begin", "team_id": team_id, "base": None},
        {"type": "put", "team_id": team_id, "revision": now, "prompt": prompt},
        {"type": "sync", "revision": now, "teams": [{"team_id": team_id, "revision": now}], **digest_of([prompt])},
    ]


def signed(lines: List[Dict[str, Any]], **more: Any) -> bytes:
    data = "".join([json.dumps(line) + "\n" for line in lines]).encode()
    signature = PRIVATE.sign(b"px0-bundle-v1\n" + hashlib.sha512(data).digest())
    text = base64.urlsafe_b64encode(signature).decode().rstrip("=")
    key_id = hashlib.sha256(RAW).hexdigest()[:8]
    line = {"type": "signature", "algorithm": "Ed25519", "key_id": key_id, "signature": text, **more}
    return data + json.dumps(line).encode() + b"\n"


GOOD = signed([HEADER, *frames()])

# What all SDKs must make of the same files.
FOLDER = Path(__file__).parents[3] / "packages" / "delivery" / "test" / "vectors" / "bundle"
CASES: List[Any] = json.loads((FOLDER / "cases.json").read_text("utf-8")) if FOLDER.exists() else []


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["id"]))
def test_a_file_is_read_as_in_all_languages(case: Dict[str, Any]) -> None:
    keys = [public_key_of(key) for key in case["keys"]]
    audience = Audience(None, None)
    client = DeliveryClient(Options("file", audience, 30_000, 0, lambda: 0.0, lambda: 0.5))
    for name in [case["after"]] if "after" in case else []:
        before = read_bundle((FOLDER / name).read_bytes(), keys)
        client.load(before.replica, "bundle", before.created_at * 1000)
    expected = case["expected"]
    data = (FOLDER / case["file"]).read_bytes()
    if "refusal" in expected:
        with pytest.raises(BundleError) as raised:
            read_bundle(data, keys)
        assert str(raised.value) == expected["refusal"]
        return
    bundle = read_bundle(data, keys)
    assert client.load(bundle.replica, "bundle", bundle.created_at * 1000) == expected.get("older", [])
    assert {team_id: client.replica.revision_of(team_id) for team_id in client.replica.team_ids} == expected["teams"]
    live = {one.prompt["slug"]: one.prompt for one in client.index.all() if one.prompt["live"] is not None}
    texts = {
        slug: version["template"]
        for slug, prompt in live.items()
        for version in prompt["versions"]
        if version["version"] == prompt["live"]
    }
    assert texts == expected["texts"]


@pytest.mark.parametrize("data", [GOOD, gzip.compress(GOOD), GOOD.rstrip(b"\n")])
def test_a_signed_bundle_is_read(data: bytes) -> None:
    bundle = read_bundle(data, [public_key_of(OTHER_KEY), public_key_of(KEY)])
    assert bundle.replica.size == 1
    assert bundle.created_at == 1_767_225_600.0


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "bundle is not signed by a trusted key"),
        (b"\x1f\x8bnonsense", "bundle is damaged"),
        (GOOD[: len(GOOD) // 2], "bundle is not signed by a trusted key"),
        (gzip.compress(GOOD)[:-60], "bundle is damaged"),
        (signed([HEADER, *frames()], key_id="00000000"), "bundle is not signed by a trusted key"),
        (signed([HEADER, *frames()], algorithm="none"), "bundle is not signed by a trusted key"),
        (signed([HEADER, *frames()], signature="AAAA"), "bundle signature does not match"),
        (signed([HEADER, *frames()], signature=7), "bundle is not signed by a trusted key"),
        (signed([HEADER, {"type": "drop", "team_id": TEAM}, *frames()]), "bundle is damaged"),
        (GOOD.replace(b"Hello", b"Hallo"), "bundle signature does not match"),
        (signed([{**HEADER, "version": 2}, *frames()]), "bundle is damaged"),
        (signed([HEADER]), "bundle is damaged"),
        (signed([HEADER, *frames()[:-1]]), "bundle is damaged"),
        (signed([HEADER, *frames()[1:]]), "bundle is damaged"),
        (signed([{**HEADER, "not_after": "2026-01-02T00:00:00Z"}, *frames()]), "bundle has expired"),
        (signed([{**HEADER, "not_after": 7}, *frames()]), "bundle is damaged"),
        (signed([HEADER, *frames("x" * (8 * 1024 * 1024))]), "bundle is too large"),
        (gzip.compress(bytes(257 * 1024 * 1024), 1), "bundle is too large"),
    ],
    ids=range(18),
)
def test_another_is_refused_in_the_words_of_all_sdks(data: bytes, words: str) -> None:
    with pytest.raises(BundleError) as raised:
        read_bundle(data, [public_key_of(KEY)])
    assert str(raised.value) == words


@pytest.fixture
def alone(tmp_path: Path) -> Any:
    """Makes a client without a network, of a bundle and a state file."""
    made: List[Px0] = []

    def make(bundle: Optional[bytes], **options: Any) -> Px0:
        if bundle is not None:
            (tmp_path / "bundle").write_bytes(bundle)
            options = {"bundle_file": tmp_path / "bundle", "bundle_keys": [KEY], **options}
        made.append(Px0("https://px0.example.com", mode="file", **options))
        return made[-1]

    yield make
    for client in made:
        client.close()


def test_a_client_renders_from_it_without_network_and_token(alone: Callable[..., Px0], monkeypatch: Any) -> None:
    monkeypatch.delenv("PX0_ACCESS_TOKEN", raising=False)
    client = alone(GOOD, fallbacks={"unknown": "fallback"})
    result = client.render("greeting", name="Ada")
    assert (result.text, result.source, result.stale, result.version) == ("Hello Ada", "bundle", True, 1)
    assert result.age is not None and result.age > 0
    assert (client.status().state, client.status().prompts, client.wait_ready(0)) == ("offline", 1, True)
    assert client.render("unknown").source == "fallback"
    with pytest.raises(px0.UnreachableError):
        client.render("another")


def test_nothing_of_a_refused_bundle_is_used(alone: Callable[..., Px0]) -> None:
    warnings: List[str] = []
    client = alone(GOOD.replace(b"Hello", b"Hallo"), on_warning=warnings.append)
    with pytest.raises(px0.UnreachableError):
        client.render("greeting", name="Ada")
    assert [warning.split(": ", 1)[1] for warning in warnings] == ["bundle signature does not match"]


def state_file(tmp_path: Path, lines: List[Any], sequence: int) -> Path:
    header = {"type": "state", "version": 2, "host": "https://px0.example.com", "saved_at": "2026-02-01T00:00:00Z"}
    file = tmp_path / "state"
    lines = [{**header, "revision": revision(sequence), "slugs": None}, *lines]
    file.write_text("".join([json.dumps(line) + "\n" for line in lines]))
    return file


@pytest.mark.parametrize(("in_bundle", "text", "is_older"), [(1, "state 5", True), (9, "bundle 9", False)])
def test_of_each_team_the_later_one_is_used(
    alone: Callable[..., Px0], tmp_path: Path, in_bundle: int, text: str, is_older: bool
) -> None:
    warnings: List[str] = []
    file = state_file(tmp_path, frames("state 5", 5), 5)
    other = frames("other", 2, OTHER_TEAM, "other")
    sync = other[-1]
    mine = frames(f"bundle {in_bundle}", in_bundle)
    both = {**sync, "teams": [*sync["teams"], *mine[-1]["teams"]]}
    both.update(digest_of([other[1]["prompt"], mine[1]["prompt"]]))
    client = alone(
        signed([HEADER, *other[:-1], *mine[:-1], both]), state_file=file, on_warning=warnings.append
    )
    assert client.render("greeting").text == text
    assert client.render("other").text == "other"
    assert [warning.endswith("bundle is older than what is held") for warning in warnings] == [True] * is_older


def test_a_new_bundle_is_used_when_it_comes(alone: Callable[..., Px0], tmp_path: Path) -> None:
    client = alone(GOOD)
    changes: List[Any] = []
    client.on_change("greeting", changes.append)
    (tmp_path / "bundle").write_bytes(signed([HEADER, *frames("Hi {{.name}}", 2)]))
    following = client._following
    assert following is not None
    # As the clock does every ten seconds.
    following.do(client._files.read_bundle)
    assert client.render("greeting", name="Ada").text == "Hi Ada"
    following.await_told(20)
    assert [change.kind for change in changes] == ["live"]


@pytest.mark.parametrize(
    "options",
    [
        {"bundle_file": "b"},
        {"bundle_file": "b", "bundle_keys": KEY},
        {"bundle_file": "b", "bundle_keys": ["px0pk_x"]},
        {"bundle_file": "b", "bundle_keys": [7]},
        {"bundle_file": "", "bundle_keys": [KEY]},
        {},
        {"bundle_file": "b", "bundle_keys": [KEY], "mode": "remote"},
    ],
)
def test_settings_that_cannot_work_are_refused(options: Any) -> None:
    with pytest.raises(px0.UsageError):
        Px0("https://px0.example.com", "ak_test", **{"mode": "file", **options})


def test_without_the_package_that_checks_signatures_it_says_which(monkeypatch: Any) -> None:
    monkeypatch.setitem(__import__("sys").modules, "cryptography.hazmat.primitives.asymmetric", None)
    with pytest.raises(px0.UsageError, match=r"pip install 'px0\[bundle\]'"):
        Px0("https://px0.example.com", mode="file", bundle_file="b", bundle_keys=[KEY])
