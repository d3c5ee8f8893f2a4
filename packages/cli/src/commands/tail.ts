/** `tail`: renders as they are counted. Counts arrive in windows of a few seconds, so a line shows the renders since the previous one. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Prompt, PromptsApi } from '@px0/sdk/api';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { printable } from '../text-input.ts';
import { requireReference } from '../version-ref.ts';
import type { Connect } from './command.ts';
import { numberBetween } from './option-values.ts';

interface TailOptions {
  readonly interval: number;
  readonly since?: number;
}

interface Count {
  readonly renders: number;
  readonly failures: number;
}

const HOUR_MS = 3_600_000;
const DAY_SECONDS = 86_400;
const TEN_YEARS_HOURS = 87_840;
/** Each prompt costs one request per interval, so more would put a load on px0. */
const MOST_PROMPTS = 50;

export function addTailCommand(program: Command, connect: Connect): void {
  program
    .command('tail')
    .description(
      'show renders as they are counted, until you press Ctrl-C; renders made inside applications arrive about once a minute',
    )
    .argument('[prompts...]', 'slugs or ids (default: all active prompts of the team)')
    .option(
      '--interval <seconds>',
      'how often to check, from 0.1 to 86400',
      numberBetween(0.1, DAY_SECONDS),
      2,
    )
    .option(
      '--since <hours>',
      'start with the renders of this many past hours',
      numberBetween(0, TEN_YEARS_HOURS),
    )
    .action(async (slugs: string[], options: TailOptions, command: Command) => {
      const context = connect(command);
      for (const slug of slugs) requireReference('the prompt', slug);
      const followed = await followedPrompts(context, slugs);
      const { prompts } = await context.api();
      await follow(context, prompts, followed, options);
    });
}

async function followedPrompts(context: Context, slugs: readonly string[]): Promise<Prompt[]> {
  if (slugs.length > 0) return await Promise.all(slugs.map((slug) => context.prompt(slug)));
  const { prompts: api } = await context.api();
  const { prompts } = await api.listPrompts(await context.team(), 'active');
  if (prompts.length > MOST_PROMPTS)
    context.output.note(
      `Showing the ${MOST_PROMPTS} newest of ${prompts.length} prompts; name a prompt to follow another.`,
    );
  return prompts.slice(0, MOST_PROMPTS);
}

async function follow(
  context: Context,
  api: PromptsApi,
  prompts: readonly Prompt[],
  { interval, since = 0 }: TailOptions,
): Promise<void> {
  const { output } = context;
  const seen = new Map<string, Count>();
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  if (!output.isJson)
    output.note(
      printable(
        `Following ${prompts.map(({ slug }) => slug).join(', ') || 'no prompts'}. Renders made inside applications arrive about once a minute.`,
      ),
    );
  // Earlier counts are the baseline for later changes; with --since they are printed as well.
  let from = new Date(Math.floor(Date.now() / HOUR_MS) * HOUR_MS - since * HOUR_MS);
  for (let round = 0; !stop.signal.aborted; round += 1) {
    const isSilent = round === 0 && since === 0;
    for (const prompt of prompts) await report(output, api, prompt, { from, seen, isSilent });
    // A late count may still add to the previous hour.
    from = new Date(Math.max(from.getTime(), Math.floor(Date.now() / HOUR_MS) * HOUR_MS - HOUR_MS));
    await sleep(interval * 1_000, undefined, { signal: stop.signal }).catch(() => undefined);
  }
}

interface Round {
  readonly from: Date;
  readonly seen: Map<string, Count>;
  readonly isSilent: boolean;
}

async function report(
  output: Context['output'],
  api: PromptsApi,
  { id, slug }: Prompt,
  { from, seen, isSilent }: Round,
): Promise<void> {
  const { usage } = await api.getPromptUsage(id, from);
  for (const { hour, version, renders, failures } of usage) {
    const key = `${id} ${hour.toISOString()} ${version}`;
    const before = seen.get(key) ?? { renders: 0, failures: 0 };
    seen.set(key, { renders, failures });
    const more = { renders: renders - before.renders, failures: failures - before.failures };
    if (isSilent || (more.renders <= 0 && more.failures <= 0)) continue;
    const time = new Date().toISOString();
    output.line({ time, slug, version, ...more }, () => {
      const failed = more.failures === 0 ? '' : output.colors.red(`, ${more.failures} failed`);
      return `${time.slice(11, 19)}  ${printable(slug)}  version ${version}  ${more.renders} rendered${failed}`;
    });
  }
}
