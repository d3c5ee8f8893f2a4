/** Which service an application says that it is. */
import type { Service, ServiceCase } from './case.ts';

function service(
  id: string,
  expected: Partial<Service>,
  environment: Readonly<Record<string, string>>,
  option: string | null = null,
): ServiceCase {
  return { id, option, environment, service: { name: '', version: '', ...expected } };
}

const RESOURCE = 'service.name=from-resource,service.version=1.4.2';

export const serviceCases: readonly ServiceCase[] = [
  service('nothing', {}, {}),
  service(
    'option',
    { name: 'given', version: '1.4.2' },
    { PX0_SERVICE: 'px0', OTEL_SERVICE_NAME: 'otel', OTEL_RESOURCE_ATTRIBUTES: RESOURCE },
    'given',
  ),
  service(
    'px0',
    { name: 'px0', version: '1.4.2' },
    { PX0_SERVICE: 'px0', OTEL_SERVICE_NAME: 'otel', OTEL_RESOURCE_ATTRIBUTES: RESOURCE },
  ),
  service(
    'otel',
    { name: 'otel', version: '1.4.2' },
    { OTEL_SERVICE_NAME: 'otel', OTEL_RESOURCE_ATTRIBUTES: RESOURCE },
  ),
  service('resource', { name: 'from-resource', version: '1.4.2' }, { OTEL_RESOURCE_ATTRIBUTES: RESOURCE }),
  service('empty-is-not-set', { name: 'otel' }, { PX0_SERVICE: '', OTEL_SERVICE_NAME: 'otel' }),
  service('empty-option-is-not-set', { name: 'px0' }, { PX0_SERVICE: 'px0' }, ''),
  service('blanks-are-not-set', { name: 'otel' }, { PX0_SERVICE: ' ', OTEL_SERVICE_NAME: 'otel' }, '  '),
  service(
    'resource-with-blanks',
    { name: 'a b', version: '2' },
    { OTEL_RESOURCE_ATTRIBUTES: ' team = x , service.name = a%20b , service.version = 2 ,' },
  ),
  service(
    'resource-that-is-broken',
    { version: '2' },
    { OTEL_RESOURCE_ATTRIBUTES: 'service.name=%zz,nonsense,=,service.version=2' },
  ),
  service('only-printable-ascii', { name: 'caf? shop?' }, { PX0_SERVICE: ' caf\u00e9 shop\u{1f600} ' }),
  service('no-control-characters', { name: 'shop??????a' }, {}, 'shop\u0000\u001b\n\u007f\u0085\u2028a'),
  service(
    'no-control-characters-in-a-version',
    { name: 'shop', version: '1?2?' },
    { OTEL_RESOURCE_ATTRIBUTES: 'service.name=shop,service.version=1%002%1B' },
  ),
];
