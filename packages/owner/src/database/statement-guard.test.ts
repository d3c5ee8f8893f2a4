import { describe, expect, it } from 'vitest';
import { StatementGuard, tablesWritten } from './statement-guard.ts';

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
    [
      'with gone as (delete from prompts returning id), a as (DELETE FROM audit_entries) select 1',
      ['prompts', 'audit_entries'],
    ],
  ])('of %s are %j', (statement, tables) => {
    expect([...tablesWritten(statement)]).toEqual(tables);
  });
});

describe('the guard', () => {
  const guard = new StatementGuard(['users']);

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
});
