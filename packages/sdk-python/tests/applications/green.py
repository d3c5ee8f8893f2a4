"""An application under gevent: patched before anything else, with many greenlets that render while promotions arrive."""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import sys
from typing import List

import gevent

from px0 import Change, Px0

client = Px0(mode="stream", retries=0, init_timeout=30)
if not client.wait_ready(30):
    raise SystemExit("px0 has delivered nothing")
changes: List[Change] = []
client.on_change("greeting", changes.append)
print(client.render("greeting", name="Ada").text, flush=True)


def until_promoted(number: int) -> str:
    while True:
        result = client.render("greeting", name=str(number))
        if result.version == 2:
            return f"{result.text} {result.source}"
        gevent.sleep(0.01)


with gevent.Timeout(60):
    print(*sorted({job.get() for job in [gevent.spawn(until_promoted, number) for number in range(3)]}), sep=", ", flush=True)
    while not changes:
        gevent.sleep(0.01)
print(changes[0].kind, flush=True)
client.close()
sys.exit(0)
