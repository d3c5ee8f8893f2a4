/** The five services as real processes on the run's Postgres and NATS, in a database and under a stream prefix of their own. */
import { startOn, type TestPlatform, type TestPlatformOptions } from './own-platform.ts';
import { testBus, testDatabase } from './run-servers.ts';

/** The platform on the run's servers. */
export async function startTestPlatform(options: TestPlatformOptions = {}): Promise<TestPlatform> {
  const [database, bus] = await Promise.all([testDatabase(), testBus()]);
  const servers = { databaseUrl: database.url, natsUrl: bus.servers, streamPrefix: bus.streamPrefix };
  return await startOn(servers, options, () => database.drop());
}
