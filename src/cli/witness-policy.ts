/** `--witness-policy FILE`: whose cosignatures prove the log of the server that is started. */
import { text } from '../core/base/bytes.ts';
import { err, ok, problem, type Result } from '../core/base/result.ts';
import { policyToAsk, type WitnessPolicyFile } from '../flows/witnesses.ts';
import { fileOf } from './named-file.ts';

/** null where none is named. @param demo take `quorum none`. Problems: USAGE, TRUST_FORMAT. */
export async function witnessPolicyAt(name: string | undefined, demo: boolean): Promise<Result<WitnessPolicyFile | null>> {
  const file = await fileOf('--witness-policy', name === '' ? undefined : name);
  if (!file.ok || file.value === null) return file.ok ? ok(null) : file;
  const read = text(file.value.bytes);
  return read === undefined ? err(problem('TRUST_FORMAT', 'the witness policy is not UTF-8', { place: file.value.name })) : policyToAsk(read, file.value.name, demo);
}
