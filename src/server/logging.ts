/**
 * The log of this process: one JSON object a line, by pino. What may stand in it is what this file's types let in, and none of them
 * holds a path as it was asked for, a header, a body or the words of an error: an error's words are often somebody's input.
 */
import { pino, stdTimeFunctions } from 'pino';
import type { LogLevel } from './log-levels.ts';

/** One request, answered. */
export interface RequestRecord {
  readonly requestId: string;
  readonly door: 'http' | 'git' | 'hook';
  readonly method: string;
  /** As declared: `/api/v1/changes/:id`. */
  readonly route: string;
  readonly status: number;
  readonly ms: number;
  /** Id of whoever was authenticated; null for nobody. */
  readonly principal: string | null;
}

/** Our own bug, or a broken part beneath us. */
export interface FailureRecord {
  readonly requestId?: string;
  readonly door: 'http' | 'git' | 'hook';
  readonly route?: string;
  readonly failure: Failure;
}

export interface Failure {
  readonly type: string;
  /** Of the system or the database: ENOSPC, ERR_SQLITE_ERROR. */
  readonly code?: string;
  /** Where, without what was said there. */
  readonly at: readonly string[];
}

export interface Log {
  request(record: RequestRecord): void;
  failed(record: FailureRecord): void;
  /** Words of our own, to whoever runs this: nothing of a request's. */
  say(level: 'info' | 'warn' | 'error', line: string): void;
  /** Everything said so far is written. */
  flush(): void;
}

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: 'json' | 'text';
  /** Takes whole lines, at once. */
  readonly write: (line: string) => void;
}

export function openLog({ level, format, write }: LogOptions): Log {
  const out = { write: format === 'json' ? write : (line: string) => write(spoken(line)) };
  const logger = pino({ level, base: null, timestamp: stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) } }, out);
  return {
    request: (record) => logger.info({ event: 'request', ...picked(record) }),
    failed: ({ failure, ...record }) => logger.error({ event: 'failure', ...record, failure }),
    say: (severity, line) => logger[severity]({ event: 'said' }, spelled(line)),
    flush: () => logger.flush(),
  };
}

/** Names in it are others' words: of branches, of environments. Control, format and bidirectional characters are spelled out. */
const spelled = (line: string): string => line.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (char) => (char === '\n' ? char : `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`));

/** Member by member: a record that carries more than its type says it does is cut to it. */
const picked = ({ requestId, door, method, route, status, ms, principal }: RequestRecord): RequestRecord => ({ requestId, door, method, route, status, ms, principal });

/** For a person at a terminal. */
function spoken(line: string): string {
  const { event, msg, door, method, route, status, ms, requestId, failure } = JSON.parse(line) as Record<string, unknown> & { failure?: Failure };
  if (event === 'request') return `countersign: ${door} ${method} ${route} ${status} ${ms} ms (${requestId})\n`;
  if (event === 'failure' && failure !== undefined) return `countersign: ${[requestId, door, route].filter(Boolean).join(' ')} ${failureLine(failure)}\n`;
  return `countersign: ${msg}\n`;
}

/** The same in one line and its frames, where nothing keeps records. */
export const failureLine = ({ type, code, at }: Failure): string => [[type, code].filter(Boolean).join(' '), ...at].join('\n    ');

const FRAMES = 12;

/** What may be written down of something thrown: its kind and the way there. Its message is left out, for it may quote what was sent. */
export function failureOf(thrown: unknown): Failure {
  if (!(thrown instanceof Error)) return { type: typeof thrown, at: [] };
  const code = 'code' in thrown && typeof thrown.code === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/.test(thrown.code) ? thrown.code : undefined;
  const frames = (thrown.stack ?? '').split('\n').filter((line) => /^ {4}at [\w.<>[\] ]*\(?(?:file:|node:|\/|async )/.test(line));
  return { type: /^\w{1,60}$/.test(thrown.name) ? thrown.name : 'Error', ...(code === undefined ? {} : { code }), at: frames.slice(0, FRAMES).map((f) => f.trim()) };
}
