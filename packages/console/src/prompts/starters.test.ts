import { expect, it } from 'vitest';
import { compileTemplate, previewOf } from '../preview/mod.ts';
import { starters } from './starters.ts';

it('every template to begin with can be saved and previewed', () => {
  for (const { template } of starters) {
    const compilation = compileTemplate(template);
    expect(compilation.ok).toBe(true);
    expect(previewOf(template, compilation, {}).output).toContain('‹');
  }
});
