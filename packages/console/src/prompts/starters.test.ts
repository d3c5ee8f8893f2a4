import { expect, test } from 'vitest';
import { compileTemplate, previewOf } from '../preview/mod.ts';
import { starters } from './starters.ts';

test('every template to begin with can be saved and previewed', () => {
  for (const { template } of starters) {
    const compilation = compileTemplate(template);
    expect(compilation.ok).toBe(true);
    expect(previewOf(template, compilation, {}).output).toContain('‹');
  }
});
