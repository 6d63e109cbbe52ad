/**
 * What a gate would have answered, worked out again: seats, levels, waits and objections, by the decision in the log and the words that
 * held when the verdict was written. A verdict is the server's word, and whoever has the server writes one.
 */
import { reason } from '../core/base/reasons.ts';
import { ownChange } from '../core/change/change-id.ts';
import { judge, type PresentedOwnership, type PresentedSignoff } from '../core/gate/judge.ts';
import type { Verdict } from '../core/gate/verdict.ts';
import type { Decision } from '../core/policy/decision.ts';
import { parseStatement } from '../core/signoff/parse.ts';
import { isApproval } from '../core/signoff/statement.ts';
import { type Told, textOf } from './account-decided.ts';
import { judgedSignoff, type Moment } from './account-judged.ts';
import type { Placed } from './account-log.ts';
import { openedBy } from './account-people.ts';
import type { Reading } from './account-words.ts';

/** One landing, and what the log has around it. */
export interface Landed {
  readonly change: string;
  readonly verdict: Placed;
  /** Digests of what the verdict counted. */
  readonly inputs: readonly string[];
  /** Sign-offs of the change and those counted for it, each verified where it stands. */
  readonly signoffs: readonly Placed[];
  /** By the digest of a sign-off of an earlier form: the rules it was carried for. */
  readonly carried: ReadonlyMap<string, readonly string[]>;
  readonly owned: readonly PresentedOwnership[];
  /** When the change was first decided about. */
  readonly since: number | undefined;
}

/** Why no gate would have let it pass; empty: it would, or what was decided is gone, which is told elsewhere. */
export async function gateFaults(reading: Reading, landed: Landed): Promise<readonly string[]> {
  const { verdict, change } = landed;
  const told = await reading.decided(change, verdict.index);
  if (told === undefined || told === null) return [];
  const mode = textOf(verdict.fields.mode) || 'enforce';
  if (mode !== 'enforce' && told.decision.mode === 'enforce') return [`entry ${verdict.index}: the gate only watched, and the policy it judged by enforces`];
  if (mode !== 'enforce' && verdict.fields.would !== 'allow') return [];
  const words = await wordsOf(reading, landed, told);
  const answer = judged(reading, landed, told.decision, exact(words, change));
  if (answer.verdict === 'allow' || (!answer.codes.includes('REV_CHANGES') && (await eachSigned(reading, landed, told, words)))) return [];
  const why = answer.reasons.children.find((r) => r.state === 'no')?.text ?? answer.reasons.text;
  return [`entry ${verdict.index}: it let pass what no gate lets pass: ${why} [${answer.codes[0] ?? 'INTERNAL'}]`];
}

interface Heard extends PresentedSignoff {
  readonly change: string;
  readonly head: string;
}

async function wordsOf(reading: Reading, landed: Landed, told: Told): Promise<readonly Heard[]> {
  const words: Heard[] = [];
  for (const entry of landed.signoffs) {
    const word = entry.index < landed.verdict.index ? await heard(reading, landed, told, entry) : undefined;
    if (word !== undefined) words.push(word);
  }
  return words;
}

/** Undefined: it says nothing here. An approval that was not counted did not hold, so it takes no objection back. */
async function heard({ log, people, decided }: Reading, landed: Landed, told: Told, entry: Placed): Promise<Heard | undefined> {
  const { verdict, inputs, carried } = landed;
  const counted = inputs.includes(entry.envelope);
  const envelope = await log.body(entry.envelope, entry.index);
  const asked = await decided(textOf(entry.fields.change), entry.index);
  if (envelope === null || people === undefined || !asked) return undefined;
  const opened = await openedBy(log, people, entry, asked.decision.tier);
  const statement = opened.payload === null ? undefined : parseStatement(opened.payload);
  if (statement?.ok !== true || opened.person === null) return undefined;
  const said = statement.value.predicate;
  if (!counted && isApproval(said.decision)) return undefined;
  // An objection holds by the clock it was made at, and by who has been taken back since.
  const moment: Moment = { index: verdict.index, at: said.decision === 'changes' ? entry.at : verdict.at };
  const again = judgedSignoff({ log, people, moment }, envelope, said, opened.level, asked.decision, told.decision);
  const rules = carried.get(entry.envelope);
  return {
    ...{ digest: entry.envelope, signer: opened.person, level: again.signoff?.level ?? '', decision: said.decision, stage: said.stage },
    ...{ index: entry.index, at: entry.at, problems: again.problems, change: ownChange(said.change), head: said.change.head.gitCommit },
    ...(again.signoff?.attested ? { presence: 'hardware' as const } : {}),
    ...(rules === undefined ? {} : { rules }),
  };
}

const exact = (words: readonly Heard[], change: string): readonly Heard[] => words.filter((w) => w.change === change || w.rules !== undefined);

/** Every commit of the push, each by a sign-off of its own, by what was decided of it before that. */
async function eachSigned(reading: Reading, landed: Landed, told: Told, words: readonly Heard[]): Promise<boolean> {
  const { commits } = told.decision.change;
  if (commits.length < 2) return false;
  for (const commit of commits) {
    const own = words.filter((w) => w.head === commit && w.rules === undefined);
    const [first] = own;
    const part = first === undefined ? undefined : await reading.decided(first.change, landed.verdict.index);
    const answer = first === undefined || !part ? undefined : judged(reading, landed, part.decision, exact(own, first.change));
    if (answer?.verdict !== 'allow' || answer.signoffs.length === 0) return false;
  }
  return true;
}

/** Order of levels and makers of keys are in the trust file alone: without it nobody can say who is senior enough, and the account says so. */
function judged({ log }: Reading, { since, owned }: Landed, decision: Decision, words: readonly Heard[]): Verdict {
  const { trust } = log;
  const seats = decision.seats.map((seat) => ({
    ...seat,
    ...(trust?.ladder === undefined ? { level: null } : {}),
    ...(trust === undefined ? { presence: 'passkey' as const } : {}),
  }));
  try {
    return judge({ kind: 'push', ladder: trust?.ladder ?? [], ...(since === undefined ? {} : { since }) }, { ...decision, seats }, words, owned);
  } catch {
    // What was decided is the server's word: one that is not of its shape answers nothing.
    const why = reason('no', 'INTERNAL', 'what was decided is not of the shape a gate judges');
    return { verdict: 'deny', would: 'deny', gate: 'push', mode: 'enforce', codes: ['INTERNAL'], reasons: why, signoffs: [] };
  }
}
