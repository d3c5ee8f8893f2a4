/** The usage of each version as numbers. */
import { useState } from 'react';
import { ScrollRegion } from '../diff/mod.ts';
import { Badge, Button, Card } from '../ui/mod.ts';
import { millisecondsText, shareText, type VersionTotal } from './usage-series.ts';
import { VersionBadge } from './version-badge.tsx';

/** Rows shown at first; a prompt may have hundreds of versions. */
const MOST_SHOWN = 10;

export interface UsageTableProps {
  /** The newest version first. */
  readonly totals: readonly VersionTotal[];
  readonly live: number | undefined;
}

export function UsageTable({ totals, live }: UsageTableProps) {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? totals : totals.slice(0, MOST_SHOWN);
  return (
    <>
      <Card className="overflow-hidden">
        <ScrollRegion label="Usage by version" className="overflow-x-auto -outline-offset-2">
          <table className="w-full text-sm">
            <caption className="sr-only">Usage by version</caption>
            <thead>
              <tr className="border-line border-b text-faint text-xs">
                <th scope="col" className="h-9 px-4 text-left font-medium">
                  Version
                </th>
                <th scope="col" className="px-4 text-right font-medium">
                  Renders
                </th>
                <th scope="col" className="px-4 text-right font-medium">
                  Failures
                </th>
                <th scope="col" className="px-4 text-right font-medium">
                  Highest p95
                </th>
              </tr>
            </thead>
            <tbody className="divide-y divide-line tabular-nums">
              {shown.map(({ version, renders, failures, worstP95 }) => (
                <tr key={version}>
                  <th scope="row" className="h-10 px-4 text-left font-medium">
                    <span className="inline-flex items-center gap-2">
                      {version}
                      {version === live && <VersionBadge status="live" />}
                    </span>
                  </th>
                  <td className="px-4 text-right">{renders.toLocaleString('en')}</td>
                  <td className="px-4 text-right">
                    {failures > 0 ? (
                      <Badge tone="danger">
                        {failures.toLocaleString('en')} ({shareText(failures, renders + failures)})
                      </Badge>
                    ) : (
                      0
                    )}
                  </td>
                  <td className="px-4 text-right">{millisecondsText(worstP95)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      </Card>
      {shown.length < totals.length && (
        <Button className="self-start" onClick={() => setWhole(true)}>
          Show all {totals.length} versions
        </Button>
      )}
    </>
  );
}
