/** Which services break at a new contract, because they do not send a variable that it requires. */

/** Renders of a service, as px0 lists them for a prompt: `GET /v1/prompts/{id}/services`. */
export interface ServiceReport {
  /** Empty for applications without a name. */
  readonly service: string;
  readonly lastSeenAt: Date;
  /** Names, of renders in the service's own process only. */
  readonly variables: readonly string[];
}

/** A variable that becomes required, and the services that do not send it. */
export interface NotSent {
  readonly variable: string;
  /** In the order of the reports. Empty for applications without a name. */
  readonly services: readonly string[];
}

/** Older reports say little about who sends what today. */
const LONGEST_AGO_MS = 7 * 24 * 3_600_000;
/** px0 keeps so many names of a service and version, and leaves out further ones. */
const MOST_NAMES = 512;
/** Longer names are reported only in part. */
const LONGEST_NAME = 128;
/** What SDKs report in place of further names. */
const FURTHER = '…';
/** Names that a sentence can hold; more are counted. */
const MOST_TOLD = 5;

/** The entries that a refusal `contract break: added required a; removed b` lists. Keys that are no identifiers are in quotes, which may contain what separates entries. */
export function breakEntries(message: string): readonly string[] {
  const detail = message.slice(message.indexOf(': ') + 2);
  const entries = detail.match(/(?:"(?:[^"\\]|\\.)*"|(?!; )[^"])+/gsu) ?? [];
  return entries.map((entry) => entry.replace(/^ /, ''));
}

/** Finds who does not send what the breaks add. A service whose names are not known, or not all, is left out; so is a variable that all send. */
export function notSent(
  breaks: readonly string[],
  reports: readonly ServiceReport[],
  now: Date,
): readonly NotSent[] {
  const sent = namesByService(reports, now);
  return breaks
    .map(requiredVariable)
    .filter((variable) => variable !== undefined)
    .map((variable) => ({
      variable,
      services: [...sent].filter(([, names]) => !names.has(variable)).map(([service]) => service),
    }))
    .filter(({ services }) => services.length > 0);
}

/** "checkout and mailer do not send `mood`". Empty without an entry. */
export function notSentText(entries: readonly NotSent[]): string {
  const variablesOf = new Map<
    string,
    { readonly services: readonly string[]; readonly variables: string[] }
  >();
  for (const { variable, services } of entries) {
    const key = JSON.stringify(services);
    const known = variablesOf.get(key);
    if (known === undefined) variablesOf.set(key, { services, variables: [variable] });
    else known.variables.push(variable);
  }
  return [...variablesOf.values()]
    .map(({ services, variables }) => {
      const [first = ''] = services;
      const verb = services.length === 1 && first !== '' ? 'does' : 'do';
      const names = variables.map((name) => `\`${name}\``);
      return `${joined(services.map(named), 'and')} ${verb} not send ${joined(names, 'or')}`;
    })
    .join('; ');
}

/** Those of all versions together: a service may be about to change from one to another. */
function namesByService(
  reports: readonly ServiceReport[],
  now: Date,
): ReadonlyMap<string, ReadonlySet<string>> {
  const earliest = now.getTime() - LONGEST_AGO_MS;
  const names = new Map<string, Set<string>>();
  const partlyKnown = new Set<string>();
  for (const { service, lastSeenAt, variables } of reports) {
    if (lastSeenAt.getTime() < earliest) continue;
    if (variables.length >= MOST_NAMES || variables.includes(FURTHER)) partlyKnown.add(service);
    const known = names.get(service) ?? new Set();
    for (const name of variables) known.add(name);
    names.set(service, known);
  }
  // Without a name the service renders remotely, or keeps the names to itself.
  return new Map([...names].filter(([service, { size }]) => size > 0 && !partlyKnown.has(service)));
}

/** Undefined for another break, and for a key within a variable: only names of variables are reported. */
function requiredVariable(entry: string): string | undefined {
  const [, path] = /^added required (.+)$/s.exec(entry) ?? [];
  if (path === undefined) return undefined;
  const name = path.startsWith('[') ? quotedName(path) : /[.[]/.test(path) ? undefined : path;
  return name !== undefined && name.length <= LONGEST_NAME ? name : undefined;
}

function quotedName(path: string): string | undefined {
  const [, text] = /^\[("(?:[^"\\]|\\.)*")\]$/s.exec(path) ?? [];
  const name: unknown = text === undefined ? undefined : JSON.parse(text);
  return typeof name === 'string' ? name : undefined;
}

function named(service: string): string {
  return service === '' ? 'applications without a name' : service;
}

function joined(names: readonly string[], word: 'and' | 'or'): string {
  const more = names.length - MOST_TOLD;
  const told = more > 0 ? [...names.slice(0, MOST_TOLD), `${more} more`] : names;
  return told.length < 2 ? told.join('') : `${told.slice(0, -1).join(', ')} ${word} ${told.at(-1)}`;
}
