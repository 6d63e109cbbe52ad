/**
 * What hooks do to a message that is about to be committed: what is filled in, what is asked, what is refused. Whoever
 * commits may pass a hook by, and may write what they like: the gate judges, and this only helps.
 */
import { type Assistant, declaredIn, trailersFor, writtenUnder } from '../core/provenance/preset-trailers.ts';
import type { PresetName } from '../core/provenance/presets.ts';

export interface MessageTerms {
  readonly assistance: 'optional' | 'required';
  readonly presets: readonly PresetName[];
}

/** What is known where a commit is made. */
export interface Known {
  /** Sessions a recorder saw on staged lines. */
  readonly recorded: readonly Assistant[];
  /** The agent whose commands these are, as its environment says: a reason to fill in, no proof. */
  readonly running: { readonly tool: string; readonly variable: string } | null;
}

/** `commit -v` puts the difference below this line, behind the comment character. */
const SCISSORS = '------------------------ >8 ------------------------';

/** What of the file becomes the message. @param comment what lines that are thrown away begin with; empty: none are. */
export function messageOf(file: string, comment: string): string {
  if (comment === '') return file;
  const lines = file.split('\n');
  const cut = lines.indexOf(`${comment} ${SCISSORS}`);
  return (cut < 0 ? lines : lines.slice(0, cut)).filter((line) => !line.startsWith(comment)).join('\n');
}

/** Git chooses another character where the message begins lines with `#` (`core.commentChar=auto`): its own last block shows which. */
export function commentIn(file: string, setting: string): string {
  if (setting !== 'auto') return setting === '' ? '#' : setting;
  const [first] = file.split('\n').flatMap((line) => /^([#;@!$%^&|:]) Please enter the commit message/.exec(line)?.[1] ?? []);
  return first ?? '#';
}

/** Such a commit is folded into another one, which is declared itself. */
export const isFixup = (message: string): boolean => /^(?:fixup|squash|amend)! /.test(message.trimStart());

/** Trailers to add; none where there is nothing to say, or the author has said it. */
export function filledIn(message: string, { recorded, running }: Known, { presets }: MessageTerms): readonly string[] {
  const said = declaredIn(message);
  const hands = recorded.length > 0 ? recorded : running === null || said.length > 0 ? [] : [{ tool: running.tool }];
  // an author who denies it is not overruled here: the commit is refused, and they say which it is
  if (said.includes('none')) return [];
  const own = said.map((value) => toolOf(value));
  const all = hands.flatMap((who) => {
    const trailers = trailersFor(who, presets);
    return own.includes(toolOf(who.tool)) ? trailers.slice(1) : trailers;
  });
  return [...new Set(all)];
}

/** The first word of the tool's name: `claude`, `Claude Code` and `claude-code:opus` are one. */
const toolOf = (value: string): string => /^[a-z]+/.exec(value.toLowerCase())?.[0] ?? value;

/** Lines to show in an editor, where both choices stand ready; undefined where nothing is asked. */
export function question(message: string, terms: MessageTerms, comment: string): readonly string[] | undefined {
  if (terms.assistance !== 'required' || writtenUnder(terms.presets) === null || declaredIn(message).length > 0 || comment === '') return undefined;
  const choices = [trailersFor({ tool: 'none' }, terms.presets), trailersFor({ tool: '<tool>', model: '<model>' }, terms.presets)].flat();
  return [`${comment} Did an AI assist? Keep one of these lines, without the ${comment}:`, ...choices.map((c) => `${comment} ${c}`)];
}

/** Puts the question between the message and whatever git shows below it. */
export function withQuestion(file: string, asked: readonly string[], comment: string): string {
  const lines = file.split('\n');
  const at = lines.findIndex((line) => line.startsWith(comment));
  const [above, below] = at < 0 ? [lines, []] : [lines.slice(0, at), lines.slice(at)];
  const body = above.join('\n').replace(/\s*$/, '');
  // an empty first line for the subject, and an empty one so that what is kept becomes a trailer of its own
  return [body, '', ...asked, comment, ...below].join('\n').replace(/\n*$/, '\n');
}

export type Verdict =
  | { readonly verdict: 'fine'; readonly note?: string }
  | { readonly verdict: 'undeclared' }
  /** Git takes a message of nothing but a trailer for one; nobody who left the editor meant that. */
  | { readonly verdict: 'empty' }
  | { readonly verdict: 'contradicted'; readonly by: Assistant };

export function judgeMessage(message: string, { recorded, running }: Known, terms: MessageTerms): Verdict {
  const said = declaredIn(message);
  if (said.length > 0 && onlyTrailers(message)) return { verdict: 'empty' };
  const [seen] = recorded;
  if (said.includes('none') && seen !== undefined) return { verdict: 'contradicted', by: seen };
  if (said.includes('none') && running !== null) return { verdict: 'fine', note: `this is declared none, and ${running.variable} says that ${running.tool} runs this command` };
  return said.length === 0 && terms.assistance === 'required' && !isFixup(message) ? { verdict: 'undeclared' } : { verdict: 'fine' };
}

/** The subject is the declaration: there is no other. */
function onlyTrailers(message: string): boolean {
  const first = message.split('\n').find((line) => line.trim() !== '') ?? '';
  return declaredIn(`subject\n\n${first}\n`).length > 0;
}
