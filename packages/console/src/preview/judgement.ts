/** Judges variables in the page as px0 judges those of a render, and with the same words. */
import type { InputSchema, Violation } from '@px0/input-contract';
import { useEffect, useMemo, useState } from 'react';
import { isObject, type JsonValue, withFloats } from '../json/mod.ts';
import { loadedJudge, loadJudge } from './load-judge.ts';

export type { ContractProblems, JsonType, Violation } from '@px0/input-contract';

/** Undefined if the schema accepts the data, and until the judge has been loaded. */
export function useJudgement(schema: InputSchema, data: JsonValue): Violation | undefined {
  const [module, setModule] = useState(loadedJudge);
  useEffect(() => {
    let isShown = true;
    void loadJudge().then((found) => {
      if (isShown) setModule(found);
    });
    return () => {
      isShown = false;
    };
  }, []);
  const judge = useMemo(() => module?.compileJudge(schema), [module, schema]);
  return useMemo(() => {
    const floats = withFloats(data);
    return isObject(floats) ? judge?.(floats) : undefined;
  }, [judge, data]);
}
