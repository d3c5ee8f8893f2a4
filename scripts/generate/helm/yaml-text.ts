/** YAML for Helm, whose reader knows YAML 1.1: `off` without quotes is no text to it. */
import { stringify } from 'yaml';

export function yamlText(value: unknown): string {
  return stringify(value, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false });
}
