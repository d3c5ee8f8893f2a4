/**
 * The one thread for patterns and tokens, apart from those that render: what it is asked takes as long as it takes, so the thread is ended and begun
 * anew when the time of a check is up. Organizations take turns, as they do for heavy renders.
 * See docs/decisions/205-assertions.md.
 */
import { HeavyPool, HeavyRefusal } from '@px0/heavy-renders';
import { type Logger, within } from '@px0/service-kit';
import { type Questions, type tasks, UNANSWERED } from './tasks.ts';

export interface AskOptions {
  /** How long the answers may take, once it is their turn. */
  readonly budgetMs: number;
  /** How long they wait for their turn. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/** Behind the budget, which the thread itself keeps between two questions. */
const GRACE_MS = 250;
/** The vocabulary takes two seconds of a processor, and a busy machine may have none for a while. */
const LOADING_MS = 60_000;
/** What compiling all patterns of a request may take. */
const COMPILING_MS = 5_000;

export class AssertionThread {
  readonly pool: HeavyPool<typeof tasks>;

  constructor(logger: Logger) {
    this.pool = new HeavyPool({
      tasks: new URL('./tasks.ts', import.meta.url),
      threads: 1,
      logger,
      bounds: { processorMs: LOADING_MS, clockMs: LOADING_MS },
    });
  }

  /**
   * The answers in the order of the questions, undefined for those that took too long.
   *
   * @throws ApiError tooManyHeavyRenders, serviceUnavailable
   */
  async ask(
    organization: string,
    { texts, questions }: Questions,
    { budgetMs, waitMs, signal }: AskOptions,
  ): Promise<(number | undefined)[]> {
    const started = performance.now();
    const answers = new Int32Array(new SharedArrayBuffer(4 * questions.length)).fill(UNANSWERED);
    const known = () => Array.from(answers, (answer) => (answer === UNANSWERED ? undefined : answer));
    const hasTokens = questions.some(({ assertion }) => assertion.type === 'max_tokens');
    if (!(await this.#isPrepared(organization, hasTokens, budgetMs))) return known();
    const leftMs = Math.max(1, budgetMs - (performance.now() - started));
    const bytes = texts.reduce((sum, text) => sum + text.length, 0);
    const options = { signal, bytes, waitMs, clockMs: leftMs + GRACE_MS };
    try {
      const order = { texts, questions, answers, budgetMs: leftMs };
      await this.pool.run(organization, 'answer', order, options);
    } catch (error) {
      if (!(error instanceof HeavyRefusal) || error.reason !== 'tookTooLong') throw error;
    }
    return known();
  }

  /**
   * For each pattern why it does not compile; null if it does.
   *
   * @throws ApiError tooManyHeavyRenders, serviceUnavailable
   */
  async reasonsAgainst(
    organization: string,
    patterns: readonly string[],
    { waitMs, signal }: Pick<AskOptions, 'waitMs'> & { readonly signal?: AbortSignal | undefined },
  ): Promise<readonly (string | null)[]> {
    if (!(await this.#isPrepared(organization, false, COMPILING_MS))) throw new HeavyRefusal('tooMany');
    try {
      return await this.pool.run(organization, 'compile', patterns, {
        signal,
        waitMs,
        clockMs: COMPILING_MS,
      });
    } catch (error) {
      if (!(error instanceof HeavyRefusal) || error.reason !== 'tookTooLong') throw error;
      return patterns.map(() => 'takes too long to compile');
    }
  }

  /** Whether the thread has started by then, and loaded what it needs. If not, it goes on: the next check finds it ready. */
  async #isPrepared(organization: string, hasTokens: boolean, patienceMs: number): Promise<boolean> {
    const preparing = this.pool.run(organization, 'prepare', { hasTokens }).then(() => true);
    // Nobody may be waiting any more when it is refused.
    preparing.catch(() => undefined);
    return (await within(preparing, patienceMs)) === true;
  }
}
