import { expect, it } from 'vitest';
import { judge } from './judge.ts';

const fence = { system: '7', timeline: 2, wentBack: '' };
const none = { system: '', timeline: 0, wentBack: '' };

it.each([
  ['nothing is lost on the same server', fence, '7', 2, false, 'accept'],
  ['a failover that lost nothing', fence, '7', 3, false, 'accept'],
  ['a copy in another cluster that lost nothing', fence, '8', 1, false, 'accept'],
  ['a first start', none, '7', 1, false, 'accept'],
  ['a failover that lost rows', fence, '7', 3, true, 'return'],
  ['two failovers that lost rows', fence, '7', 4, true, 'return'],
  ['an old copy of the same server', fence, '7', 2, true, 'older'],
  ['the server from before the failover', fence, '7', 1, true, 'older'],
  ['another cluster', fence, '8', 3, true, 'foreign'],
  ['a database without a fence', none, '7', 3, true, 'unfenced'],
] as const)('%s', (_, row, system, timeline, behind, verdict) => {
  expect(judge({ fence: row, identity: { system, timeline, startedAt: '' }, behind })).toBe(verdict);
});

const present = { system: '7', timeline: 3, startedAt: '' };
it.each([
  ['a failover that another replica accepted without seeing the loss', { ...present, timeline: 2 }, 'return'],
  ['an old copy of the server that this process published from', present, 'older'],
  ['a server of which only another cluster was known', { ...present, system: '8', timeline: 1 }, 'older'],
] as const)('%s, to a process that has published', (_, trusted, verdict) => {
  const accepted = { ...fence, timeline: 3 };
  expect(judge({ fence: accepted, identity: present, trusted, behind: true })).toBe(verdict);
});
