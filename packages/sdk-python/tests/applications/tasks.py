"""Tasks as a worker of Celery loads them once, before it forks its processes: their client has rendered by then."""

from __future__ import annotations

import os
from typing import List

from celery import Celery

from px0 import Px0

folder = os.environ["CELERY_FOLDER"]
app = Celery(
    "tasks",
    broker="filesystem://",
    backend=f"file://{folder}",
    broker_transport_options={
        "data_folder_in": folder,
        "data_folder_out": folder,
        # Default: `control` in the working directory.
        "control_folder": os.path.join(folder, "control"),
        "polling_interval": 0.01,
    },
    broker_connection_retry_on_startup=False,
    worker_prefetch_multiplier=1,
    worker_enable_remote_control=False,
)
client = Px0(timeout=30, attempt_timeout=30, init_timeout=30)
client.render("greeting", name="the worker's first process")


@app.task(name="render")
def render(name: str) -> List[str]:
    result = client.render("greeting", name=name)
    return [result.text, result.source]


@app.task(name="refuse")
def refuse() -> None:
    client.render("gone", name="Ada")
