/** What is there already, held against a proposal. It is read and never written: a difference is a text for somebody to act on. */
import { utf8 } from '../core/base/bytes.ts';
import type { Problem } from '../core/base/result.ts';
import { loadAgents } from '../core/policy/agents-file.ts';
import { loadPolicy } from '../core/policy/load.ts';
import { besideAgents, besidePolicy, besideRoster } from '../core/policy/propose/compare.ts';
import { loadRoster } from '../core/policy/roster-file.ts';
import { lockedOut } from '../core/simulate/repair.ts';
import { AGENTS_FILE, POLICY_FILE, ROSTER_FILE } from './governance.ts';
import type { Onboarded } from './onboard.ts';

/** Bytes of a file that is there; null where there is none, or none that may be read. */
export type ReadThere = (path: string) => Uint8Array | null;

/** @param path a file of the proposal that is there. Answers what it lacks, in words; one that does not load says why. */
export function differences({ proposal, policy, seen }: Onboarded, path: string, read: ReadThere): readonly string[] {
  const bytes = read(path);
  if (bytes === null) return ['it is no plain file that can be read, so nothing was compared'];
  if (path === POLICY_FILE) {
    const there = loadPolicy(bytes, path, { read, floors: [] });
    return there.ok ? besidePolicy(proposal, there.value, seen.files) : unloadable(there.error);
  }
  if (path === ROSTER_FILE) {
    const own = read(POLICY_FILE);
    const by = own === null ? undefined : loadPolicy(own, POLICY_FILE, { read, floors: [] });
    const there = loadRoster(bytes, path, by?.ok === true ? by.value : policy);
    return there.ok ? besideRoster(proposal, there.value) : unloadable(there.error);
  }
  const there = loadAgents(bytes, path, null);
  return there.ok ? besideAgents(proposal, there.value) : unloadable(there.error);
}

const unloadable = ([first]: readonly Problem[]): readonly string[] => [`it does not load, so nothing was compared: ${first?.place ?? ''} ${first?.message ?? ''}`];

/** Why a proposed file would not hold beside what is there already, and beside the rest of the proposal where that is missing; null: it would. */
export function unfit({ policy, files }: Onboarded, path: string, text: string, read: ReadThere): string | null {
  const ownPolicy = read(POLICY_FILE);
  const by = ownPolicy === null ? undefined : loadPolicy(ownPolicy, POLICY_FILE, { read, floors: [] });
  if (by?.ok === false) return `${POLICY_FILE} is there and does not load: ${by.error[0]?.message ?? ''}`;
  const proposed = files.find((f) => f.path === ROSTER_FILE)?.text ?? '';
  const people = loadRoster(read(ROSTER_FILE) ?? utf8(proposed), ROSTER_FILE, by?.value ?? policy);
  if (!people.ok) return `levels and people of the two files do not fit each other: ${people.error[0]?.message ?? ''}`;
  if (path === AGENTS_FILE) {
    const agents = loadAgents(utf8(text), path, people.value);
    return agents.ok ? null : `it does not fit the roster that is there: ${agents.error[0]?.message ?? ''}`;
  }
  const [locked] = lockedOut(by?.value ?? policy, people.value, null, null, POLICY_FILE);
  return locked === undefined ? null : locked.message;
}
