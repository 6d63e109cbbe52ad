/**
 * Policy and roster as they stand at one commit. The commit is always the tip of the target ref, never the change:
 * whoever proposes a change does not choose the rules it is judged by.
 */
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import type { Change, Oid } from '../core/change/change.ts';
import { loadAgents } from '../core/policy/agents-file.ts';
import { decidesItself, type Policy } from '../core/policy/document.ts';
import { type KnownIncident, readIncidents } from '../core/policy/incident-file.ts';
import { namedFiles } from '../core/policy/layers.ts';
import { loadPolicy } from '../core/policy/load.ts';
import { loadRoster } from '../core/policy/roster-file.ts';
import { AGENTS_FILE, type Registry } from '../core/provenance/registry.ts';
import type { Roster } from '../core/roster/roster.ts';
import type { Repository } from './ports.ts';

export const POLICY_FILE = 'countersign.yml';
export const ROSTER_FILE = '.countersign/roster.yml';

/** What the organisation asks of every repository. It never comes from a repository. */
export interface Floor {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export const INCIDENT_FILE = '.countersign/incidents.yml';
export { AGENTS_FILE };

export interface Governance {
  readonly policy: Policy;
  readonly roster: Roster;
  /** null: nobody keeps any here, so conditions on incidents are unknown. */
  readonly incidents: readonly KnownIncident[] | null;
  /** The organisation's own agents; null: nobody keeps any here. */
  readonly agents: Registry | null;
}

type Read = Promise<Result<Governance, readonly Problem[]>>;

/**
 * A commit never changes, so what was read from one holds for the life of the repository's reader. Newest kept. Whoever asks
 * while it is being read waits for that reading: a burst of questions is one, and not three processes of git each.
 */
const known = new WeakMap<Repository, Map<string, Read>>();
const KEPT = 64;

export function governanceAt(repository: Repository, tip: Oid, floors: readonly Floor[] = []): Read {
  const key = [tip, ...floors.map((f) => f.name)].join('\0');
  const all = known.get(repository) ?? new Map<string, Read>();
  known.set(repository, all);
  const before = all.get(key);
  if (before !== undefined) return before;
  const [oldest] = all.keys();
  if (all.size >= KEPT && oldest !== undefined) all.delete(oldest);
  const read = readGovernance(repository, tip, floors);
  all.set(key, read);
  // What could not be read may be there at the next question.
  const forget = (): void => void (all.get(key) === read && all.delete(key));
  read.then((answer) => answer.ok || forget(), forget);
  return read;
}

async function readGovernance(repository: Repository, tip: Oid, floors: readonly Floor[]): Promise<Result<Governance, readonly Problem[]>> {
  // At once, so that one git reads them all; each is waited for where it is needed.
  const [ownPolicy, ownRoster, ownIncidents, ownAgents] = asked(repository, tip);
  const policyBytes = await ownPolicy;
  if (policyBytes === null) {
    return err([
      problem('POLICY_MISSING', `the target ref holds no ${POLICY_FILE}`, {
        place: POLICY_FILE,
        remedy: 'run `countersign init`, review what it writes, and land it on the target ref',
      }),
    ]);
  }
  const policy = await policyFrom(repository, tip, policyBytes, floors);
  if (!policy.ok) return policy;
  const rosterBytes = await ownRoster;
  if (rosterBytes === null) {
    return err([problem('ROSTER_MISSING', `the target ref holds no ${ROSTER_FILE}`, { place: ROSTER_FILE, remedy: 'run `countersign init` and list the people who may sign' })]);
  }
  const roster = loadRoster(rosterBytes, ROSTER_FILE, policy.value);
  if (!roster.ok) return roster;
  const incidents = incidentsIn(await ownIncidents);
  if (!incidents.ok) return incidents;
  const agents = agentsIn(await ownAgents, roster.value);
  return agents.ok ? ok({ policy: policy.value, roster: roster.value, incidents: incidents.value, agents: agents.value }) : agents;
}

type Bytes = Promise<Uint8Array | null>;

function asked(repository: Repository, tip: Oid): readonly [policy: Bytes, roster: Bytes, incidents: Bytes, agents: Bytes] {
  const ask = (path: string): Bytes => {
    const bytes = repository.file(tip, path);
    // nobody waits for a roster where there is no policy
    bytes.catch(() => undefined);
    return bytes;
  };
  return [ask(POLICY_FILE), ask(ROSTER_FILE), ask(INCIDENT_FILE), ask(AGENTS_FILE)];
}

/** @param roster null: nobody knows who the owners it names are. */
export const agentsFrom = async (repository: Repository, tip: Oid, roster: Roster | null): Promise<Result<Registry | null, readonly Problem[]>> =>
  agentsIn(await repository.file(tip, AGENTS_FILE), roster);

/** One that cannot be read is no reason to do without: what it would add is what nobody else knows. */
const agentsIn = (bytes: Uint8Array | null, roster: Roster | null): Result<Registry | null, readonly Problem[]> =>
  bytes === null ? ok(null) : loadAgents(bytes, AGENTS_FILE, roster);

const incidentsIn = (bytes: Uint8Array | null): Result<readonly KnownIncident[] | null, readonly Problem[]> =>
  bytes === null ? ok(null) : readIncidents(bytes, INCIDENT_FILE, 'POLICY_INVALID');

/** A policy with the files it names, all of the same commit. @param file what it is called in messages. */
export async function policyFrom(
  repository: Pick<Repository, 'file'>,
  tip: Oid,
  bytes: Uint8Array,
  floors: readonly Floor[],
  file = POLICY_FILE,
): Promise<Result<Policy, readonly Problem[]>> {
  const files = await filesNamed(repository, tip, bytes, file);
  return loadPolicy(bytes, file, { read: (path) => files.get(path) ?? null, floors });
}

/** More than a policy may be made of: the loader says so. */
const MOST_FILES = 17;

async function filesNamed(repository: Pick<Repository, 'file'>, tip: Oid, bytes: Uint8Array, file: string): Promise<ReadonlyMap<string, Uint8Array | null>> {
  const files = new Map<string, Uint8Array | null>();
  const waiting = [...namedFiles(bytes, file)];
  for (let path = waiting.shift(); path !== undefined && files.size < MOST_FILES; path = waiting.shift()) {
    if (files.has(path)) continue;
    const content = await repository.file(tip, path);
    files.set(path, content);
    if (content !== null) waiting.push(...namedFiles(content, path));
  }
  return files;
}

/**
 * What is wrong with the policy and the roster this change would bring in. A policy nobody can read refuses everything, its
 * own repair included, so it must not land; neither must one that reads well and refuses its own repair, or one whose own
 * tests say that it does something else than was meant. Where the change leaves these files alone there is nothing to ask.
 * @param at milliseconds since 1970; null: not known.
 */
export async function brought(repository: Repository, { records, head }: Change, floors: readonly Floor[], at: number | null): Promise<readonly Problem[]> {
  if (!records.some((r) => decidesItself(r.path))) return [];
  const after = await governanceAt(repository, head, floors);
  return after.ok ? wrongWith(after.value, at) : after.error;
}

/** Tests that fail, at most so many: each costs one decision. */
const MOST_FAILING = 10;
/** Steps in tests of one policy; whoever pushes a change writes them, and everybody else waits. See `stepsOf`. */
const MOST_STEPS = 200_000_000;

async function wrongWith(governance: Governance, at: number | null): Promise<readonly Problem[]> {
  const { lockedOut } = await import('../core/simulate/repair.ts');
  const locked = lockedOut(governance.policy, governance.roster, governance.incidents, at, POLICY_FILE);
  return locked.length > 0 ? locked : failing(governance);
}

async function failing({ policy, roster }: Governance): Promise<readonly Problem[]> {
  // Only a change of policy has tests to run: every other one starts without them.
  const { runTest, stepsOf, testsOf } = await import('../core/simulate/test-policy.ts');
  const problems: Problem[] = [];
  let steps = 0;
  for (const test of testsOf(policy)) {
    const { passed, name, place, differences, ran } = runTest(policy, test, roster);
    steps += ran === null ? policy.rules.length : stepsOf(policy, ran, test.given.people === null ? roster : { ...roster, people: test.given.people });
    if (steps > MOST_STEPS) {
      const remedy = 'fewer tests, or tests of fewer rules at once; scenario files hold any number: countersign policy test --scenarios';
      return [...problems, problem('POLICY_TEST', 'its tests are more work than a gate does', { place, remedy })];
    }
    if (passed) continue;
    const wrong = differences.map((d) => `${d.what} is ${d.got}, expected ${d.expected}`).join('; ');
    problems.push(problem('POLICY_TEST', `its test ${JSON.stringify(name)} fails: ${wrong}`, { place, remedy: 'countersign policy test says why' }));
    if (problems.length === MOST_FAILING) break;
  }
  return problems;
}
