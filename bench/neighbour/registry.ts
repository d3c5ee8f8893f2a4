/** A list of prompts of one organization, beside another that has its heaviest prompts checked, compared, validated and imported. */
import { eventually, ownNats, ownPostgres, PlayedIdentity } from '@px0/testing/servers';
import { createdPromptId } from '../lib/created-prompt.ts';
import { type Call, paced } from '../lib/paced.ts';
import type { Program } from '../lib/program.ts';
import { type RegistryProcess, startRegistry } from '../lib/registry-process.ts';
import { publishTenant, type Tenant } from '../lib/world.ts';
import { HEAVY_CONNECTIONS, legalHeavyTemplates, measure, PER_SECOND, SECONDS } from './measure.ts';

const SMALL_PROMPTS = 20;

export async function registry(builds: ReadonlyMap<string, string>) {
  const servers = { nats: await ownNats(), postgres: await ownPostgres() };
  try {
    const rows = [];
    for (const [index, [build, folder]] of [...builds].entries()) {
      const environment = { PX0_BENCH_HOLDS: '1' };
      const running = await startRegistry(folder, `neighbour${index}`, servers, { environment });
      try {
        rows.push(...(await measureBuild(build, running)));
      } finally {
        await running.process.stop();
        await running.contexts.close();
      }
    }
    return {
      title: `A list of ${SMALL_PROMPTS} prompts, ${PER_SECOND} times a second for ${SECONDS} s, heavy calls on ${HEAVY_CONNECTIONS} connections`,
      rows,
    };
  } finally {
    await Promise.all([servers.nats.close(), servers.postgres.close()]);
  }
}

async function measureBuild(build: string, { process, contexts }: RegistryProcess) {
  const identity = new PlayedIdentity(contexts);
  const [small, large] = [
    await publishTenant(contexts, identity, 'all'),
    await publishTenant(contexts, identity, 'all'),
  ];
  for (let index = 0; index < SMALL_PROMPTS; index += 1)
    await new Caller(process, small).prompt(`Small ${index}`);
  const list: Call = {
    url: `${process.url}/v1/prompts?team_id=${small.teamId}`,
    key: small.key,
    method: 'GET',
  };
  const heavy = await heavyCalls(new Caller(process, large));
  await paced(list, PER_SECOND, 3);
  return [
    await measure(`${build}, alone`, process, list, []),
    await measure(`${build}, beside ${heavy.length} heavy calls`, process, list, heavy),
  ];
}

/** As long as a template may be. */
const TEMPLATE_CHARACTERS = 500_000;
const DENSE = '{{.a}}'.repeat(TEMPLATE_CHARACTERS / 6);
const lines = (word: string) => Array.from({ length: 40_000 }, (_, line) => `${word} ${line}`).join('\n');
/** Many small values: reading them takes microseconds each. A hundredth of the longest legal body, since an older build takes forty seconds for that. */
const YAML = `k: [${'1,'.repeat(20_000)}1]`;

/** After so many checks comes one of the other heavy calls. */
const CHECKS_TO_ANOTHER = 4;

async function heavyCalls(caller: Caller): Promise<Call[]> {
  const calls: Call[] = [];
  for (const [index, { template, data }] of legalHeavyTemplates().entries()) {
    const id = await caller.prompt(`Heavy ${index}`);
    await caller.version(id, template);
    await caller.post(`/v1/prompts/${id}/payloads`, { variables: data });
    calls.push(caller.call('POST', `/v1/prompts/${id}/versions/1/check`));
  }
  const id = await caller.prompt('Compared');
  for (const word of ['old', 'new']) await caller.version(id, lines(word));
  const others = [
    caller.call('GET', `/v1/prompts/${id}/versions/diff?from=1&to=2&format=structured`),
    caller.call('POST', '/v1/templates/validate', { template: DENSE }),
    caller.call('POST', `/v1/prompts/${id}/versions`, { template: `${DENSE}{{foo}}` }),
    caller.call('POST', `/v1/teams/${caller.teamId}/import`, { yaml: YAML }),
  ];
  return calls.flatMap((call, index) => {
    const other =
      index % CHECKS_TO_ANOTHER === 0 ? others[(index / CHECKS_TO_ANOTHER) % others.length] : undefined;
    return other === undefined ? [call] : [other, call];
  });
}

class Caller {
  readonly teamId: string;
  readonly #process: Program;
  readonly #key: string;

  constructor(process: Program, { teamId, key }: Tenant) {
    this.teamId = teamId;
    this.#process = process;
    this.#key = key;
  }

  call(method: 'GET' | 'POST', path: string, body?: unknown): Call {
    const call = { url: this.#process.url + path, key: this.#key, method };
    return body === undefined ? call : { ...call, body: JSON.stringify(body) };
  }

  async prompt(name: string): Promise<string> {
    const create = () => this.post(`/v1/teams/${this.teamId}/prompts`, { name });
    // The key's event may still be on its way to the registry.
    const answer = await eventually(() => create().catch(() => undefined), {
      what: 'a prompt',
      timeoutMs: 30_000,
    });
    return createdPromptId(answer);
  }

  async version(promptId: string, template: string): Promise<void> {
    await this.post(`/v1/prompts/${promptId}/versions`, { template });
  }

  async post(path: string, body: unknown): Promise<unknown> {
    const response = await fetch(this.#process.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }
}
