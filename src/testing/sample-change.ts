/** Small changes, rosters and policies for tests of decisions: every field has a believable default. */
import { utf8 } from '../core/base/bytes.ts';
import { sha256Hex } from '../core/base/crypto.ts';
import type { Change, Commit, TreeRecord } from '../core/change/change.ts';
import type { Policy } from '../core/policy/document.ts';
import type { Facts } from '../core/policy/facts.ts';
import { loadPolicy } from '../core/policy/load.ts';
import type { Detector, Finding, Tier } from '../core/risk/risk.ts';
import type { Person, Roster } from '../core/roster/roster.ts';

const ZERO = '0'.repeat(40);

/** When sample changes are judged: 2026-06-01, noon. */
export const SAMPLE_NOW = Date.UTC(2026, 5, 1, 12);

export const sampleRecord = (path: string, more: Partial<TreeRecord> = {}): TreeRecord => ({
  path,
  pathBytes: utf8(path),
  oldMode: '100644',
  newMode: '100644',
  oldId: '1'.repeat(40),
  newId: '2'.repeat(40),
  status: 'M',
  ...more,
});

/** A commit by somebody of `example.com`, for example `sampleCommit('mara')`. */
export const sampleCommit = (who: string, message = 'Change something\n', more: Partial<Commit> = {}): Commit => {
  const ident = { name: who, email: who.includes('@') ? who : `${who}@example.com`, at: 1_750_000_000_000 };
  return { id: sha256Hex(`${who}\n${message}`).slice(0, 40), tree: ZERO, parents: [ZERO], author: ident, committer: ident, message, ...more };
};

export const sampleChange = (paths: readonly string[], commits: readonly Commit[], more: Partial<Change> = {}): Change => ({
  alg: 'git-diff-tree-raw-z/sha256',
  manifest: sha256Hex(paths.join('\0')),
  manifest256: sha256Hex(`256 ${paths.join('\0')}`),
  records: paths.map((p) => sampleRecord(p)),
  repo: 'infra',
  targetRef: 'refs/heads/main',
  base: 'a'.repeat(40),
  mergeBase: 'a'.repeat(40),
  head: commits.at(-1)?.id ?? 'b'.repeat(40),
  headTree: ZERO,
  commits,
  unseen: [],
  ...more,
});

export const samplePerson = (id: string, level: string, more: Partial<Person> = {}): Person => ({
  id,
  name: id,
  level,
  teams: [],
  domains: [],
  emails: [`${id}@example.com`],
  accounts: [id],
  ...more,
});

/** ada L4, ben L5, cleo L5, dan L6, eve L6, flo L7; the agent `robo` belongs to ben. */
export const SAMPLE_ROSTER: Roster = {
  people: [
    samplePerson('ada', 'L4'),
    samplePerson('ben', 'L5', { teams: ['sre'], domains: ['infra'] }),
    samplePerson('cleo', 'L5', { teams: ['security'] }),
    samplePerson('dan', 'L6', { teams: ['sre', 'security'], domains: ['infra', 'databases'] }),
    samplePerson('eve', 'L6', { teams: ['security'], domains: ['databases'] }),
    samplePerson('flo', 'L7', { teams: ['sre'], domains: ['infra'] }),
  ],
  agents: [{ id: 'robo', owner: 'ben', emails: ['robo@example.com'], accounts: ['robo'] }],
  digest: 'c'.repeat(64),
};

/** Rules in YAML below a standard head: ladder L4 to L7, senior L6. */
export function samplePolicy(rules: string, more = ''): Policy {
  const file = `version: 1\nladder: [L4, L5, L6, L7]\nsenior: L6\nprotected: [refs/heads/main]\n${more}\nrules:\n${rules}\n`;
  const loaded = loadPolicy(utf8(file), 'countersign.yml');
  if (!loaded.ok) throw new Error(loaded.error.map((p) => `${p.place} ${p.message}`).join('\n'));
  return loaded.value;
}

export const sampleFinding = (severity: Tier, path = 'main.tf'): Finding => ({
  rule: 'TF102',
  slug: 'stateful-destroy',
  version: 1,
  severity,
  confidence: 'exact',
  place: { path, side: 'head', object: 'aws_db_instance.main' },
  what: 'The database aws_db_instance.main would be destroyed',
  because: [],
  safeIf: [],
});

/** A detector that sees just this. */
export const sampleDetector = (...findings: readonly Finding[]): Detector => ({ id: 'sample', detect: () => findings });

export const sampleFacts = (change: Change, more: Partial<Facts> = {}): Facts => ({
  change,
  evidence: { files: [], plan: null },
  pusher: null,
  sticky: [],
  roster: SAMPLE_ROSTER,
  targetExists: true,
  at: SAMPLE_NOW,
  lane: { sampled: 0, escapes: 0 },
  ...more,
});
