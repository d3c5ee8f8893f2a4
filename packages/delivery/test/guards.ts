/** The guards of the client's rules, each with the code that it is, so that a test can take it out. */
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Replica } from '../src/client/replica.ts';
import { ModelServer, runModel, type Step, type World } from '../src/model/mod.ts';

const file = join(import.meta.dirname, '../src/client/replica.ts');
const source = readFileSync(file, 'utf8');

export interface Guard {
  readonly guard: string;
  readonly code: string;
  readonly without: string;
}

export const guards: readonly Guard[] = [
  {
    guard: 'a floor below which no server is asked',
    code: 'this.#floor.see(revision);',
    without: '',
  },
  {
    guard: 'half-done transfers are forgotten at hello',
    code: "case 'hello':\n        this.#transfer = new Map();",
    without: "case 'hello':\n        this.#transfer ??= new Map();",
  },
  {
    guard: 'all of a team is staged until sync',
    code: 'base === null ? emptyTeam() : undefined);\n    if (base !== null && ',
    without: 'undefined);\n    if (',
  },
  {
    guard: 'a prompt of an unknown team asks for a repair',
    code: "else return 'unknown team';",
    without: '',
  },
  {
    guard: 'a prompt is deleted only from the team that it is in',
    code: 'else if (this.#homes.get(frame.prompt_id) === frame.team_id)\n          this.#remove(frame.team_id, frame.prompt_id);',
    without: 'else this.#remove(this.#homes.get(frame.prompt_id), frame.prompt_id);',
  },
  {
    guard: 'a prompt leaves the team that it was in',
    code: 'if (home !== undefined && home !== teamId) this.#leave(home, prompt.id);',
    without: '',
  },
  {
    guard: 'a team that is dropped is left out of the transfer',
    code: 'this.#transfer?.delete(frame.team_id);',
    without: '',
  },
  {
    guard: 'a team that is dropped is removed',
    code: "this.#drop(frame.team_id);\n        return undefined;\n      case 'mark':",
    without: "return undefined;\n      case 'mark':",
  },
  {
    guard: 'marks skip teams in a transfer',
    code: 'if (this.#transfer?.has(marked.team_id)) continue;',
    without: '',
  },
  {
    guard: 'each mark follows the one before',
    code: "if (team?.revision !== marked.prev) return 'missing change';",
    without: "if (team === undefined) return 'missing change';",
  },
  {
    guard: 'the digest of a mark',
    code: "if (!team.digest.agrees(marked)) return 'digest differs';",
    without: '',
  },
  {
    guard: 'a mark within a transfer is no place to resume from',
    code: 'if (this.#transfer === undefined) this.#last = revision;',
    without: 'this.#last = revision;',
  },
  {
    guard: 'teams that sync does not list are removed',
    code: 'if (!listed.has(teamId)) this.#drop(teamId);',
    without: '',
  },
  {
    guard: 'a listed team that is not there asks for a repair',
    code: "if (team === undefined) return 'missing team';\n      team.revision = revision;",
    without: 'if (team !== undefined) team.revision = revision;',
  },
  {
    guard: 'the digest of sync',
    code: "if (!this.digest().agrees(frame)) return 'digest differs';\n    this.#last = frame.revision;\n    this.#isSynced",
    without: 'this.#last = frame.revision;\n    this.#isSynced',
  },
  {
    guard: 'the digest of a heartbeat',
    code: "if (!this.digest().agrees(frame)) return 'digest differs';\n        this.#last",
    without: 'this.#last',
  },
  {
    guard: 'a repair asks for everything',
    code: 'forgetLast(): void {\n    this.#last = undefined;',
    without: 'forgetLast(): void {',
  },
];

/** The rules without one guard. */
export async function rulesWithout({ code, without }: Guard): Promise<typeof Replica> {
  if (source.split(code).length !== 2) throw new Error(`the code of a guard does not stand once: ${code}`);
  const mutant = source
    .replace(code, () => without)
    .replaceAll(/from '(\..*?)'/g, (_, path: string) => `from '${new URL(path, pathToFileURL(file))}'`);
  const url = `data:text/javascript,${encodeURIComponent(stripTypeScriptTypes(mutant))}`;
  const module: { Replica: typeof Replica } = await import(/* @vite-ignore */ url);
  return module.Replica;
}

/** What breaks a promise. `isFaithful`: servers know enough, and the link is good. */
export interface Counterexample {
  readonly isFaithful: boolean;
  readonly steps: readonly Step[];
}

/** The promises that are broken. */
export function brokenBy({ isFaithful, steps }: Counterexample, Client?: typeof Replica): readonly string[] {
  const mostDepartures = isFaithful ? 1_000 : 1;
  const start = (world: World, position: number) => new ModelServer(world, position, mostDepartures);
  return runModel(steps, { audience: ['a', 'b'], servers: 2, start, isFaithful, ...(Client && { Client }) });
}
