/** Policy, floors, roster and scenarios as files on disk: what people edit before it is committed. */
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { type PlacedCase, readScenarios } from '../core/policy/case-file.ts';
import type { Policy } from '../core/policy/document.ts';
import { loadPolicy } from '../core/policy/load.ts';
import { loadRoster } from '../core/policy/roster-file.ts';
import type { Roster } from '../core/roster/roster.ts';
import { POLICY_FILE, ROSTER_FILE } from '../flows/governance.ts';
import { floorsAt } from './floors.ts';

/** One byte more than any of these files may hold: a longer one is refused by its reader, and never read whole. */
const MOST_BYTES = 1_000_001;

export interface PolicyFiles {
  /** The policy; countersign.yml unless named. */
  readonly policy?: string | undefined;
  /** The roster; `.countersign/roster.yml` beside the policy unless named. */
  readonly roster?: string | undefined;
  /** Floors of the organisation. */
  readonly floor?: readonly string[] | undefined;
}

export interface OpenedPolicy {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly policy: Policy;
  readonly roster: Roster;
  /** False: there is no roster file, so nobody is on the roster but whom a case names. */
  readonly staffed: boolean;
}

const NOBODY: Roster = { people: [], agents: [], digest: '0'.repeat(64) };

export async function openPolicy({ policy: file = POLICY_FILE, roster, floor }: PolicyFiles): Promise<Result<OpenedPolicy, readonly Problem[]>> {
  const bytes = readBytes(file, 'POLICY_MISSING', 'name the policy, or run countersign init');
  const floors = await floorsAt(floor);
  if (!bytes.ok) return err([bytes.error]);
  if (!floors.ok) return floors;
  const policy = loadPolicy(bytes.value, file, { read: beside(file), floors: floors.value });
  if (!policy.ok) return policy;
  const people = openRoster(roster, file, policy.value);
  return people.ok ? ok({ file, bytes: bytes.value, policy: policy.value, ...people.value }) : people;
}

function openRoster(named: string | undefined, file: string, policy: Policy): Result<Pick<OpenedPolicy, 'roster' | 'staffed'>, readonly Problem[]> {
  const path = named ?? join(dirname(file), ROSTER_FILE);
  if (named === undefined && !existsSync(path)) return ok({ roster: NOBODY, staffed: false });
  const bytes = readBytes(path, 'ROSTER_MISSING', 'name the roster, or leave --roster out');
  if (!bytes.ok) return err([bytes.error]);
  const roster = loadRoster(bytes.value, path, policy);
  return roster.ok ? ok({ roster: roster.value, staffed: true }) : roster;
}

/** Files a policy names lie in the folder it lies in; a name that climbs out of it is not there. */
export const beside =
  (file: string) =>
  (path: string): Uint8Array | null => {
    if (path.split('/').includes('..')) return null;
    const bytes = readBytes(join(dirname(file), path), 'POLICY_MISSING', '');
    return bytes.ok ? bytes.value : null;
  };

export function openScenarios(files: readonly string[], policy: Policy): Result<readonly PlacedCase[], readonly Problem[]> {
  const read = files.map((file) => {
    const bytes = readBytes(file, 'NOT_FOUND', 'name a scenario file that is there');
    return bytes.ok ? readScenarios(bytes.value, file, policy) : err([bytes.error]);
  });
  const problems = read.flatMap((r) => (r.ok ? [] : r.error));
  return problems.length > 0 ? err(problems) : ok(read.flatMap((r) => (r.ok ? r.value : [])));
}

export function readBytes(file: string, code: Problem['code'], remedy: string): Result<Uint8Array> {
  let handle: number | undefined;
  try {
    handle = openSync(file, 'r');
    const bytes = Buffer.alloc(MOST_BYTES);
    let read = 0;
    for (let got = -1; got !== 0 && read < MOST_BYTES; read += got) got = readSync(handle, bytes, read, MOST_BYTES - read, null);
    return ok(new Uint8Array(bytes.subarray(0, read)));
  } catch (error) {
    return err(problem(code, `cannot be read: ${error instanceof Error ? error.message : String(error)}`, { place: file, remedy }));
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}
