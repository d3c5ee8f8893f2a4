/** `watch`: changes of prompts as they are made, from px0's stream. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClientStatus, type PromptChange, Px0, type Px0Options } from '@px0/sdk';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { printable } from '../text-input.ts';
import { requireReference } from '../version-ref.ts';
import type { Connect } from './command.ts';

/** The connection keeps no program alive, so a timer does; the longest that there is. */
const KEPT_ALIVE_MS = 2 ** 31 - 1;
/** For the first state; also a large one arrives within it. */
const PATIENCE_MS = 60_000;

type PromptState = NonNullable<PromptChange['after']>;

export function addWatchCommand(program: Command, connect: Connect): void {
  program
    .command('watch')
    .description('show changes of prompts as they are made, until you press Ctrl-C')
    .argument('[prompts...]', 'slugs (default: all that you may render)')
    .action(async (slugs: string[], _options: object, command: Command) => {
      const context = connect(command);
      for (const slug of slugs) requireReference('the prompt', slug);
      await watch(context, await optionsOf(context, slugs));
    });
}

async function optionsOf(context: Context, slugs: readonly string[]): Promise<Px0Options> {
  const [target, teamId] = [await context.signedIn(), await context.namedTeam()];
  return {
    ...target,
    mode: 'stream',
    initTimeoutMs: PATIENCE_MS,
    // It renders nothing.
    usage: 'off',
    telemetry: false,
    ...(slugs.length > 0 && { slugs }),
    ...(teamId !== undefined && { teamId }),
    onWarning: (message) => context.output.note(printable(message)),
  };
}

async function watch({ output }: Context, options: Px0Options): Promise<void> {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  const client = new Px0(options);
  try {
    client.on('change', '*', (change) => report(output, change));
    client.on('status', (status) => {
      if (!output.isJson) noteStatus(output, status);
      if (status.state === 'refused') stop.abort();
    });
    while (!stop.signal.aborted) {
      await sleep(KEPT_ALIVE_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    }
    // Throws what px0 refuses.
    if (client.status().state === 'refused') await client.ready();
  } finally {
    await client.close();
  }
}

function noteStatus(output: Context['output'], { state, prompts, lastError }: ClientStatus): void {
  if (state === 'ready') output.note(`Watching ${prompts} ${prompts === 1 ? 'prompt' : 'prompts'}.`);
  if (state === 'stale' || state === 'offline') {
    const why = lastError === null ? '' : `: ${lastError}`;
    output.note(printable(`px0 cannot be reached${why}; trying again.`));
  }
}

function report(output: Context['output'], change: PromptChange): void {
  const { slug, promptId, teamId, kind, before, after } = change;
  const time = new Date().toISOString();
  output.line({ time, slug, prompt_id: promptId, team_id: teamId, kind, before, after }, () => {
    const what = kind === 'many' ? 'many changes at once' : wordsOf(change);
    return `${time.slice(11, 19)}  ${printable(slug)}  ${printable(what)}`;
  });
}

function wordsOf({ kind, before, after }: PromptChange): string {
  switch (kind) {
    case 'added':
      return `added, ${liveOf(after)}`;
    case 'removed':
      return 'removed';
    case 'live':
      return `${liveOf(after)} (before: ${liveOf(before)})`;
    case 'tags':
      return tagChanges(before?.tags ?? {}, after?.tags ?? {}).join(', ');
    case 'status':
      return after?.status ?? '';
    default:
      return 'a tagged draft was edited';
  }
}

function liveOf(state: PromptState | null): string {
  return state === null || state.live === null ? 'no live version' : `version ${state.live} live`;
}

function tagChanges(before: PromptState['tags'], after: PromptState['tags']): string[] {
  const tags = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return tags
    .filter((tag) => before[tag] !== after[tag])
    .map((tag) => (after[tag] === undefined ? `tag ${tag} removed` : `tag ${tag} on version ${after[tag]}`));
}
