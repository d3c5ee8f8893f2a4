#!/usr/bin/env bash
# dotprompt 1.1.2 (npm): `render` ignores the defaults of the file (`input.default`), and the text has a gap where they belong. dotpromptz 0.2.0
# (Python) fills them in from the same file.
#
# The npm package parses the defaults but takes them only from the options of the call. Its own `compile` does the same unless the caller
# hands the metadata of the file back to it. Variables that are missing are no error in Handlebars, so a prompt that was tried
# in Python loses words in TypeScript and nothing reports it.
#
# Run: one file with a default, rendered in both languages. Output on Python 3.11 and Node.js 20 and 24:
expected='npm, render: Write to Ann in a  tone.
npm, metadata handed back: Write to Ann in a warm tone.
Python, render: Write to Ann in a warm tone.'

set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check dotpromptz==0.2.0
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund dotprompt@1.1.2
cat >letter.prompt <<'PROMPT'
---
input:
  default:
    tone: warm
---
Write to {{name}} in a {{tone}} tone.
PROMPT
cat >run.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { Dotprompt } from 'dotprompt';

const source = readFileSync('letter.prompt', 'utf8');
const data = { input: { name: 'Ann' } };
const dotprompt = new Dotprompt();
const textOf = ({ messages }) => messages[0].content[0].text.trim();
console.log('npm, render:', textOf(await dotprompt.render(source, data)));
const render = await dotprompt.compile(source);
console.log('npm, metadata handed back:', textOf(await render(data, await dotprompt.renderMetadata(source))));
JS
cat >run.py <<'PY'
import asyncio
from pathlib import Path

from dotpromptz.dotprompt import Dotprompt
from dotpromptz.typing import DataArgument


async def main():
    source = Path("letter.prompt").read_text()
    rendered = await Dotprompt().render(source, DataArgument(input={"name": "Ann"}))
    print("Python, render:", rendered.messages[0].content[0].text.strip())


asyncio.run(main())
PY
{ node run.mjs; venv/bin/python run.py; } | tee output
[[ $(<output) == "$expected" ]] || { echo 'one of the packages behaves differently now'; exit 1; }
