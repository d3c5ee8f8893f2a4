/** The public face of the contracts: routes, errors, schemas and events, each declared once. */
export { isEmailAddress, MAX_EMAIL_LENGTH } from './email-address.ts';
export { type ErrorCode, errorCatalog, exampleMessage } from './errors.ts';
export {
  activitySubject,
  type BodyEvent,
  bodyContent,
  bodySubject,
  composeEvent,
  decodeBody,
  decodeEvent,
  type EntityName,
  EventInvalidError,
  encodeActivity,
  encodeBody,
  encodeEvent,
  encodeState,
  entities,
  entityOfSubject,
  idOfSubject,
  type ProgramState,
  parseBodySubject,
  type StateEvent,
  type StateEventInput,
  type StateOf,
  stateSubject,
  type TagTable,
  type VersionStatus,
  type VersionTriple,
} from './events/mod.ts';
export { parseExactJson } from './exact-json.ts';
export { HINT_HEADER, type Hint, hintText } from './hint.ts';
export {
  type ApiKeyId,
  type OrganizationId,
  type PromptId,
  parseUuid,
  type TeamId,
  type UserId,
} from './ids.ts';
export { decodeSegment, matchRoute, ownerOfPrefix, type Route, type RouteMatch } from './match-route.ts';
export { buildOpenApi, type OpenApiDocument, type OpenApiOperation } from './openapi/build-openapi.ts';
export { responseHeaders } from './openapi/common.ts';
export { BadBody, bodyOrHint, parseBody, parseBodyText } from './parse-body.ts';
export { compilePatterns, matchesPattern } from './pattern.ts';
export { parseBoolean, type QueryReading, readQuery } from './read-query.ts';
export {
  type AuthClass,
  type BodyOf,
  type CostClass,
  defineRoutes,
  type HttpMethod,
  type ParamDefinition,
  type ParamsOf,
  type Patience,
  type QueryOf,
  type ReplyOf,
  type RequestOf,
  type RouteDefinition,
  type ServiceName,
  type Tag,
  textParam,
  uuidParam,
} from './route.ts';
export { type OperationId, routes } from './routes/mod.ts';
export { MOST_LISTED_TEAMS } from './routes/prompts.ts';
export { assertionTypes, severities } from './schemas/assertions.ts';
export {
  changeKinds,
  changeRequestLimits,
  changeRequestStates,
  reviewFaults,
  reviewVerdicts,
} from './schemas/change-requests.ts';
export { policyLimits, policyTransitions } from './schemas/policies.ts';
export { checkName, checkStates, SUMMARY_DAYS, schemas, type Wire } from './schemas.ts';
export {
  decodeUsage,
  encodeUsage,
  fallbackUsageSource,
  liveUsageSource,
  type UsageWindow,
  usageConsumers,
  usageLatencyBoundsMs,
  usageLimits,
  usageSources,
  usageSubject,
  usageSubjects,
  usageWindow,
} from './usage.ts';
export { isAdded, namedValues, settableTag } from './values.ts';
