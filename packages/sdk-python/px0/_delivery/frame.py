"""What travels: one JSON object for each fact, the same in streams, snapshots, state files and bundles.

Frames stay the dictionaries that they were parsed to, because what only a later px0 knows must be kept with them. Nobody changes them.
"""

from __future__ import annotations

from typing import Any, Dict

Frame = Dict[str, Any]
# Of a `put`: id, slug, status, created_at, live, tags, versions, etag, and what a later px0 adds.
DeliveredPrompt = Dict[str, Any]
DeliveredVersion = Dict[str, Any]

# The one protocol of `hello` that there is.
PROTOCOL = 1
# A frame's line has at most this many bytes.
MAX_LINE_BYTES = 8 * 1024 * 1024
# The lowest version of the template language that all templates of today need: `gotpl/1`.
LANGUAGE_LEVEL = 1
