/** `countersign hook log`: what the recorder of this machine saw in one repository, and whether its log is whole. */
import { resolve } from 'node:path';
import { problem } from '../core/base/result.ts';
import type { Entry } from '../core/provenance/session/entry.ts';
import type { RecordedLog } from '../flows/ports.ts';
import { openRecorderLog } from '../world.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { visible } from './terminal.ts';

export interface LogOptions {
  readonly repo: string;
  readonly verify?: boolean;
  readonly session?: string;
  readonly json?: boolean;
}

/** Exit 0; 1 where the log does not hold; 2 where there is none to look at. */
export async function hookLog(options: LogOptions): Promise<Answer> {
  process.removeAllListeners('warning');
  const opened = await openRecorderLog(options.repo);
  if (opened === null)
    return refusal(
      [problem('GIT_FAILED', 'there is no work tree here', { place: resolve(options.repo), remedy: 'go into a clone, or name a folder of one with --repo' })],
      options.json,
    );
  if (options.verify) {
    const state = opened.verify();
    if (!state.ok) return refusal([state.error], options.json);
    const code = state.value.faults.length === 0 ? EXIT.ok : EXIT.signoff;
    const { folder, entries, keyId, faults } = state.value;
    const said = [`${entries} entries in ${folder}, signed by recorder ${keyId}`, ...(faults.length === 0 ? ['the log is whole'] : faults)];
    return { code, stdout: options.json ? `${JSON.stringify({ version: 1, exit: code, ...state.value })}\n` : said.map((line) => `${visible(line)}\n`).join(''), stderr: '' };
  }
  const entries = (await opened.log.entries(0)).filter((e) => options.session === undefined || ('who' in e && e.who?.session === options.session));
  const shown = entries.map((e) => (options.json ? JSON.stringify({ ...e, ...textOf(e, opened.log, options.session) }) : lineOf(e, opened.log, options.session)));
  return {
    code: EXIT.ok,
    stdout: shown.map((line) => `${line}\n`).join(''),
    stderr: entries.length === 0 ? `countersign: nothing was recorded here${options.session === undefined ? '' : ` of session ${visible(options.session)}`}\n` : '',
  };
}

/** Texts only where one session is asked for. */
const textOf = (entry: Entry, log: RecordedLog, session: string | undefined): { readonly text?: string | null } =>
  entry.what === 'trail' && session !== undefined ? { text: log.text(entry.sha256) } : {};

function lineOf(entry: Entry, log: RecordedLog, session: string | undefined): string {
  const who = 'who' in entry && entry.who !== undefined ? `${entry.who.tool} ${entry.who.session}` : '';
  const { text } = textOf(entry, log, session);
  const words = [new Date(entry.at).toISOString(), `${entry.seq}`, entry.what, who, wordsOf(entry)].filter((word) => word !== '').map(visible);
  return [words.join('  '), ...(text === undefined ? [] : (text ?? 'its text was thrown away').split('\n').map((line) => `    ${visible(line)}`))].join('\n');
}

function wordsOf(entry: Entry): string {
  if (entry.what === 'call')
    return `${entry.name}${entry.end === 'seen' ? '' : ` (${entry.end})`}: ${entry.files.length === 0 ? 'wrote nothing' : entry.files.map(fileWords).join(', ')}`;
  if (entry.what === 'gap') return [entry.why, ...(entry.paths ?? [])].join(' ');
  if (entry.what === 'trail') return `${entry.kind} ${entry.sha256.slice(0, 12)}${entry.outcome === undefined ? '' : ` ${entry.outcome}`}`;
  if (entry.what === 'commits') return entry.commits.map(({ id, authored }) => `${id.slice(0, 12)}${authored ? '' : ' (taken over)'}`).join(' ');
  if (entry.what === 'session') return entry.mark;
  return entry.what === 'record' ? entry.commit.slice(0, 12) : '';
}

const fileWords = ({ path, added, removed }: Extract<Entry, { what: 'call' }>['files'][number]): string => {
  const count = (stretches: typeof added): number => stretches.reduce((sum, s) => sum + s.lines.length / 33, 0);
  return `${path} +${count(added)} -${count(removed)}`;
};
