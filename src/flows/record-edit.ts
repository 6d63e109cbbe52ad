/**
 * Calls of tools that write the files they name: their bytes are kept before, and compared after. Nothing else is looked at,
 * and no git is started, so that an edit costs an agent as little as can be.
 */
import { ok, type Result } from '../core/base/result.ts';
import type { Draft, TouchedFile } from '../core/provenance/session/entry.ts';
import type { AgentEvent, Who } from '../core/provenance/session/event.ts';
import { touched } from '../core/provenance/session/touched.ts';
import type { Held, WorkTree } from './ports.ts';
import { callKey, type RecordWorld } from './record-world.ts';

/** Named files of one work tree. */
interface Group {
  readonly tree: WorkTree;
  readonly paths: readonly string[];
}

/** Files named by one call. */
const MOST_FILES = 500;

function groupsOf(event: AgentEvent, world: RecordWorld): readonly Group[] {
  const found = event.paths.slice(0, MOST_FILES).flatMap((path) => world.trees.at(path) ?? []);
  const roots = Map.groupBy(found, ({ tree }) => tree.root);
  return [...roots.values()].flatMap((of) => (of[0] === undefined ? [] : [{ tree: of[0].tree, paths: [...new Set(of.map(({ path }) => path))] }]));
}

export async function editBefore(event: AgentEvent, who: Who, world: RecordWorld): Promise<Result<void>> {
  for (const { tree, paths } of groupsOf(event, world)) {
    const recorder = world.recorder(tree.common);
    const read = paths.map((path) => [path, tree.read(path)] as const);
    const contents = new Map(read.flatMap(([path, bytes]) => (bytes.ok ? [[path, bytes.value] as const] : [])));
    const held = recorder.hold(callKey(who, event.callId), {
      call: { who, call: event.callId, name: event.tool, kind: event.kind, tree: tree.root, at: world.clock() },
      contents,
    });
    if (!held.ok) return held;
  }
  return ok(undefined);
}

export async function editAfter(event: AgentEvent, who: Who, world: RecordWorld): Promise<Result<void>> {
  for (const group of groupsOf(event, world)) {
    const recorder = world.recorder(group.tree.common);
    const held = recorder.take(callKey(who, event.callId));
    if (held === 'taken') continue;
    const drafts: readonly Draft[] = held === null ? [unseen(event, who, group.paths)] : await compared(event, who, group, held, world);
    const written = await recorder.append(drafts);
    if (!written.ok) return written;
  }
  return ok(undefined);
}

const unseen = (event: AgentEvent, who: Who, paths: readonly string[]): Draft => ({
  what: 'gap',
  who,
  call: event.callId,
  why: `the beginning of a call of ${event.tool} was not seen`,
  paths,
});

async function compared(event: AgentEvent, who: Who, { tree, paths }: Group, held: Held, world: RecordWorld): Promise<readonly Draft[]> {
  const all = [...new Set([...held.contents.keys(), ...paths])].sort();
  if (event.caller === 'vscode') await written(tree, held, world);
  const files = all.map((path) => [path, fileOf(tree, held, path)] as const);
  const lost = files.filter((pair): pair is readonly [string, string] => typeof pair[1] === 'string');
  return [
    {
      what: 'call',
      who,
      call: event.callId,
      name: event.tool,
      kind: event.kind,
      tree: tree.root,
      began: held.call.at,
      end: 'seen',
      ...(event.outcome === undefined ? {} : { outcome: event.outcome }),
      files: files.flatMap(([, file]) => (typeof file === 'object' ? [file] : [])),
    },
    ...lost.map(([path, why]): Draft => ({ what: 'gap', who, call: event.callId, why, paths: [path] })),
  ];
}

function fileOf(tree: WorkTree, held: Held, path: string): TouchedFile | string | undefined {
  const [before, after] = [held.contents.get(path), tree.read(path)];
  if (!after.ok) return after.error.message;
  if (before === undefined) return 'what it was before the call was not seen';
  return touched({ path, before, after: after.value });
}

const TRIES = 10;
const PAUSE = 40;

/** VS Code says that a tool has run before the file is on the disk (microsoft/vscode#315926): some patience, until any of them differs. */
async function written(tree: WorkTree, held: Held, world: RecordWorld): Promise<void> {
  const same = (): boolean =>
    [...held.contents].every(([path, before]) => {
      const now = tree.read(path);
      return now.ok && (now.value === null ? before === null : before !== null && equalBytes(now.value, before));
    });
  for (let i = 0; i < TRIES && same(); i++) await world.wait(PAUSE);
}

const equalBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);
