"""Celery with a folder for its messages, for workers and for those who ask them."""

from __future__ import annotations

import os

from celery import Celery

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
