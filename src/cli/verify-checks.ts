/** What `countersign verify` checks, and what it was not asked to: said where it proves something, for a proof is only of what was asked. */
import { CHECKS, type CheckOf, checksOf, GLASS_CHECKS, type KnownCheck } from '../core/signoff/checks.ts';
import type { OfflineReport } from '../core/signoff/offline.ts';
import { type Answer, EXIT } from './exit.ts';
import { wrapped } from './text-rows.ts';

/** What a verification had to compare with; false: nothing. */
export interface Asked {
  readonly pin: boolean;
  readonly trustSize: boolean;
  readonly maxAge: boolean;
  /** Witnesses of a policy, the caller's or the trust file's. */
  readonly witnesses: boolean;
  /** The policy of the clone has the author speak first. */
  readonly ownership: boolean;
  /** The bundle holds a summary, and the trust file names gates. */
  readonly gate: boolean;
}

/** Codes nothing could fail with, and why. Nobody's clone says who pushed. */
const UNASKED: readonly (readonly [keyof Asked | 'pusher', readonly string[], string])[] = [
  ['pin', ['TRUST_SIG'], 'no --pin'],
  ['trustSize', ['TRUST_ROLLBACK'], 'no --trust-size'],
  ['pusher', ['SOD_PUSHER'], 'a clone does not say who pushed'],
  ['witnesses', ['LOG_QUORUM'], 'no --tlog-policy, and the trust file names no quorum'],
  ['maxAge', ['REV_STALE', 'REV_MISSING'], 'no --max-age'],
  ['ownership', ['OWNERSHIP_MISSING', 'OWNERSHIP_INVALID'], 'the policy does not ask for it'],
  ['gate', ['VSA_INVALID'], 'no summary in the bundle, or no gate in the trust file'],
];

/** A check that was not asked. */
export interface NotAsked extends KnownCheck {
  readonly why: string;
}

/** One line of an answer. */
export const notAskedText = ({ open, name, why }: NotAsked): string => `  not asked: ${open ?? name} (${why})\n`;

/** Every check that nothing was given for. @param report of a bundle that could be read. */
export function notAsked(asked: Asked, report: OfflineReport, signoffs: number): readonly NotAsked[] {
  const missing = UNASKED.filter(([name]) => name === 'pusher' || !asked[name]);
  const checks: readonly CheckOf<OfflineReport['problems'][number]>[] = checksOf({ ...report, signoffs, unasked: missing.flatMap(([, codes]) => codes) });
  return checks.flatMap(({ step, name, codes, open, outcome }) => {
    const why = missing.find(([, of]) => codes.every((c) => of.includes(c)))?.[2];
    return outcome === 'not asked' && why !== undefined ? [{ step, name, codes, ...(open === undefined ? {} : { open }), why }] : [];
  });
}

/** `countersign verify --checks`: the table, and nothing is verified. */
export function checksTable(json: boolean): Answer {
  if (json) return { code: EXIT.ok, stdout: `${JSON.stringify({ version: 1, checks: CHECKS, breakGlass: GLASS_CHECKS })}\n`, stderr: '' };
  const rows = [...CHECKS, ...GLASS_CHECKS].map(({ step, name, codes, open }) => {
    const lines = [...wrapped(codes.join(' '), WIDTH), ...(open === undefined ? [] : wrapped(`not asked: ${open}`, WIDTH))];
    return `${String(step).padStart(4)}  ${name}\n${lines.map((l) => `      ${l}\n`).join('')}`;
  });
  return { code: EXIT.ok, stdout: `step  what holds, its reason codes, and what is open where nobody asks\n${rows.join('')}`, stderr: '' };
}

const WIDTH = 92;
