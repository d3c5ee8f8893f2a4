import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { DocumentPrompt } from './document.ts';
import { type Canonical, type Change, type PresentPrompt, planPrompt, type VersionHandle } from './plan.ts';

const canonical: Canonical = (variables) => JSON.stringify(variables);
const digestOf = (output: string) => `digest of ${output}`;
const state = fc.constantFrom('draft', 'stable', 'live', 'archived');
/** Few contents, so that several versions share one. */
const digest = fc.constantFrom('a', 'b', 'c');

const versions = fc.array(fc.record({ status: state, digest }), { maxLength: 6 }).map((list) => {
  let hasLive = false;
  return list.map(({ status, digest: content }, index) => {
    const isSecondLive = status === 'live' && hasLive;
    hasLive ||= status === 'live';
    const own = isSecondLive ? ('stable' as const) : status;
    return { number: index + 1, status: own, digest: content, note: '' };
  });
});

const documentPrompt: fc.Arbitrary<DocumentPrompt> = versions.chain((list) =>
  fc.record({
    slug: fc.constant('slug'),
    name: fc.constant('name'),
    description: fc.option(fc.constantFrom('', 'x'), { nil: undefined }),
    folder: fc.option(fc.constantFrom('', 'a/b'), { nil: undefined }),
    contract: fc.option(fc.constantFrom('off', 'enforce'), { nil: undefined }),
    status: fc.option(fc.constantFrom('active', 'archived'), { nil: undefined }),
    versions: fc.constant(list),
    tags:
      list.length === 0
        ? fc.constant({})
        : fc.dictionary(fc.constantFrom('prod', 'old'), fc.integer({ min: 1, max: list.length }), {
            noNullPrototype: true,
          }),
    payloads: fc.array(
      fc.record(
        {
          name: fc.constantFrom(null, 'p', 'q'),
          variables: fc.constantFrom(1, 2, null),
          assertions: fc.constantFrom([], [{ type: 'snapshot' as const }], [{ type: 'fails' as const }]),
          snapshot: fc.constantFrom('one', 'other'),
        },
        { requiredKeys: ['name', 'variables'] },
      ),
      { maxLength: 4 },
    ),
  }),
);

const presentPrompt: fc.Arbitrary<PresentPrompt | undefined> = fc.option(
  versions.chain((list) =>
    fc.record({
      slug: fc.constant('slug'),
      description: fc.constantFrom('', 'x'),
      folder: fc.constantFrom('', 'a', 'a/b'),
      contract: fc.constantFrom('off' as const, 'warn' as const, 'enforce' as const),
      status: fc.constantFrom('active' as const, 'archived' as const),
      versions: fc.constant(list),
      tags:
        list.length === 0
          ? fc.constant({})
          : fc.dictionary(fc.constantFrom('prod', 'old', 'other'), fc.integer({ min: 1, max: list.length })),
      payloads: fc
        .array(
          fc.record({
            name: fc.constantFrom(null, 'p'),
            canonical: fc.constantFrom('1', '2'),
            assertions: fc.constantFrom('[]', '[{"type":"fails"}]'),
            snapshot: fc.constantFrom(null, digestOf('one')),
          }),
          { maxLength: 3 },
        )
        .map((payloads) => payloads.map((payload, index) => ({ ...payload, id: `id${index}` }))),
    }),
  ),
  { nil: undefined },
);

/** What a change of a payload sets of what is expected of its output. */
function expected({
  assertions,
  snapshot,
}: Extract<Change, { readonly action: 'create_payload' | 'update_payload' }>) {
  return {
    ...(assertions !== undefined && { assertions: JSON.stringify(assertions) }),
    ...(snapshot !== undefined && { snapshot: digestOf(snapshot.output) }),
  };
}

/** The operations of the API, on a value. */
function applied(present: PresentPrompt | undefined, changes: readonly Change[]): PresentPrompt {
  let result: PresentPrompt = present ?? {
    slug: 'slug',
    description: '',
    folder: '',
    contract: 'off',
    status: 'active',
    versions: [],
    tags: {},
    payloads: [],
  };
  const created = new Map<number, number>();
  const numberOf = (handle: VersionHandle) =>
    'existing' in handle ? handle.existing : (created.get(handle.created) ?? Number.NaN);
  for (const change of changes) {
    switch (change.action) {
      case 'create_prompt':
        result = {
          ...result,
          description: change.description,
          folder: change.folder,
          contract: change.contract,
        };
        break;
      case 'set_contract':
        result = { ...result, contract: change.contract };
        break;
      case 'set_folder':
        result = { ...result, folder: change.folder };
        break;
      case 'update_description':
        result = { ...result, description: change.description };
        break;
      case 'create_version': {
        const number = Math.max(0, ...result.versions.map((version) => version.number)) + 1;
        created.set(change.number, number);
        result = {
          ...result,
          versions: [...result.versions, { number, status: 'draft', digest: change.digest }],
        };
        break;
      }
      case 'promote_version':
      case 'archive_version': {
        const number = numberOf(change.version);
        const target = result.versions.find((version) => version.number === number);
        if (target === undefined) throw new Error('a change of a version that does not exist');
        if (target.status === 'archived') throw new Error('a step that the state machine refuses');
        if (change.action === 'promote_version' && target.status === 'live')
          throw new Error('a step that the state machine refuses');
        const to =
          change.action === 'archive_version' ? 'archived' : target.status === 'draft' ? 'stable' : 'live';
        result = {
          ...result,
          versions: result.versions.map((version) => {
            if (version.number === number) return { ...version, status: to };
            return to === 'live' && version.status === 'live' ? { ...version, status: 'stable' } : version;
          }),
        };
        break;
      }
      case 'set_tag':
        result = { ...result, tags: { ...result.tags, [change.tag]: numberOf(change.version) } };
        break;
      case 'create_payload': {
        const payload = {
          id: `new${result.payloads.length}`,
          name: change.name,
          canonical: JSON.stringify(change.variables),
          ...expected(change),
        };
        result = { ...result, payloads: [...result.payloads, payload] };
        break;
      }
      case 'update_payload': {
        const canonical = JSON.stringify(change.variables);
        result = {
          ...result,
          payloads: result.payloads.map((own) =>
            own.id === change.id ? { ...own, canonical, ...expected(change) } : own,
          ),
        };
        break;
      }
      case 'archive_prompt':
      case 'restore_prompt':
        result = { ...result, status: change.action === 'archive_prompt' ? 'archived' : 'active' };
        break;
    }
  }
  return result;
}

it('a plan that was carried out leaves nothing to do', () => {
  fc.assert(
    fc.property(documentPrompt, presentPrompt, (wanted, present) => {
      const afterwards = applied(present, planPrompt(wanted, present, canonical, digestOf));
      expect(planPrompt(wanted, afterwards, canonical, digestOf)).toEqual([]);
    }),
    { numRuns: 3_000 },
  );
});

it('a plan reaches what the document says: its live version, its tags, its description, folder and contract', () => {
  fc.assert(
    fc.property(documentPrompt, presentPrompt, (wanted, present) => {
      const afterwards = applied(present, planPrompt(wanted, present, canonical, digestOf));
      const live = wanted.versions.find(({ status }) => status === 'live');
      if (live !== undefined) {
        expect(afterwards.versions.filter(({ status }) => status === 'live')).toMatchObject([
          { digest: live.digest },
        ]);
      }
      for (const [tag, number] of Object.entries(wanted.tags)) {
        const tagged = afterwards.versions.find((version) => version.number === afterwards.tags[tag]);
        expect(tagged?.digest).toBe(wanted.versions.find((version) => version.number === number)?.digest);
      }
      if (wanted.description !== undefined) expect(afterwards.description).toBe(wanted.description);
      expect(afterwards.folder).toBe(wanted.folder ?? present?.folder ?? '');
      expect(afterwards.contract).toBe(wanted.contract ?? present?.contract ?? 'off');
      for (const { name, assertions, snapshot } of wanted.payloads.filter((one) => one.name !== null)) {
        if (wanted.payloads.filter((one) => one.name === name).length > 1) continue;
        const payload = afterwards.payloads.find((one) => one.name === name);
        if (assertions !== undefined) expect(payload?.assertions ?? '[]').toBe(JSON.stringify(assertions));
        if (snapshot !== undefined) expect(payload?.snapshot).toBe(digestOf(snapshot));
      }
    }),
  );
});

/** As a file of the command line says of a prompt: its live version or else its newest that is not archived, with that one's tags. */
function oneVersionOf({ versions: present, tags }: PresentPrompt): DocumentPrompt {
  const usable = present.filter(({ status }) => status !== 'archived').toReversed();
  const version = usable.find(({ status }) => status === 'live') ?? usable[0];
  return {
    slug: 'slug',
    name: 'name',
    payloads: [],
    versions:
      version === undefined ? [] : [{ number: 1, status: version.status, digest: version.digest, note: '' }],
    tags: Object.fromEntries(
      Object.keys(tags).flatMap((tag) => (tags[tag] === version?.number ? [[tag, 1]] : [])),
    ),
  };
}

it('a document with the one version that a prompt goes by leaves nothing to do, whatever other versions share its text', () => {
  fc.assert(
    fc.property(presentPrompt, (present) => {
      if (present !== undefined)
        expect(planPrompt(oneVersionOf(present), present, canonical, digestOf)).toEqual([]);
    }),
    { numRuns: 1_000 },
  );
});

it('a text that is live already is not made live again, however many tags another version with the text has', () => {
  const tags = { prod: 1, old: 1, new: 1 };
  const draft = { number: 1, status: 'draft' as const };
  const live = { number: 2, status: 'live' as const };
  const wanted: DocumentPrompt = {
    ...{ slug: 'slug', name: 'name', payloads: [], tags },
    versions: [{ number: 1, status: 'live', digest: 'a', note: '' }],
  };
  const present: PresentPrompt = {
    ...{ slug: 'slug', description: '', folder: '', contract: 'off', status: 'active', payloads: [], tags },
    versions: [draft, live].map((version) => ({ ...version, digest: 'a' })),
  };
  const version = { existing: 2 };
  expect(planPrompt(wanted, present, canonical, digestOf)).toEqual(
    Object.keys(tags).map((tag) => ({ action: 'set_tag', slug: 'slug', tag, version })),
  );
});
