/**
 * How dangerous what was found is, and who answers for it. Weighed as a push would be, by the policy where the ref was last let stand: of
 * what stands there now whoever moved it past the gate chose the policy. What cannot be weighed is critical.
 */
import type { Change, Oid } from '../core/change/change.ts';
import { changeId } from '../core/change/change-id.ts';
import { isAbsent } from '../core/change/manifest.ts';
import { type Owner, type ScanBody, WHY } from '../core/gate/violation-words.ts';
import { type Bypass, type LoggedViolation, NOBODY, ownerOf } from '../core/gate/violations.ts';
import type { StickyMark } from '../core/provenance/provenance.ts';
import type { Tier } from '../core/risk/risk.ts';
import type { PersonId } from '../core/roster/roster.ts';
import { type Considered, considerChange } from './gather.ts';
import { type Floor, type Governance, governanceAt } from './governance.ts';
import type { Parsers, Repository } from './ports.ts';
import type { RefHistory } from './ports-scan.ts';
import { contentsOf, MOST_FILES } from './weigh.ts';

export interface WeighWorld {
  readonly repository: Repository;
  readonly history: RefHistory;
  readonly parsers: Parsers;
  readonly floors?: readonly Floor[];
  /** What a push would have been weighed with; not given: a log and a clone remember nothing of it. */
  readonly remembered?: Remembered;
  now(): number;
}

export interface Remembered {
  /** Of AI, on what this ref saw lately. */
  marks(repo: string, ref: string): Promise<readonly StickyMark[]>;
  pushersBefore(repo: string, contents: readonly string[]): Promise<readonly PersonId[]>;
}

/** What is written down of a finding. */
export interface Weighed {
  readonly finding: Bypass;
  /** What would have to be signed; null where git cannot read it. */
  readonly change: string | null;
  readonly body: ScanBody;
  /** What a push of it would have needed: by it people sign after the fact. null: it cannot be weighed, or is gone. */
  readonly considered: Considered | null;
}

/** What landed and is gone, as the log decided about it. */
export interface Lost {
  readonly tier: Tier;
  readonly paths: readonly string[];
}

/** Findings that are weighed in one scan: each is a change that is parsed. */
const MOST = 200;

/** What was told before of the same. */
export interface Before {
  readonly tells: readonly LoggedViolation[];
  /** The last entry that says the ref was back. */
  readonly after: number | undefined;
}

/** @param before by finding. @param lost of a rewritten one. */
export async function weighAll(
  world: WeighWorld,
  findings: readonly Bypass[],
  before: (finding: Bypass) => Before,
  lost: (finding: Bypass) => Promise<Lost>,
  progress: (share: number) => void,
): Promise<readonly Weighed[]> {
  const changes = await ids(world, findings);
  const weighed: Weighed[] = [];
  for (const [i, finding] of findings.entries()) {
    weighed.push(await weighOne(world, finding, { before: before(finding), change: changes[i] ?? null, lost, within: i < MOST }));
    progress((i + 1) / findings.length);
  }
  return weighed;
}

interface Known {
  readonly before: Before;
  readonly change: string | null;
  readonly lost: (finding: Bypass) => Promise<Lost>;
  readonly within: boolean;
}

async function weighOne(world: WeighWorld, finding: Bypass, { before, change, lost, within }: Known): Promise<Weighed> {
  const told = { tells: before.tells.map((t) => t.entry), ...(before.after === undefined ? {} : { after: before.after }) };
  const governance = finding.stood === null ? null : await governanceAt(world.repository, finding.stood, world.floors).catch(() => null);
  const rules = governance?.ok === true ? governance.value : null;
  if (finding.kind === 'rewritten') {
    const { tier, paths } = await lost(finding);
    const owner = rules === null ? NOBODY : ownerOf(rules, paths);
    const ends = [Math.min(...finding.landings), Math.max(...finding.landings)];
    return {
      finding,
      change: finding.changes.at(-1) ?? null,
      body: { ...placeOf(finding), v: 1, why: WHY.rewritten, from: finding.from, lost: ends, tier, owner, ...told },
      considered: null,
    };
  }
  const { tier, owner, found } =
    rules === null || !within ? { tier: 'critical' as const, owner: rules === null ? NOBODY : ownerOf(rules, []), found: null } : await considered(world, finding, rules);
  const { from, code, commits } = finding;
  return { finding, change, body: { ...placeOf(finding), v: 1, why: WHY.unchained, from, code, commits, tier, owner, ...told }, considered: found };
}

const placeOf = ({ repo, ref, to }: Bypass) => ({ repo, ref, to });

interface Judged {
  readonly tier: Tier;
  readonly owner: Owner;
  readonly found: Considered | null;
}

/** Who moved it is told by nobody: whom transports put behind this content is kept out, and signing it takes one person more (scan-later.ts). */
async function considered({ repository, parsers, floors, remembered, now }: WeighWorld, { repo, ref, from, to }: Bypass, rules: Governance): Promise<Judged> {
  const sticky = (await remembered?.marks(repo, ref)) ?? [];
  const pushersBefore = async (change: Change): Promise<readonly PersonId[]> => (await remembered?.pushersBefore(repo, contentsOf(change))) ?? [];
  const asked = { repo, targetRef: ref, base: baseOf(from), head: to, most: MOST_FILES, pusher: null, pushersBefore, sticky, at: now(), floors: floors ?? [] };
  // What cannot be read cannot be weighed either.
  const found = await considerChange(repository, parsers, rules, asked).catch(() => null);
  if (found?.ok !== true) return { tier: 'critical', owner: ownerOf(rules, []), found: null };
  const { change, decision } = found.value;
  return {
    tier: decision.tier,
    owner: ownerOf(
      rules,
      change.records.map((r) => r.path),
    ),
    found: found.value,
  };
}

const baseOf = (from: Oid): Oid | null => (isAbsent(from) ? null : from);

async function ids({ history }: WeighWorld, findings: readonly Bypass[]): Promise<readonly (string | null)[]> {
  const moves = findings.map(({ kind, from, to }) => (kind === 'rewritten' ? null : { from: baseOf(from), to }));
  const asked = moves.flatMap((m) => m ?? []);
  const read = asked.length === 0 ? null : await history.manifests(asked);
  const manifests = read?.ok === true ? [...read.value] : [];
  return findings.map(({ repo, ref }, i) => {
    const manifest = moves[i] === null ? null : (manifests.shift() ?? null);
    return manifest === null ? null : changeId({ repo, targetRef: ref, manifest });
  });
}
