"""
Clients that were made and closed, of all kinds together, leave nothing in their process: a thousand with `PX0_LONG_TESTS=1`, which take a minute
of processor time; else two hundred, of which each would be seen.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from played_delivery import PlayedDelivery

# A process of its own, in which nobody else's threads and files come and go.
PROGRAM = """
import asyncio, json, os, sys, threading, time
from px0 import AsyncPx0, Px0

host, mode, kind, rounds = sys.argv[1:]
options = {"mode": mode, "retries": 0, "init_timeout": 20.0}

def one_round(count):
    clients = [Px0(host, "ak_test", **options) for _ in range(count)]
    for client in clients:
        assert client.wait_ready(20.0)
        client.render("greeting", name="Ada")
        client.close()

def one_round_of_async(count):
    async def run():
        clients = [AsyncPx0(host, "ak_test", **options) for _ in range(count)]
        for client in clients:
            assert await client.ready(20.0)
            await client.render("greeting", name="Ada")
            await client.aclose()
    asyncio.run(run())

def left():
    # A thread that was told to end has the time for it.
    deadline = time.monotonic() + 20
    while threading.active_count() > 1 and time.monotonic() < deadline:
        time.sleep(0.01)
    files = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    return {"threads": sorted(thread.name for thread in threading.enumerate()), "files": files}

make = one_round if kind == "Px0" else one_round_of_async
# What a process keeps once for all clients is there after the first ones.
make(5)
before = left()
for _ in range(int(rounds)):
    make(10)
print(json.dumps({"before": before, "after": left()}))
"""

ROUNDS = 25 if os.environ.get("PX0_LONG_TESTS") == "1" else 5


@pytest.mark.parametrize("mode", ["stream", "poll"])
@pytest.mark.parametrize("kind", ["Px0", "AsyncPx0"])
def test_closed_clients_leave_nothing(kind: str, mode: str) -> None:
    played = PlayedDelivery()
    # The server's threads notice with their next heartbeat that a client has left.
    played.heartbeat_ms = 600
    try:
        command = [sys.executable, "-c", PROGRAM, played.host, mode, kind, str(ROUNDS)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=240, env=dict(os.environ))
    finally:
        played.stop()
    assert done.returncode == 0, done.stderr
    left = json.loads(done.stdout)
    assert left["after"]["threads"] == ["MainThread"]
    assert left["after"]["files"] <= left["before"]["files"]
