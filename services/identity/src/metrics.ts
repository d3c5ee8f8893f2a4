/** What operators watch of identity: mails that wait, and the line of passwords to be hashed. */
import { metricCatalog, observe } from '@px0/service-kit';
import type { Database } from './database/db.ts';
import { readMailBacklog } from './mail/mod.ts';
import type { HashQueue } from './passwords/mod.ts';

/** Registers the instruments. */
export function observeIdentity(database: Database, hashes: HashQueue): void {
  observe(metricCatalog.mailOwed, async () => (await readMailBacklog(database)).mails);
  observe(metricCatalog.mailOwedAge, async () => (await readMailBacklog(database)).ageSeconds);
  observe(metricCatalog.argon2Running, () => hashes.running);
  observe(metricCatalog.argon2Waiting, () => hashes.waiting);
  observe(metricCatalog.argon2Refused, () => hashes.refused);
}
