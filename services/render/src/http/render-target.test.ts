import { describe, expect, it } from 'vitest';
import { parseRenderTarget } from './render-target.ts';

describe('a render path', () => {
  it('names a slug and asks for the live version', () => {
    expect(parseRenderTarget('/v1/prompts/greeting/render')).toEqual({
      slug: 'greeting',
      version: undefined,
      query: '',
    });
  });

  it('names a slug and a version', () => {
    expect(parseRenderTarget('/v1/prompts/greeting/versions/3/render?team_id=x')).toEqual({
      slug: 'greeting',
      version: '3',
      query: 'team_id=x',
    });
  });

  it('matches static segments without case and tolerates one trailing slash', () => {
    expect(parseRenderTarget('/V1/Prompts/Greeting/RENDER/')?.slug).toBe('Greeting');
    expect(parseRenderTarget('/v1/prompts/a/Versions/Prod/Render/')?.version).toBe('Prod');
  });

  it('decodes percent-encoding once, as UTF-8', () => {
    expect(parseRenderTarget('/v1/prompts/caf%C3%A9/render')?.slug).toBe('café');
    expect(parseRenderTarget('/v1/prompts/a%2525/render')?.slug).toBe('a%25');
    expect(parseRenderTarget('/v1/prompts/a%2Fb/render')?.slug).toBe('a/b');
  });

  it('keeps what is not UTF-8 as it is, which no prompt and no version is called', () => {
    expect(parseRenderTarget('/v1/prompts/%FF/render')?.slug).toBe('%FF');
    expect(parseRenderTarget('/v1/prompts/a/versions/%ff/render')?.version).toBe('%ff');
  });

  it('counts by its path in a target of absolute form', () => {
    expect(parseRenderTarget('http://host:80/v1/prompts/a/render?team_id=1')).toEqual({
      slug: 'a',
      version: undefined,
      query: 'team_id=1',
    });
    expect(parseRenderTarget('http://host/v1/prompts/a/versions/2/render/')?.version).toBe('2');
    expect(parseRenderTarget('http://host')).toBeUndefined();
  });

  it('knows a prompt that is itself called render or versions', () => {
    expect(parseRenderTarget('/v1/prompts/render/render')?.slug).toBe('render');
    expect(parseRenderTarget('/v1/prompts/versions/versions/render/render')).toEqual({
      slug: 'versions',
      version: 'render',
      query: '',
    });
  });

  it.each([
    '/',
    '',
    '/v1/prompts/render',
    '/v1/prompts//render',
    '/v1/prompts/a/render/x',
    '/v1/prompts/a/versions/render',
    '/v1/prompts/a/versions//render',
    '/v1/prompts/a/versions/1/2/render',
    '/v1/prompts/a/b/render',
    '/v1/prompts/a/render//',
    '/v1/prompts/a/versions/1/promote',
    '/v1/promptsx/a/render',
    '/render',
  ])('leaves %j to the router', (url) => {
    expect(parseRenderTarget(url)).toBeUndefined();
  });
});
