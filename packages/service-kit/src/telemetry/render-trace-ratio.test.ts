import { expect, it } from 'vitest';
import { renderTraceRatio } from './render-trace-ratio.ts';

it.each([
  [undefined, 0.01],
  ['', 0.01],
  ['0', 0],
  ['0.0005', 0.0005],
  ['1e-3', 0.001],
  ['1', 1],
  ['2', 0],
  ['-0.5', 0],
  ['half', 0],
])('of %o traces the share %d', (PX0_TRACE_RENDER_RATIO, share) => {
  expect(renderTraceRatio({ PX0_TRACE_RENDER_RATIO })).toBe(share);
});
