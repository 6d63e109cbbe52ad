/**
 * `countersign hook prepare-commit-msg` and `commit-msg`, as git calls them. The first fills the declaration in and never stops
 * a commit. The second stops one that does not say it where policy wants it said, and says the one command that repairs it;
 * where somebody sits at a terminal it asks. Whatever of ours fails lets the commit through: the gate is the server's.
 */
import { closeSync, existsSync, openSync, readFileSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import { text, utf8 } from '../core/base/bytes.ts';
import { DEVIN_FOLDER } from '../core/provenance/catalogue/devin.ts';
import { toolInEnvironment } from '../core/provenance/catalogue/environment.ts';
import { type Assistant, parseAssistant, trailersFor } from '../core/provenance/preset-trailers.ts';
import { PRESET_NAMES } from '../core/provenance/presets.ts';
import { sessionsTouching } from '../core/provenance/session/sessions.ts';
import { commentIn, filledIn, isFixup, judgeMessage, type Known, type MessageTerms, messageOf, question, withQuestion } from '../flows/declare-message.ts';
import { openHooked } from '../world.ts';
import { type Answer, EXIT } from './exit.ts';
import { visible } from './terminal.ts';
import { version } from './version.ts';

/** Where somebody can be asked: a question, then what they typed. null: nobody is there. */
export type Terminal = { ask(words: string): string; close(): void } | null;

/** `keep`: until the files it was read from change. */
export type ReadTerms = MessageTerms & { readonly keep: boolean };

export interface HookRun {
  readonly dir: string;
  readonly env: { readonly [name: string]: string | undefined };
  /** Reads the policy of HEAD where no earlier reading holds. */
  readonly readTerms: () => Promise<ReadTerms | null>;
  readonly terminal: () => Terminal;
}

const FINE: Answer = { code: EXIT.ok, stdout: '', stderr: '' };
/** Milliseconds: lines may lie in a work tree for this long before they are committed. */
const WINDOW = 30 * 86_400_000;

/** Nothing of ours may cost somebody their commit. */
export async function hookMessage(name: 'prepare-commit-msg' | 'commit-msg', args: readonly string[], run: HookRun): Promise<Answer> {
  try {
    return name === 'prepare-commit-msg' ? await prepare(args, run) : await check(args, run);
  } catch (error) {
    return { ...FINE, stderr: `countersign: ${name}: ${visible(error instanceof Error ? error.message : String(error))}; the gate will ask\n` };
  }
}

/** @param args the file, where its text came from, and of an amend the commit. */
async function prepare([file = '', source = '']: readonly string[], run: HookRun): Promise<Answer> {
  const clone = await openHooked(run.dir, run.env, version());
  if (clone === null || source === 'merge' || source === 'squash') return FINE;
  // first: where it throws, nothing else is under way that nobody waits for
  const bytes = readFileSync(file);
  const [settings, terms, recorded] = await Promise.all([clone.hook.settings(), termsOf(clone.hook, run), seen(clone)]);
  const comment = commentIn(textOf(bytes), settings.comment);
  const message = messageOf(textOf(bytes), comment);
  if (isFixup(message)) return FINE;
  const under = withSetting(terms, settings.assistance);
  const known: Known = { recorded, running: clone.hook.sequencing ? null : running(run.env) };
  const trailers = filledIn(message, known, under);
  if (trailers.length > 0) {
    // a subject has still to be written above them
    const room = message.trim() === '' ? utf8('\n') : new Uint8Array();
    const made = await clone.hook.trailers(bytes, trailers, comment);
    if (made.ok) writeFileSync(file, Buffer.concat([room, made.value]));
    return made.ok ? FINE : { ...FINE, stderr: `countersign: ${visible(made.error.message)}\n` };
  }
  // an editor opens unless a message was given, and git shows there what it throws away
  const asked = clone.hook.sequencing || source === 'message' ? undefined : question(message, under, comment);
  if (
    asked !== undefined &&
    textOf(bytes)
      .split('\n')
      .some((line) => line.startsWith(comment))
  )
    writeFileSync(file, withQuestion(textOf(bytes), asked, comment));
  return FINE;
}

async function check([file = '']: readonly string[], run: HookRun): Promise<Answer> {
  const clone = await openHooked(run.dir, run.env, version());
  if (clone === null || clone.hook.sequencing) return FINE;
  const bytes = readFileSync(file);
  const [settings, terms] = await Promise.all([clone.hook.settings(), termsOf(clone.hook, run)]);
  const comment = commentIn(textOf(bytes), settings.comment);
  const message = messageOf(textOf(bytes), comment);
  const under = withSetting(terms, settings.assistance);
  // only a denial can be contradicted, and only then is the log worth reading
  const recorded = /\bnone|n\/a|\bno\b/i.test(message) ? await seen(clone) : [];
  const judged = judgeMessage(message, { recorded, running: running(run.env) }, under);
  switch (judged.verdict) {
    case 'fine':
      return judged.note === undefined ? FINE : { ...FINE, stderr: `countersign: ${visible(judged.note)}\n` };
    case 'empty':
      return refused(['there is nothing but the declaration in this message, so nothing is committed']);
    case 'contradicted':
      return refused([
        `this is declared none, and ${described(judged.by)} made lines of it`,
        `remedy: run the commit again with ${trailersFor(judged.by, under.presets).map(option).join(' ')} and without "none"`,
      ]);
    case 'undeclared':
      return await askedFor(clone.hook, { file, bytes, comment, terms: under }, run);
  }
}

/** The agent whose commands these are. Devin sets no variable; its machine has a folder. */
const running = (env: HookRun['env']): Known['running'] => toolInEnvironment(env) ?? (existsSync(DEVIN_FOLDER) ? { tool: 'devin', variable: DEVIN_FOLDER } : null);

interface Asked {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly comment: string;
  readonly terms: MessageTerms;
}

type Hook = NonNullable<Awaited<ReturnType<typeof openHooked>>>['hook'];

async function askedFor(hook: Hook, { file, bytes, comment, terms }: Asked, run: HookRun): Promise<Answer> {
  const who = running(run.env) === null ? answered(run.terminal()) : undefined;
  if (who !== undefined) {
    const made = await hook.trailers(bytes, trailersFor(who, terms.presets), comment);
    if (made.ok) writeFileSync(file, made.value);
    if (made.ok) return FINE;
  }
  const [none = '', tool = ''] = [trailersFor({ tool: 'none' }, terms.presets)[0], trailersFor({ tool: '<tool>', model: '<model>' }, terms.presets)[0]];
  return refused([
    'this commit does not say whether an AI assisted, and the policy here asks every commit to',
    // `git merge` knows no --trailer, and is over where its commit was stopped
    ...(basename(file) === 'MERGE_MSG'
      ? [`remedy: end the merge with git commit --no-edit ${option(none)}, or with ${option(tool)} where one did`]
      : [`remedy: run it again with ${option(tool)}, or with ${option(none)} where none did`, `        (your message is kept: git commit -F ${quoted(file)} ${option(none)})`]),
  ]);
}

/** What somebody at the terminal says; undefined where nobody is, or they stop. */
function answered(terminal: Terminal): Assistant | undefined {
  if (terminal === null) return undefined;
  try {
    const choice = terminal.ask('countersign: did an AI assist with this commit?\n  1  no\n  2  yes\n1 or 2 (anything else stops the commit): ').trim();
    if (choice === '1') return { tool: 'none' };
    if (choice !== '2') return undefined;
    for (let tries = 0; tries < 3; tries++) {
      const typed = terminal.ask('which, as <tool>:<model>, such as claude-code:claude-opus-4-6: ').trim();
      const who = parseAssistant(typed);
      if (who !== undefined && who.tool !== 'none') return who;
      if (typed === '') return undefined;
    }
    return undefined;
  } finally {
    terminal.close();
  }
}

/** The terminal itself: a hook's standard input is none. */
export function openTerminal(env: HookRun['env']): Terminal {
  if (env.GIT_TERMINAL_PROMPT === '0' || (env.CI ?? '') !== '') return null;
  try {
    const tty = openSync('/dev/tty', 'r+');
    const ask = (words: string): string => {
      writeSync(tty, words);
      return lineFrom(tty);
    };
    return { ask, close: () => closeSync(tty) };
  } catch {
    return null;
  }
}

function lineFrom(tty: number): string {
  const byte = new Uint8Array(1);
  const line: number[] = [];
  while (line.length < 400 && readSync(tty, byte, 0, 1, null) > 0 && byte[0] !== 0x0a) line.push(byte[0] ?? 0);
  return Buffer.from(line).toString('utf8');
}

/** What HEAD's policy says, from the last reading of the same files where there was one. */
async function termsOf(hook: Hook, { readTerms }: HookRun): Promise<MessageTerms> {
  const { key, value } = await hook.kept();
  if (key === null) return { assistance: 'optional', presets: [] };
  const before = value === undefined ? undefined : parsed(value);
  if (before !== undefined) return before;
  const read = await readTerms();
  if (read === null) return { assistance: 'optional', presets: [] };
  const terms = { assistance: read.assistance, presets: read.presets };
  if (read.keep) hook.keep(key, JSON.stringify(terms));
  return terms;
}

/** undefined where it is nothing we wrote. */
export function parsed(value: string): MessageTerms | undefined {
  try {
    const said: unknown = JSON.parse(value);
    if (typeof said !== 'object' || said === null || !('assistance' in said) || !('presets' in said) || !Array.isArray(said.presets)) return undefined;
    if (said.assistance !== 'required' && said.assistance !== 'optional') return undefined;
    const names = said.presets as readonly unknown[];
    return { assistance: said.assistance, presets: PRESET_NAMES.filter((n) => names.includes(n)).sort((a, b) => names.indexOf(a) - names.indexOf(b)) };
  } catch {
    return undefined;
  }
}

/** `git config countersign.assistance required` asks in a clone whose policy does not; it never asks less. */
const withSetting = (terms: MessageTerms, setting: string): MessageTerms => (setting === 'required' ? { ...terms, assistance: 'required' } : terms);

/** Sessions on staged lines; nobody where nothing was recorded here, or it cannot be read. */
async function seen({ lines, log }: NonNullable<Awaited<ReturnType<typeof openHooked>>>): Promise<readonly Assistant[]> {
  const runs = await log.runs(Date.now() - WINDOW);
  if (runs.length === 0) return [];
  const staged = await lines.staged();
  return staged.ok ? sessionsTouching(staged.value, runs) : [];
}

const refused = (lines: readonly string[]): Answer => ({
  code: EXIT.signoff,
  stdout: '',
  stderr: lines.map((line, i) => `${i === 0 ? 'countersign: ' : '  '}${visible(line)}\n`).join(''),
});
const described = (who: Assistant): string => `a recorded session of ${who.tool}${'session' in who && who.session !== undefined ? ` (${who.session})` : ''}`;
const option = (trailer: string): string => `--trailer ${quoted(trailer)}`;
/** For a shell. */
const quoted = (word: string): string => (/^[\w./:@=+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
const textOf = (bytes: Uint8Array): string => text(bytes) ?? Buffer.from(bytes).toString('latin1');
