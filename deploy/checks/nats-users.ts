/** A nats-server with px0's users, as compose and Kubernetes run it, for tests. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BusUser, busUsers, inboxPrefixOf } from '@px0/event-bus';
import { type OwnNats, ownNats } from '@px0/testing';
import { passwordVariable } from '../../scripts/generate/nats-accounts.ts';

export const accountsFile = join(import.meta.dirname, '..', 'nats', 'accounts.conf');

/** A server's users may have any passwords; these say whose they are. */
export function passwordOf(user: BusUser | 'system'): string {
  return `password-of-${user}`;
}

/** Started with `deploy/nats/accounts.conf`; on the machine's own program unless told. */
export async function natsWithUsers(binary?: string, more: readonly string[] = []): Promise<OwnNats> {
  const env = Object.fromEntries(
    [...busUsers, 'system' as const].map((user) => [passwordVariable(user), passwordOf(user)]),
  );
  return ownNats({ binary, configuration: [await readFile(accountsFile, 'utf8'), ...more], env });
}

/** What a service's environment needs to be a user of such a server. */
export function environmentOf(user: BusUser): Record<string, string> {
  return { NATS_USER: user, NATS_PASSWORD: passwordOf(user), NATS_INBOX_PREFIX: inboxPrefixOf(user) };
}

/** What the server has refused so far, one line each. */
export async function refusals(nats: OwnNats): Promise<string[]> {
  const log = await readFile(nats.logFile, 'utf8');
  return log.split('\n').filter((line) => /Violation|authentication error/i.test(line));
}
