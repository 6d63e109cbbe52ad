/**
 * The bodies beside a log in a folder, held to the digests that its entries name. A body lies under its digest, so what is wrong is seen
 * without the log; what the log adds is which of them it speaks of. One that is not there may have been erased, and one that no entry names
 * may belong to an export that is under way: both are counted, and neither is a fault.
 */
import { sha256Hex } from '../core/base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import type { Entry } from '../core/log/entry.ts';
import type { LogSource } from './ports-log.ts';

/** No body is larger; what claims to be is not read. */
export const MAX_BODY = 64 << 20;

export interface CheckedBodies {
  /** Read, and of the digest they lie under. */
  readonly read: number;
  /** Named by an entry, by no erasure, and not there. */
  readonly missing: number;
  /** There, and named by no entry of this checkpoint. */
  readonly unnamed: number;
}

export interface BodyCheck {
  /** An entry of the log, in order. */
  named(entry: Entry): void;
  /** Reads them all. */
  check(fault: (problem: Problem) => void, progress: (share: number) => void): Promise<CheckedBodies>;
}

export const bodyPath = (sha256: string): string => `envelopes/${sha256}`;

/** null where no bodies lie beside the log. */
export async function bodiesBeside(source: LogSource): Promise<Result<BodyCheck | null>> {
  const names = (await source.bodies?.()) ?? ok([]);
  if (!names.ok) return names;
  return ok(names.value.length === 0 ? null : checkOf(source, names.value));
}

function checkOf(source: LogSource, names: readonly string[]): BodyCheck {
  const there = new Set(names);
  const named = new Set<string>();
  const missing = new Set<string>();
  return {
    named: ({ type, envelope, fields }) => {
      if (there.has(envelope)) named.add(envelope);
      else missing.add(envelope);
      if (type === 'erasure' && Array.isArray(fields.bodies)) for (const gone of fields.bodies) missing.delete(String(gone));
    },
    check: async (fault, progress) => {
      let read = 0;
      for (const [at, name] of names.entries()) {
        const body = await checked(source, name);
        if (body.ok) read++;
        else fault(body.error);
        progress((at + 1) / names.length);
      }
      return { read, missing: missing.size, unnamed: there.size - named.size };
    },
  };
}

async function checked(source: LogSource, name: string): Promise<Result<void>> {
  const place = bodyPath(name);
  if (!/^[0-9a-f]{64}$/.test(name)) return err(problem('LOG_FORMAT', 'no body is called so: its name is its SHA-256 in lowercase hex', { place }));
  const bytes = await source.read(place, MAX_BODY);
  if (!bytes.ok) return bytes;
  if (bytes.value === null) return err(problem('LOG_FORMAT', 'this is no file', { place }));
  return sha256Hex(bytes.value) === name ? ok(undefined) : err(problem('LOG_INCLUSION', 'the body does not have the digest it lies under', { place }));
}
