/**
 * What a statement must be before a key is touched. The server prepared it, and the server may lie: it could show one change
 * and ask to sign another, turn "changes" into "approve", or put words into somebody's mouth. Everything that matters is
 * held against what this machine knows: the address the person gave, the clone, and what the person said.
 */
import { digest, type Json } from '../core/base/json.ts';
import { type Problem, problem } from '../core/base/result.ts';
import { changeId } from '../core/change/change-id.ts';
import { TIERS } from '../core/risk/risk.ts';
import { personUrn, SENTENCES } from '../core/signoff/build.ts';
import { authorsOf, contextOf } from '../core/signoff/claims.ts';
import { OWNERSHIP_SENTENCE, type OwnershipPredicate } from '../core/signoff/ownership.ts';
import type { ContextItem, Credential, Statement } from '../core/signoff/statement.ts';
import { considerChange } from '../flows/gather.ts';
import { governanceAt } from '../flows/governance.ts';
import type { Repository } from '../flows/ports.ts';
import { VALID_MS } from '../flows/prepare.ts';
import type { Clone } from '../world.ts';
import type { Said } from './answers-file.ts';

/** Every word of a person's own: all of them are theirs, or nothing is signed. */
const OWN_WORDS = ['decision', 'dispositions', 'answers', 'notChecked', 'assumptions', 'conditions'] as const;
const EFFORT = ['openedAt', 'activeSeconds', 'filesViewed', 'filesTotal'] as const;

/** What a person means, whatever they sign. */
export interface Meant {
  /** The change of the address the person gave. */
  readonly id: string;
  readonly person: string;
  /** Their key, and what it was made for. */
  readonly keyid: string;
  readonly application: string;
  /** What they said, by member of the statement. */
  readonly said: Said;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface MeantSignoff extends Meant {
  /** How long and at what they looked. */
  readonly review: Said;
}

/** Problems: CONTENT_MISMATCH, CONTENT_UNSEEN. Empty: the statement says what this person means, of what this clone holds. */
export async function disagreements(statement: Statement, meant: MeantSignoff, clone: Clone, place: string): Promise<readonly Problem[]> {
  const words = otherThanSaid(wordsOf(statement, meant), place);
  if (words.length > 0) return words;
  const content = await changedContent(statement, meant, clone.repository, place);
  return content.length > 0 ? content : changedContext(statement, clone, place);
}

function wordsOf({ predicate }: Statement, meant: MeantSignoff): readonly (readonly [member: string, holds: boolean])[] {
  const { signer, stage, intent, decision, expires, review } = predicate;
  const own = new Map<string, unknown>(Object.entries(predicate));
  const effort = new Map<string, unknown>(Object.entries(review));
  return [
    ...OWN_WORDS.map((name) => [name, same(own.get(name), meant.said[name])] as const),
    ...EFFORT.map((name) => [`review.${name}`, same(effort.get(name), meant.review[name])] as const),
    ['statement', predicate.statement === SENTENCES[decision]],
    ['stage', stage === 'implementation'],
    // Nobody here named a document.
    ['intent', intent === null],
    ['signer', signer.id === personUrn(meant.person)],
    ['credential', isOwnKey(signer.credential, meant)],
    ['expires', Date.parse(expires) <= meant.now + VALID_MS + CLOCKS_APART],
  ];
}

/** The same of what an author says of their own change. */
export async function ownershipDisagreements(predicate: OwnershipPredicate, meant: Meant, repository: Repository, place: string): Promise<readonly Problem[]> {
  const { author, ran, notUnderstood, assumptions, read, statement, expires } = predicate;
  const wrong = otherThanSaid(
    [
      ['filesRead', same(read.files, meant.said.filesRead)],
      ['ran', same(ran, meant.said.ran)],
      ['notUnderstood', same(notUnderstood, meant.said.notUnderstood)],
      ['assumptions', same(assumptions, meant.said.assumptions)],
      ['statement', statement === OWNERSHIP_SENTENCE],
      ['author', author.id === personUrn(meant.person)],
      ['credential', isOwnKey(author.credential, meant)],
      ['expires', Date.parse(expires) <= meant.now + VALID_MS + CLOCKS_APART],
    ],
    place,
  );
  return wrong.length > 0 ? wrong : changedContent({ predicate }, meant, repository, place);
}

/** What does not hold of a statement, by member. Problem: CONTENT_MISMATCH. */
export function otherThanSaid(rules: readonly (readonly [member: string, holds: boolean])[], place: string): readonly Problem[] {
  const wrong = rules.flatMap(([name, holds]) => (holds ? [] : [name]));
  return wrong.length === 0 ? [] : [mismatch(`the server asks to sign something else than you said: ${wrong.join(', ')}`, place)];
}

const isOwnKey = (said: Credential, { keyid, application }: Meant): boolean => said.type === 'sk-ssh' && said.id === keyid && said.application === application && said.uv;

/** Two machines' clocks, at most. */
export const CLOCKS_APART = 24 * 3_600_000;

const same = (given: unknown, meant: Json | undefined): boolean => given !== undefined && meant !== undefined && digest(given as Json) === digest(meant);

/** Manifest and manifest256 recomputed from the person's own objects, and the address they gave is of exactly that. */
export async function changedContent(
  { predicate: { change } }: { readonly predicate: Pick<Statement['predicate'], 'change'> },
  meant: Pick<Meant, 'id'>,
  repository: Repository,
  place: string,
): Promise<readonly Problem[]> {
  const head = change.head.gitCommit;
  if ((await repository.resolve(head)) === null) return [unseen(`commit ${head.slice(0, 12)} is not in this clone`, place)];
  const own = await repository.change({ repo: change.repo, targetRef: change.targetRef, base: change.base?.gitCommit ?? null, head });
  if (!own.ok) return [unseen(own.error.message, place)];
  const { manifest, manifest256, unseen: missing, headTree } = own.value;
  if (missing.length > 0) return [unseen(missing.join('; '), place)];
  const agrees = manifest === change.manifest.sha256 && manifest256 === change.manifest256.sha256 && headTree === change.head.gitTree;
  if (!agrees) return [mismatch('the server asks to sign other content than this clone holds', place)];
  const asked = changeId({ repo: change.repo, targetRef: change.targetRef, manifest });
  return asked === meant.id ? [] : [mismatch(`the server asks to sign change ${asked}, and the address is of ${meant.id}`, place)];
}

/**
 * The policy that stands where the change starts, and what it says of this change in this clone: a floor, for pushers and
 * marks seen before are not in a clone. A statement below it would leave out people or call the change harmless.
 */
async function changedContext({ predicate }: Statement, { repository, parsers, floors }: Clone, place: string): Promise<readonly Problem[]> {
  const { change, policy, presented, provenance, separation } = predicate;
  const base = change.base?.gitCommit ?? null;
  const governance = base === null ? null : await governanceAt(repository, base, floors);
  if (governance === null || !governance.ok) return [unseen(governance?.error[0]?.message ?? 'the change starts from nothing, so no policy speaks for it', place)];
  if (governance.value.policy.digest !== policy.digest.sha256) return [mismatch('the server asks to sign under another policy than stands where the change starts', place)];
  const asked = {
    repo: change.repo,
    targetRef: change.targetRef,
    base,
    head: change.head.gitCommit,
    pusher: null,
    sticky: [],
    at: Date.now(),
    floors,
  };
  const own = await considerChange(repository, parsers, governance.value, asked);
  if (!own.ok) return [unseen(own.error[0]?.message ?? 'the change cannot be judged here', place)];
  const { decision } = own.value;
  if (!TIERS.atLeast(policy.tier, decision.tier)) return [mismatch(`the server calls the change ${policy.tier}, and this clone ${decision.tier}`, place)];
  const shown = (item: ContextItem): string => `${item.type} ${item.id}`;
  const parts: readonly (readonly [string, readonly string[]])[] = [
    [
      'who stands behind the change',
      missing(
        decision.excluded.map((e) => e.person),
        separation.excluded,
        personUrn,
      ),
    ],
    ['who stands behind the change', missing(authorsOf(decision), provenance.authors)],
    ['what stands beside the change', missing(contextOf(decision).map(shown), presented.context.map(shown))],
  ];
  const [left] = parts.filter(([, words]) => words.length > 0);
  return left === undefined ? [] : [mismatch(`the server leaves out ${left[0]}: ${left[1].join(', ')}`, place)];
}

const missing = (here: readonly string[], there: readonly string[], named = (word: string): string => word): readonly string[] =>
  here.filter((word) => !there.includes(named(word)));

const mismatch = (message: string, place: string): Problem => problem('CONTENT_MISMATCH', message, { place, remedy: 'do not sign; tell whoever runs the server' });
const unseen = (message: string, place: string): Problem =>
  problem('CONTENT_UNSEEN', message, { place, remedy: "fetch the author's branch into this clone, or name the clone that holds the change with --repo" });
