/** The tree of reasons was made when the change was pushed. These words follow what has become of it since. */
import type { Dossier, Reason } from '../api/generated.ts';

type Standing = Pick<Dossier, 'state' | 'mine'> & {
  /** Whether the author has spoken, where policy waits for it. */
  readonly ownership?: Pick<Dossier['ownership'], 'settled'>;
  readonly decision: Pick<Dossier['decision'], 'outcome' | 'reasons'>;
  /** It landed by break-glass: what was asked for was not given. */
  readonly glass?: boolean;
};

export function whyTitle({ state, mine, decision }: Standing): string {
  if (state === 'refused') return 'Why it is refused';
  if (state === 'passed') return 'Why nobody is asked';
  if (state === 'open') return mine.canSign ? 'Why you are asked' : 'Why a human is asked';
  return decision.outcome === 'pass' ? 'Why nobody was asked' : 'Why a human was asked';
}

export const reasonsNow = ({ state, decision, ownership, glass = false }: Standing): Reason => {
  const signed = (state === 'signed' || state === 'landed') && !glass;
  const codes = [...(signed ? ['SIGNOFF_MISSING'] : []), ...(signed || ownership?.settled === true ? ['OWNERSHIP_MISSING'] : [])];
  return codes.length === 0 ? decision.reasons : given(decision.reasons, codes);
};

/** What was asked for has been given: it is no longer missing. */
function given(reason: Reason, codes: readonly string[]): Reason {
  const children = reason.children.map((child) => given(child, codes));
  if (!codes.includes(reason.code)) return { ...reason, children };
  const text = reason.text
    .replace(/^this change needs /, 'this change needed ')
    .replace(/^can sign: /, 'could sign: ')
    .replace(/ says first what they /, ' said what they ')
    .replace(' ran and do not understand', ' ran and did not understand');
  return { ...reason, text, code: 'OK', state: reason.state === 'no' ? 'yes' : reason.state, children };
}

const SIGNERS: Readonly<Record<Dossier['state'], string>> = { open: 'Who can sign', signed: 'Who signed', passed: 'Who can sign', landed: 'Who signed', refused: 'Who would sign' };

export const signersTitle = ({ state, decision, glass = false }: Standing): string =>
  glass ? 'Who should have signed' : state === 'landed' && decision.outcome === 'pass' ? 'Who can sign' : SIGNERS[state];
