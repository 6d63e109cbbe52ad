/**
 * `countersign policy eval`: answers cases. A stable interface for other programs: JSON in, JSON out, one line a case where
 * asked for. A bad line is answered on its own line as a no, and the rest is answered all the same.
 */

import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { err, type Problem, problem, type Result } from '../core/base/result.ts';
import { type PlacedCase, readCases } from '../core/policy/case-file.ts';
import { readLine } from '../core/simulate/case-lines.ts';
import { runCase } from '../core/simulate/run-case.ts';
import { caseText } from './case-text.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { linesOf } from './lines.ts';
import { type OpenedPolicy, openPolicy, readBytes } from './policy-files.ts';
import { ink, visibleLines, wantsColour } from './terminal.ts';

export interface EvalOptions {
  readonly policy: string;
  /** A file, or `-` for standard input. */
  readonly facts: string;
  readonly jsonl?: boolean;
  readonly roster?: string;
  readonly floor?: readonly string[];
  readonly policyEdits?: boolean;
  readonly text?: boolean;
}

/** One case, or a scenario file: exit 0 all allowed, 1 some wait for a signature, 2 some denied or unreadable. Lines: 0 every line was answered, 2 some could not be read. */
export async function policyEval(options: EvalOptions): Promise<Answer> {
  const opened = await openPolicy(options);
  if (!opened.ok) return refusal(opened.error, true);
  const how = { policyEdits: options.policyEdits === true };
  return options.jsonl === true ? stream(opened.value, options.facts, how) : whole(opened.value, options, how);
}

const MOST_INPUT = 1_000_000;

type How = { readonly policyEdits: boolean };

async function whole({ policy, roster }: OpenedPolicy, { facts, text }: EvalOptions, how: How): Promise<Answer> {
  const read = await casesIn(facts, policy);
  if (!read.ok) return refusal(read.error, true);
  const answers = read.value.map(({ given }) => runCase(policy, given, roster, how).answer);
  const code = Math.max(...answers.map((a) => ({ allow: EXIT.ok, pending: EXIT.signoff, deny: EXIT.refused })[a.result]));
  const [only, second] = answers;
  const paper = ink(wantsColour(process.stdout, process.env));
  if (text === true) return { code, stdout: answers.map((a) => visibleNames(a.name) + caseText(a, paper)).join('\n'), stderr: '' };
  const said = second === undefined ? { ...only, exit: code } : { version: 1, exit: code, answers };
  return { code, stdout: `${JSON.stringify(said, null, 2)}\n`, stderr: '' };
}

const visibleNames = (name: string): string => (name === '' ? '' : `${visibleLines(name)}\n`);

async function casesIn(facts: string, policy: OpenedPolicy['policy']): Promise<Result<readonly PlacedCase[], readonly Problem[]>> {
  if (facts !== '-') {
    const bytes = readBytes(facts, 'NOT_FOUND', 'name a file that is there, or - for standard input');
    return bytes.ok ? readCases(bytes.value, facts, policy) : err([bytes.error]);
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of process.stdin) {
    chunks.push(chunk);
    length += chunk.length;
    // Its reader refuses more: no need to hold it.
    if (length > MOST_INPUT) break;
  }
  return readCases(new Uint8Array(Buffer.concat(chunks)), 'standard input', policy);
}

/** Answers go out as they are made, and no faster than somebody reads them. */
async function stream({ policy, roster }: OpenedPolicy, facts: string, how: How): Promise<Answer> {
  const file = facts === '-' ? 'standard input' : facts;
  let bad = 0;
  try {
    for await (const { number, bytes } of linesOf(facts === '-' ? process.stdin : createReadStream(facts))) {
      const given = bytes === null ? err([tooLong(file, number)]) : readLine(bytes, number, file, policy);
      if (!given.ok) bad += 1;
      if (!process.stdout.writable) return UNREAD;
      await write(
        given.ok ? { line: number, ...runCase(policy, given.value, roster, how).answer } : { version: 1, line: number, result: 'deny', verdict: 'deny', problems: given.error },
      );
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EPIPE') return UNREAD;
    return refusal(
      [
        problem('NOT_FOUND', `cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
          place: file,
          remedy: 'name a file that is there, or - for standard input',
        }),
      ],
      true,
    );
  }
  return {
    code: bad === 0 ? EXIT.ok : EXIT.refused,
    stdout: '',
    stderr: bad === 0 ? '' : `countersign: ${bad} ${bad === 1 ? 'line' : 'lines'} of ${file} could not be read; each says why on its own line\n`,
  };
}

/** Whoever reads the answers may stop reading: that is no error of ours. */
const UNREAD: Answer = { code: EXIT.ok, stdout: '', stderr: '' };

const tooLong = (file: string, number: number): Problem => problem('GATE_REQUEST_INVALID', 'is longer than 4 MB', { place: `${file}:${number}`, remedy: 'write one case a line' });

async function write(answer: object): Promise<void> {
  if (!process.stdout.write(`${JSON.stringify(answer)}\n`)) await once(process.stdout, 'drain');
}
