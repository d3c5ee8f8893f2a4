/** Compiles the template and renders it with the values while the user edits both. */
import { useDeferredValue, useEffect, useMemo, useRef } from 'react';
import {
  type Body,
  type Compilation,
  compileBody,
  type Field,
  type Preview,
  previewOfBody,
  type TemplateFault,
} from '../preview/mod.ts';
import type { Payloads } from './use-payloads.ts';

export interface Tried {
  readonly fault: TemplateFault | undefined;
  readonly fields: readonly Field[];
  readonly preview: Preview;
  /** What the last valid template rendered. */
  readonly last: Rendered | undefined;
}

export type Rendered = Pick<Preview, 'output' | 'messages'>;

/** While the template has an error, the fields and the output of the last valid one stay. */
export function useTried(body: Body, values: Payloads): Tried {
  // Deferred, so that a long render never blocks typing.
  const tried = useDeferredValue(body);
  const data = useDeferredValue(values.data);
  const compilation = useMemo(() => compileBody(tried), [tried]);
  const preview = useMemo(() => previewOfBody(tried, compilation, data), [tried, compilation, data]);
  const lastGood = useRef<{ fields: readonly Field[]; rendered: Rendered | undefined }>({
    fields: [],
    rendered: undefined,
  });
  useEffect(() => {
    if (compilation.ok) lastGood.current.fields = compilation.fields;
    if (preview.output !== undefined) lastGood.current.rendered = preview;
  }, [compilation, preview]);
  return {
    // A position in an older text would be wrong.
    fault: tried === body ? shownFault(compilation, preview) : undefined,
    fields: compilation.ok ? compilation.fields : lastGood.current.fields,
    preview,
    last: lastGood.current.rendered,
  };
}

/** A missing value is not an error of the template. */
function shownFault(compilation: Compilation, { fault, missing }: Preview): TemplateFault | undefined {
  if (!compilation.ok) return compilation.fault;
  return compilation.formFault ?? (missing.length > 0 ? undefined : fault);
}
