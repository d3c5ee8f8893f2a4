/** `relay check`: whether a relay holds what the px0 that it follows delivers, and still hears of changes. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { type Context, type Target, usableHost } from '../context.ts';
import { CliError } from '../exit-codes.ts';
import { table } from '../output.ts';
import { type Comparison, comparison } from '../relay-state.ts';
import { printable } from '../text-input.ts';
import type { Connect } from './command.ts';

interface CheckOptions {
  readonly upstream?: string;
}

/** A change that is on its way while both are asked is no difference. */
const ATTEMPTS = 3;
const PAUSE_MS = 1_000;

export function addRelayCommands(program: Command, connect: Connect): void {
  program
    .command('relay')
    .description('check relays')
    .command('check')
    .description('compare what a relay holds with px0; both must accept your API key')
    .argument('<url>', 'address of the relay, which is sent your API key')
    .option('--upstream <url>', 'address of the px0 that it follows (default: the host)')
    .action(async (url: string, { upstream }: CheckOptions, command: Command) => {
      const context = connect(command);
      const relayUrl = usableHost({ value: url, from: 'the relay' });
      await check(context, relayUrl, await context.signedIn(upstream));
    });
}

async function check({ output }: Context, url: string, px0: Target): Promise<void> {
  const { relay, upstream, isEqual, isFresh, sentence } = await settledComparison(url, px0);
  const { isConnected, staleSeconds } = relay;
  const wire = {
    ...{ equal: isEqual, fresh: isFresh, result: sentence },
    relay: { url, ...relay.held, connected: isConnected, stale_seconds: staleSeconds, stale: relay.isStale },
    upstream: { url: px0.host, ...upstream.held, stale: upstream.isStale },
  };
  output.result(wire, () => {
    const followed = isConnected ? 'follows px0' : 'is cut off';
    const rows = [
      ['relay', `${relay.held.count}`, relay.held.digest, `${followed}${relay.isStale ? ', stale' : ''}`],
      ['px0', `${upstream.held.count}`, upstream.held.digest, upstream.isStale ? 'stale' : ''],
    ];
    const facts = table(['', 'PROMPTS', 'DIGEST', 'STATE'], rows);
    return isEqual && isFresh ? `${facts}\n${printable(sentence)}` : facts;
  });
  if (!isEqual || !isFresh) throw new CliError('different', sentence);
}

async function settledComparison(url: string, px0: Target): Promise<Comparison> {
  for (let attempt = 1; ; attempt += 1) {
    const found = await comparison(url, px0);
    if (found.isEqual || !found.relay.isConnected || attempt === ATTEMPTS) return found;
    await sleep(PAUSE_MS);
  }
}
