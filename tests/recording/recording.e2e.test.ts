/** What clients of the build before ask is answered as they know it, to the byte; see `main.ts` for the recording. */
import { startTestPlatform, type TestPlatform } from '@px0/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withoutAddedKeys, withoutAddedMethods } from './added-keys.ts';
import { LINES } from './plan.ts';
import { recordedLines, replay } from './recording.ts';
import { environment, setStage } from './stage.ts';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startTestPlatform({ env: environment });
});
afterAll(() => platform?.stop());

it('answers all recorded requests as the build before, apart from added keys', async () => {
  const lines = await recordedLines();
  expect(lines).toHaveLength(LINES);
  const differences = await replay(lines, await setStage(platform.gatewayUrl));
  const shown = differences
    .slice(0, 20)
    .map(({ line, recorded, answered }) => ({ line, recorded, answered }));
  expect(shown, `${differences.length} of ${LINES} answers differ\n${await platform.logs(3)}`).toEqual([]);
}, 600_000);

it('takes off what was added where it was added, and nothing else', () => {
  const same = [
    '{"error":"x"}',
    '{"rendered":"{\\"prompt\\":{\\"folder\\":1}}","note":"\\\\"}',
    '{"payload":{"variables":{"kind":1,"prompt":{"folder":2}}}}',
    '{"document":{"prompts":[{"versions":[{"kind":1}],"folder":"x"}]}}',
    '{"prompt":{"id":1.50,"tags":[],"empty":{}},"versions":[]}',
    '',
  ];
  for (const text of same) expect(withoutAddedKeys(text)).toBe(text);
  const version = '{"id":1,"kind":"text","note":"a \\"}]","created_by":{"kind":"user"},"tags":["note"]}';
  expect(withoutAddedKeys(`{"version":${version},"versions":[${version},${version}]}`)).toBe(
    '{"version":{"id":1,"tags":["note"]},"versions":[{"id":1,"tags":["note"]},{"id":1,"tags":["note"]}]}',
  );
  expect(withoutAddedKeys('{"prompts":[{"folder":"","contract":"off","created_by":null,"id":2}]}')).toBe(
    '{"prompts":[{"id":2}]}',
  );
  expect(['GET, HEAD, PATCH, PUT', 'GET, PATCH', 'GET'].map(withoutAddedMethods)).toEqual([
    'GET, HEAD, PUT',
    'GET',
    'GET',
  ]);
});
