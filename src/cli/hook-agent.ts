/**
 * `countersign hook agent`: what an agent runs before and after each of its tool calls. JSON on standard input, nothing on
 * standard output, exit 0 always: 2 would block the tool, and a recorder is no gate. It takes four seconds at the very most;
 * what it had no time for is a gap in the log.
 */
import type { AgentEvent } from '../core/provenance/session/event.ts';
import { recordEvent } from '../flows/record.ts';
import type { RecordWorld } from '../flows/record-world.ts';
import { openRecording } from '../world.ts';
import { version } from './version.ts';

/** Milliseconds. */
const MOST = 4_000;
/** Bytes of one event, a little more than what is read of it: what is over is told from what is not. */
const MOST_INPUT = (32 << 20) + 1;

/** Never rejects. Ends the process. */
export async function hookAgent(args: readonly string[]): Promise<void> {
  process.exitCode = 0;
  // An experimental part of Node says so on standard error, which agents show to people.
  process.removeAllListeners('warning');
  try {
    const { world, readEvent, modelFrom } = await openRecording(version());
    const timer = setTimeout(() => void gap(world, `the hook took over ${MOST / 1_000} s`).finally(() => process.exit(0)), MOST);
    const event = readEvent(await input(), { named: named(args), cwd: process.cwd(), cloud: process.env.GITHUB_ACTIONS === 'true' });
    if (!event.ok) await gap(world, event.error.message);
    else await record(withModel(event.value, modelFrom), world);
    clearTimeout(timer);
  } catch {
    // Our own bug, and not the agent's trouble: `hook log` shows what is missing.
  }
  process.exit(0);
}

async function record(event: AgentEvent, world: RecordWorld): Promise<void> {
  try {
    await recordEvent(event, world);
  } catch (error) {
    await gap(world, `our own bug: ${error instanceof Error ? error.message : String(error)}`.slice(0, 400));
  }
}

/** In the log of the repository we stand in. */
async function gap(world: RecordWorld, why: string): Promise<void> {
  const here = world.trees.at(process.cwd());
  await world.recorder(here?.tree.common ?? '').append([{ what: 'gap', why }]);
}

/** Only where something is written: the transcript is a file to open. */
function withModel(event: AgentEvent, modelFrom: (file: string) => string | undefined): AgentEvent {
  const writes = event.event === 'after-tool' ? event.kind !== 'other' : event.event === 'before-tool' ? event.kind === 'shell' : true;
  if (event.model !== undefined || event.transcript === undefined || !writes) return event;
  const model = modelFrom(event.transcript);
  return model === undefined ? event : { ...event, model };
}

function named(args: readonly string[]): string | undefined {
  const at = args.indexOf('--agent');
  return at < 0 ? args.find((arg) => arg.startsWith('--agent='))?.slice('--agent='.length) : args[at + 1];
}

async function input(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (process.stdin.isTTY) return new Uint8Array();
  for await (const chunk of process.stdin as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= MOST_INPUT) break;
  }
  return Buffer.concat(chunks);
}
