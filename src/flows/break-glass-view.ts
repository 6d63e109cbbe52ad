/** How break-glass stands with one change: what policy offers, who used it, what a push would meet, and the review that is due. */
import { ok, type Problem, type Result } from '../core/base/result.ts';
import { breakGlass, type GlassAnswer } from '../core/gate/break-glass.ts';
import { type Act, isOverdue } from '../core/gate/break-glass-review.ts';
import { WORD_KINDS, type WordKind } from '../core/gate/break-glass-words.ts';
import type { BreakGlassTerms } from '../core/policy/document.ts';
import { enrolledKeys } from './authority.ts';
import { type Desk, glassDesk, levelOf, mayNotNow, unspent } from './break-glass.ts';
import { glassRules } from './break-glass-facts.ts';
import { NO_CEILING } from './ceiling.ts';
import type { Ceiling } from './ports-login.ts';
import type { SigningWorld } from './prepare.ts';

export interface GlassView {
  /** null: policy offers none, and there is nothing to show unless one landed before. */
  readonly terms: BreakGlassTerms | null;
  /** Uses that have not been spent, expired or taken back. */
  readonly uses: readonly {
    readonly person: string;
    readonly reason: string;
    readonly incident: string;
    readonly at: number;
    readonly expires: string;
    readonly problems: readonly Problem[];
  }[];
  /** What a push would meet now; null where nobody has used it. */
  readonly stands: (Pick<GlassAnswer, 'answer' | 'until'> & { readonly missing: string }) | null;
  /** How it landed, where it did by break-glass. */
  readonly act: (Act & { readonly overdue: boolean; readonly said: readonly { readonly person: string; readonly reason: string; readonly incident: string }[] }) | null;
  /** Whether whoever asks may say such a thing, and why not. */
  readonly mine: { readonly [kind in WordKind]: { readonly can: boolean; readonly why: string } };
}

export async function glassView(world: SigningWorld, id: string, person: string | null): Promise<Result<GlassView, readonly Problem[]>> {
  const found = await glassDesk(world, id);
  if (!found.ok) return found;
  const desk = found.value;
  const { bench, presented, act } = desk;
  const keys = person === null ? [] : await enrolledKeys(world.projections, { person });
  const ceiling = person === null ? NO_CEILING : await world.ceilings.of(person);
  const mine = Object.fromEntries(WORD_KINDS.map((kind) => [kind, whether(desk, kind, person, person === null ? undefined : levelOf(desk, person, keys), keys.length, ceiling)]));
  return ok({
    terms: bench.governance.policy.breakGlass,
    uses: unspent(desk).map((u) => ({
      person: u.person,
      reason: u.predicate.reason,
      incident: u.predicate.incident,
      at: u.at,
      expires: u.predicate.expires,
      problems: u.problems,
    })),
    stands: standsNow(desk),
    act:
      act === null
        ? null
        : {
            ...act,
            overdue: isOverdue(act, bench.now),
            said: presented.uses.flatMap((u) => (act.uses.includes(u.digest) ? [{ person: u.person, reason: u.predicate.reason, incident: u.predicate.incident }] : [])),
          },
    mine: mine as GlassView['mine'],
  });
}

function standsNow(desk: Desk): GlassView['stands'] {
  const { bench, row, history, presented } = desk;
  if (unspent(desk).length === 0) return null;
  const { answer, until, reasons } = breakGlass(glassRules(bench), row.decision, { ...presented, uses: unspent(desk) }, bench.now, history);
  return { answer, until, missing: answer === 'allowed' ? '' : (reasons.at(-1)?.text ?? '') };
}

function whether(desk: Desk, kind: WordKind, person: string | null, level: string | undefined, keys: number, ceiling: Ceiling): { readonly can: boolean; readonly why: string } {
  if (person === null) return { can: false, why: 'sign in first' };
  if (level === undefined) return { can: false, why: 'you are not on the roster of the target ref' };
  const [wrong] = mayNotNow(desk, kind, person, level, ceiling);
  if (wrong !== undefined) return { can: false, why: wrong.message };
  return keys === 0 ? { can: false, why: 'you have no enrolled key' } : { can: true, why: '' };
}
