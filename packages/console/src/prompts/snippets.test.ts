import { expect, it } from 'vitest';
import { sampleVariables, snippetsFor } from './snippets.ts';

const code = (language: string, slug: string, variables = {}, isChat = false) =>
  snippetsFor({ slug, origin: 'https://px0.example', variables, isChat }).find(
    (one) => one.language === language,
  )?.code ?? '';

it('each language renders the prompt by its slug, with its variables', () => {
  const variables = { name: "Ada's", tags: ['a', true, null], n: { x: 1 } };
  expect(code('curl', 'greeting', variables)).toContain(
    `-d '{"variables": {"name": "Ada'\\''s", "tags": ["a", true, null], "n": {"x": 1}}}'`,
  );
  expect(code('TypeScript', 'greeting', variables)).toContain(
    `px0.render('greeting', { name: 'Ada\\'s', tags: ['a', true, null], n: { x: 1 } })`,
  );
  expect(code('Python', 'greeting', variables)).toContain(
    `px0.render("greeting", {"name": "Ada's", "tags": ["a", True, None], "n": {"x": 1}}).text`,
  );
  expect(code('Go', 'greeting', variables)).toContain(
    `client.Render(ctx, "greeting", px0.Vars{"name": "Ada's", "tags": []any{"a", true, nil}, "n": map[string]any{"x": 1}})`,
  );
});

it('names the team where it is asked for, in every language', () => {
  const teamId = '0b1e8a52-6a4c-4a53-9d3b-0d8a1c5a7f10';
  const variables = { name: 'Ada' };
  const codes = snippetsFor({
    slug: 'greeting',
    origin: 'https://px0.example',
    variables,
    isChat: false,
    teamId,
  });
  expect(codes.map(({ code: text }) => text.split('\n').find((line) => line.includes(teamId)))).toEqual([
    `curl -s 'https://px0.example/v1/prompts/greeting/render?team_id=${teamId}' \\`,
    `const { text } = await px0.render('greeting', { name: 'Ada' }, { teamId: '${teamId}' });`,
    `text = px0.render("greeting", {"name": "Ada"}, team_id="${teamId}").text`,
    `result, err := client.Render(ctx, "greeting", px0.Vars{"name": "Ada"}, px0.WithTeam("${teamId}"))`,
    `px0 render greeting --team ${teamId} \\`,
  ]);
});

it('the command line takes texts as they are, and other values as JSON', () => {
  expect(code('CLI', 'greeting', { name: "Ada's", n: 1, tags: ['a'] })).toBe(
    `px0 render greeting --var 'name=Ada'\\''s' --var 'n:=1' --var 'tags:=["a"]'`,
  );
  expect(code('CLI', 'greeting')).toBe('px0 render greeting');
  expect(code('CLI', 'tutor', {}, true)).toBe('px0 render tutor --openai');
  expect(code('CLI', 'greeting', { 'a=b': 1 })).toBe(
    `printf %s '{"a=b": 1}' | px0 render greeting --vars-file -`,
  );
  expect(code('CLI', 'greeting', { text: 'x'.repeat(80) })).toBe(
    `px0 render greeting \\\n  --var text=${'x'.repeat(80)}`,
  );
});

it('a slug with other letters is encoded in the address', () => {
  expect(code('curl', 'größe')).toContain('https://px0.example/v1/prompts/gr%C3%B6%C3%9Fe/render');
});

it('without a payload there is something to fill in for each variable', () => {
  expect(
    sampleVariables([
      { path: 'name', required: true, shape: 'scalar' },
      { path: 'items', required: true, shape: 'list' },
      { path: 'items[].title', required: true, shape: 'scalar' },
    ]),
  ).toEqual({ name: '…', items: [] });
});

it('long variables are written on several lines', () => {
  const variables = { message: 'x'.repeat(80), rules: ['a'] };
  expect(code('Python', 'greeting', variables)).toContain(
    `px0.render("greeting", {\n    "message": "${'x'.repeat(80)}",\n    "rules": ["a"],\n}).text`,
  );
  const body = code('curl', 'greeting', variables).split("-d '")[1]?.slice(0, -1) ?? '';
  expect(JSON.parse(body)).toEqual({ variables });
});

it('a chat is handed to a model as messages, not as its transcript', () => {
  const chat = (language: string) => code(language, 'tutor', { history: [] }, true);
  expect(chat('TypeScript')).toContain("import { Px0, toOpenAI } from '@px0/sdk';");
  expect(chat('TypeScript')).toContain("const result = await px0.render('tutor', { history: [] });");
  expect(chat('TypeScript')).toContain('const { request } = toOpenAI(result);');
  expect(chat('Python')).toContain('from px0 import Px0, to_openai\n');
  expect(chat('Python')).toContain('result = px0.render("tutor", {"history": []})\n');
  expect(chat('Python')).toContain('request = to_openai(result).request');
  expect(chat('Go')).toContain('made, err := px0.ToOpenAI(result)');
  for (const language of ['TypeScript', 'Python', 'Go']) expect(chat(language)).not.toMatch(/text\b/i);
});
