/** Builds the commands of this feature. */
import type { CheckVersion } from '../checks/mod.ts';
import type { PolicyGate } from '../policies/mod.ts';
import type { PromptParts } from '../prompts/mod.ts';
import type { InputSchemas } from '../versions/mod.ts';
import { ApplyRequest } from './apply-request.ts';
import { CloseRequest } from './close-request.ts';
import { CommentRequest } from './comment-request.ts';
import { CreateRequest, type CreateRequestDependencies } from './create-request.ts';
import type { JudgedRequestDependencies } from './judged-request.ts';
import { ListRequests } from './list-requests.ts';
import { type ChangeCommands, PerformChange } from './perform-change.ts';
import { ReadRequest } from './read-request.ts';
import { RequestGate } from './request-gate.ts';
import { RequestRequirements } from './request-requirements.ts';
import { RequestViews } from './request-view.ts';
import { ReviewRequest } from './review-request.ts';
import type { RequestCommands } from './routes.ts';

export interface RequestParts
  extends PromptParts,
    Pick<CreateRequestDependencies, 'policies' | 'assertions'>,
    Pick<JudgedRequestDependencies, 'count'> {
  readonly check: CheckVersion;
  readonly commands: ChangeCommands;
  readonly gate: PolicyGate;
  readonly schemas: InputSchemas;
}

export function changeRequestCommands(parts: RequestParts): RequestCommands {
  const { gate, commands, schemas } = parts;
  const requests = new RequestGate(parts);
  const views = new RequestViews({ ...parts, requirements: new RequestRequirements(gate) });
  const shared = { ...parts, requests, views };
  const apply = new ApplyRequest({ ...shared, perform: new PerformChange(commands) });
  return {
    create: new CreateRequest(shared),
    list: new ListRequests(shared),
    read: new ReadRequest(shared),
    review: new ReviewRequest({ ...shared, apply }),
    comment: new CommentRequest(shared),
    apply,
    close: new CloseRequest(shared),
    views,
    schemaOf: (version) => schemas.shown(version),
  };
}
