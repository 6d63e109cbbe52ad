/** `countersign witness`: watches one log and cosigns what grew out of what it saw. Runs until told to stop. */
import { resolve } from 'node:path';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { type NoteKey, parseVkey } from '../core/log/note.ts';
import { witness as open } from '../world.ts';
import { WITNESS_DEFAULTS } from './defaults.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { stopped } from './stopped.ts';

export interface WitnessFlags {
  readonly data: string;
  readonly origin: string;
  readonly logVkey: readonly string[];
  readonly name?: string;
  readonly host?: string;
  readonly port?: string;
  readonly json?: boolean;
}

export async function witness(flags: WitnessFlags): Promise<Answer> {
  const { json = false, host = WITNESS_DEFAULTS.host } = flags;
  const port = flags.port ?? WITNESS_DEFAULTS.port;
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    return refusal([problem('USAGE', `${port} is no port`, { place: '--port', remedy: 'a number from 0 to 65535; 0 takes any that is free' })], json);
  const logs = logsOf(flags);
  if (!logs.ok) return refusal([logs.error], json);
  const opened = await open({ dir: resolve(flags.data), ...(flags.name === undefined ? {} : { name: flags.name }), logs: logs.value, host, port: Number(port), log: onceEach() });
  if (!opened.ok) return refusal([opened.error], json);
  const stop = stopped();
  process.stdout.write(greeting(flags.origin, opened.value.vkey, `http://${host.includes(':') ? `[${host}]` : host}:${opened.value.port}`, json));
  await stop;
  await opened.value.close();
  return { code: EXIT.ok, stdout: json ? '' : 'countersign: stopped\n', stderr: '' };
}

function logsOf({ origin, logVkey }: WitnessFlags): Result<readonly NoteKey[], Problem> {
  const keys: NoteKey[] = [];
  for (const vkey of logVkey) {
    const key = parseVkey(vkey);
    if (!key.ok) return err(problem('USAGE', key.error.message, { place: '--log-vkey', remedy: "copy the log's vkey from whoever runs it, or from its trust file, in quotes" }));
    if (key.value.name !== origin)
      return err(problem('USAGE', `this is the key of ${key.value.name}, not of ${origin}`, { place: '--log-vkey', remedy: 'origin and the name in the key are the same words' }));
    keys.push(key.value);
  }
  return ok(keys);
}

function greeting(origin: string, vkey: string, url: string, json: boolean): string {
  if (json) return `${JSON.stringify({ version: 1, origin, vkey, url })}\n`;
  return `Countersign watches ${origin} as a witness.

  listens  ${url}
  key      ${vkey}

What the log's server writes into its witness policy (the word after "witness" is theirs to choose):
  witness ${(vkey.split('+', 1)[0] ?? '').split('/').at(-1)} ${vkey} ${url}

Stop with Ctrl-C; what it has seen stays.
`;
}

/** Anybody may send what makes us say something: each thing is said once, and not without end. */
function onceEach(): (line: string) => void {
  const said = new Set<string>();
  return (line) => {
    if (said.has(line) || said.size >= 1_000) return;
    said.add(line);
    process.stderr.write(`countersign: ${line}\n`);
  };
}
