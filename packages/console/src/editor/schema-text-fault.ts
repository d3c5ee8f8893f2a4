/** Where in the JSON of a schema px0 finds fault, for the editor to underline. */
import { jsonLanguage } from '@codemirror/lang-json';
import type { TemplateFault } from '../preview/mod.ts';
import { withLineFeeds } from '../text/mod.ts';
import { rowNamedIn, type SchemaRow } from './schema-rows.ts';

type Node = ReturnType<typeof jsonLanguage.parser.parse>['topNode'];

/** Of `items[].title: pattern is not supported`: at that keyword if it is there, or else at the nearest name that leads to it. */
export function schemaTextFault(text: string, message: string, rows: readonly SchemaRow[]): TemplateFault {
  const document = withLineFeeds(text);
  const row = rowNamedIn(message, rows);
  const reason =
    row === undefined ? message.replace(/^variables: /, '') : message.slice(row.place.length + 2);
  const [word = ''] = reason.split(' ');
  const offset = offsetIn(document, [...(row?.at ?? []), word === 'the' ? 'type' : word]);
  const lines = document.slice(0, offset).split('\n');
  return {
    kind: 'form',
    message,
    line: lines.length,
    column: [...(lines.at(-1) ?? '')].length + 1,
    offset,
  };
}

function offsetIn(text: string, keys: readonly string[]): number {
  let node: Node | null | undefined = jsonLanguage.parser.parse(text).topNode.firstChild;
  let offset = node?.from ?? 0;
  for (const key of keys) {
    const property: Node | undefined = node?.getChildren('Property').findLast((one) => {
      const name = one.getChild('PropertyName');
      return name !== null && keyIn(text.slice(name.from, name.to)) === key;
    });
    if (property === undefined) break;
    offset = property.from;
    node = property.lastChild;
  }
  return offset;
}

function keyIn(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}
