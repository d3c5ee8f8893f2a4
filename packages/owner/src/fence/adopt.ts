/** Accepts a database as it is, whatever the stream shows: its state replaces what readers hold. */
import { type Bus, BusUnavailableError, viewStream } from '@px0/event-bus/internal';
import type pg from 'pg';
import { readIdentity } from './database-identity.ts';
import { FenceStore } from './fence-store.ts';

export interface AdoptOptions {
  /** Its search_path is the service's schema. */
  readonly pool: pg.Pool;
  readonly bus: Bus;
  readonly afterReturn: string;
}

/** The services may run or not: the one that owns the schema begins the epoch as soon as it does. @throws Error one sentence */
export async function adopt({ pool, bus, afterReturn }: AdoptOptions): Promise<void> {
  const view = await viewStream(bus);
  if (view === undefined)
    throw new BusUnavailableError('the state stream does not exist: start the services');
  const { system, timeline, startedAt } = await readIdentity(pool);
  if (timeline === undefined) throw new Error('the database is a standby: promote it first');
  const identity = { system, timeline, startedAt };
  await new FenceStore(pool).beginReturn({
    identity,
    epoch: view.mark?.epoch ?? '',
    afterReturn,
    judged: undefined,
  });
}
