/** Where the list is empty: says that the user has other organizations, which nothing else on the page would show. */
import { Button } from '../ui/mod.ts';
import { useWorkspace } from '../workspace/mod.ts';

/** More are in the switcher. */
const MOST_SHOWN = 5;

export function OtherOrganizations() {
  const { organizations, organization, selectOrganization } = useWorkspace();
  const others = organizations.filter(({ id }) => id !== organization?.id);
  if (organization === undefined || others.length === 0) return null;
  return (
    <div className="flex flex-wrap items-center gap-2 border-line border-b px-4 py-3 text-muted text-sm sm:px-5">
      <p>This is {organization.name}. You are also in:</p>
      {others.slice(0, MOST_SHOWN).map(({ id, name }) => (
        <Button key={id} size="sm" onClick={() => selectOrganization(id)}>
          {name}
        </Button>
      ))}
    </div>
  );
}
