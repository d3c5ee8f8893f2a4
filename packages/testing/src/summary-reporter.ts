/**
 * Vitest's reporter for the end of a run: how long each project took, against its budget, and then one closing line,
 * `N passed, N failed`, that a machine can read.
 */
import { writeSync } from 'node:fs';
import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/** What one project may take on two cores. What needs longer is a named command with a short form in `npm test`. */
const budgetSeconds = 90;

interface ProjectTime {
  milliseconds: number;
  tests: number;
}

interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

export class SummaryReporter implements Reporter {
  #summary = '';

  /** Printed when the process ends, since nothing may follow the closing line. */
  onInit(): void {
    process.once('exit', () => writeSync(process.stdout.fd, this.#summary));
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const totals = count(modules);
    // An error outside of any test fails the run, so it must not look like a run without failures.
    totals.failed += unhandledErrors.length;
    this.#summary = `\n${projectTable(modules)}\n${closingLine(totals)}\n`;
  }
}

function count(modules: readonly TestModule[]): Totals {
  const totals: Totals = { passed: 0, failed: 0, skipped: 0 };
  for (const module of modules) {
    let failedHere = 0;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') totals.passed += 1;
      else if (state === 'failed') failedHere += 1;
      else totals.skipped += 1;
    }
    // A file that could not be loaded, or whose hook failed, has failed although none of its tests has.
    if (failedHere === 0 && module.state() === 'failed') failedHere = 1;
    totals.failed += failedHere;
  }
  return totals;
}

function projectTable(modules: readonly TestModule[]): string {
  const projects = new Map<string, ProjectTime>();
  for (const module of modules) {
    const time = projects.get(module.project.name) ?? { milliseconds: 0, tests: 0 };
    const { collectDuration, duration, environmentSetupDuration, prepareDuration, setupDuration } =
      module.diagnostic();
    time.milliseconds +=
      collectDuration + duration + environmentSetupDuration + prepareDuration + setupDuration;
    time.tests += [...module.children.allTests()].length;
    projects.set(module.project.name, time);
  }
  const width = Math.max(0, ...[...projects.keys()].map((name) => name.length));
  return [...projects]
    .sort(([, one], [, other]) => other.milliseconds - one.milliseconds)
    .map(([name, time]) => projectLine(name.padEnd(width), time))
    .join('');
}

function projectLine(name: string, { milliseconds, tests }: ProjectTime): string {
  const seconds = milliseconds / 1000;
  const over = seconds > budgetSeconds ? '  OVER BUDGET' : '';
  return `${name}  ${seconds.toFixed(1).padStart(6)} s of ${budgetSeconds} s  (${tests} tests)${over}\n`;
}

function closingLine({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
