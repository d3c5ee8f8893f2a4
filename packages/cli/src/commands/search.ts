/** `prompts search`: where words are, in the names of prompts and in what they say. */
import type { Prompt } from '@px0/sdk/api';
import type { Command } from 'commander';
import type { Api, Context } from '../context.ts';
import { CliError } from '../exit-codes.ts';
import { table } from '../output.ts';
import { answered } from '../wire.ts';
import type { Connect } from './command.ts';

interface SearchOptions {
  readonly allTeams?: boolean;
}

interface Found {
  readonly prompt: Prompt;
  /** As px0 sent it. */
  readonly wire: object;
  readonly team: string;
  readonly places: readonly Place[];
  /** The first line with one of the words; empty if the text is not read. */
  readonly line: string;
}

type Place = 'name' | 'text';

/** Their texts are read to show a line of each; of more than these, only the places are shown. */
const MOST_LINES = 30;

export function addSearchCommand(prompts: Command, connect: Connect): void {
  prompts
    .command('search')
    .description(
      'find prompts whose text, name, slug, description or folder has words that start with these; in all your teams, unless one is chosen',
    )
    .argument('<words...>', 'the words; all of them must be there')
    .option('--all-teams', 'search all your teams, even if one is chosen')
    .action(async (words: string[], { allTeams = false }: SearchOptions, command: Command) => {
      const context = connect(command);
      const sought = words.join(' ');
      if (!/[\p{L}\p{N}]/u.test(sought))
        throw new CliError('usage', 'the words must contain letters or digits');
      const api = await context.api();
      const teams = await teamsOf(context, api, allTeams);
      const found: Found[] = [];
      for (const team of teams) found.push(...(await foundIn(api, team, sought)));
      const shown = context.output.isJson ? found : await withLines(api, found, words);
      const json = { prompts: found.map(({ wire, places }) => ({ ...wire, found_in: places })) };
      context.output.result(json, () => textOf(shown, teams.length > 1, context.output.width));
    });
}

interface Team {
  readonly id: string;
  readonly name: string;
}

async function teamsOf(context: Context, { profile }: Api, allTeams: boolean): Promise<readonly Team[]> {
  const named = allTeams ? undefined : await context.namedTeam();
  if (named !== undefined) return [{ id: named, name: '' }];
  return (await profile.listUserTeams()).teams;
}

/** Those with the words in their names come first. */
async function foundIn({ prompts }: Api, { id, name: team }: Team, q: string): Promise<Found[]> {
  const ask = async (place: Place) => {
    const { wire, value } = await answered(
      prompts.listPromptsRaw({
        ...{ teamID: id, q, archived: 'false', sort: 'name', include: 'summary' },
        ...(place === 'text' && { _in: 'content' as const }),
      }),
    );
    const objects = promptsIn(wire);
    return value.prompts.map((prompt, index) => ({ prompt, wire: objects[index] ?? {} }));
  };
  const [byName, byText] = await Promise.all([ask('name'), ask('text')]);
  const inText = new Set(byText.map(({ prompt }) => prompt.id));
  const inName = new Set(byName.map(({ prompt }) => prompt.id));
  return [...byName, ...byText.filter(({ prompt }) => !inName.has(prompt.id))].map((one) => ({
    ...one,
    team,
    places: [
      ...(inName.has(one.prompt.id) ? (['name'] as const) : []),
      ...(inText.has(one.prompt.id) ? (['text'] as const) : []),
    ],
    line: '',
  }));
}

function promptsIn(wire: unknown): object[] {
  if (typeof wire !== 'object' || wire === null || !('prompts' in wire) || !Array.isArray(wire.prompts))
    return [];
  return wire.prompts.map((one: unknown) => Object(one));
}

async function withLines(api: Api, found: readonly Found[], words: readonly string[]): Promise<Found[]> {
  const isRead = ({ places, prompt }: Found) =>
    places.includes('text') && Boolean(prompt.summary?.liveVersion);
  if (found.filter(isRead).length > MOST_LINES) return [...found];
  return await Promise.all(
    found.map(async (one) => (isRead(one) ? { ...one, line: await lineOf(api, one.prompt, words) } : one)),
  );
}

async function lineOf({ versions }: Api, { id, summary }: Prompt, words: readonly string[]): Promise<string> {
  try {
    const { version } = await versions.getVersion(id, String(summary?.liveVersion));
    return lineWith(version.template, words);
  } catch {
    // It may have been archived meanwhile; it was found all the same.
    return '';
  }
}

/** The line with most of the words, as far as they begin words in it. */
export function lineWith(text: string, words: readonly string[]): string {
  const sought = words.flatMap((word) => word.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
  let best = { line: '', hits: 0 };
  for (const line of text.split(/\r?\n/)) {
    const present = line.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
    const hits = sought.filter((word) => present.some((own) => own.startsWith(word))).length;
    if (hits > best.hits) best = { line: line.trim(), hits };
  }
  return best.line;
}

function textOf(found: readonly Found[], hasTeams: boolean, width: number | undefined): string {
  if (found.length === 0) return 'No prompt has these words.';
  return table(
    [...(hasTeams ? ['TEAM'] : []), 'SLUG', 'NAME', 'LIVE', 'FOUND IN', 'LINE'],
    found.map(({ team, prompt, places, line }) => [
      ...(hasTeams ? [team] : []),
      prompt.slug,
      prompt.name,
      prompt.summary?.liveVersion ? `v${prompt.summary.liveVersion}` : 'none',
      places.join(', '),
      line,
    ]),
    { width, flexible: ['LINE', 'NAME', 'TEAM'] },
  );
}
