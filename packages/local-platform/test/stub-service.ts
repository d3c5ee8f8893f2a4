/**
 * Replaces a service in the launcher's tests: it is ready immediately, says which servers it was given, and ends like a real one.
 */
import { createServer } from 'node:http';

export function runStub(): void {
  if (process.env['STUB_FAILS_AS'] !== undefined && process.cwd().endsWith(process.env['STUB_FAILS_AS'])) {
    process.stderr.write('px0 stub: STUB_FAILS_AS must not be set.\n');
    process.exit(1);
  }
  const server = createServer((_request, response) => {
    const { DATABASE_URL, NATS_URL, REDIS_URL } = process.env;
    response.end(JSON.stringify({ DATABASE_URL, NATS_URL, REDIS_URL }));
  });
  server.listen(Number(process.env['PORT']), process.env['HOST']);
  const end = (): void => {
    server.close(() => process.exit(0));
    server.closeAllConnections();
  };
  process.on('SIGTERM', end);
  process.on('disconnect', end);
}
