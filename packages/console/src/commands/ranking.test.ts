import { describe, expect, it } from 'vitest';
import { fit, fitOf, rankedGroups } from './ranking.ts';
import type { Command } from './registry.ts';

function command(group: string, label: string, keywords?: string): Command {
  return {
    id: `${group} ${label}`,
    group,
    label,
    run: () => undefined,
    ...(keywords !== undefined && { keywords }),
  };
}

const own = [
  command('Go to', 'Prompts'),
  command('Go to', 'Audit log', 'history who'),
  command('Go to', 'API reference', 'docs documentation openapi'),
  command('Appearance', 'Theme: dark'),
];
const prompt = (name: string, slug: string) => command('Prompts', name, slug);

function shown(text: string, found: readonly Command[] = []): string[] {
  return rankedGroups(text, own, found).flatMap(({ name, commands }) => [
    `# ${name}`,
    ...commands.map(({ label }) => label),
  ]);
}

describe('the ranking of commands', () => {
  it('puts a prompt of that name before commands that only hold a word that begins so', () => {
    const found = [
      prompt('Refund Chat', 'refund_chat'),
      prompt('Refund V2', 'refund_v2'),
      prompt('Refund', 'refund'),
    ];
    expect(shown('ref')).toEqual(['# Go to', 'API reference']);
    expect(shown('ref', found)).toEqual([
      '# Prompts',
      'Refund',
      'Refund V2',
      'Refund Chat',
      '# Go to',
      'API reference',
    ]);
    expect(shown('refund', found).slice(0, 2)).toEqual(['# Prompts', 'Refund']);
  });

  it('finds by slug, by words in any order, by keywords, and by letters in order', () => {
    expect(shown('refund_v2', [prompt('Refund V2', 'refund_v2'), prompt('Old', 'refund_v2_old')])).toEqual([
      '# Prompts',
      'Refund V2',
      'Old',
    ]);
    expect(shown('log aud')).toEqual(['# Go to', 'Audit log']);
    expect(shown('history')).toEqual(['# Go to', 'Audit log']);
    expect(shown('thdk')).toEqual(['# Appearance', 'Theme: dark']);
    expect(shown('ÁUDIT')).toEqual(['# Go to', 'Audit log']);
    expect(shown('zzz')).toEqual([]);
  });

  it('keeps what a search found for reasons that its name does not show, behind what fits', () => {
    expect(shown('who', [prompt('Escalation', 'escalation')])).toEqual([
      '# Go to',
      'Audit log',
      '# Prompts',
      'Escalation',
    ]);
  });

  it('keeps the order of the offer without a text, and among equals', () => {
    expect(shown('')).toEqual([
      '# Go to',
      'Prompts',
      'Audit log',
      'API reference',
      '# Appearance',
      'Theme: dark',
    ]);
    expect(shown('pro', [prompt('Promotion', 'promotion')])).toEqual([
      '# Go to',
      'Prompts',
      '# Prompts',
      'Promotion',
    ]);
  });

  it('shows what is offered and found once', () => {
    const recent = { ...prompt('Refund', 'refund'), group: 'Recent' };
    const [group, ...more] = rankedGroups(
      'refund',
      [recent],
      [{ ...prompt('Refund', 'refund'), id: recent.id }],
    );
    expect([group?.name, group?.commands.length, more]).toEqual(['Prompts', 1, []]);
  });

  it('is certain where the label begins with the text, so that nothing found later is better', () => {
    expect(fitOf('prom', command('Go to', 'Prompts'))).toBe(fit.certain);
    expect(fitOf('ref', command('Go to', 'API reference'))).toBeLessThan(fit.certain);
  });
});
