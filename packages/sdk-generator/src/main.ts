/**
 * `npm run sdk:generate` writes the API clients of all three SDKs; `npm run sdk:check` reports stale ones, with
 * `-- --full` by generating them again.
 */
import { checkByGenerating, checkStamp } from './check.ts';
import { generateAll } from './generate.ts';
import { writeStamp } from './stamp.ts';
import { targets } from './targets.ts';

const [command, option] = process.argv.slice(2);

if (command === 'generate') {
  await generateAll();
  writeStamp();
  print(`generated the API clients: ${targets.map(({ folder }) => folder).join(', ')}`);
} else if (command === 'check') {
  const problems = [...checkStamp(), ...(option === '--full' ? await checkByGenerating() : [])];
  for (const problem of problems) print(`${problem}; run npm run sdk:generate`);
  if (problems.length === 0) print('the generated API clients are those of the API description');
  process.exitCode = problems.length === 0 ? 0 : 1;
} else {
  print('usage: main.ts generate | check [--full]');
  process.exitCode = 2;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
