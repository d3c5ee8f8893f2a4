import { expect, it } from 'vitest';
import { compileBody, previewOfBody } from '../preview/mod.ts';
import { starters } from './starters.ts';

it('every template to begin with can be saved and previewed', () => {
  for (const { template } of starters) {
    const compilation = compileBody({ template });
    expect(compilation.ok).toBe(true);
    expect(previewOfBody({ template }, compilation, {}).output).toContain('‹');
  }
});
