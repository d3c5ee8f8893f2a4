/** Work that is too much for the main thread: whose it is, and its way through the pool. */
import type { AccessProjection, Principal } from '@px0/access';
import type { ErrorCode } from '@px0/contracts';
import { HeavyPool, HeavyRefusal, MainThreadMeter } from '@px0/heavy-renders';
import { ApiError, type Logger } from '@px0/service-kit';
import type { Meter } from '@px0/template';
import type { tasks } from './tasks.ts';

export interface HeavyWorkOptions {
  readonly access: Pick<AccessProjection, 'team'>;
  readonly threads: number;
  /** What a check may take before its remaining payloads fail. */
  readonly checkBudgetMs: number;
  readonly logger: Logger;
}

/** Of a processor, at least: what the render service gives a render. */
const PROCESSOR_MS = 10_000;

/** How long a task may take by the clock, of what it may take of a processor: the machine may be busy. */
const CLOCK_SHARE = 3;

/** How long work waits for its turn. The gateway has less patience with a save than with a check, and both have to be done before it is over. */
export const SHORT_WAIT_MS = 5_000;
export const LONG_WAIT_MS = 25_000;

/** For work that is no render: what its caller is told when the thread took too long, or died. */
export function sayingInstead(code: ErrorCode, detail?: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof HeavyRefusal) || error.reason !== 'tookTooLong') throw error;
    throw new ApiError(code, { ...(detail === undefined ? {} : { detail }), cause: error });
  };
}

export class HeavyWork {
  readonly pool: HeavyPool<typeof tasks>;
  readonly #access: Pick<AccessProjection, 'team'>;
  readonly #mainThread = new MainThreadMeter();

  constructor({ access, threads, checkBudgetMs, logger }: HeavyWorkOptions) {
    this.#access = access;
    const processorMs = Math.max(PROCESSOR_MS, checkBudgetMs);
    this.pool = new HeavyPool({
      tasks: new URL('./tasks.ts', import.meta.url),
      threads,
      logger,
      bounds: { processorMs, clockMs: processorMs * CLOCK_SHARE },
    });
  }

  /** The organization of a team; a team that is not known yet counts for itself. */
  organizationOf(teamId: string): string {
    return this.#access.team(teamId)?.orgId ?? teamId;
  }

  /** Who waits for work that is about no team: the organization of a key, or the user. */
  callerOf(principal: Principal): string {
    if (principal.kind === 'api-key') return principal.orgId;
    return principal.kind === 'session' ? principal.userId : principal.kind;
  }

  /** The meter of work for this organization that begins now on the main thread. */
  mainThreadMeter(organization: string): Meter {
    return this.#mainThread.begin(this.pool.isBusy(organization));
  }
}
