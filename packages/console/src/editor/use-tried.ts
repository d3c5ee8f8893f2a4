/** Compiles the template and renders it with the values while the user edits both. */
import { useDeferredValue, useEffect, useMemo, useRef } from 'react';
import type { Field, TemplateFault } from '../preview/mod.ts';
import { type Compilation, compileTemplate, type Preview, previewOf } from '../preview/mod.ts';
import type { Payloads } from './use-payloads.ts';

export interface Tried {
  readonly fault: TemplateFault | undefined;
  readonly fields: readonly Field[];
  readonly preview: Preview;
  readonly lastOutput: string | undefined;
}

/** While the template has an error, the fields and the output of the last valid template stay. */
export function useTried(text: string, values: Payloads): Tried {
  // Deferred, so that a long render never blocks typing.
  const tried = useDeferredValue(text);
  const data = useDeferredValue(values.data);
  const compilation = useMemo(() => compileTemplate(tried), [tried]);
  const preview = useMemo(() => previewOf(tried, compilation, data), [tried, compilation, data]);
  const lastGood = useRef<{ fields: readonly Field[]; output: string | undefined }>({
    fields: [],
    output: undefined,
  });
  useEffect(() => {
    if (compilation.ok) lastGood.current.fields = compilation.fields;
    if (preview.output !== undefined) lastGood.current.output = preview.output;
  }, [compilation, preview]);
  return {
    // A position in an older text would be wrong.
    fault: tried === text ? shownFault(compilation, preview) : undefined,
    fields: compilation.ok ? compilation.fields : lastGood.current.fields,
    preview,
    lastOutput: lastGood.current.output,
  };
}

/** A missing value is not an error of the template. */
function shownFault(compilation: Compilation, { fault, missing }: Preview): TemplateFault | undefined {
  return compilation.ok && missing.length > 0 ? undefined : fault;
}
