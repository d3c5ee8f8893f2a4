/** The lead of a saga: a session-level advisory lock on a connection of its own, so that it ends with the process that held it. */
import type pg from 'pg';

export class SagaLead {
  readonly #pool: pg.Pool;
  readonly #name: string;
  #client: pg.PoolClient | undefined;

  constructor(pool: pg.Pool, name: string) {
    this.#pool = pool;
    this.#name = name;
  }

  /** False as soon as the connection is known to be lost; the fence in each transaction covers the moment before. */
  get held(): boolean {
    return this.#client !== undefined;
  }

  /** Takes the lead if no other replica has it. */
  async take(): Promise<boolean> {
    if (this.#client !== undefined) return true;
    const client = await this.#pool.connect();
    try {
      const { rows } = await client.query<{ taken: boolean }>(
        `select pg_try_advisory_lock(hashtext('px0.saga'), hashtext(current_schema() || '.' || $1)) as taken`,
        [this.#name],
      );
      if (rows[0]?.taken !== true) {
        client.release();
        return false;
      }
    } catch (error) {
      client.release(true);
      throw error;
    }
    client.on('error', () => this.#lose(client));
    client.on('end', () => this.#lose(client));
    this.#client = client;
    return true;
  }

  /** Gives the lead up at once: another replica need not wait for the connection to time out. */
  async release(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    client?.release(true);
  }

  #lose(client: pg.PoolClient): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    client.release(true);
  }
}
