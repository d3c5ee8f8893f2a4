/** What the values of arguments and options are, by the names under which they are declared. */
import { type Argument, type Command, Option } from 'commander';

/** `prompt-list`: slugs with commas between them. `id`s are those of the API. */
export type Kind =
  | 'prompt'
  | 'archived-prompt'
  | 'prompt-list'
  | 'version'
  | 'version-number'
  | 'tag'
  | 'team'
  | 'team-id'
  | 'organization'
  | 'folder'
  | 'key-id'
  | 'request'
  | 'policy'
  | 'files'
  | 'directories'
  | 'prompts-or-directories'
  /** A text that nobody else can know. */
  | 'free';

/** Where the name alone does not tell: by command and name, or by command and option. */
const ofCommands: Readonly<Record<string, Kind>> = {
  'prompts move-folder from': 'folder',
  'prompts move-folder to': 'folder',
  'prompts restore prompt': 'archived-prompt',
  'prompts create --slug': 'free',
  'bundle create --from': 'directories',
  'keys create --slug': 'prompt',
  'keys create --tag': 'tag',
  'render --version': 'version-number',
  'services --version': 'version-number',
};

const ofArguments: Readonly<Record<string, Kind>> = {
  prompt: 'prompt',
  prompts: 'prompt',
  slug: 'prompt',
  version: 'version',
  from: 'version',
  to: 'version',
  team: 'team',
  id: 'key-id',
  request: 'request',
  policy: 'policy',
  folder: 'directories',
  file: 'files',
  files: 'files',
  targets: 'prompts-or-directories',
  ...free('name', 'url', 'words', 'shell'),
};

const ofOptions: Readonly<Record<string, Kind>> = {
  prompt: 'prompt',
  slugs: 'prompt-list',
  version: 'version',
  tag: 'tag',
  team: 'team',
  id: 'team-id',
  org: 'organization',
  organization: 'organization',
  folder: 'folder',
  path: 'files',
  file: 'files',
  ...free('address', 'days', 'description', 'hash', 'hours', 'key', 'name', 'name=text', 'number'),
  ...free('number:hash', 'pattern', 'reason', 'seconds', 'text', 'time', 'title', 'url', 'words'),
};

function free(...names: string[]): Record<string, Kind> {
  return Object.fromEntries(names.map((name) => [name, 'free' as const]));
}

/** Undefined for a name that is in none of the lists. */
export function kindOf(command: Command, of: Argument | Option): Kind | undefined {
  const path = pathOf(command);
  if (!(of instanceof Option)) return ofCommands[`${path} ${of.name()}`] ?? ofArguments[of.name()];
  const [, name = ''] = /[<[](.+?)(?:\.\.\.)?[\]>]$/.exec(of.flags) ?? [];
  return ofCommands[`${path} ${of.long}`] ?? ofOptions[name];
}

/** As `prompts list`, without the program. */
function pathOf(command: Command): string {
  const names: string[] = [];
  for (let one: Command | null = command; one?.parent; one = one.parent) names.unshift(one.name());
  return names.join(' ');
}
