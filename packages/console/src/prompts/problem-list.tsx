/** What an input schema does not accept in some variables, problem by problem, in the words of the API. */
import type { Wire } from '@px0/contracts';
import { problemTexts } from '@px0/input-contract/problem-text';

export function ProblemList({ problems }: { readonly problems: Wire<'ContractViolation'> }) {
  return (
    <ul className="flex flex-col gap-0.5 break-words font-mono">
      {problemTexts(problems).map(({ text }) => (
        <li key={text}>{text}</li>
      ))}
      {problems.more !== undefined && <li>and {problems.more} more</li>}
    </ul>
  );
}
