/** Compiles the template and renders it with the values while the user edits both. */
import { useDeferredValue, useEffect, useMemo, useRef } from 'react';
import {
  type Body,
  type Compilation,
  compileBody,
  type Field,
  type InputSchema,
  type Preview,
  previewOfBody,
  type TemplateFault,
} from '../preview/mod.ts';
import type { Payloads } from './use-payloads.ts';

export interface Tried {
  readonly fault: TemplateFault | undefined;
  readonly fields: readonly Field[];
  /** What every render of the text needs. */
  readonly needed: InputSchema;
  readonly preview: Preview;
  /** What the last valid template rendered. */
  readonly last: Rendered | undefined;
}

interface LastGood {
  fields: readonly Field[];
  needed: InputSchema;
  rendered: Rendered | undefined;
}

export type Rendered = Pick<Preview, 'output' | 'messages'>;

/** While the template has an error, the fields, the schema and the output of the last valid one stay. */
export function useTried(body: Body, values: Payloads): Tried {
  // Deferred, so that a long render never blocks typing.
  const tried = useDeferredValue(body);
  const data = useDeferredValue(values.data);
  const compilation = useMemo(() => compileBody(tried), [tried]);
  const preview = useMemo(() => previewOfBody(tried, compilation, data), [tried, compilation, data]);
  const needed = compilation.ok ? compilation.template.inputSchema : undefined;
  const lastGood = useRef<LastGood>({ fields: [], needed: { type: 'object' }, rendered: undefined });
  useEffect(() => {
    if (compilation.ok) lastGood.current.fields = compilation.fields;
    if (needed !== undefined) lastGood.current.needed = needed;
    if (preview.output !== undefined) lastGood.current.rendered = preview;
  }, [compilation, needed, preview]);
  return {
    // A position in an older text would be wrong.
    fault: tried === body ? shownFault(compilation, preview) : undefined,
    fields: compilation.ok ? compilation.fields : lastGood.current.fields,
    needed: needed ?? lastGood.current.needed,
    preview,
    last: lastGood.current.rendered,
  };
}

/** A missing value is not an error of the template. */
function shownFault(compilation: Compilation, { fault, missing }: Preview): TemplateFault | undefined {
  if (!compilation.ok) return compilation.fault;
  return compilation.formFault ?? (missing.length > 0 ? undefined : fault);
}
