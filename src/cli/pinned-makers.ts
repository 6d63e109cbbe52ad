/** `--authenticators FILE`: whose authenticators count where a tier asks for attested keys. */
import { err, ok, type Problem, type Result } from '../core/base/result.ts';
import { parsePinned } from '../core/signoff/pinned.ts';
import type { AuthenticatorTrust } from '../core/signoff/trust.ts';
import { fileOf } from './named-file.ts';

/** null where none is named: then no key is attested. Problems: USAGE, TRUST_FORMAT. */
export async function makersAt(name: string | undefined): Promise<Result<AuthenticatorTrust | null, readonly Problem[]>> {
  const file = await fileOf('--authenticators', name === '' ? undefined : name);
  if (!file.ok) return err([file.error]);
  if (file.value === null) return ok(null);
  const named = file.value.name;
  const makers = parsePinned(new Uint8Array(file.value.bytes));
  return makers.ok ? makers : err(makers.error.map((p) => ({ ...p, place: named })));
}
