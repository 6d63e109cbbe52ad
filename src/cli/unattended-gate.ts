/**
 * Started by the hook alone, and only where no server listens: `node unattended-gate.js <settings> <seconds>`, the ref updates on standard
 * input, as pre-receive has them. It ends with 0 where the push passes, and with 1 whatever else happens.
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { utf8 } from '../core/base/bytes.ts';
import { err, ok, type Problem, problem, problemText, type Result } from '../core/base/result.ts';
import { authorityAt, type TrustBundle } from '../core/signoff/trust-file.ts';
import { type Passed, passUnattended, type UnattendedPush } from '../flows/unattended-push.ts';
import { parseUpdates } from '../server/hook-door.ts';
import { parseSettings } from '../server/hooks/unattended.ts';
import { openUnattended } from '../world-unattended.ts';
import { trustAt } from './named-file.ts';
import { visibleLines } from './terminal.ts';

const OPTION = 'break-glass=';

async function answer(settingsFile: string, env: NodeJS.ProcessEnv): Promise<Result<Passed, readonly Problem[]>> {
  const settings = parseSettings(await readFile(settingsFile));
  if (!settings.ok) return err([settings.error]);
  const trust = await trustAt(settings.value.trust);
  if (!trust.ok) return trust;
  const push = pushOf(await standardInput(), env);
  if (!push.ok) return err([push.error]);
  const world = await openUnattended(settings.value, push.value.quarantine);
  return world.ok ? passUnattended({ ...world.value, trust: trust.value, allowDemo: isDemo(trust.value) }, push.value) : err([world.error]);
}

/** Demo is a fact of the log, and the trust file is of this installation's. */
const isDemo = (trust: TrustBundle): boolean => authorityAt(trust, 0).genesis.mode === 'demo';

function pushOf(input: Uint8Array, env: NodeJS.ProcessEnv): Result<UnattendedPush> {
  const updates = parseUpdates(input);
  if (updates === undefined) return err(problem('GATE_REQUEST_INVALID', 'git sent something that is no list of ref updates', { remedy: 'push again' }));
  const count = Number(env.GIT_PUSH_OPTION_COUNT ?? 0);
  const options = Array.from({ length: Math.min(Number.isInteger(count) ? count : 0, MOST_OPTIONS) }, (_, i) => env[`GIT_PUSH_OPTION_${i}`] ?? '');
  const handed = options.flatMap((o, i) => (o.startsWith(OPTION) ? [{ name: `push option ${i + 1}`, bytes: utf8(o.slice(OPTION.length)) }] : []));
  const quarantine = env.GIT_QUARANTINE_PATH;
  return ok({ updates, handed, quarantine: quarantine === undefined ? undefined : basename(quarantine) });
}

const MOST_OPTIONS = 64;

async function standardInput(): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part as Buffer);
  return new Uint8Array(Buffer.concat(parts));
}

function passedText({ update, uses, review }: Passed): string {
  const people = uses.map((u) => `  glass     ${u.person} (${u.level}) broke the glass for ${u.incident}: ${u.reason}\n`);
  const owed = `  review    is due ${review.withinMs / 3_600_000} hours after a server is back, by somebody at ${review.level} or above who had no part in it\n`;
  return `countersign: allowed  ${update.ref} without a server  [BREAK_GLASS]\n${people.join('')}${owed}`;
}

const refusedText = (problems: readonly Problem[]): string =>
  [
    'countersign: refused  no server answers, and the break-glass that was handed over does not let this push pass [GATE_UNAVAILABLE]',
    ...problems.map((p) => `  ${problemText(p)}`),
    '  remedy: start the Countersign server (or ask whoever runs it), then push again; nothing was changed',
    '',
  ].join('\n');

const [settings = '', seconds = '60'] = process.argv.slice(2);
const late = setTimeout(() => {
  process.stderr.write(`countersign: refused  break-glass could not be verified within ${Number(seconds)} seconds [GATE_UNAVAILABLE]\n`);
  process.exit(1);
}, Number(seconds) * 1_000);
const passed = await answer(settings, process.env).catch(
  (error: unknown): Result<never, readonly Problem[]> => err([problem('INTERNAL', error instanceof Error ? error.message : String(error))]),
);
clearTimeout(late);
process.stderr.write(visibleLines(passed.ok ? passedText(passed.value) : refusedText(passed.error)));
process.exit(passed.ok ? 0 : 1);
