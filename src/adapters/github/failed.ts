/** What GitHub says where it does not do what was asked: left alone for how long, gone for good, or refused and why. */
import { type Problem, problem } from '../../core/base/result.ts';
import type { ForgeAnswer } from '../../flows/ports-forge.ts';
import type { Answered } from './call.ts';

export type Failed = Extract<ForgeAnswer<never>, { readonly ok: false }>;

export const failed = (error: Problem, more: { after?: number | null; gone?: boolean } = {}): Failed => ({ ok: false, error, after: more.after ?? null, gone: more.gone ?? false });

/** A limit that says nothing of time: GitHub asks for a minute at the least. */
const UNSAID_MS = 60_000;
const [SOONEST_MS, LATEST_MS] = [1_000, 3_600_000 * 24];
const GONE = new Set([404, 410, 451]);

/** @param now milliseconds since 1970, where the answer says no date of its own. */
export function failureOf(answer: Answered, place: string, now: number): Failed {
  const { status, headers, body } = answer;
  const [said, words] = [saidIn(body), saidBy(answer)];
  const limited = waitOf(status, headers, said, now);
  if (limited !== null) return failed(problem('FORGE_UNAVAILABLE', words, { place, remedy: 'it is tried again when GitHub allows it' }), { after: limited });
  if (status >= 500) return failed(problem('FORGE_UNAVAILABLE', words, { place, remedy: 'it is tried again' }), { after: retryAfter(headers) });
  const refused = (remedy: string, gone = false): Failed => failed(problem('FORGE_REFUSED', words, { place, remedy }), { gone });
  if (GONE.has(status)) return refused('the repository is not there, or the app is not installed on it: look at where the app is installed', true);
  if (/suspended/i.test(said)) return suspended(words, place);
  if (status === 401) return refused('the key is not of this app, or the clock of this machine is wrong by more than a minute');
  if (status === 403 || /permissions requested are not granted/i.test(said)) return refused('accept the permissions the app asks for, where it is installed');
  return refused('this is what GitHub says of it');
}

/** It may be lifted at any time; until then nothing of ours is there. */
export const suspended = (words: string, place: string): Failed =>
  failed(problem('FORGE_REFUSED', words, { place, remedy: 'the installation of the app is suspended: whoever owns the account ends that in its settings' }), { gone: true });

/** null: nobody asks us to wait. Every answer says when the budget begins anew; it counts where nothing is left of it. */
export function waitOf(status: number, headers: Headers, said: string, now: number): number | null {
  if (status !== 403 && status !== 429) return null;
  const after = retryAfter(headers);
  if (after !== null) return after;
  const reset = Number(headers.get('x-ratelimit-reset') ?? Number.NaN);
  const spent = headers.get('x-ratelimit-remaining') === '0' || status === 429;
  // Against its own clock, which ours may not agree with.
  if (spent && Number.isFinite(reset)) return bounded(reset * 1_000 - dated(headers, now));
  return status === 429 || /rate limit|abuse/i.test(said) ? UNSAID_MS : null;
}

const dated = (headers: Headers, now: number): number => {
  const date = Date.parse(headers.get('date') ?? '');
  return Number.isFinite(date) ? date : now;
};

function retryAfter(headers: Headers): number | null {
  const seconds = headers.get('retry-after') ?? '';
  return /^\d{1,9}$/.test(seconds) ? bounded(Number(seconds) * 1_000) : null;
}

const bounded = (ms: number): number => Math.min(LATEST_MS, Math.max(SOONEST_MS, ms));

/** For people to read. */
export function saidBy({ status, body }: Answered): string {
  const said = saidIn(body);
  return `GitHub answers ${status}${said === '' ? '' : `: ${said}`}`;
}

/** One short line of what a stranger wrote. */
function saidIn(body: unknown): string {
  const message = typeof body === 'object' && body !== null && 'message' in body ? body.message : '';
  const errors = typeof body === 'object' && body !== null && 'errors' in body ? ` ${JSON.stringify(body.errors)}` : '';
  return typeof message === 'string' ? `${message}${errors}`.replaceAll(/[^\x20-\x7e]+/g, ' ').slice(0, 300) : '';
}
