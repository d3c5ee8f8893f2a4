export {
  type Body,
  type ChatBody,
  type ChatEntry,
  type Content,
  contentOf,
  entryOf,
  isChat,
  isSameBody,
  isSameContent,
  isSameObject,
  type MessagePart,
  type Place,
  type Role,
  textsIn,
  type VersionContent,
  wireMessages,
} from './content.ts';
export { bodyText, configText, schemaText } from './content-text.ts';
export { lateSystemMessages } from './conversation-form.ts';
export { faultsIn, faultText, repairedFields } from './faults.ts';
export { type InputSchema, inputSchemaOf, type ReadSchema } from './input-schema.ts';
export { type ContractProblems, type JsonType, useJudgement } from './judgement.ts';
export { loadJudge } from './load-judge.ts';
export { messagesText, messageText } from './message-text.ts';
export {
  type Compilation,
  characterCount,
  compileBody,
  type Preview,
  type PreviewMessage,
  previewOfBody,
  printedNumber,
} from './preview.ts';
export { type Provider, type ProviderRequest, providers, requestFor } from './requests.ts';
export { faultPlace, formFault, type TemplateFault } from './template-fault.ts';
export { emptyValue, type Field, fieldsOf, pathText, unusedKeys } from './variable-fields.ts';
