#!/bin/sh
# Reviews a folder of prompts on any CI server: the report is printed, and the exit code says whether it passes.
# Needs Node.js 20 or later, and in the environment PX0_HOST, PX0_TEAM and PX0_ACCESS_TOKEN (operation read_render).
set -eu
folder=${1:-prompts}
version=${PX0_VERSION:-0.1.0}
if [ -z "${PX0_ACCESS_TOKEN:-}" ]; then
  echo 'Not reviewed by px0: this job has no key, as jobs of forks have none.'
  exit 0
fi
# shellcheck disable=SC2086 # PX0_COMMAND may have arguments.
exec ${PX0_COMMAND:-npx --yes "px0@$version"} review "$folder"
