/** What a person or an agent reads in the terminal after `git push`: what was refused, why, who can sign, where to go. */
import type { ReasonCode } from '../core/base/codes.ts';
import type { Reason } from '../core/base/reasons.ts';
import { problemText } from '../core/base/result.ts';
import type { Decision, OwnershipAsked, Seat } from '../core/policy/decision.ts';
import { ownershipWords } from '../core/policy/ownership.ts';
import { seatText as words } from '../core/policy/seats.ts';
import { type Finding, TIERS } from '../core/risk/risk.ts';
import type { PushAnswer } from '../flows/push.ts';
import type { Judged } from '../flows/push-record.ts';
import type { Site } from '../flows/site.ts';

const MAX_FINDINGS = 5;
/** Each names one commit to be repaired, and policy caps how many there are. */
const NAMES_EACH: readonly ReasonCode[] = ['DECLARATION_MISSING', 'DECLARATION_FORBIDDEN'];

export function answerText(site: Site, repo: string, answer: PushAnswer): string {
  const problems = answer.problems.map((p) => `countersign: refused  ${repo}\n  ${problemText(p)}`);
  const judged = answer.judged.map((j) => judgedText(site, repo, j));
  return [...problems, ...judged].map((t) => `${clean(t)}\n`).join('');
}

function judgedText(site: Site, repo: string, j: Judged): string {
  const allowed = j.verdict.verdict === 'allow';
  const watched = j.verdict.mode !== 'enforce' && j.verdict.would !== 'allow';
  const head = `countersign: ${allowed ? 'allowed' : 'refused'}  ${repo} ${j.ref}  [${j.verdict.codes.join(' ')}]`;
  const { decision } = j;
  if (decision === null) return [head, row('why', j.verdict.reasons.text), ...remedyFor(j.verdict.codes)].join('\n');
  // The tree of the decision itself is on the page: its refusals are named beside it, its seats under `needs`, its author under `first`.
  const reasons = against(j.verdict.reasons)
    .filter((r) => r !== decision.reasons)
    .flatMap((r) => (r.code === 'OWNERSHIP_MISSING' ? against(r) : [r]));
  const others = reasons.filter((r) => !NAMES_EACH.includes(r.code));
  const why = [...others.flatMap(whyText).filter(once).slice(0, MAX_FINDINGS), ...reasons.filter((r) => NAMES_EACH.includes(r.code)).map((r) => r.text)];
  const by = (code: ReasonCode): readonly string[] =>
    j.verdict.reasons.children.filter((r) => r.state === 'yes' && r.code === code).map((r) => r.text.replace(/^\S+/, (id) => j.names?.get(id) ?? id));
  const broken = by('BREAK_GLASS');
  const findings = decision.findings.slice(0, MAX_FINDINGS).map((f) => foundText(f, decision.summary));
  const more = decision.findings.length > MAX_FINDINGS ? [`and ${decision.findings.length - MAX_FINDINGS} more findings`] : [];
  const lines = [
    row('change', `${j.id ?? ''}  "${j.title}"  ${count(decision.change.paths.length, 'file')}, ${decision.provenance.level}, ${tierText(decision)}`),
    ...(watched ? [row('mode', `${j.verdict.mode}: once enforced, this would have been refused`)] : []),
    ...(allowed && !(watched && j.verdict.mode === 'warn')
      ? [...rows('signed', by('OK')), ...rows('glass', broken), ...(broken.length === 0 ? [] : [row('review', 'is due from now on, by somebody who had no part in it')])]
      : [row('what', decision.summary), ...rows('found', [...findings, ...more]), ...rows('AI', assistance(decision)), ...rows('why', why), ...rows('kept', by('OK'))]),
    ...(allowed
      ? []
      : rows('remedy', [...decision.refusals.flatMap((r) => r.remedy ?? []), ...j.verdict.codes.flatMap((c) => CURES[c] ?? [])].filter(once).slice(0, MAX_FINDINGS))),
    ...(allowed || decision.ownership === null || !j.verdict.codes.includes('OWNERSHIP_MISSING') ? [] : [row('first', ownText(site, j, decision.ownership))]),
    ...(allowed || decision.outcome !== 'signoff'
      ? []
      : rows(
          'needs',
          decision.seats.map((s) => seatText(s, j.names)),
        )),
    ...(decision.outcome === 'pass' ? [] : [row('open', `${site.url}/changes/${j.id ?? ''}`)]),
  ];
  return [head, ...lines].join('\n');
}

const once = (text: string, i: number, all: readonly string[]): boolean => all.indexOf(text) === i;
const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

/** What its author has to do before anybody else is asked. */
function ownText(site: Site, { id, names }: Judged, asked: OwnershipAsked): string {
  const words = ownershipWords(asked, (person) => names?.get(person) ?? person);
  if (asked.owners.length === 0) return `${words}: push it again with an account the roster knows`;
  return `${words}: open the page below, or run countersign own ${site.url}/changes/${id ?? ''}`;
}

/** The tier, and why it is above every single finding. */
function tierText({ tier, findings, systems }: Decision): string {
  const found = TIERS.max('routine', ...findings.map((f) => f.severity));
  const first = systems.find((s) => s.criticality === 1);
  return first !== undefined && TIERS.above(tier, found) ? `${tier} (${found}, one up because it touches ${first.name})` : tier;
}

/** Why silence counts: said where nothing in the change says AI, and a rule took it for assisted. */
const assistance = ({ provenance, reasons }: Decision): readonly string[] =>
  provenance.level === 'unattributed' ? reasons.children.filter((r) => r.code === 'PROVENANCE').map((r) => r.text.replace(/^AI assistance: /, '')) : [];

/** A finding; where `what` has just said it, only how bad and where. */
function foundText({ severity, what, rule, place }: Finding, summary: string): string {
  const at = `${rule}, ${place.path}${place.line ? `:${place.line}` : ''}`;
  return summary.startsWith(what) ? `${severity}: ${at}` : `${severity}: ${what} (${at})`;
}

/** What speaks against the push beside what stands under `needs`: refusals, and what was offered and does not count. */
const against = (r: Reason): readonly Reason[] => r.children.filter((c) => c.state === 'no' && c.code !== 'SIGNOFF_MISSING' && c.code !== 'RULE_NOT_APPLICABLE');

/** A reason with the few words under it that say why; of a whole tree, each reason by itself. */
function whyText(r: Reason): readonly string[] {
  const below = against(r);
  return below.some((c) => c.children.length > 0) ? below.flatMap(whyText) : [[r.text, ...below.map((c) => c.text)].join(': ')];
}

const BY_ADMINISTRATOR = 'an administrator puts a policy and a roster that load on this ref, on the server: run `git fetch CLONE +BRANCH:BRANCH` in the served repository';

/** What to do where no decision was reached. */
const REMEDIES: Partial<Record<ReasonCode, string>> = {
  REF_CHANGED: 'fetch, rebase on what is there now, and push again',
  REF_DELETION: 'leave it; an administrator removes a branch on the server',
  REF_NON_FAST_FORWARD: 'rebase on the target and push without --force',
  TARGET_MISSING: 'an administrator runs `git fetch CLONE BRANCH:BRANCH` in the served repository, with countersign.yml and .countersign/roster.yml in that commit',
  PUSH_TOO_LARGE: 'squash, or push in smaller parts',
  POLICY_MISSING: BY_ADMINISTRATOR,
  POLICY_INVALID: BY_ADMINISTRATOR,
  ROSTER_MISSING: BY_ADMINISTRATOR,
  ROSTER_INVALID: BY_ADMINISTRATOR,
  GIT_FAILED: 'push again; if it stays, the server has the details in its log',
};

/** What to do where sign-offs were weighed and did not suffice. */
const CURES: Partial<Record<ReasonCode, string>> = {
  INTERMEDIATE_UNSIGNED: 'squash the commits into one and push again (a sign-off of the whole holds), or push them one by one',
  BG_WAITING: 'push again once the wait is over, or have a second person sign the break-glass',
  REV_CHANGES: 'change the content, or ask whoever asked for changes to sign again',
};

const remedyFor = ([code]: readonly ReasonCode[]): readonly string[] => {
  const remedy = code === undefined ? undefined : REMEDIES[code];
  return remedy === undefined ? [] : [row('remedy', remedy)];
};

function seatText(seat: Seat, names: ReadonlyMap<string, string> = new Map()): string {
  const who = seat.candidates.map((c) => names.get(c) ?? c).join(', ') || 'nobody on the roster can';
  return `${words(seat)} for ${seat.rule}: ${who}`;
}

/** One line, whatever the text holds: a path with a line break in it may not write a line of its own. */
function row(name: string, text: string): string {
  return `  ${name.padEnd(8)} ${text.replaceAll('\n', '?')}`;
}
const rows = (name: string, texts: readonly string[]): readonly string[] => texts.map((t, i) => row(i === 0 ? name : '', t));

/** Titles and paths are the pusher's: no control character of theirs may drive somebody's terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
const clean = (text: string): string => text.replace(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, '?');
