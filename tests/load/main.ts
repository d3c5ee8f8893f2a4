/**
 * `npm run test:load -- --minutes N`: measures what this machine can do with a mix of renders, reads, writes and logins, then asks for 60 % of it
 * for a time, and samples memory, handles, the outbox and the lag of renders. It fails when one of them grows, or a request fails.
 */
import { parseArgs } from 'node:util';
import { startTestPlatformWithServers } from '@px0/testing/servers';
import { Mix } from './mix.ts';
import { growthOf, table } from './report.ts';
import { Sampler } from './sampler.ts';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '5' }, rate: { type: 'string' } },
});
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new Error('--minutes is a positive number');

const CAPACITY_SECONDS = 20;
const WARM_UP_SECONDS = 10;
const SHARE_OF_CAPACITY = 0.6;
const CONNECTIONS = 16;
const SAMPLES = 40;

const platform = await startTestPlatformWithServers({
  env: {
    RATE_LIMIT_AUTH: '0',
    RATE_LIMIT_WRITE: '0',
    RATE_LIMIT_READ: '0',
    RATE_LIMIT_RENDER: '0',
    AUTH_RATE_LIMITS: 'off',
  },
});
try {
  const mix = await Mix.prepare(platform);
  await mix.asFastAsPossible(CONNECTIONS, WARM_UP_SECONDS);
  const capacity = values.rate === undefined ? await mix.asFastAsPossible(CONNECTIONS, CAPACITY_SECONDS) : 0;
  const rate = Number(values.rate ?? capacity * SHARE_OF_CAPACITY);
  process.stdout.write(
    `capacity ${capacity.toFixed(0)} requests/s; ${rate.toFixed(0)}/s for ${minutes} minutes\n`,
  );
  const sampler = new Sampler(platform, mix);
  const sampling = sampler.run((minutes * 60_000) / SAMPLES, SAMPLES);
  const result = await mix.steadily(rate, minutes * 60);
  const samples = await sampling;
  const growth = growthOf(samples);
  process.stdout.write(table(samples, result, growth));
  process.exitCode = growth.length === 0 && result.failed === 0 ? 0 : 1;
} finally {
  await platform.stop();
}
