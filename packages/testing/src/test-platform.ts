/** The five services as real processes on the run's Postgres and NATS, in a database and under a stream prefix of their own. */
import { startOn, type TestPlatform, type TestPlatformOptions } from './own-platform.ts';
import { testBus, testDatabase } from './run-servers.ts';

export interface SharedPlatformOptions extends TestPlatformOptions {
  /** A NATS of the test's own, whose streams the platform then has for itself. */
  readonly natsUrl?: string;
}

/** The platform on the run's servers. */
export async function startTestPlatform({
  natsUrl,
  ...options
}: SharedPlatformOptions = {}): Promise<TestPlatform> {
  const [database, bus] = await Promise.all([testDatabase(), testBus()]);
  const servers =
    natsUrl === undefined
      ? { databaseUrl: database.url, natsUrl: bus.servers, streamPrefix: bus.streamPrefix }
      : { databaseUrl: database.url, natsUrl, streamPrefix: '' };
  return await startOn(servers, options, () => database.drop());
}
