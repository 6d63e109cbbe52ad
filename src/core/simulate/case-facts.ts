/**
 * A case as `consider` reads changes. Nothing is decided here: names become addresses of the roster, words become tree
 * records and findings. What the case calls unknown becomes what a gate makes of it: a detector that fails, content nobody
 * saw, evidence nobody could read.
 */
import { utf8 } from '../base/bytes.ts';
import { sha256Hex } from '../base/crypto.ts';
import type { Change, Commit, Ident, TreeRecord } from '../change/change.ts';
import { encodeTreeDiff, GITLINK, manifestOf } from '../change/manifest.ts';
import type { Case, CaseCommit, CaseFile, CasePlan, CaseRisk } from '../policy/case.ts';
import type { Facts } from '../policy/consider.ts';
import { parsePerson } from '../provenance/identity.ts';
import type { Provenance, Trust } from '../provenance/provenance.ts';
import type { FileEvidence, TerraformPlan } from '../risk/evidence.ts';
import type { Detector, Finding } from '../risk/risk.ts';
import type { Score } from '../risk/score/score.ts';
import type { Agent, Person, Roster } from '../roster/roster.ts';

export interface CaseFacts {
  readonly facts: Facts;
  readonly detectors: readonly Detector[];
}

/** @param roster who there is, unless the case says so itself. */
export function factsOf(given: Case, roster: Roster): CaseFacts {
  const people = addressed({ ...roster, people: given.people ?? roster.people, agents: given.agents ?? roster.agents });
  const change = changeOf(given, people);
  return {
    detectors: [detectorOf(given.risk, given.files[0]?.path ?? '')],
    facts: {
      change,
      evidence: { files: evidenceOf(given), plan: given.plan === null ? null : terraform(given.plan) },
      pusher: given.pusher,
      sticky: [],
      roster: people,
      targetExists: given.targetExists,
      at: given.at,
      behind: given.behind,
      incidents: given.incidents,
      lane: given.lane,
      score: scoreOf(given.risk),
      ...(given.provenance === null ? {} : { assessed: provenanceOf(given.provenance) }),
    },
  };
}

/** In no name space of the internet (RFC 2606), so it is nobody's by accident. */
const HOST = 'roster.invalid';
const standIn = (id: string): string => `${id}@${HOST}`;

/** Everybody has an address and an account of their own id, so that a case can name them. What somebody else has already stays theirs. */
function addressed(roster: Roster): Roster {
  const accounts = new Set([...roster.people, ...roster.agents].flatMap((one) => one.accounts.map((a) => a.toLowerCase())));
  const named = <T extends Person | Agent>(one: T): T => ({
    ...one,
    emails: [...one.emails, standIn(one.id)],
    accounts: accounts.has(one.id.toLowerCase()) ? one.accounts : [...one.accounts, one.id],
  });
  return { ...roster, people: roster.people.map(named), agents: roster.agents.map(named) };
}

const NOBODY = '0'.repeat(40);
const BASE = 'a'.repeat(40);

function changeOf(given: Case, roster: Roster): Change {
  const known = new Set([...roster.people, ...roster.agents].map((one) => one.id));
  const commits = given.commits.map((commit, i) => commitOf(commit, i, known));
  const records = given.files.map(recordOf).sort((a, b) => (a.path < b.path ? -1 : 1));
  const raw = encodeTreeDiff(records);
  const base = given.targetExists ? BASE : null;
  return {
    alg: 'git-diff-tree-raw-z/sha256',
    manifest: manifestOf(raw),
    manifest256: sha256Hex(`case\n${sha256Hex(raw)}`),
    records,
    repo: given.repo,
    targetRef: given.target,
    base,
    mergeBase: base,
    head: commits.at(-1)?.id ?? 'b'.repeat(40),
    headTree: NOBODY,
    commits,
    unseen: given.unseen,
  };
}

const MODES = { file: '100644', executable: '100755', symlink: '120000', submodule: GITLINK, 'large-file': '100644' } as const;

function recordOf({ path, status, kind }: CaseFile): TreeRecord {
  const [absent, mode] = ['000000', MODES[kind]];
  const id = sha256Hex(path).slice(0, 40);
  const before = status === 'A' ? absent : status === 'T' && kind === 'file' ? MODES.symlink : status === 'T' ? MODES.file : mode;
  return {
    path,
    pathBytes: utf8(path),
    oldMode: before,
    newMode: status === 'D' ? absent : mode,
    oldId: status === 'A' ? NOBODY : id,
    newId: status === 'D' ? NOBODY : sha256Hex(`${path}\n`).slice(0, 40),
    status,
  };
}

function commitOf({ author, committer, coAuthors, message }: CaseCommit, index: number, known: ReadonlySet<string>): Commit {
  const trailers = coAuthors.map((name) => identOf(name, known)).map(({ name, email }) => `Co-authored-by: ${name} <${email}>\n`);
  const whole = trailers.length === 0 ? message : `${message.trimEnd()}\n\n${trailers.join('')}`;
  const id = sha256Hex(`${index}\n${author}\n${committer}\n${whole}`).slice(0, 40);
  return { id, tree: NOBODY, parents: [BASE], author: identOf(author, known), committer: identOf(committer, known), message: whole };
}

/** An id of the roster stands for its own address; anything else is what it says, and perhaps nobody's. */
function identOf(name: string, known: ReadonlySet<string>): Ident {
  return known.has(name) ? { name, email: standIn(name), at: 0 } : { ...parsePerson(name), at: 0 };
}

/** Large files, and files that could not be read; of the others nothing is known, and nothing found. */
function evidenceOf(given: Case): readonly FileEvidence[] {
  const unread = new Set(given.risk?.notAnalysed ?? []);
  return given.files.flatMap((file): readonly FileEvidence[] => {
    const { path, status, oldMode, newMode } = recordOf(file);
    const common = { path, status, oldMode, newMode };
    if (file.kind === 'large-file') return [{ ...common, ...(status === 'D' ? {} : { head: { kind: 'large-file', oid: sha256Hex(path), size: '1' } }) }];
    return unread.has(path) ? [{ ...common, head: { kind: 'unreadable', why: 'the case says so' } }] : [];
  });
}

/** What it rests on is not in the case. */
const scoreOf = (risk: CaseRisk | null): Score | null =>
  risk === null || risk.percentile === null ? null : { probability: risk.percentile / 100, percentile: risk.percentile, reasons: [], model: '0'.repeat(64) };

/** `unknown` is a detector that fails: `detect` makes the worst of it. */
function detectorOf(risk: CaseRisk | null, path: string): Detector {
  return {
    id: 'case',
    detect: () => {
      if (risk === null) throw new Error('the case says that risk is unknown');
      return risk.findings.map((f, i): Finding => findingOf(f.rule, f.severity, f.path ?? path, i));
    },
  };
}

const findingOf = (rule: string, severity: Finding['severity'], path: string, index: number): Finding => ({
  rule,
  slug: 'case',
  version: 1,
  severity,
  confidence: 'exact',
  place: { path, side: 'head', object: `finding ${index + 1}` },
  what: `${path === '' ? 'something' : path}: a finding of severity ${severity} (${rule})`,
  because: [],
  safeIf: [],
});

function terraform({ destroys, creates, updates, complete }: CasePlan): TerraformPlan {
  const resource = (type: string, address: string, action: string) => ({ type, address, mode: 'managed' as const, actions: [action], replacePaths: [], guards: [] });
  const many = (count: number, action: string) => Array.from({ length: count }, (_, i) => resource('resource', `${action}.${i}`, action));
  const resources = [...destroys.map((d) => resource(d.type, d.address, 'delete')), ...many(creates, 'create'), ...many(updates, 'update')];
  return { digest: sha256Hex(JSON.stringify({ destroys, creates, updates, complete })), complete, errored: false, resources };
}

/** Proof of a human is a signed record, as nothing less proves one. Unknown may be anything, so it is the most there is. */
function provenanceOf(given: NonNullable<Case['provenance']>): Provenance {
  if (given === 'unknown') {
    const unread = { rule: 'evidence-unreadable', slot: 'line', tool: 'unknown', level: 'agent', trust: 2, matched: 'the case says that it is unknown' } as const;
    return { level: 'agent', evidence: [unread], declarations: [], contradictions: [] };
  }
  const { level, tools, lines } = given;
  const trust = level === 'human' ? 4 : 2;
  const named = tools.length > 0 || level !== 'human' ? tools : ['recorder'];
  const evidence = named.map((tool) => ({ rule: 'case', slot: 'trailer' as const, tool, level, trust: trust as Trust, matched: 'as the case says' }));
  return { level, evidence, declarations: [], contradictions: [], ...(lines === undefined ? {} : { lines }) };
}
