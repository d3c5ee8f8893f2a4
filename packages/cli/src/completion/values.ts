/** The values that px0 knows: slugs, versions, tags, teams and so on, as far as the caller may see them. */
import type { Prompt, PromptVersion } from '@px0/sdk/api';
import type { Api, Context } from '../context.ts';
import type { CompletionCache } from './cache.ts';
import type { Candidate, Values } from './candidates.ts';
import type { Kind } from './kinds.ts';
import type { Place } from './place.ts';

/** Somebody waits for it with a finger on the key. */
const PATIENCE_MS = 3_000;
/** Each costs a request. */
const MOST_TEAMS = 20;

interface Asked {
  readonly context: Context;
  readonly api: Api;
  readonly place: Place;
}

/** The values of px0, of which each question is asked at most once a minute. Without credentials there are none. */
export function valuesOf(context: Context, cache: CompletionCache): Values {
  return async (kind, place) => {
    const answer = sources[kind];
    if (answer === undefined) return [];
    const { host, accessToken } = await context.signedIn();
    const question = [host, accessToken, kind, await context.teamInWords(), ...subjectsOf(kind, place)];
    const known = await cache.remembered(question, async () =>
      answer({ context, api: await context.api(PATIENCE_MS), place }),
    );
    return kind === 'prompt-list' ? inList(known, place.begun) : known;
  };
}

type Source = (asked: Asked) => Promise<readonly Candidate[]>;

const sources: { readonly [K in Kind]?: Source } = {
  prompt: (asked) => promptsOf(asked, { archived: 'false' }),
  'prompt-list': (asked) => promptsOf(asked, { archived: 'false' }),
  'prompts-or-directories': (asked) => promptsOf(asked, { archived: 'false' }),
  'archived-prompt': (asked) => promptsOf(asked, { archived: 'true' }),
  version: async (asked) => {
    const versions = await versionsOf(asked);
    const live = versions.find(({ status }) => status === 'live');
    return [
      ...(live === undefined ? [] : [{ value: 'live', about: `version ${live.version}` }]),
      ...tagsOf(versions),
      ...versions.map(numbered),
    ];
  },
  'version-number': async (asked) => (await versionsOf(asked)).map(numbered),
  tag: async (asked) => {
    if (promptIn(asked.place) !== undefined) return tagsOf(await versionsOf(asked));
    const prompts = await allPrompts(asked, { archived: 'false' });
    const tags = new Set(prompts.flatMap(({ summary }) => summary?.liveTags ?? []));
    return [...tags].sort().map((value) => ({ value, about: '' }));
  },
  team: async ({ api }) => named((await api.profile.listUserTeams()).teams),
  'team-id': async ({ api }) =>
    (await api.profile.listUserTeams()).teams.map(({ id, name }) => ({ value: id, about: name })),
  organization: async ({ api }) => named((await api.profile.listUserOrgs()).organizations),
  folder: async ({ context, api }) => {
    const { folders } = await api.prompts.listFolders(await context.team());
    return folders.map(({ path, prompts }) => ({ value: path, about: amount(prompts) }));
  },
  'key-id': async ({ context, api, place }) => {
    const { apiKeys } = await api.keys.listAPIKeys(await context.organization(place.options.get('--org')));
    return apiKeys.map(({ id, name }) => ({ value: id, about: name }));
  },
  request: async ({ context, api }) => {
    const { changeRequests } = await api.changeRequests.listChangeRequests(await context.team(), 'open');
    return changeRequests.map(({ number, slug, title }) => ({
      value: String(number),
      about: `${slug}: ${title}`,
    }));
  },
  policy: async ({ context, api }) => {
    const { policies } = await api.policies.listTeamPolicies(await context.team());
    return policies.map(({ name, scope }) => ({ value: name, about: `of the ${scope.kind}` }));
  },
};

/** What else the answer depends on. */
function subjectsOf(kind: Kind, { options, ...place }: Place): string[] {
  if (kind === 'key-id') return [options.get('--org') ?? ''];
  return kind === 'version' || kind === 'version-number' || kind === 'tag'
    ? [promptIn({ options, ...place }) ?? '']
    : [];
}

/** The prompt whose versions are meant. */
function promptIn({ command, given, options }: Place): string | undefined {
  const [first] = command.registeredArguments;
  const isFirst = first !== undefined && ['prompt', 'slug', 'targets'].includes(first.name());
  return isFirst ? given[0] : options.get('--prompt');
}

async function promptsOf(asked: Asked, filter: { readonly archived: string }): Promise<Candidate[]> {
  const bySlug = new Map<string, Candidate>();
  for (const { slug, name, summary } of await allPrompts(asked, filter)) {
    const live = summary?.liveVersion ? `v${summary.liveVersion} live` : 'nothing live';
    const about = summary === undefined ? name : `${name} (${live})`;
    if (!bySlug.has(slug)) bySlug.set(slug, { value: slug, about });
  }
  return [...bySlug.values()].sort((a, b) => (a.value < b.value ? -1 : 1));
}

/** The prompts of the team, or of all of the caller's teams where none is chosen: a prompt is found by its slug in any. */
async function allPrompts(
  { context, api }: Asked,
  { archived }: { readonly archived: string },
): Promise<Prompt[]> {
  const team = await context.namedTeam();
  const teams = team === undefined ? (await api.profile.listUserTeams()).teams.map(({ id }) => id) : [team];
  const lists = await Promise.all(
    teams
      .slice(0, MOST_TEAMS)
      .map((teamID) =>
        api.prompts.listPromptsRaw({ teamID, archived, include: 'summary' }).then((answer) => answer.value()),
      ),
  );
  return lists.flatMap(({ prompts }) => prompts);
}

/** Newest first. */
async function versionsOf({ context, api, place }: Asked): Promise<PromptVersion[]> {
  const prompt = promptIn(place);
  if (prompt === undefined) return [];
  const { id } = await context.prompt(prompt);
  return (await api.versions.listVersions(id)).versions;
}

function numbered({ version, status, note = '', createdAt }: PromptVersion): Candidate {
  const about = note === '' ? createdAt.toISOString().slice(0, 10) : note;
  return { value: String(version), about: `${status}, ${about}` };
}

function tagsOf(versions: readonly PromptVersion[]): Candidate[] {
  return versions
    .flatMap(({ version, tags }) => tags.map((value) => ({ value, about: `version ${version}` })))
    .sort((a, b) => (a.value < b.value ? -1 : 1));
}

/** By name, or by id where two have one name. */
function named(all: readonly { readonly id: string; readonly name: string }[]): Candidate[] {
  const counts = new Map<string, number>();
  for (const { name } of all) counts.set(name, (counts.get(name) ?? 0) + 1);
  return all.map(({ id, name }) =>
    counts.get(name) === 1 ? { value: name, about: '' } : { value: id, about: name },
  );
}

/** The rest of a list with commas, in which each stands once. */
function inList(all: readonly Candidate[], begun: string): Candidate[] {
  const before = begun.slice(0, begun.lastIndexOf(',') + 1);
  const present = new Set(before.split(','));
  return all
    .filter(({ value }) => !present.has(value))
    .map(({ value, about }) => ({ value: before + value, about }));
}

function amount(prompts: number): string {
  return `${prompts} ${prompts === 1 ? 'prompt' : 'prompts'}`;
}
