/** `countersign policy schema`: the JSON Schema of a file people write. */
import { problem } from '../core/base/result.ts';
import { SCHEMA_NAMES, schemaText } from '../core/policy/schemas.ts';
import { type Answer, EXIT, refusal } from './exit.ts';

/** Exit 0 printed, 2 there is no such schema. */
export async function policySchema(name = 'policy', options: { readonly json?: boolean } = {}): Promise<Answer> {
  const known = SCHEMA_NAMES.find((n) => n === name);
  if (known === undefined)
    return refusal([problem('USAGE', `there is no schema ${JSON.stringify(name)}`, { place: 'command line', remedy: `name one of ${SCHEMA_NAMES.join(', ')}` })], options.json);
  return { code: EXIT.ok, stdout: schemaText(known), stderr: '' };
}
