/** Input contracts: what is judged where a prompt is held, and by whose policy. */
import type { DeliveredPrompt, DeliveredVersion } from '../../src/mod.ts';
import {
  A,
  asksPx0,
  fails,
  foreign,
  frames,
  LATER_PX0,
  mark,
  opened,
  prompt,
  put,
  renders,
  scenario,
  version,
} from './builders.ts';
import type { Scenario } from './scenario.ts';

const SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties: { mood: {}, age: { type: 'integer', minimum: 1 } },
  required: ['mood'],
  additionalProperties: false,
};

const TEMPLATE = '{{.mood}}{{with index . "age"}} {{.}}{{end}}';

function ofPolicy(contract: string | undefined, changes: Partial<DeliveredVersion> = {}): DeliveredPrompt {
  const schema = contract === undefined ? {} : { schema: SCHEMA };
  const versions = [version(1, TEMPLATE, { ...schema, ...changes })];
  return prompt('mood', { versions, ...(contract !== undefined && { contract }) });
}

const off = ofPolicy(undefined);
const warn = ofPolicy('warn');
const enforce = ofPolicy('enforce');

const MISSPELT = { moood: 'calm', age: 'old' };
const PROBLEMS = {
  missing: [{ path: 'mood', given: 'moood' }],
  unknown: [{ path: 'moood', given: 'mood' }],
  invalid: [{ path: 'age', must: 'be an integer' }],
};
const REFUSED = {
  class: 'InvalidRequestError',
  status: 422,
  message:
    'invalid variables: missing mood (did you mean moood?); unknown moood (did you mean mood?); age must be an integer',
  ...PROBLEMS,
  more: 0,
} as const;
const NO_KEY = {
  class: 'InvalidRequestError',
  status: 422,
  message:
    'template execution failed: template: prompt:1:2: executing "prompt" at <.mood>: map has no entry for key "mood"',
  missing: [],
  unknown: [],
  invalid: [],
  more: 0,
} as const;

const chat = prompt('chat', {
  contract: 'enforce',
  versions: [
    version(
      1,
      '{{range index . "history"}}{{end}}user:\n{{template "message 1" .}}\n\n{{define "message 1"}}{{.mood}}{{end}}',
      {
        outline: [
          { placeholder: 'history', required: true },
          { role: 'user', unit: 'message 1' },
        ],
        schema: {
          type: 'object',
          properties: {
            history: {
              type: ['array', 'null'],
              items: { type: 'object', required: ['role'], properties: { role: { type: 'string' } } },
            },
            mood: { enum: ['calm', 'glad'] },
          },
          required: ['history', 'mood'],
        },
      },
    ),
  ],
});

/** So many names, each of them missing. */
const NAMES = Array.from({ length: 120 }, (_, index) => `name_of_variable_${String(index).padStart(3, '0')}`);
/** Of 32 bytes each, in 2,048 with the rest of the header. */
const FITTING = 62;

export const contractScenarios: readonly Scenario[] = [
  scenario('contract-off', 'Without a policy nothing is judged.', [
    opened({ [A]: [off] }),
    renders(0, { slug: 'mood', variables: { mood: 'calm', more: 1 } }, 'calm', { contract: null }),
    fails(0, { slug: 'mood', variables: MISSPELT }, NO_KEY),
  ]),
  scenario(
    'contract-off-and-a-stricter-call',
    'Without a policy there is no schema here, so px0 must judge.',
    [
      opened({ [A]: [off] }),
      asksPx0(0, { slug: 'mood', variables: { mood: 'calm' }, contract: 'warn' }),
      asksPx0(0, { slug: 'mood', variables: { mood: 'calm' }, contract: 'enforce' }),
    ],
  ),
  scenario('contract-warn', 'A violation is told of, and the template runs, whether it fails or not.', [
    opened({ [A]: [warn] }),
    renders(0, { slug: 'mood', variables: { mood: 'calm', age: 7 } }, 'calm 7', { contract: null }),
    renders(0, { slug: 'mood', variables: { mood: 'calm', age: 0 } }, 'calm', {
      contract: { missing: [], unknown: [], invalid: [{ path: 'age', must: 'be at least 1' }] },
    }),
    renders(0, { slug: 'mood', variables: { mood: 'calm', tone: 1 } }, 'calm', {
      contract: { missing: [], unknown: [{ path: 'tone' }], invalid: [] },
    }),
    fails(0, { slug: 'mood', variables: MISSPELT }, { ...NO_KEY, ...PROBLEMS }),
  ]),
  scenario('contract-enforce', 'A violation is refused in px0’s words, before the template runs.', [
    opened({ [A]: [enforce] }),
    renders(0, { slug: 'mood', variables: { mood: 'calm', age: 7 } }, 'calm 7', { contract: null }),
    renders(0, { slug: 'mood', variables: { mood: null } }, '<no value>', { contract: null }),
    fails(0, { slug: 'mood', variables: MISSPELT }, REFUSED),
    fails(
      0,
      { slug: 'mood', variables: {} },
      {
        ...REFUSED,
        message: 'invalid variables: missing mood',
        missing: [{ path: 'mood' }],
        unknown: [],
        invalid: [],
      },
    ),
  ]),
  scenario('contract-of-the-call', 'A call makes the policy of the prompt stricter, and never less strict.', [
    opened({ [A]: [warn] }),
    fails(0, { slug: 'mood', variables: MISSPELT, contract: 'enforce' }, REFUSED),
    renders(0, { slug: 'mood', variables: { mood: 'calm', age: 0 }, contract: 'warn' }, 'calm', {
      contract: { missing: [], unknown: [], invalid: [{ path: 'age', must: 'be at least 1' }] },
    }),
    frames(1, put(A, 11, enforce), mark(A, 10, 11, enforce)),
    fails(2, { slug: 'mood', variables: MISSPELT, contract: 'warn' }, REFUSED),
  ]),
  scenario(
    'contract-and-missing-key',
    'Where an absent key is no error, nothing is missing; the rest is judged.',
    [
      opened({ [A]: [enforce] }),
      renders(0, { slug: 'mood', variables: {}, missing_key: 'default' }, '<no value>', { contract: null }),
      renders(0, { slug: 'mood', variables: {}, missing_key: 'zero' }, '<no value>', { contract: null }),
      fails(
        0,
        { slug: 'mood', variables: { age: 1.5 }, missing_key: 'default' },
        {
          ...REFUSED,
          message: 'invalid variables: age must be an integer',
          missing: [],
          unknown: [],
        },
      ),
    ],
  ),
  scenario(
    'contract-behind-placeholders',
    'The placeholders of a chat are looked at first, in their own words.',
    [
      opened({ [A]: [chat] }),
      fails(
        0,
        { slug: 'chat', variables: { mood: 'sad' } },
        {
          ...NO_KEY,
          message: 'invalid variables: missing history',
        },
      ),
      fails(
        0,
        { slug: 'chat', variables: { history: [{}], mood: 'sad' } },
        {
          ...NO_KEY,
          message: 'invalid variables: history must be a list of messages',
        },
      ),
      fails(
        0,
        { slug: 'chat', variables: { history: [], mood: 'sad' } },
        {
          ...NO_KEY,
          message: 'invalid variables: mood must be one of "calm", "glad"',
          invalid: [{ path: 'mood', must: 'be one of "calm", "glad"' }],
        },
      ),
      renders(0, { slug: 'chat', variables: { history: [], mood: 'glad' } }, 'user:\nglad\n\n', {
        contract: null,
      }),
    ],
  ),
  scenario('contract-with-more', 'More problems than the header holds are cut as px0 cuts them.', [
    opened({
      [A]: [
        prompt('mood', {
          contract: 'warn',
          versions: [version(1, 'calm', { schema: { type: 'object', required: NAMES } })],
        }),
      ],
    }),
    renders(0, 'mood', 'calm', {
      contract: {
        missing: NAMES.slice(0, FITTING).map((path) => ({ path })),
        unknown: [],
        invalid: [],
        more: NAMES.length - FITTING,
      },
    }),
  ]),
  scenario(
    'contract-changes',
    'A new policy and a new schema count from the moment in which they are held.',
    [
      opened({ [A]: [off] }),
      fails(0, { slug: 'mood', variables: MISSPELT }, NO_KEY),
      frames(1, put(A, 11, enforce), mark(A, 10, 11, enforce)),
      fails(2, { slug: 'mood', variables: MISSPELT }, REFUSED),
      frames(
        3,
        put(A, 12, ofPolicy('enforce', { schema: { type: 'object', required: ['tone'] } })),
        mark(A, 11, 12, ofPolicy('enforce', { schema: { type: 'object', required: ['tone'] } })),
      ),
      fails(
        4,
        { slug: 'mood', variables: { mood: 'calm' } },
        {
          ...NO_KEY,
          message: 'invalid variables: missing tone',
          missing: [{ path: 'tone' }],
        },
      ),
      frames(5, put(A, 13, off), mark(A, 12, 13, off)),
      renders(6, { slug: 'mood', variables: { mood: 'calm', more: 1 } }, 'calm', { contract: null }),
    ],
  ),
  foreign(
    LATER_PX0,
    scenario('contract-of-a-later-px0', 'A policy that is not known is px0’s to judge.', [
      opened({ [A]: [ofPolicy('severe')] }),
      asksPx0(0, { slug: 'mood', variables: { mood: 'calm' } }),
    ]),
  ),
  foreign(
    'px0 finds out what a program needs; only of prompts with many versions, and of heavy programs, it does not.',
    scenario('contract-without-a-schema', 'A policy without a schema is px0’s to judge.', [
      opened({
        [A]: [prompt('mood', { contract: 'enforce', versions: [version(1, TEMPLATE)] })],
      }),
      asksPx0(0, { slug: 'mood', variables: { mood: 'calm' } }),
    ]),
  ),
];
