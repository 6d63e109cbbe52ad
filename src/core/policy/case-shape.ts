/**
 * Reads one case out of a policy file, a scenario file or a line of JSON: the forms people write become the one form that is
 * run. Whoever writes a case chooses every word of it, so nothing is assumed that the shape did not check.
 */
import type { Person } from '../roster/roster.ts';
import type { Case, CaseCommit, CaseFile, CasePlan, CaseRisk, CaseSignoff, Expected } from './case.ts';
import { CASE_SHAPE, type CaseShape, CHANGE_KEYS, type ChangeShape } from './case-fields.ts';
import { type Complain, shapedValue } from './file-shape.ts';
import { personOf } from './roster-file.ts';

export type { Complain } from './file-shape.ts';

const TARGET = 'refs/heads/main';

/** No case where anything is wrong with it: every problem goes to `complain`, with its place. */
export function readCase(value: unknown, complain: Complain): readonly Case[] {
  const read = shapedValue(CASE_SHAPE, value, complain);
  if (read === undefined) return [];
  const { clean, counted } = counting(complain);
  const change = joined(read.value, clean);
  const made = caseOf(read.value, change, clean);
  return counted() > 0 ? [] : [made];
}

function counting(complain: Complain): { readonly clean: Complain; readonly counted: () => number } {
  let count = 0;
  const clean: Complain = (path, message, more) => {
    count += 1;
    complain(path, message, more);
  };
  return { clean, counted: () => count };
}

/** Facts of the change stand under `change` or beside it; one that stands in both places may say two things. */
function joined(shape: CaseShape, complain: Complain): ChangeShape {
  const { change = {} } = shape;
  for (const key of CHANGE_KEYS) {
    if (Object.hasOwn(change, key) && Object.hasOwn(shape, key)) complain([key], `${key} stands here and under change`, { key, remedy: 'keep one of them' });
  }
  return { ...change, ...Object.fromEntries(Object.entries(shape).filter(([key]) => CHANGE_KEYS.includes(key))) };
}

function caseOf(shape: CaseShape, change: ChangeShape, complain: Complain): Case {
  return {
    name: shape.name ?? '',
    at: known(shape.at),
    firstSeen: shape.first_seen ?? null,
    stage: shape.stage ?? 'implementation',
    repo: change.repo ?? 'repository',
    target: change.target ?? TARGET,
    targetExists: change.target_exists === undefined || change.target_exists === true,
    files: filesOf(change, complain),
    unseen: (['paths', 'files', 'commits'] as const)
      .filter((key) => change[key] === 'unknown')
      .map((key) => `which ${key === 'commits' ? 'commits carry it' : 'files change'} is not known`),
    commits: commitsOf(change, complain),
    pusher: change.pusher ?? null,
    behind: behindOf(change),
    provenance: provenanceOf(change.provenance),
    risk: riskOf(change.risk, complain),
    plan: planOf(change.plan),
    incidents: known(shape.incidents),
    lane: known(shape.lane),
    people: shape.people?.map((p): Person => personOf({ ...p, name: p.name ?? p.id })) ?? null,
    agents: shape.agents ?? (shape.people === undefined ? null : []),
    signoffs: shape.signoffs.map(signoffOf),
    ownedBy: listed(shape.owned_by),
    expect: shape.expect === undefined ? null : expectedOf(shape.expect),
  };
}

const known = <T>(value: T | 'unknown' | undefined): T | null => (value === undefined || value === 'unknown' ? null : value);
const listed = (names: string | readonly string[] | undefined): readonly string[] => (names === undefined ? [] : typeof names === 'string' ? [names] : names);

function filesOf({ paths, files }: ChangeShape, complain: Complain): readonly CaseFile[] {
  const plain = (known(paths) ?? []).map((path): CaseFile => ({ path, status: 'M', kind: 'file' }));
  const all = [...plain, ...(known(files) ?? [])];
  const seen = new Set<string>();
  for (const { path } of all) {
    if (seen.has(path)) complain(['change'], `${path} changes twice`, { remedy: 'name each file once, under paths or under files' });
    seen.add(path);
  }
  return all;
}

function commitsOf({ commits, author, co_authors = [], message = 'Change something\n' }: ChangeShape, complain: Complain): readonly CaseCommit[] {
  const written = (known(commits) ?? []).map((c): CaseCommit => ({ author: c.author, committer: c.committer ?? c.author, coAuthors: c.co_authors, message: c.message }));
  if (author === undefined) return written;
  if (commits !== undefined) complain(['author'], 'author is short for one commit, and commits are written out', { key: 'author', remedy: 'keep one of them' });
  return [...written, { author, committer: author, coAuthors: co_authors, message }];
}

/** Who prompted the AI stands behind the change, wherever it is written. */
function behindOf({ behind, provenance }: ChangeShape): Case['behind'] {
  if (behind === 'unknown') return [{ role: 'prompter', identity: '' }];
  const roles = (['prompter', 'agent-owner', 'token-owner', 'deploy-starter'] as const).flatMap((role) => listed(behind?.[role]).map((identity) => ({ role, identity })));
  const prompters = provenance === undefined || provenance === 'unknown' ? [] : listed(provenance.prompter);
  const more = prompters.filter((identity) => !roles.some((r) => r.role === 'prompter' && r.identity === identity));
  return [...roles, ...more.map((identity) => ({ role: 'prompter' as const, identity }))];
}

function provenanceOf(provenance: ChangeShape['provenance']): Case['provenance'] {
  if (provenance === undefined) return null;
  if (provenance === 'unknown' || provenance.level === 'unknown') return 'unknown';
  const { level, tools, lines, added } = provenance;
  return { level, tools, ...(lines === undefined ? {} : { lines: { ai: lines, added: added ?? lines, removed: 0, proven: true } }) };
}

/** A tier stands for one finding of that severity, so that whatever follows from there being one follows. */
function riskOf(risk: ChangeShape['risk'], complain: Complain): CaseRisk | null {
  if (risk === undefined) return { findings: [], notAnalysed: [], percentile: null };
  if (risk === 'unknown' || risk.tier === 'unknown') return null;
  if (risk.tier !== undefined && risk.findings.length > 0) complain(['risk'], 'the tier follows from the findings', { key: 'tier', remedy: 'keep one of tier and findings' });
  const findings = risk.findings.map(({ rule, severity, path }) => ({ rule, severity, path: path ?? null }));
  const stated = risk.tier === undefined || risk.tier === 'routine' ? [] : [{ rule: 'stated', severity: risk.tier, path: null }];
  return { findings: [...findings, ...stated], notAnalysed: risk.not_analysed, percentile: risk.percentile ?? null };
}

const planOf = (plan: ChangeShape['plan']): CasePlan | null => (plan === undefined ? null : plan === 'unknown' ? { destroys: [], creates: 0, updates: 0, complete: false } : plan);

const signoffOf = ({ by, decision, stage, at, expires, presence, level, moved }: CaseShape['signoffs'][number]): CaseSignoff => ({
  ...{ by, decision, stage },
  presence: presence === 'none' ? null : presence,
  level: level ?? null,
  at: at ?? null,
  expires: expires ?? null,
  moved: moved ?? null,
});

const expectedOf = ({ result, tier, mode, missing, ignored, codes, rules }: NonNullable<CaseShape['expect']>): Expected => ({
  ...{ result: result ?? null, tier: tier ?? null, mode: mode ?? null, ignored: ignored ?? null, codes: codes ?? null, rules: rules ?? null },
  missing: missing?.map((m) => ({ rule: m.rule, humans: m.humans ?? null, anyOf: m.any_of ?? null })) ?? null,
});
