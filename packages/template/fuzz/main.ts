/** `npm run fuzz -w packages/template [-- seed] [-- cases]`: compares with Go, batch by batch, and fails on a difference. */
import { compareWithGo, type Difference } from './compare.ts';
import { buildOracle } from './go-oracle.ts';
import { templateSeeds } from './seeds.ts';

const BATCH = 2000;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function report({ fuzzCase, backend, expected, actual }: Difference): void {
  const text = (base64: string | undefined): string | undefined =>
    base64 && Buffer.from(base64, 'base64').toString();
  print(`--- ${backend}, missingkey=${fuzzCase.missingKey}`);
  print(`template ${JSON.stringify(fuzzCase.template)}`);
  print(`data     ${JSON.stringify(fuzzCase.data)}`);
  print(`go       ${JSON.stringify({ ...expected, text: text(expected.output) })}`);
  print(`px0      ${JSON.stringify({ ...actual, text: text(actual.output) })}`);
}

function main(): void {
  const seed = Number(process.argv[2] ?? 1);
  const wanted = Number(process.argv[3] ?? 20_000);
  const oracle = buildOracle();
  if ('skipped' in oracle) {
    print(`fuzz ${oracle.skipped}`);
    return;
  }
  const seeds = templateSeeds();
  const sums = { compared: 0, outputs: 0, parseErrors: 0, execErrors: 0, skipped: 0, differences: 0 };
  for (let batch = 0; sums.compared < wanted; batch++) {
    const tally = compareWithGo(
      oracle.ask,
      seeds,
      seed * 1_000_003 + batch,
      Math.min(BATCH, wanted - sums.compared),
    );
    for (const difference of tally.differences.slice(0, 5)) report(difference);
    sums.compared += tally.compared;
    sums.outputs += tally.outputs;
    sums.parseErrors += tally.parseErrors;
    sums.execErrors += tally.execErrors;
    sums.skipped += tally.skipped;
    sums.differences += tally.differences.length;
    if (sums.differences > 0) break;
  }
  print(
    `fuzz seed ${seed}: ${sums.compared} cases compared with Go in both backends: ${sums.differences} differences`,
  );
  print(
    `  ${sums.outputs} outputs, ${sums.parseErrors} parse errors, ${sums.execErrors} execution errors; ${sums.skipped} not compared (limits)`,
  );
  if (sums.differences > 0) process.exitCode = 1;
}

main();
