/** What policies answer to a change that they guard, after every refusal of the operation itself. See docs/decisions/201-policies.md. */
export const policyGate = [
  'reasonRequired',
  'breakGlassReasonTooLong',
  'forbidden',
  'changeRequestRequired',
  'checksFail',
] as const;
