/**
 * Calls of tools that may write anything: a shell, a script, a formatter, a tool nobody knows. Git says before and after what
 * differs from HEAD. What differed before is kept; what did not is what HEAD has. So whatever was written is found by content,
 * and what a person had changed before the call stays theirs. What anybody changes while it runs counts as the call's.
 */
import { err, ok, type Result } from '../core/base/result.ts';
import type { CallEnd, Draft, TouchedFile } from '../core/provenance/session/entry.ts';
import type { AgentEvent, Who } from '../core/provenance/session/event.ts';
import { touched } from '../core/provenance/session/touched.ts';
import { commandText } from '../core/provenance/session/trail.ts';
import type { Held, HeldCall, MadeCommit, TreeState, WorkTree } from './ports.ts';
import { callKey, type RecordWorld } from './record-world.ts';

/** Files that differ from HEAD, and their bytes in all. */
export const SHELL_CAPS = { files: 2_000, bytes: 64 << 20 } as const;

export async function shellBefore(event: AgentEvent, who: Who, world: RecordWorld): Promise<Result<void>> {
  const here = world.trees.at(event.cwd);
  if (here === null) return ok(undefined);
  const recorder = world.recorder(here.tree.common);
  const trail = event.command === undefined ? {} : { trail: commandText(event.command) };
  const call: HeldCall = { who, call: event.callId, name: event.tool, kind: event.kind, tree: here.tree.root, at: world.clock(), ...trail };
  const { held, gap } = await snapshot(here.tree, call);
  const kept = recorder.hold(callKey(who, event.callId), held);
  if (!kept.ok) return kept;
  return gap === undefined || !kept.value ? ok(undefined) : recorder.append([{ what: 'gap', who, call: event.callId, ...gap }]);
}

interface Gap {
  readonly why: string;
  readonly paths?: readonly string[];
}

/** The work tree as it is now. */
export async function snapshot(tree: WorkTree, call: HeldCall): Promise<{ readonly held: Held; readonly gap?: Gap }> {
  const state = await tree.state();
  if (!state.ok) return { held: { call: { ...call, unseen: 'all' }, contents: new Map() }, gap: { why: `the work tree was not seen: ${state.error.message}` } };
  const contents = new Map<string, Uint8Array | null>();
  const unseen: string[] = [];
  let left: number = SHELL_CAPS.bytes;
  for (const [i, path] of state.value.dirty.entries()) {
    const read = i < SHELL_CAPS.files && left > 0 ? tree.read(path) : err(undefined);
    if (read.ok) contents.set(path, read.value);
    else unseen.push(path);
    left -= read.ok ? (read.value?.length ?? 0) : 0;
  }
  const held = { call: { ...call, head: state.value.head, ...(unseen.length === 0 ? {} : { unseen }) }, contents };
  return unseen.length === 0 ? { held } : { held, gap: { why: `${unseen.length} files were not kept before the call`, paths: unseen.slice(0, 100) } };
}

export interface Settling {
  readonly held: Held;
  readonly tree: WorkTree;
  readonly end: CallEnd;
  readonly outcome?: AgentEvent['outcome'];
}

export interface Settled {
  readonly drafts: readonly Draft[];
  readonly texts: ReadonlyMap<string, string>;
}

/** What the call did, as the disk has it now. */
export async function settle({ held, tree, end, outcome }: Settling): Promise<Settled> {
  const { who, call, name, kind, at, trail, unseen } = held.call;
  const seen = unseen === 'all' ? { files: [], gaps: [], commits: [] } : await looked(held, tree);
  const said = outcome === undefined ? {} : { outcome };
  const drafts: readonly Draft[] = [
    { what: 'call', who, call, name, kind, tree: tree.root, began: at, end, ...said, files: seen.files },
    ...(seen.commits.length === 0 ? [] : [{ what: 'commits', who, call, commits: seen.commits } as const]),
    ...(trail === undefined || end === 'open' ? [] : [{ what: 'trail', who, call, kind: trail.kind, sha256: trail.sha256, cut: trail.cut, ...said } as const]),
    ...seen.gaps.map((gap): Draft => ({ what: 'gap', who, call, ...gap })),
  ];
  return { drafts, texts: new Map(trail === undefined ? [] : [[trail.sha256, trail.text]]) };
}

interface Seen {
  readonly files: readonly TouchedFile[];
  readonly commits: readonly { readonly id: string; readonly authored: boolean }[];
  readonly gaps: readonly Gap[];
}

async function looked(held: Held, tree: WorkTree): Promise<Seen> {
  const state = await tree.state();
  if (!state.ok) return { files: [], commits: [], gaps: [{ why: `the work tree was not seen after the call: ${state.error.message}` }] };
  const made = await madeDuring(held.call, state.value, tree);
  const paths = pathsOf(held, state.value, made.commits);
  const clean = paths.filter((path) => !held.contents.has(path));
  const before = await tree.committed(held.call.head ?? null, clean);
  if (!before.ok) return { files: [], commits: [], gaps: [{ why: `what was there before the call cannot be read: ${before.error.message}`, paths: clean.slice(0, 100) }] };
  const files = paths.map((path) => [path, fileOf(tree, held, before.value, path)] as const);
  return {
    files: files.flatMap(([, file]) => (typeof file === 'object' ? [file] : [])),
    commits: made.commits.map(({ id, authored }) => ({ id, authored: authored >= second(held.call.at) })),
    gaps: [...made.gaps, ...files.flatMap(([path, file]) => (typeof file === 'string' ? [{ why: file, paths: [path] }] : []))],
  };
}

function fileOf(tree: WorkTree, held: Held, committed: ReadonlyMap<string, Uint8Array | null>, path: string): TouchedFile | string | undefined {
  const fromBlob = !held.contents.has(path);
  const before = fromBlob ? committed.get(path) : held.contents.get(path);
  const after = tree.read(path);
  if (!after.ok) return after.error.message;
  return before === undefined ? 'what it was before the call is no text or too large' : touched({ path, before, after: after.value, fromBlob });
}

/** Commits keep whole seconds. */
const second = (at: number): number => Math.floor(at / 1_000) * 1_000;

/** The agent committed: new commits that are younger than the call. Older ones came by a checkout or a pull and are nobody's here. */
async function madeDuring(call: HeldCall, state: TreeState, tree: WorkTree): Promise<{ readonly commits: readonly MadeCommit[]; readonly gaps: readonly Gap[] }> {
  if (state.head === null || state.head === (call.head ?? null)) return { commits: [], gaps: [] };
  const made = await tree.made(call.head ?? null, state.head);
  if (!made.ok) return { commits: [], gaps: [{ why: `commits made during the call cannot be read: ${made.error.message}` }] };
  return { commits: made.value.filter((commit) => commit.committed >= second(call.at)), gaps: [] };
}

function pathsOf(held: Held, state: TreeState, commits: readonly MadeCommit[]): readonly string[] {
  const unseen = new Set(held.call.unseen === 'all' ? [] : held.call.unseen);
  const all = new Set([...held.contents.keys(), ...state.dirty, ...commits.flatMap((commit) => commit.paths)]);
  return [...all].filter((path) => !unseen.has(path)).sort();
}
