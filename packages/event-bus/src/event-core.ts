/** The event core of a service that owns state: everything in this package, wired as it belongs together. */
import type { Cleanups, Logger, RequestWrapper } from '@px0/service-kit';
import type pg from 'pg';
import type { Bus } from './bus.ts';
import { observeOutbox, observeProjection, observeSagas } from './bus-metrics.ts';
import { ALL_CONTEXTS, type Context } from './completeness.ts';
import { connectConfigured, type StreamConfiguration } from './connect-configured.ts';
import { type AwaitsRights, consistency } from './consistency.ts';
import { Outbox, type OutboxHooks, type OwnerContext } from './outbox.ts';
import { Projection, type ProjectionView } from './projection.ts';
import { Relay } from './relay.ts';
import { Saga, type SagaDefinition } from './saga.ts';
import { SelfCheck } from './self-check.ts';
import type { SqlTransaction, TransactionRunner } from './sql.ts';

export interface EventCoreOptions<Tx extends SqlTransaction & object> {
  readonly config: StreamConfiguration;
  readonly pool: pg.Pool;
  readonly prisma: TransactionRunner<Tx>;
  readonly context: OwnerContext;
  readonly views: readonly ProjectionView[];
  readonly sagas?: readonly SagaDefinition<Tx>[];
  readonly logger: Logger;
  readonly cleanups: Cleanups;
  /** Contexts whose completeness readiness waits for; all three unless told otherwise. */
  readonly contexts?: readonly Context[];
  readonly waitMs?: number;
  readonly awaitsRights?: AwaitsRights;
  readonly hooks?: OutboxHooks;
}

/** What a health endpoint tells of the event core. */
export interface EventCoreHealth {
  readonly ready: boolean;
  readonly details: {
    readonly nats: 'connected' | 'away';
    readonly epoch: string | undefined;
    readonly position: number;
    readonly reported: number;
    readonly lagSeconds: number;
    readonly missing: readonly Context[];
  };
}

export interface EventCore<Tx extends SqlTransaction & object> {
  readonly bus: Bus;
  readonly outbox: Outbox;
  readonly relay: Relay;
  readonly projection: Projection;
  readonly sagas: readonly Saga<Tx>[];
  /** Goes round every request: see `consistency`. */
  readonly wrapper: RequestWrapper;
  ready(): EventCoreHealth;
}

/** Connects and starts everything; what it started is closed by `cleanups`, in order. Readiness comes later: see `ready`. */
export async function createEventCore<Tx extends SqlTransaction & object>(
  options: EventCoreOptions<Tx>,
): Promise<EventCore<Tx>> {
  const { config, pool, prisma, context, views, logger, cleanups } = options;
  const bus = await connectConfigured(config, { name: context, logger });
  cleanups.add('nats', () => bus.close());

  const outbox = new Outbox({
    pool,
    bus,
    context,
    logger,
    ...(options.hooks === undefined ? {} : { hooks: options.hooks }),
  });
  const projection = new Projection({
    bus,
    views,
    logger,
    owner: outbox.store,
    ownContext: context,
    contexts: options.contexts ?? ALL_CONTEXTS,
  });
  followEpochs(projection, outbox, logger);
  observeProjection(projection, bus);
  observeOutbox(outbox);

  const relay = new Relay({ outbox, bus, logger });
  const selfCheck = new SelfCheck({ outbox, projection, bus, logger });
  const sagas = (options.sagas ?? []).map(
    (definition) => new Saga<Tx>({ ...definition, bus, pool, outbox, prisma, projection, logger }),
  );
  observeSagas(sagas);
  relay.start();
  cleanups.add('relay', () => relay.stop());
  cleanups.add('outbox', () => outbox.idle());
  await projection.start();
  cleanups.add('projection', () => projection.stop());
  selfCheck.start();
  cleanups.add('self-check', () => selfCheck.stop());
  for (const saga of sagas) {
    saga.start();
    cleanups.add(`saga ${saga.name}`, () => saga.stop());
  }
  const wrapper = consistency({
    projection,
    outbox,
    sagas,
    ...(options.waitMs === undefined ? {} : { waitMs: options.waitMs }),
    ...(options.awaitsRights === undefined ? {} : { awaitsRights: options.awaitsRights }),
  });
  return { bus, outbox, relay, projection, sagas, wrapper, ready: () => healthOf(projection, bus) };
}

/**
 * Lets the outbox publish into each epoch that the projection finds. Calling rows owed is repeated until it succeeds, or until a later
 * epoch has come.
 */
export function followEpochs(projection: Projection, outbox: Outbox, logger: Logger): void {
  const enter = async (): Promise<void> => {
    const mark = projection.epoch;
    if (mark === undefined) return;
    try {
      await outbox.enterEpoch(mark);
    } catch (error) {
      logger.warn({ err: error, epoch: mark.epoch }, 'rows could not be called owed; trying again');
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      if (projection.epoch?.epoch === mark.epoch) await enter();
    }
  };
  projection.onEpoch(() => void enter());
}

const RETRY_MS = 500;

/** The event core's part of a service's readiness. */
export function healthOf(projection: Projection, bus: Bus): EventCoreHealth {
  return {
    ready: projection.ready,
    details: {
      nats: bus.connected ? 'connected' : 'away',
      epoch: projection.epoch?.epoch,
      position: projection.position,
      reported: projection.reported,
      lagSeconds: Math.round(projection.lagSeconds * 10) / 10,
      missing: projection.incomplete,
    },
  };
}
