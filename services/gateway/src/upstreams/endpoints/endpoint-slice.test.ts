import { describe, expect, it } from 'vitest';
import { type EndpointSlice, endpointSliceSchema, endpointsToUse, serviceNameOf } from './endpoint-slice.ts';

type Given = readonly [address: string, ready?: boolean, serving?: boolean, terminating?: boolean];

function slice(given: readonly Given[], more: object = {}): EndpointSlice {
  return endpointSliceSchema.parse({
    metadata: { name: 'render-1', labels: { 'kubernetes.io/service-name': 'render' } },
    addressType: 'IPv4',
    endpoints: given.map(([address, ready, serving, terminating]) => ({
      addresses: [address],
      conditions: { ready, serving, terminating },
    })),
    ports: [{ name: 'http', port: 8000 }],
    ...more,
  });
}

const used = (slices: readonly EndpointSlice[], port = 8000) =>
  endpointsToUse(slices, port).map((endpoint) => `${endpoint.address}:${endpoint.port}`);

describe('requests go to', () => {
  it.each<[string, Given[], string[]]>([
    [
      'ready endpoints, and to none that ends beside them',
      [
        ['10.0.0.1', true, true, false],
        ['10.0.0.2', false, true, true],
        ['10.0.0.3', false, false, false],
      ],
      ['10.0.0.1:8000'],
    ],
    [
      'one that ends and still serves, when none is ready',
      [
        ['10.0.0.2', false, true, true],
        ['10.0.0.3', false, false, false],
        ['10.0.0.4', false, false, true],
      ],
      ['10.0.0.2:8000'],
    ],
    [
      'one that is not ready, when none serves: it answers for itself',
      [
        ['10.0.0.3', false, false, false],
        ['10.0.0.4', false, false, true],
      ],
      ['10.0.0.3:8000'],
    ],
    ['one that ends, when there is no other', [['10.0.0.4', false, false, true]], ['10.0.0.4:8000']],
    ['endpoints of which nothing is said', [['10.0.0.1'], ['10.0.0.2', false]], ['10.0.0.1:8000']],
    [
      'one that is ready though it ends only when no other is',
      [['10.0.0.1', true, true, true]],
      ['10.0.0.1:8000'],
    ],
    ['nobody when there is nobody', [], []],
  ])('%s', (_what, given, expected) => {
    expect(used([slice(given)])).toEqual(expected);
  });

  it('each endpoint once, though it moves between slices, and by its better state', () => {
    const moving = [
      slice([['10.0.0.1', false, true, true]]),
      slice([
        ['10.0.0.1', true],
        ['10.0.0.2', true],
      ]),
    ];
    expect(used(moving)).toEqual(['10.0.0.1:8000', '10.0.0.2:8000']);
  });

  it('each pod once where it has addresses of both families', () => {
    const six = slice([['fd00::1', true]], { addressType: 'IPv6' });
    expect(used([six, slice([['10.0.0.1', true]])])).toEqual(['10.0.0.1:8000']);
    expect(used([six, slice([])])).toEqual(['fd00::1:8000']);
    expect(used([slice([['example.com', true]], { addressType: 'FQDN' })])).toEqual([]);
  });

  it('the port on which pods listen, which need not be the service’s', () => {
    const ports = (...list: object[]) => [slice([['10.0.0.1', true]], { ports: list })];
    expect(used(ports({ name: 'http', port: 8080 }), 80)).toEqual(['10.0.0.1:8080']);
    expect(used(ports({ name: 'metrics', port: 9090 }, { name: 'http', port: 8080 }), 80)).toEqual([
      '10.0.0.1:8080',
    ]);
    expect(used(ports({ name: 'metrics', port: 9090 }, { name: 'web', port: 8000 }))).toEqual([
      '10.0.0.1:8000',
    ]);
    expect(used([slice([['10.0.0.1', true]], { ports: null })])).toEqual(['10.0.0.1:8000']);
    expect(used([slice([['10.0.0.1', true]], { endpoints: null })])).toEqual([]);
  });
});

it.each([
  ['render', 'render'],
  ['render.px0', 'render'],
  ['render.px0.svc', 'render'],
  ['render.px0.svc.cluster.local.', 'render'],
  ['render.other.svc', undefined],
  ['px0.example.com', undefined],
  ['render.px0.example', undefined],
])('the host %s is the service %s of the namespace', (host, service) => {
  expect(serviceNameOf(host, 'px0')).toBe(service);
});
