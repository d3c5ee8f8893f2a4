/** Results of tests as JUnit XML, which CI servers show: a suite for each prompt, a case for each payload. */
import { isFailed, type Suite, totalsOf } from './results.ts';

export function junitOf(suites: readonly Suite[]): string {
  const { payloads, failed } = totalsOf(suites);
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="px0" tests="${payloads + broken(suites)}" failures="${failed}">`,
    ...suites.flatMap(suiteLines),
    '</testsuites>',
  ];
  return `${lines.join('\n')}\n`;
}

function broken(suites: readonly Suite[]): number {
  return suites.filter(({ errors }) => errors.length > 0).length;
}

function suiteLines(suite: Suite): string[] {
  const { slug, cases, errors } = suite;
  const failures = totalsOf([suite]).failed;
  const tests = cases.length + (errors.length > 0 ? 1 : 0);
  const head = `  <testsuite name="${xml(slug)}" tests="${tests}" failures="${failures}"`;
  if (!isFailed(suite) && tests === 0) return [`${head}/>`];
  return [
    `${head}>`,
    ...(errors.length > 0 ? caseLines(slug, 'prompt', errors, []) : []),
    ...cases.flatMap(({ name, failures: own, warnings }) => caseLines(slug, name, own, warnings)),
    '  </testsuite>',
  ];
}

function caseLines(
  slug: string,
  name: string,
  failures: readonly string[],
  warnings: readonly string[],
): string[] {
  const head = `    <testcase classname="${xml(slug)}" name="${xml(name)}"`;
  const inner = [
    ...failures.map((text) => `      <failure message="${xml(text)}"/>`),
    ...(warnings.length > 0 ? [`      <system-out>${xml(warnings.join('\n'))}</system-out>`] : []),
  ];
  return inner.length === 0 ? [`${head}/>`] : [`${head}>`, ...inner, '    </testcase>'];
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};

/** XML 1.0 has no way to write other control characters, surrogates without a pair, U+FFFE and U+FFFF. */
function xml(text: string): string {
  return text
    .toWellFormed()
    .replace(/(?![\t\n\r])[\p{Cc}\ufffe\uffff]/gu, '\ufffd')
    .replace(/[&<>"\n\r\t]/g, (character) => ENTITIES[character] ?? character);
}
