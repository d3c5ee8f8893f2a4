/** Several NATS servers of the test's own that are one cluster, so that one of them can stand still while the others go on. */
import { freePort } from '@px0/local-platform';
import { type NatsPeculiarities, OwnNats } from './own-servers.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Started, and each knows of all others; JetStream elects its leader on its own time. `close()` each when the test is over. */
export async function ownNatsCluster(
  size: number,
  { configuration = [], ...peculiarities }: NatsPeculiarities = {},
): Promise<OwnNats[]> {
  const ports = await Promise.all(Array.from({ length: size }, freePort));
  const routes = ports.map((port) => `"nats://127.0.0.1:${port}"`).join(', ');
  const servers = await Promise.all(
    ports.map(
      async (port, index) =>
        new OwnNats(await temporaryFolder('own-nats-cluster'), await freePort(), {
          ...peculiarities,
          configuration: [
            ...configuration,
            `server_name: n${index}`,
            `cluster { name: "test", listen: "127.0.0.1:${port}", routes: [${routes}], no_advertise: true }`,
          ],
        }),
    ),
  );
  await Promise.all(servers.map((server) => server.start()));
  return servers;
}
