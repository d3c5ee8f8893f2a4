/** Compiles the template and renders it with the values while the user edits both. */
import type { TemplateVariable } from '@px0/template';
import { useDeferredValue, useEffect, useMemo, useRef } from 'react';
import {
  type Body,
  compileBody,
  type Field,
  faultsIn,
  type InputSchema,
  type Preview,
  previewOfBody,
  repairedFields,
  type TemplateFault,
} from '../preview/mod.ts';
import type { Payloads } from './use-payloads.ts';

export interface Tried {
  /** All that is wrong with the text, or why this render fails; then what is hardly meant. */
  readonly faults: readonly TemplateFault[];
  readonly fields: readonly Field[];
  /** What every render of the text needs. */
  readonly needed: InputSchema;
  readonly preview: Preview;
  /** What the last valid template rendered. */
  readonly last: Rendered | undefined;
}

interface LastGood {
  variables: readonly TemplateVariable[];
  needed: InputSchema;
  rendered: Rendered | undefined;
}

export type Rendered = Pick<Preview, 'output' | 'messages'>;

const NONE: readonly TemplateFault[] = [];

/** While the template has an error, the fields, the schema and the output of the last valid one stay. */
export function useTried(body: Body, values: Payloads): Tried {
  // Deferred, so that a long render never blocks typing.
  const tried = useDeferredValue(body);
  const data = useDeferredValue(values.data);
  const compilation = useMemo(() => compileBody(tried), [tried]);
  const preview = useMemo(() => previewOfBody(tried, compilation, data), [tried, compilation, data]);
  const written = useMemo(() => faultsIn(tried, compilation), [tried, compilation]);
  const needed = compilation.ok ? compilation.template.inputSchema : undefined;
  const lastGood = useRef<LastGood>({ variables: [], needed: { type: 'object' }, rendered: undefined });
  useEffect(() => {
    if (compilation.ok) lastGood.current.variables = compilation.variables;
    if (needed !== undefined) lastGood.current.needed = needed;
    if (preview.output !== undefined) lastGood.current.rendered = preview;
  }, [compilation, needed, preview]);
  const fields = useMemo(
    () => (compilation.ok ? compilation.fields : repairedFields(tried, lastGood.current.variables)),
    [tried, compilation],
  );
  const faults = useMemo(() => {
    // A missing value is not an error of the template.
    const { fault, missing } = preview;
    const isOfRender = compilation.ok && compilation.formFault === undefined && missing.length === 0;
    return isOfRender && fault !== undefined ? [fault, ...written] : written;
  }, [compilation, preview, written]);
  return {
    // A position in an older text would be wrong.
    faults: tried === body ? faults : NONE,
    fields,
    needed: needed ?? lastGood.current.needed,
    preview: compilation.ok ? preview : { ...preview, fault: written[0] ?? compilation.fault },
    last: lastGood.current.rendered,
  };
}
