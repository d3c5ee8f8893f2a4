/** The path of nats-server. Installs it if it is missing and the installation asks no questions. */
import { systemProgram } from './system-program.ts';

export function natsServerBinary(log?: (progress: string) => void): Promise<string> {
  return systemProgram(
    {
      names: ['nats-server'],
      packages: { 'apt-get': 'nats-server', apk: 'nats-server', brew: 'nats-server' },
      byHand:
        'install it (sudo apt-get install nats-server, or https://nats.io/download), or set NATS_URL to your own server',
    },
    log,
  );
}
