/** Whether an answer may be sent as gzip, as `Accept-Encoding` says. */
export function acceptsGzip(header: string | string[] | undefined): boolean {
  const named = String(header ?? '')
    .toLowerCase()
    .split(',')
    .map((item) => item.split(';').map((part) => part.trim()));
  const found = named.find(([name]) => name === 'gzip') ?? named.find(([name]) => name === '*');
  return found !== undefined && !found.slice(1).some((part) => /^q=0(?:\.0*)?$/.test(part));
}
