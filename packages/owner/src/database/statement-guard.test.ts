import { describe, expect, it } from 'vitest';
import { columnWritten, StatementGuard, tablesWritten } from './statement-guard.ts';

describe('the tables that a statement writes', () => {
  it.each<[string, string[]]>([
    ['SELECT id FROM users WHERE id = $1 FOR UPDATE', []],
    ['select 1 from prompts for no key update', []],
    ['SELECT k.id FROM api_keys k ORDER BY k.id FOR UPDATE OF k', []],
    ['select 1 from deleted_teams for update skip locked', []],
    ['SELECT updated_at, deleted FROM updates', []],
    ['INSERT INTO users (id) VALUES ($1)', ['users']],
    ['insert into prompts as p (id) values ($1) on conflict do update set id = $1', ['prompts']],
    ['UPDATE\n  teams SET name = $1', ['teams']],
    ['delete from "prompts" where id = $1', ['prompts']],
    ['UPDATE registry.prompts SET name = $1', ['prompts']],
    ['INSERT INTO "registry"."prompts" VALUES ($1)', ['prompts']],
    [
      'with gone as (delete from prompts returning id), a as (DELETE FROM audit_entries) select 1',
      ['prompts', 'audit_entries'],
    ],
  ])('of %s are %j', (statement, tables) => {
    expect([...tablesWritten(statement)]).toEqual(tables);
  });
});

describe('the only column that a statement writes', () => {
  it.each<[string, string | undefined]>([
    ['UPDATE api_keys k SET last_used_at = u.at FROM uses u WHERE k.id = u.id', 'api_keys.last_used_at'],
    ['update "users" as u\n set "seen" = $1\n where id = $2', 'users.seen'],
    ['UPDATE users SET seen = $1, email = $2 WHERE id = $3', undefined],
    ['UPDATE users SET seen = (SELECT at FROM uses), email = $1 WHERE id = $2', undefined],
    ['UPDATE users SET (seen, email) = ($1, $2) WHERE id = $3', undefined],
    ['WITH gone AS (DELETE FROM users) UPDATE users SET seen = $1 WHERE id = $2', undefined],
    ['DELETE FROM users WHERE seen = $1', undefined],
  ])('of %s is %j', (statement, column) => {
    expect(columnWritten(statement)).toBe(column);
  });
});

describe('the guard', () => {
  const guard = new StatementGuard(['users'], ['users.seen']);

  it('lets queries read only', () => {
    expect(() => guard.requireRead('SELECT 1 FROM users FOR UPDATE')).not.toThrow();
    expect(() => guard.requireRead('UPDATE sessions SET ended = true')).toThrow('a query must not write');
  });

  it('lets private writes change every table except those of entities, at each attempt', () => {
    expect(() => guard.requirePrivate('DELETE FROM sessions')).not.toThrow();
    for (const _attempt of [1, 2]) {
      expect(() => guard.requirePrivate('UPDATE users SET email = $1')).toThrow('with its event');
    }
  });

  it('lets private writes set a column of an entity that its state does not show, and nothing with it', () => {
    expect(() => guard.requirePrivate('UPDATE users SET seen = $1 WHERE id = $2')).not.toThrow();
    for (const statement of [
      'UPDATE users SET email = $1 WHERE id = $2',
      'UPDATE users SET seen = $1, email = $2 WHERE id = $3',
      'DELETE FROM users WHERE seen = $1',
    ]) {
      expect(() => guard.requirePrivate(statement)).toThrow('with its event');
    }
  });
});
