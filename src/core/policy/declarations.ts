/** What commits have to say about themselves: an assistance declaration each, and the trailers policy asks for. */
import type { Change, Commit } from '../change/change.ts';
import { matches } from '../change/glob.ts';
import { readMessage } from '../provenance/message.ts';
import { forbiddenUnder, writtenUnder } from '../provenance/preset-trailers.ts';
import { PRESETS, type PresetName } from '../provenance/presets.ts';
import type { Refusal } from './decision.ts';
import type { Policy, RequiredTrailer } from './document.ts';
import type { FactValues } from './expression.ts';
import type { Facts, Findings } from './facts.ts';
import { inTime } from './window.ts';

/** Commits named, each by a refusal of its own; the rest is counted. */
const SHOWN = 50;
const SUBJECT = 60;

export function declarationRefusals(policy: Policy, facts: Facts, found: Findings, values: FactValues): readonly Refusal[] {
  const { assistance, presets, trailers } = policy.declarations;
  // of a case that says what was assessed there are no commits to name
  const read = facts.assessed === undefined;
  const wanting = !read
    ? []
    : assistance === 'required'
      ? undeclared(facts, found)
      : presets.some((p) => PRESETS[p].requires)
        ? undeclared(facts, found).filter(marked(found))
        : [];
  const asked = trailers.filter((t) => isAsked(t, facts, values));
  const said = asked.length === 0 ? new Map<string, readonly string[]>() : trailersOf(facts);
  return [...silent(wanting, facts, presets), ...(read ? forbidden(facts, found, presets) : []), ...asked.flatMap((t) => missing(t, said.get(t.key.toLowerCase()) ?? []))];
}

/** Every trailer of every commit, by its key. Messages are as long as their author likes, so they are read once. */
function trailersOf({ change }: Facts): ReadonlyMap<string, readonly string[]> {
  const all = change.commits.flatMap((c) => readMessage(c.message).lines.flatMap((l) => l.trailer ?? []));
  return new Map([...Map.groupBy(all, (t) => t.key)].map(([key, some]) => [key, some.map((t) => t.value)]));
}

function undeclared({ change }: Facts, { provenance }: Findings): readonly Commit[] {
  const said = new Set(provenance.declarations.map((d) => d.commit));
  return change.commits.filter((c) => !said.has(c.id));
}

const marked = ({ provenance }: Findings): ((commit: Commit) => boolean) => {
  const marks = new Set(provenance.evidence.filter((e) => e.trust >= 2).map((e) => e.commit));
  return (commit) => marks.has(commit.id);
};

/** Each by its id and subject, and below the last the one command that repairs them all. */
function silent(commits: readonly Commit[], { change }: Facts, presets: readonly PresetName[]): readonly Refusal[] {
  const rest = commits.length - SHOWN;
  const texts = [
    ...commits.slice(0, SHOWN).map((c) => `commit ${named(c)} does not say whether an AI assisted`),
    ...(rest <= 0 ? [] : [`${rest} more ${rest === 1 ? 'commit does' : 'commits do'} not say whether an AI assisted`]),
  ];
  return texts.map((text, i) => ({ code: 'DECLARATION_MISSING', text, ...(i < texts.length - 1 ? {} : { remedy: repair(change, presets) }) }));
}

/** Ids, not names: they mean the same in the clone it was pushed from. */
function repair({ base, head }: Change, presets: readonly PresetName[]): string {
  const range = base === null ? short(head) : `${short(base)}..${short(head)}`;
  const how = writtenUnder(presets) === null ? '' : ' --as none (or --as <tool>:<model>), then push again';
  return `countersign declare ${range}${how}`;
}

const short = (id: string): string => id.slice(0, 12);
/** The subject is its author's: as data it may hold anything, and whoever shows it makes control characters visible. */
const named = ({ id, message }: Commit): string => `${short(id)} ${JSON.stringify((message.trimStart().split('\n')[0] ?? '').slice(0, SUBJECT))}`;

/** One refusal a commit and key, not one a mark. */
function forbidden({ change }: Facts, { provenance }: Findings, presets: readonly PresetName[]): readonly Refusal[] {
  const commits = new Map(change.commits.map((c) => [c.id, c]));
  const texts = forbiddenUnder(presets, provenance.evidence).map(({ preset, found }) => {
    const commit = commits.get(found.commit ?? '');
    const where = commit === undefined ? short(found.commit ?? '') : named(commit);
    const what = preset.forbids.includes('assistance') ? `${preset.title} takes no AI assistance` : `${preset.title} lets no AI be named there`;
    return `commit ${where} says ${JSON.stringify(found.matched)}: ${what}`;
  });
  const all = [...new Set(texts)];
  const rest = all.length - SHOWN;
  const shown = [...all.slice(0, SHOWN), ...(rest <= 0 ? [] : [`${rest} more of the kind`])];
  const remedy = presets.some((p) => PRESETS[p].forbids.some((f) => f === 'assistance'))
    ? 'land it elsewhere, or have the policy changed'
    : 'git rebase -i, reword these commits without that line, and push again';
  return shown.map((text, i) => ({ code: 'DECLARATION_FORBIDDEN', text, ...(i < shown.length - 1 ? {} : { remedy }) }));
}

/** Where its condition or the time is unknown, it is asked for. */
function isAsked(trailer: RequiredTrailer, { change, at }: Facts, values: FactValues): boolean {
  const { paths, when } = trailer;
  if (inTime(trailer, at) === false || change.records.length === 0) return false;
  return (paths === null || change.records.some((r) => matches(paths, r.path))) && when?.holds(values) !== false;
}

/** In any commit, anywhere in the message: a squash buries trailers. */
function missing({ key, accepts, reason }: RequiredTrailer, given: readonly string[]): readonly Refusal[] {
  if (given.some((value) => value !== '' && (accepts === null || accepts(value)))) return [];
  const wrong = given.length === 0 ? `no commit has a ${key} trailer` : `no ${key} trailer says what it should`;
  return [{ code: 'DECLARATION_MISSING', text: `${wrong}: ${reason}`, remedy: `git commit --amend --trailer "${key}: ..."` }];
}
