/**
 * `npm run fuzz:engines [-- seed cases]`: the same random templates in every engine, and the smallest form of what differs; and as many random contracts
 * for the judges of every language.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildOracle } from '../../packages/template/fuzz/go-oracle.ts';
import { templateSeeds } from '../../packages/template/fuzz/seeds.ts';
import { compareEngines, type Difference, randomCases } from './compare.ts';
import { compareJudges, contractCases } from './contracts.ts';
import type { SdkEngine } from './engines.ts';
import { sdkEngines } from './programs.ts';
import { shrink } from './shrink.ts';

const BATCH = 1000;
const MOST_SHOWN = 5;

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function report({ engineCase, answers }: Difference): void {
  print(`--- ${JSON.stringify(engineCase)}`);
  for (const [name, answer] of answers) print(`${name.padEnd(26)} ${JSON.stringify(answer)}`);
}

async function judgeContracts(engines: readonly SdkEngine[], seed: number, wanted: number): Promise<void> {
  const sums = { cases: 0, accepted: 0, cut: 0, suggestions: 0, differences: 0 };
  for (let batch = 0; sums.cases < wanted && sums.differences < MOST_SHOWN; batch++) {
    const cases = contractCases(seed * 1_000_003 + batch, Math.min(BATCH, wanted - sums.cases));
    const tally = await compareJudges(engines, cases);
    for (const key of ['cases', 'accepted', 'cut', 'suggestions'] as const) sums[key] += tally[key];
    for (const { contractCase, verdicts } of tally.differences.slice(0, MOST_SHOWN - sums.differences)) {
      print(`--- ${JSON.stringify(contractCase)}`);
      for (const [name, verdict] of verdicts) print(`${name.padEnd(26)} ${JSON.stringify(verdict)}`);
    }
    sums.differences += tally.differences.length;
  }
  print(
    `fuzz seed ${seed}: ${sums.cases} contracts judged in ${engines.length + 1} languages: ${sums.differences} differences`,
  );
  print(
    `  ${sums.accepted} accepted; of the refusals ${sums.cut} with more than the header holds, ${sums.suggestions} with suggestions`,
  );
  if (sums.differences > 0) process.exitCode = 1;
}

async function main(): Promise<void> {
  const seed = Number(process.argv[2] ?? 1);
  const wanted = Number(process.argv[3] ?? 20_000);
  const folder = await mkdtemp(join(tmpdir(), 'px0-template-engines-'));
  try {
    const { engines, missing } = await sdkEngines(folder);
    const built = buildOracle();
    using oracle = 'skipped' in built ? undefined : built;
    for (const reason of missing) print(`not compared: ${reason}`);
    if (oracle === undefined) print('not compared: Go text/template');
    const seeds = templateSeeds();
    const sums = {
      cases: 0,
      conversations: 0,
      outputs: 0,
      parseErrors: 0,
      execErrors: 0,
      limits: 0,
      byOracle: 0,
      declined: 0,
    };
    const differences: Difference[] = [];
    for (let batch = 0; sums.cases < wanted; batch++) {
      const cases = await randomCases(seeds, seed * 1_000_003 + batch, Math.min(BATCH, wanted - sums.cases));
      const tally = await compareEngines(engines, oracle, cases);
      for (const key of [
        'cases',
        'conversations',
        'outputs',
        'parseErrors',
        'execErrors',
        'limits',
        'byOracle',
        'declined',
      ] as const)
        sums[key] += tally[key];
      for (const difference of tally.differences.slice(0, MOST_SHOWN - differences.length))
        report(await shrink(engines, oracle, difference));
      differences.push(...tally.differences);
      if (differences.length >= MOST_SHOWN) break;
    }
    print(
      `fuzz seed ${seed}: ${sums.cases} cases, ${sums.conversations} of them conversations, in ${engines.length + 2} engines: ${differences.length} differences`,
    );
    print(
      `  ${sums.outputs} outputs, ${sums.parseErrors} parse errors, ${sums.execErrors} execution errors, ${sums.limits} limits; ` +
        `${sums.byOracle} also by Go text/template, ${sums.declined} declined by Python`,
    );
    if (differences.length > 0 || missing.length > 0) process.exitCode = 1;
    await judgeContracts(engines, seed, wanted);
  } finally {
    await rm(folder, { recursive: true });
  }
}

await main();
