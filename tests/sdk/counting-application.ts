/** An application that knows what it has rendered by itself, and what px0 has been told of that. */
import { Application, type Command, type Question } from './programs.ts';

/** Renders by the version, 0 for a fallback, and the source. */
type Counts = Readonly<Record<string, number>>;

/** Of `GET /v1/prompts/{id}/services`. */
interface Row {
  readonly service: string;
  readonly version: number | null;
  readonly source: string;
  readonly renders: number;
  readonly failures: number;
  readonly variables: readonly string[];
}

/** What px0 renders, it counts itself. */
const LIVE = 'live';

export class CountingApplication extends Application {
  readonly service: string;
  readonly #counts: Record<string, number> = {};

  constructor(command: Command, stateFile: string, env: NodeJS.ProcessEnv, service: string) {
    super(command, stateFile, { ...env, PX0_SERVICE: service });
    this.service = service;
  }

  get counts(): Counts {
    return this.#counts;
  }

  override async ask(question: Question): Promise<unknown> {
    const answer = await super.ask(question);
    const { source, version } = Object(answer);
    const key = `${version} ${source}`;
    if (source !== undefined && source !== LIVE) this.#counts[key] = (this.#counts[key] ?? 0) + 1;
    return answer;
  }

  async times(renders: number, question: Question): Promise<void> {
    for (let made = 0; made < renders; made += 1) await this.ask(question);
  }
}

/** By service. @throws Error for a render that failed, or whose only variable was not `name` */
export function countsOf(rows: readonly Row[]): Readonly<Record<string, Counts>> {
  const counts: Record<string, Record<string, number>> = {};
  for (const { service, version, source, renders, failures, variables } of rows) {
    if (source === LIVE) continue;
    if (failures !== 0 || String(variables) !== 'name')
      throw new Error(`${service} has ${failures} failures and variables ${variables}`);
    counts[service] = { ...counts[service], [`${version ?? 0} ${source}`]: renders };
  }
  return counts;
}
