/** `countersign policy profiles` and `policy profile NAME`: which policies ship, and what each says. */
import { problem } from '../core/base/result.ts';
import { PROFILES, type Profile } from '../core/policy/profiles.ts';
import { hint } from '../core/policy/suggest.ts';
import { moment } from '../core/policy/time.ts';
import { type Answer, EXIT, refusal } from './exit.ts';

/** Exit 0. */
export async function policyProfiles({ json = false }: { readonly json?: boolean }): Promise<Answer> {
  const all = Object.entries(PROFILES).map(([name, { summary }]) => ({ name, summary }));
  const width = Math.max(...all.map(({ name }) => name.length));
  const rows = all.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}\n`).join('');
  const text = `${rows}\nread one:  countersign policy profile tiered\nuse it:    extends: [profile:tiered] in countersign.yml; countersign init writes one\n`;
  return { code: EXIT.ok, stdout: json ? `${JSON.stringify({ version: 1, exit: EXIT.ok, profiles: all })}\n` : text, stderr: '' };
}

export interface ProfileOptions {
  /** Its end, as policies write moments. */
  readonly until?: string;
  readonly json?: boolean;
}

/** Its text, for reading, and for saving under .countersign/ where it is given an end. Exit 0 printed, 2 there is no such thing. */
export async function policyProfile(name: string, { until, json = false }: ProfileOptions): Promise<Answer> {
  const profile = Object.hasOwn(PROFILES, name) ? PROFILES[name] : undefined;
  if (profile === undefined) return refusal([problem('USAGE', `there is no profile ${name}`, { place: 'profile', remedy: hint(name, Object.keys(PROFILES)) })], json);
  const text = until === undefined ? profile.text : ended(profile, until);
  if (text === undefined) return refusal([problem('USAGE', `${name} has no end`, { place: '--until', remedy: `only ${WITH_END.join(', ')} ends` })], json);
  if (text === null) return refusal([problem('USAGE', `${until} is no date`, { place: '--until', remedy: 'write a date such as 2027-03-01' })], json);
  return { code: EXIT.ok, stdout: json ? `${JSON.stringify({ version: 1, exit: EXIT.ok, name, summary: profile.summary, text })}\n` : text, stderr: '' };
}

const WITH_END = Object.keys(PROFILES).filter((name) => PROFILES[name]?.ending !== undefined);

/** undefined: it has no end. null: that is no date. */
const ended = ({ ending }: Profile, until: string): string | null | undefined => (ending === undefined ? undefined : moment.safeParse(until).success ? ending(until) : null);
