/** Which service the application is, in reports of usage and in the header of remote renders. */

export interface Service {
  /** Empty: it has none. */
  readonly name: string;
  readonly version: string;
}

/** px0 cuts what is longer. */
const MOST_NAME_LENGTH = 128;
const MOST_VERSION_LENGTH = 64;

/** `given` is the option of the client. */
export function serviceOf(
  given: string | undefined,
  environment: (name: string) => string | undefined,
): Service {
  const resource = resourceOf(environment('OTEL_RESOURCE_ATTRIBUTES') ?? '');
  const names = [
    given,
    environment('PX0_SERVICE'),
    environment('OTEL_SERVICE_NAME'),
    resource.get('service.name'),
  ];
  return {
    name: printable(names.find((name) => name?.trim()) ?? '', MOST_NAME_LENGTH),
    version: printable(resource.get('service.version') ?? '', MOST_VERSION_LENGTH),
  };
}

/** `key=value` with commas between them, the values percent-encoded. */
function resourceOf(text: string): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const pair of text.split(',')) {
    const [key = '', value] = pair.split(/=(.*)/s);
    const decoded = value === undefined ? undefined : decodedOf(value.trim());
    if (decoded !== undefined) attributes.set(key.trim(), decoded);
  }
  return attributes;
}

function decodedOf(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}

/** A header holds no more than ASCII, and the name in it must be the one of reports. */
function printable(text: string, length: number): string {
  return text
    .trim()
    .replaceAll(/[^ -~]/gu, '?')
    .slice(0, length);
}
