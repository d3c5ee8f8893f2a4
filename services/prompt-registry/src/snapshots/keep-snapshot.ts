/** Keeps an output that was accepted elsewhere, as a document brings it. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import { actorOf, bodyOf } from '../changes/mod.ts';
import { requirePayload, storeSnapshot } from '../payloads/mod.ts';
import { direct, type PolicyGate } from '../policies/mod.ts';
import type { PromptChanges } from '../prompts/mod.ts';
import { contentHashOf, parseVersionRef, requireVersion } from '../versions/mod.ts';

export interface KeepSnapshotDependencies {
  readonly changes: PromptChanges;
  readonly gate: PolicyGate;
}

export interface AcceptedElsewhere {
  readonly output: string;
  /** Whose output it counts as; undefined: the prompt has no version. */
  readonly version: string | undefined;
}

export class KeepSnapshot {
  readonly #deps: KeepSnapshotDependencies;

  constructor(deps: KeepSnapshotDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError promptNotFound, forbidden, payloadNotFound, versionNotFound, what the gate throws */
  run(
    principal: Principal,
    promptId: PromptId,
    payloadId: string,
    { output, version: ref }: AcceptedElsewhere,
  ): Promise<void> {
    const actor = actorOf(principal);
    return this.#deps.changes.make(principal, 'acceptSnapshot', promptId, async (open) => {
      const { change, record } = open;
      if (actor.kind === 'system') return;
      const payload = await requirePayload(change, promptId, payloadId);
      const version =
        ref === undefined ? undefined : await requireVersion(change, promptId, parseVersionRef(ref));
      const permit = await this.#deps.gate.permit(open, { transitions: ['payloads'] }, direct);
      const contentHash = version === undefined ? '' : contentHashOf(bodyOf(version));
      const snapshot = { version: version?.number ?? 0, contentHash, output };
      await storeSnapshot(change, actor, payloadId, snapshot, permit);
      await record('payload.snapshot_accepted', {
        version: version?.number,
        detail: { payload: payloadId, name: payload.name },
      });
    });
  }
}
