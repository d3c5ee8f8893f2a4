/** One build of the prompt registry on a database and a stream of its own, with identity and tenancy played by the benchmark. */
import { join } from 'node:path';
import { createPool, silentLogger } from '@px0/service-kit';
import { ForeignContexts, type OwnNats, type OwnPostgres } from '@px0/testing/servers';
import { Program } from './program.ts';

export interface Servers {
  readonly nats: OwnNats;
  readonly postgres: OwnPostgres;
}

export interface RegistryProcess {
  readonly process: Program;
  readonly contexts: ForeignContexts;
}

/** Starts the registry of the tree in `folder`. `name` is that of its database and stream prefix. */
export async function startRegistry(
  folder: string,
  name: string,
  { nats, postgres }: Servers,
  settings: {
    readonly environment?: Readonly<Record<string, string>>;
    readonly flags?: readonly string[];
  } = {},
): Promise<RegistryProcess> {
  const pool = createPool({ connectionString: postgres.url, schema: 'public', logger: silentLogger() });
  await pool.query(`CREATE DATABASE ${name}`);
  await pool.end();
  const database = new URL(postgres.url);
  database.pathname = `/${name}`;
  const environment = {
    DATABASE_URL: database.href,
    NATS_URL: nats.url,
    PX0_STREAM_PREFIX: name,
    LOG_LEVEL: 'info',
    ...settings.environment,
  };
  const main = join(folder, 'services/prompt-registry/src/main.ts');
  const process = await Program.start(main, environment, settings.flags);
  const contexts = await ForeignContexts.connect({ servers: nats.url, streamPrefix: name });
  await contexts.complete('identity', 'tenancy');
  return { process, contexts };
}
