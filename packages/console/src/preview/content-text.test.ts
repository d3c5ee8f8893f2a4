import { expect, it } from 'vitest';
import { asJson, isObject, readJson } from '../json/mod.ts';
import { bodyText, configText } from './content-text.ts';

it('a text is compared as it is, a conversation as the text of a prompt file', () => {
  expect(bodyText({ template: 'user:\nHi' })).toBe('user:\nHi');
  expect(
    bodyText({ messages: [{ role: 'system', template: 'Be brief.' }, { placeholder: 'history' }] }),
  ).toBe('system:\nBe brief.\n\nplaceholder: history?');
});

it('the order of settings does not matter, but that of a list and each digit do', () => {
  const text = (json: string) => {
    const config = asJson(readJson(json));
    return configText(isObject(config) ? config : {});
  };
  expect(text('{"b":{"d":1,"c":[2,1]},"a":0.10}')).toBe(text('{"a":0.10,"b":{"c":[2,1],"d":1}}'));
  expect(text('{"a":[1,2]}')).not.toBe(text('{"a":[2,1]}'));
  expect(text('{"seed":12345678901234567890}')).toBe('{\n  "seed": 12345678901234567890\n}');
  expect(text('{}')).toBe('');
});
