/** Metrics of identity for operators: mails that wait, and passwords that wait to be hashed. */
import type { Reader } from '@px0/owner';
import { metricCatalog, observe } from '@px0/service-kit';
import { readMailBacklog } from './mail/mod.ts';
import type { HashQueue } from './passwords/mod.ts';

/** Registers the instruments. */
export function observeIdentity(reader: Reader, hashes: HashQueue): void {
  observe(metricCatalog.mailOwed, async () => (await readMailBacklog(reader)).mails);
  observe(metricCatalog.mailOwedAge, async () => (await readMailBacklog(reader)).ageSeconds);
  observe(metricCatalog.argon2Running, () => hashes.running);
  observe(metricCatalog.argon2Waiting, () => hashes.waiting);
  observe(metricCatalog.argon2Refused, () => hashes.refused);
}
