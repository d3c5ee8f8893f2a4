import { describe, expect, it } from 'vitest';
import { firstWithPrompts } from './first-with-prompts.ts';

const organizations = [{ id: 'own' }, { id: 'acme' }, { id: 'other' }];
const teams = [
  { id: 'acme-sales', org_id: 'acme' },
  { id: 'acme-support', org_id: 'acme' },
  { id: 'other-team', org_id: 'other' },
  { id: 'own-team', org_id: 'own' },
];

async function landingWith(full: readonly string[]) {
  const asked: string[] = [];
  const isFull = async (id: string) => {
    asked.push(id);
    return full.includes(id);
  };
  return { organization: await firstWithPrompts(organizations, teams, isFull), asked };
}

describe('the organization in which a user lands', () => {
  it('is the first one that has prompts', async () => {
    expect((await landingWith(['own-team', 'acme-support'])).organization).toBe('own');
    expect((await landingWith(['other-team', 'acme-support'])).organization).toBe('acme');
    expect((await landingWith(['other-team'])).organization).toBe('other');
  });

  it('is the first of all if none has, or there is none', async () => {
    expect((await landingWith([])).organization).toBe('own');
    expect(await firstWithPrompts([], [], async () => true)).toBe('');
  });

  it('is looked for in a limited number of teams, those of the first organizations', async () => {
    expect((await landingWith([])).asked).toEqual(['own-team', 'acme-sales', 'acme-support', 'other-team']);
    const many = Array.from({ length: 50 }, (_, at) => ({ id: `t${at}`, org_id: 'acme' }));
    let asked = 0;
    await firstWithPrompts(organizations, many, async () => ++asked < 0);
    expect(asked).toBe(20);
  });
});
