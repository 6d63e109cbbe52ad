/**
 * `countersign break-glass`: an emergency pass, its taking back, the review after it, signed with the person's `sk-` key as
 * `sign` does; where there is none it opens the page. What the server sends is held against this machine's own clone, the address
 * and the words given, before anybody touches a key.
 */
import { err, ok, type Problem, type Result } from '../core/base/result.ts';
import { GLASS_SENTENCES, parseWord, type Word } from '../core/gate/break-glass-words.ts';
import { personUrn } from '../core/signoff/build.ts';
import type { GlassReceipt, GlassWords } from '../flows/break-glass.ts';
import { governanceAt } from '../flows/governance.ts';
import { type Clone, openClone } from '../world.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { floorsAt } from './floors.ts';
import type { SecurityKey } from './security-key.ts';
import { signerFor } from './sign.ts';
import { CLOCKS_APART, changedContent, otherThanSaid } from './sign-check.ts';
import { type Place, type Signed, signPrepared } from './sign-prepared.ts';
import { visibleLines } from './terminal.ts';

export interface GlassOptions {
  readonly repo: string;
  readonly as?: string;
  readonly key?: string;
  readonly page?: boolean;
  /** Files of the organisation's floors. */
  readonly floor?: readonly string[];
  readonly json?: boolean;
}

export async function breakGlass(url: string, words: GlassWords, options: GlassOptions): Promise<Answer> {
  const found = await signerFor(url, options);
  if ('code' in found) return found;
  const { place, key, person } = found;
  const signed = await signHere(place, { words, person, key, repo: options.repo, floors: options.floor });
  return signed.ok ? told(signed.value, options.json) : refusal(signed.error, options.json);
}

interface Signer {
  readonly words: GlassWords;
  readonly person: string;
  readonly key: SecurityKey;
  readonly repo: string;
  readonly floors: readonly string[] | undefined;
}

async function signHere(place: Place, signer: Signer): Promise<Result<Signed<GlassReceipt>, readonly Problem[]>> {
  const { words, person, key, repo } = signer;
  const floors = await floorsAt(signer.floors);
  if (!floors.ok) return floors;
  return signPrepared(place, 'break-glass', { ...words, person }, key, async (bytes) => {
    const word = parseWord(bytes);
    if (!word.ok) return err([word.error]);
    const wrong = await disagreements(word.value, place.id, signer, await openClone(repo, floors.value));
    return wrong.length > 0 ? err(wrong) : ok(aboutToSign(word.value));
  });
}

/** Problems: CONTENT_MISMATCH, CONTENT_UNSEEN. Empty: the statement says what this person means, of what this clone holds. */
async function disagreements(word: Word, id: string, { words, person, key, repo }: Signer, clone: Clone): Promise<readonly Problem[]> {
  const { signer, statement, change } = word.predicate;
  const rules: readonly (readonly [string, boolean])[] = [
    ['kind', word.kind === words.kind],
    ...own(word, words),
    ['statement', statement === GLASS_SENTENCES[words.kind]],
    ['signer', signer.id === personUrn(person)],
    ['credential', signer.credential.type === 'sk-ssh' && signer.credential.id === key.keyid],
    ['policy, expires and review', word.kind !== 'use' || (await withinTerms(word.predicate, clone))],
  ];
  const wrong = otherThanSaid(rules, repo);
  if (wrong.length > 0) return wrong;
  return changedContent({ predicate: { change } }, { id }, clone.repository, repo);
}

function own({ predicate }: Word, words: GlassWords): readonly (readonly [string, boolean])[] {
  const signed = new Map<string, unknown>(Object.entries(predicate));
  return Object.entries(words).flatMap(([name, value]) => (name === 'kind' ? [] : [[name, signed.get(name) === value] as const]));
}

/** By the policy of the person's own clone, where the change starts: no longer pass, no other review. */
async function withinTerms({ change, expires, review, policy }: Extract<Word, { kind: 'use' }>['predicate'], { repository, floors }: Clone): Promise<boolean> {
  const base = change.base?.gitCommit;
  const governance = base === undefined ? undefined : await governanceAt(repository, base, floors);
  const terms = governance?.ok ? governance.value.policy.breakGlass : null;
  if (terms === null || !governance?.ok || governance.value.policy.digest !== policy.digest.sha256) return false;
  return Date.parse(expires) <= Date.now() + terms.expires + CLOCKS_APART && review.withinSeconds * 1_000 <= terms.reviewWithin + 1_000;
}

const SAYS: { readonly [kind in Word['kind']]: string } = { use: 'break the glass', cancel: 'take it back', review: 'review it' };

/** What the key is about to say, before it is touched. */
function aboutToSign(word: Word): readonly string[] {
  const { change, signer, statement } = word.predicate;
  const more =
    word.kind === 'use'
      ? `it holds until ${word.predicate.expires}; somebody at ${word.predicate.review.level} or above reviews it within ${word.predicate.review.withinSeconds / 3_600} hours of landing`
      : word.kind === 'review'
        ? `${word.predicate.outcome}: ${word.predicate.note}`
        : word.predicate.reason;
  return [
    `change       ${change.repo} ${change.targetRef}, commit ${change.head.gitCommit.slice(0, 12)}`,
    `you          ${signer.id} ${SAYS[word.kind]}`,
    `             "${statement}"`,
    `             ${more}`,
  ];
}

function told({ words, receipt }: Signed<GlassReceipt>, json: boolean | undefined): Answer {
  const { stands, missing, index } = receipt;
  const passes = stands === null || stands.answer === 'allowed';
  const outcome = stands === null ? 'done' : passes ? 'push again: it passes, and its review is due from then on' : visibleLines(String(missing));
  const text = `fingerprint  ${words.join(' ')}\nsigned       log entry ${Number(index)}, ${outcome}\n`;
  return { code: passes ? EXIT.ok : EXIT.signoff, stdout: json ? `${JSON.stringify({ version: 1, fingerprint: words, ...receipt })}\n` : text, stderr: '' };
}
