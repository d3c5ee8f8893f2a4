/**
 * Judges variables in the page as px0 judges those of a render: by what the template needs and what the author of the schema wants, and
 * with the same words. The code for it is loaded with the editor, apart from everything else.
 */
import type { InputSchema, Violation } from '@px0/input-contract';
import { useEffect, useMemo, useState } from 'react';
import { asJson, isObject, type JsonValue, withFloats } from '../json/mod.ts';

export type { ContractProblems, InputSchema, JsonType, Violation } from '@px0/input-contract';

type InputContracts = typeof import('@px0/input-contract');

let loaded: InputContracts | undefined;

/** A route that shows a judgement loads this together with its page. A failure is no reason not to show the page. */
export async function loadInputContracts(): Promise<InputContracts | undefined> {
  try {
    loaded ??= await import('@px0/input-contract');
  } catch {
    // Offline, or a file of an older build: the page asks again.
  }
  return loaded;
}

export interface Judgement {
  /** Undefined while nothing can be said. */
  readonly schema: InputSchema | undefined;
  /** Undefined if the schema accepts the data, or if there is none. */
  readonly violation: Violation | undefined;
}

/**
 * @param inferred what the template needs; undefined if no template was valid yet
 * @param authored what the version's author gave
 */
export function useJudgement(
  inferred: InputSchema | undefined,
  authored: unknown,
  data: JsonValue,
): Judgement {
  const [contracts, setContracts] = useState(loaded);
  useEffect(() => {
    let isShown = true;
    void loadInputContracts().then((found) => {
      if (isShown) setContracts(found);
    });
    return () => {
      isShown = false;
    };
  }, []);
  const schema = useMemo(
    () => (contracts && inferred ? unitedSchema(contracts, inferred, authored) : undefined),
    [contracts, inferred, authored],
  );
  const judge = useMemo(() => schema && contracts?.compileJudge(schema), [contracts, schema]);
  const violation = useMemo(() => {
    const floats = withFloats(data);
    return isObject(floats) ? judge?.(floats) : undefined;
  }, [judge, data]);
  return { schema, violation };
}

/** While a draft's text needs what its schema refuses, px0 would save neither; the text goes first. */
export function unitedSchema(
  { effectiveSchema, SchemaFault }: InputContracts,
  inferred: InputSchema,
  authored: unknown,
): InputSchema {
  const given = withFloats(asJson(authored ?? null));
  try {
    return effectiveSchema(inferred, isObject(given) ? (given as InputSchema) : undefined);
  } catch (error) {
    if (error instanceof SchemaFault) return inferred;
    throw error;
  }
}
