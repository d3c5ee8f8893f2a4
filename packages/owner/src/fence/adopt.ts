/** Accepts a database as it is, whatever the stream shows: its state replaces what readers hold. */
import { type Bus, viewStream } from '@px0/event-bus/internal';
import { StartError } from '@px0/service-kit';
import type pg from 'pg';
import { isPrimary, readIdentity, STANDBY } from './database-identity.ts';
import { FenceStore } from './fence-store.ts';

export interface AdoptOptions {
  /** Its search_path is the service's schema. */
  readonly pool: pg.Pool;
  readonly bus: Bus;
  readonly afterReturn: string;
}

/** The services may run or not: the one that owns the schema begins the epoch as soon as it does. @throws StartError */
export async function adopt({ pool, bus, afterReturn }: AdoptOptions): Promise<void> {
  const view = await viewStream(bus);
  if (view === undefined) throw new StartError('The state stream does not exist: start the services first.');
  const identity = await readIdentity(pool);
  if (!isPrimary(identity)) throw new StartError(STANDBY);
  await new FenceStore(pool).beginReturn({
    identity,
    epoch: view.mark?.epoch ?? '',
    afterReturn,
    judged: undefined,
  });
}
