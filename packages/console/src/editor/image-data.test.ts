import { expect, it } from 'vitest';
import { imageIn } from './image-data.ts';

it('the image of a data: URL is decoded', async () => {
  const image = imageIn('data:image/PNG;base64,AAEC');
  expect(image?.type).toBe('image/png');
  expect([...new Uint8Array((await image?.arrayBuffer()) ?? new ArrayBuffer(0))]).toEqual([0, 1, 2]);
});

it.each([
  'https://example.com/a.png',
  'data:image/svg+xml;base64,AAEC',
  'data:text/html;base64,AAEC',
  'data:image/png,AAEC',
  'data:image/png;base64,%%%',
  'javascript:alert(1)',
])('nothing is drawn of %s', (url) => {
  expect(imageIn(url)).toBeUndefined();
});
