#!/usr/bin/env bash
# opossum 10.0.0: calls that an open breaker refuses lower the error rate by which it opens again.
#
# The rate is failures / fires. `fires` rises before the breaker looks whether it is open, and a refusal is a "reject", not a
# failure. Refused calls therefore dilute the rate for the rest of the window. Of two breakers with the same outage, the one that
# refused nobody opens again at the first failure after its recovery; the one that refused a hundred callers stays closed through four
# failures in a row. The busier a service was during one outage, the longer the next one goes unnoticed.
#
# Run: one failure opens the breaker, N calls are refused, a trial succeeds, then up to four calls fail. Window 60 s, threshold 50 %,
# volume threshold 1. Output on Node.js 20 and 24:
expected='refused 0: fires 3, failures 2, rejects 0, opened again: true
refused 100: fires 106, failures 5, rejects 100, opened again: false'

set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund opossum@10.0.0
cat >run.mjs <<'JS'
import CircuitBreaker from 'opossum';

async function secondOutage(refused) {
  let isUp = false;
  const action = async () => {
    if (!isUp) throw new Error('down');
  };
  const breaker = new CircuitBreaker(action, {
    timeout: false,
    errorThresholdPercentage: 50,
    volumeThreshold: 1,
    rollingCountTimeout: 60_000,
    resetTimeout: 50,
  });
  const call = () => breaker.fire().catch(() => undefined);
  await call();
  for (let i = 0; i < refused; i += 1) await call();
  isUp = true;
  // The breaker's own timer does not keep the process alive.
  while (!breaker.halfOpen) await new Promise((resolve) => setTimeout(resolve, 10));
  await call();
  isUp = false;
  for (let i = 0; i < 4 && !breaker.opened; i += 1) await call();
  const { fires, failures, rejects } = breaker.stats;
  const { opened } = breaker;
  breaker.shutdown();
  return `refused ${refused}: fires ${fires}, failures ${failures}, rejects ${rejects}, opened again: ${opened}`;
}

console.log(await secondOutage(0));
console.log(await secondOutage(100));
JS
seen=$(node run.mjs)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { echo 'opossum 10.0.0 behaves differently now'; exit 1; }
