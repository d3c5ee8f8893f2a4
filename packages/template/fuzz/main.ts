/**
 * `npm run fuzz -w packages/template [-- seed] [-- cases]`: compares with Go, batch by batch, and fails on a difference, and on data that Go
 * renders but the inferred schema refuses.
 */
import { compareWithGo, type Difference } from './compare.ts';
import { type ChatDifference, compareChatsWithGo } from './compare-chats.ts';
import { buildOracle, type Oracle } from './go-oracle.ts';
import { checkSchemasWithGo } from './schemas-with-go.ts';
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

function reportChat({ chatCase, backend, expected, actual }: ChatDifference): void {
  print(`--- ${backend}`);
  print(`case ${JSON.stringify(chatCase)}`);
  print(`go   ${JSON.stringify(expected)}`);
  print(`px0  ${JSON.stringify(actual)}`);
}

/** A quarter as many conversations: each has several texts. */
function compareChats({ askChats }: Oracle, seed: number, wanted: number): void {
  const sums = { compared: 0, linked: 0, units: 0, unitErrors: 0, conversations: 0, skipped: 0 };
  let differences = 0;
  for (let batch = 0; sums.compared < wanted && differences === 0; batch++) {
    const count = Math.min(BATCH, wanted - sums.compared);
    const tally = compareChatsWithGo(askChats, seed * 1_000_003 + batch, count);
    for (const difference of tally.differences.slice(0, 5)) reportChat(difference);
    sums.compared += tally.compared;
    sums.linked += tally.linked;
    sums.units += tally.units;
    sums.unitErrors += tally.unitErrors;
    sums.conversations += tally.conversations;
    sums.skipped += tally.skipped;
    differences += tally.differences.length;
  }
  print(
    `fuzz seed ${seed}: ${sums.compared} conversations compared with Go in both backends: ${differences} differences`,
  );
  print(
    `  ${sums.linked} linked: ${sums.units} units, ${sums.unitErrors} of them errors; ${sums.conversations} gave messages; ${sums.skipped} not compared (limits)`,
  );
  if (differences > 0) process.exitCode = 1;
}

/** As many cases, and a quarter as many conversations. */
function checkSchemas(oracle: Oracle, seeds: readonly string[], seed: number, wanted: number): void {
  const sums = { cases: 0, rendered: 0, failed: 0, refused: 0 };
  let refusals = 0;
  for (let batch = 0; sums.cases < wanted && refusals === 0; batch++) {
    const count = Math.min(BATCH, wanted - sums.cases);
    const tally = checkSchemasWithGo(oracle, seeds, seed * 1_000_003 + batch, count);
    for (const { schemaCase, schema } of tally.refusals.slice(0, 5))
      print(`--- refused\ncase   ${JSON.stringify(schemaCase)}\nschema ${JSON.stringify(schema)}`);
    sums.cases += count;
    sums.rendered += tally.rendered;
    sums.failed += tally.failed;
    sums.refused += tally.refused;
    refusals += tally.refusals.length;
  }
  print(
    `fuzz seed ${seed}: ${sums.rendered} data that Go renders: ${refusals} refused by the inferred schema`,
  );
  print(`  ${sums.failed} that it does not render, ${sums.refused} of them refused`);
  if (refusals > 0) process.exitCode = 1;
}

function main(): void {
  const seed = Number(process.argv[2] ?? 1);
  const wanted = Number(process.argv[3] ?? 20_000);
  const built = buildOracle();
  if ('skipped' in built) {
    print(`fuzz ${built.skipped}`);
    return;
  }
  using oracle = built;
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
  compareChats(oracle, seed, Math.ceil(wanted / 4));
  checkSchemas(oracle, seeds, seed, wanted);
}

main();
