/** What the contract of a prompt does with renders and promotions. */
import type { Wire } from '@px0/contracts';

export type ContractPolicy = Wire<'Prompt'>['contract'];

export const contractPolicies: readonly {
  readonly value: ContractPolicy;
  readonly label: string;
  readonly hint: string;
}[] = [
  {
    value: 'off',
    label: 'Off',
    hint: 'Renders are not checked, and any version can be made live.',
  },
  {
    value: 'warn',
    label: 'Warn',
    hint: 'Renders are made and say in a header what is wrong with their variables. Making a version live that breaks what applications send needs a confirmation.',
  },
  {
    value: 'enforce',
    label: 'Enforce',
    hint: 'Renders with wrong variables are refused with 422. Making a version live that breaks what applications send needs a confirmation.',
  },
];
