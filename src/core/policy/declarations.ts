/** What commits have to say about themselves: an assistance declaration each, and the trailers policy asks for. */
import { matches } from '../change/glob.ts';
import { readMessage } from '../provenance/message.ts';
import type { Refusal } from './decision.ts';
import type { Policy, RequiredTrailer } from './document.ts';
import type { FactValues } from './expression.ts';
import type { Facts, Findings } from './facts.ts';
import { inTime } from './window.ts';

/** Commits named in one refusal; the rest is counted. */
const SHOWN = 5;

export function declarationRefusals(policy: Policy, facts: Facts, found: Findings, values: FactValues): readonly Refusal[] {
  const { assistance, trailers } = policy.declarations;
  const silent = assistance === 'required' && facts.assessed === undefined ? undeclared(facts, found) : [];
  const asked = trailers.filter((t) => isAsked(t, facts, values));
  const said = asked.length === 0 ? new Map<string, readonly string[]>() : trailersOf(facts);
  return [...silent, ...asked.flatMap((t) => missing(t, said.get(t.key.toLowerCase()) ?? []))];
}

/** Every trailer of every commit, by its key. Messages are as long as their author likes, so they are read once. */
function trailersOf({ change }: Facts): ReadonlyMap<string, readonly string[]> {
  const all = change.commits.flatMap((c) => readMessage(c.message).lines.flatMap((l) => l.trailer ?? []));
  return new Map([...Map.groupBy(all, (t) => t.key)].map(([key, some]) => [key, some.map((t) => t.value)]));
}

function undeclared({ change }: Facts, { provenance }: Findings): readonly Refusal[] {
  const said = new Set(provenance.declarations.map((d) => d.commit));
  const silent = change.commits.filter((c) => !said.has(c.id)).map((c) => c.id.slice(0, 12));
  if (silent.length === 0) return [];
  const rest = silent.length > SHOWN ? ` and ${silent.length - SHOWN} more` : '';
  return [
    {
      code: 'DECLARATION_MISSING',
      text: `${silent.length === 1 ? 'a commit does' : `${silent.length} commits do`} not say whether an AI assisted: ${silent.slice(0, SHOWN).join(', ')}${rest}`,
      remedy: 'git commit --amend --trailer "Assisted-by: <tool>:<model>" or "Assisted-by: none"; for several: git rebase -i --exec',
    },
  ];
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
