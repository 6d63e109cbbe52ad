/**
 * Records one event of an agent: what it says of the session, and what its tool calls did to files, read from the disk before
 * and after. It never answers the agent anything. Whatever could not be seen becomes a gap, which is an entry too.
 */
import { utf8 } from '../core/base/bytes.ts';
import { sha256Hex } from '../core/base/crypto.ts';
import { ok, type Result } from '../core/base/result.ts';
import type { Draft } from '../core/provenance/session/entry.ts';
import { type AgentEvent, type Who, whoOf } from '../core/provenance/session/event.ts';
import { trailText } from '../core/provenance/session/trail.ts';
import type { Recorder, WorkTree } from './ports.ts';
import { editAfter, editBefore } from './record-edit.ts';
import { settle, shellBefore } from './record-shell.ts';
import { callKey, type RecordWorld } from './record-world.ts';

/** Resolves when it is written. Problem: DATA_INVALID where the log cannot be. */
export async function recordEvent(event: AgentEvent, world: RecordWorld): Promise<Result<void>> {
  const who = whoOf(event);
  if (event.event === 'before-tool') return event.kind === 'edit' ? editBefore(event, who, world) : event.kind === 'shell' ? shellBefore(event, who, world) : ok(undefined);
  if (event.event === 'after-tool') return afterTool(event, who, world);
  const here = world.trees.at(event.cwd);
  if (here === null || event.event === 'other') return ok(undefined);
  return turn(event, who, here.tree, world);
}

async function afterTool(event: AgentEvent, who: Who, world: RecordWorld): Promise<Result<void>> {
  if (event.kind === 'edit') return editAfter(event, who, world);
  const here = world.trees.at(event.cwd);
  if (here === null) return ok(undefined);
  const recorder = world.recorder(here.tree.common);
  if (event.kind === 'plan') return planned(event, who, recorder);
  if (event.kind === 'other') return ok(undefined);
  const held = recorder.take(callKey(who, event.callId));
  if (held === 'taken') return ok(undefined);
  if (held === null) return recorder.append([{ what: 'gap', who, call: event.callId, why: `the beginning of a call of ${event.tool} was not seen` }]);
  const drafts = await settle({ held: { ...held, call: { ...held.call, who } }, tree: here.tree, end: 'seen', outcome: event.outcome });
  return recorder.append(drafts.drafts, drafts.texts);
}

function planned(event: AgentEvent, who: Who, recorder: Recorder): Promise<Result<void>> | Result<void> {
  if (event.plan === undefined) return ok(undefined);
  const { text, sha256, cut, kind } = trailText('plan', event.plan);
  return recorder.append([{ what: 'trail', who, call: event.callId, kind, sha256, cut }], new Map([[sha256, text]]));
}

/** A turn or a session begins or ends: calls of it whose end nobody saw are over now. */
async function turn(event: AgentEvent, who: Who, tree: WorkTree, world: RecordWorld): Promise<Result<void>> {
  const recorder = world.recorder(tree.common);
  const late = event.event === 'session-start' ? { drafts: [], texts: new Map<string, string>() } : await endLate(who, recorder, world);
  return recorder.append([...late.drafts, turnDraft(event, who, tree)], late.texts);
}

function turnDraft(event: AgentEvent, who: Who, tree: WorkTree): Draft {
  if (event.prompt !== undefined) return { what: 'prompt', who, sha256: sha256Hex(utf8(event.prompt)), bytes: utf8(event.prompt).length };
  return { what: 'session', who, tree: tree.root, mark: event.event === 'session-start' ? 'start' : event.event === 'session-end' ? 'end' : 'stop' };
}

async function endLate(who: Who, recorder: Recorder, world: RecordWorld): Promise<{ readonly drafts: readonly Draft[]; readonly texts: ReadonlyMap<string, string> }> {
  const drafts: Draft[] = [];
  const texts = new Map<string, string>();
  for (const { key, call } of recorder.held()) {
    if (call.who.session !== who.session || call.kind !== 'shell') continue;
    const held = recorder.take(key);
    const at = world.trees.at(call.tree);
    if (held === null || held === 'taken' || at === null) continue;
    const settled = await settle({ held, tree: at.tree, end: 'late' });
    drafts.push(...settled.drafts);
    for (const [sha256, text] of settled.texts) texts.set(sha256, text);
  }
  return { drafts, texts };
}
