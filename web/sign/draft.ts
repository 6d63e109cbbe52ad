/** What the reviewer has said so far, and what is still missing before they may sign. Pure. */
import type { DispositionKind, Dossier, Holds, PrepareBody, SignDecision } from '../api/generated.ts';
import { findingKey } from '../dossier/finding-key.ts';

export interface Draft {
  readonly decision: SignDecision | '';
  readonly findings: Readonly<Record<string, { readonly disposition: DispositionKind | ''; readonly note: string }>>;
  readonly answers: Readonly<Record<string, string>>;
  readonly notChecked: string;
  readonly assumptions: readonly { readonly text: string; readonly holds: Holds | '' }[];
  readonly conditions: readonly string[];
}

export const EMPTY: Draft = { decision: '', findings: {}, answers: {}, notChecked: '', assumptions: [], conditions: [] };

/** One thing to do, and the id of the element to do it in. */
export interface Missing {
  readonly at: string;
  readonly text: string;
}

export const findingAnchor = (index: number): string => `finding-${index + 1}`;
const blank = (text: string | undefined): boolean => (text ?? '').trim() === '';

/** A judgement that lets the change pass must face every finding and question; asking for changes or saying "I cannot judge" need not. */
export const letsPass = (decision: Draft['decision']): boolean => decision !== 'changes' && decision !== 'cannot_judge';

export function missing(draft: Draft, dossier: Pick<Dossier, 'decision' | 'questions'>): readonly Missing[] {
  return [
    ...(letsPass(draft.decision) ? findingsMissing(draft, dossier) : []),
    ...(draft.decision === '' ? [{ at: 'decision', text: 'your decision' }] : []),
    ...conditionsMissing(draft),
    ...dossier.questions.filter((q) => letsPass(draft.decision) && q.required && blank(draft.answers[q.id])).map((q) => ({ at: `question-${q.id}`, text: `an answer: ${q.text}` })),
    ...assumptionsMissing(draft),
    ...(blank(draft.notChecked) ? [{ at: 'not-checked-field', text: 'what you did not check' }] : []),
  ];
}

const ASKED: Partial<Record<Draft['decision'], string>> = { approve_with_conditions: 'at least one condition', changes: 'what has to change' };

/** Whether this decision says something in conditions: what must hold, or what must change. */
export const namesConditions = (decision: Draft['decision']): boolean => ASKED[decision] !== undefined;

function conditionsMissing({ decision, conditions }: Draft): readonly Missing[] {
  const text = ASKED[decision];
  return text !== undefined && conditions.every(blank) ? [{ at: 'conditions', text }] : [];
}

function findingsMissing(draft: Draft, { decision }: Pick<Dossier, 'decision'>): readonly Missing[] {
  return decision.findings.flatMap((finding, i) => {
    const given = draft.findings[findingKey(finding)];
    const name = `finding ${i + 1} (${finding.place.object ?? finding.rule})`;
    if (given === undefined || given.disposition === '') return [{ at: findingAnchor(i), text: `a disposition for ${name}` }];
    return blank(given.note) ? [{ at: findingAnchor(i), text: `a note for ${name}` }] : [];
  });
}

function assumptionsMissing({ assumptions }: Draft): readonly Missing[] {
  return assumptions.flatMap((a, i) => {
    const name = `assumption ${i + 1}`;
    if (blank(a.text)) return a.holds === '' ? [] : [{ at: 'assumptions', text: `the words of ${name}` }];
    return a.holds === '' ? [{ at: 'assumptions', text: `whether ${name} holds` }] : [];
  });
}

/** The body to send, or undefined while something is missing. Empty lines are left out. */
export function prepareBody(draft: Draft, dossier: Dossier, review: PrepareBody['review']): PrepareBody | undefined {
  if (draft.decision === '' || missing(draft, dossier).length > 0) return undefined;
  return {
    decision: draft.decision,
    dispositions: dossier.decision.findings.flatMap((finding) => {
      const given = draft.findings[findingKey(finding)];
      if (given === undefined || given.disposition === '' || blank(given.note)) return [];
      return [{ finding: findingKey(finding), disposition: given.disposition, note: given.note.trim() }];
    }),
    notChecked: draft.notChecked.trim(),
    answers: dossier.questions.flatMap((q) => (blank(draft.answers[q.id]) ? [] : [{ question: q.id, answer: (draft.answers[q.id] ?? '').trim() }])),
    assumptions: draft.assumptions.flatMap((a) => (blank(a.text) || a.holds === '' ? [] : [{ text: a.text.trim(), holds: a.holds }])),
    conditions: namesConditions(draft.decision) ? draft.conditions.map((c) => c.trim()).filter((c) => c !== '') : [],
    review,
    presented: dossier.presented,
  };
}
