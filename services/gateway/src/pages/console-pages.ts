/**
 * Which paths are pages of the console. Its build writes them into `index.html`, for the script that preloads what a page needs, so the
 * console's own route declarations decide and no list is kept here.
 */

/** @throws for a page without the table, which this release's build did not make */
export function consolePages(html: string): (path: string) => boolean {
  const table = /<meta name="px0-pages" content="([^"]*)"/.exec(html)?.[1];
  if (table === undefined)
    throw new Error('the console’s index.html does not name its pages: build it again');
  const patterns = pathsIn(JSON.parse(table.replaceAll('&quot;', '"'))).map(
    (path) => new RegExp(`^${path.split('/').map(segment).join('/')}/?$`, 'i'),
  );
  return (path) => patterns.some((pattern) => pattern.test(path));
}

/** A segment of a path in the router's notation: `$promptId` stands for any. */
function segment(text: string): string {
  return text.startsWith('$') ? '[^/]+' : text.replaceAll(/[^\w-]/g, '\\$&');
}

function pathsIn(table: unknown): string[] {
  if (typeof table !== 'object' || table === null) return [];
  return ['inside', 'entrance'].flatMap((part) => {
    const pages: unknown = Reflect.get(table, part);
    return typeof pages === 'object' && pages !== null ? Object.keys(pages) : [];
  });
}
