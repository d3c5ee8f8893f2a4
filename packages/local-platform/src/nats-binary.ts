/** Where nats-server is; installed when it is missing and that needs no question. */
import { systemProgram } from './system-program.ts';

export function natsServerBinary(log?: (progress: string) => void): Promise<string> {
  return systemProgram(
    {
      names: ['nats-server'],
      packages: { 'apt-get': 'nats-server', apk: 'nats-server', brew: 'nats-server' },
      byHand:
        'install it (sudo apt-get install nats-server, or https://nats.io/download), or set NATS_URL to a server of yours',
    },
    log,
  );
}
