import { expect, it } from 'vitest';
import { OwnPostgresPair } from './own-postgres-pair.ts';
import { withPostgres } from './with-postgres.ts';

async function query(url: string, sql: string): Promise<unknown[]> {
  const { rows } = await withPostgres(url, (client) => client.query<object>(sql));
  return rows.flatMap((row) => Object.values(row));
}

it('a failover of a pair loses what its standby had not received, and nothing else, as often as it happens', async () => {
  const pair = await OwnPostgresPair.start();
  try {
    const rows = (url: string) => query(url, 'SELECT id FROM seen ORDER BY id');
    const { url } = pair;
    await query(url, 'CREATE TABLE seen (id int)');
    for (const [kept, lost] of [
      [1, 2],
      [3, 4],
    ]) {
      await query(url, `INSERT INTO seen VALUES (${kept})`);
      await pair.whenCaughtUp();
      pair.replication.cut();
      await query(url, `INSERT INTO seen VALUES (${lost})`);
      await pair.failOver();
      await expect(query(url, 'SELECT 1')).rejects.toThrow();
      pair.clients.heal();
      expect(await rows(url)).not.toContain(lost);
      expect(await pair.withOldPrimary(rows)).toContain(lost);
      await pair.renewStandby();
    }
    await query(url, 'INSERT INTO seen VALUES (5)');
    await pair.shutOut();
    await pair.whenCaughtUp();
    await pair.failOver();
    pair.clients.heal();
    expect(await rows(url)).toEqual([1, 3, 5]);
  } finally {
    await pair.close();
  }
});
