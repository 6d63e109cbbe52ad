/** Line records of commits that were written again: git-ai's notes copied, ours found again by content, for a record names its commit. */
import type { Oid } from '../core/change/change.ts';
import { attachLines } from './lines-attach.ts';
import { GIT_AI_REF, type WritePorts } from './lines-write.ts';

/** Answers what was left, in words: the commits are there already, so nothing of this undoes them. @param written old to new. */
export async function carryNotes(ports: WritePorts, written: ReadonlyMap<Oid, Oid>): Promise<readonly string[]> {
  // ours first: a commit that has a note of git-ai's is taken for recorded already
  const attached = await attachLines(ports, { commits: [...written.values()], gitAi: false });
  const copied = await copyGitAi(ports, written);
  return [...(attached.ok ? attached.value.left : [attached.error.message]), ...copied];
}

async function copyGitAi({ notes }: WritePorts, written: ReadonlyMap<Oid, Oid>): Promise<readonly string[]> {
  const before = await notes.read([...written.keys(), ...written.values()]);
  if (!before.ok) return [before.error.message];
  const theirs = before.value.filter((n) => n.ref === GIT_AI_REF);
  const there = new Set(theirs.map((n) => n.commit));
  const copies = theirs.flatMap((n) => {
    const to = written.get(n.commit);
    return to === undefined || there.has(to) || n.problem !== undefined ? [] : [{ commit: to, text: n.text }];
  });
  const done = copies.length === 0 ? { ok: true as const } : await notes.write(GIT_AI_REF, copies);
  return [
    ...theirs.flatMap((n) => (n.problem === undefined || !written.has(n.commit) ? [] : [`git-ai's note of ${n.commit.slice(0, 12)}: ${n.problem}`])),
    ...(done.ok ? [] : [done.error.message]),
  ];
}
