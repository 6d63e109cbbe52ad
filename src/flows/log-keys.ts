/**
 * The keys of a log from the log itself, for whoever knows one of them: each swore in the next (core/log/rotation.ts). The server chooses
 * which of these oaths it shows; it can invent none. What is shown must stand in the log, or an oath made for one reader would be believed.
 */
import { err, ok, problem, type Result } from '../core/base/result.ts';
import { fill, inclusionPlan, leafHash, verifyInclusion } from '../core/log/merkle.ts';
import type { NoteKey } from '../core/log/note.ts';
import { openRotation, type Rotation, type RotationEntry } from '../core/log/rotation.ts';
import { parseRotationFile, rotationPath, sworn } from '../core/log/rotation-file.ts';
import { checkpointOf, nodesOf, type SignedCheckpoint } from './log-read.ts';
import type { LogSource } from './ports-log.ts';

/** A log changes its key some times in its life. */
const MOST = 1_000;
const MAX_FILE = 256 << 10;

export type ShownRotation = Rotation & RotationEntry;

/** All that the log shows, in its order. Problems: LOG_FORMAT, LOG_ORIGIN, LOG_SIG, with the file as `place`; LOG_UNREACHABLE. */
export async function shownRotations(source: LogSource): Promise<Result<readonly ShownRotation[]>> {
  const shown: ShownRotation[] = [];
  for (let n = 0; n < MOST; n++) {
    const bytes = await source.read(rotationPath(n), MAX_FILE);
    if (!bytes.ok) return bytes;
    if (bytes.value === null) return ok(shown);
    const rotation = opened(bytes.value);
    if (!rotation.ok) return err({ ...rotation.error, place: rotationPath(n) });
    shown.push(rotation.value);
  }
  return err(problem('LOG_FORMAT', `the log shows more than ${MOST} changes of its key`, { place: rotationPath(MOST) }));
}

function opened(file: Uint8Array): Result<ShownRotation> {
  const entry = parseRotationFile(file);
  if (!entry.ok) return entry;
  const rotation = openRotation(entry.value);
  return rotation.ok ? ok({ ...entry.value, ...rotation.value }) : rotation;
}

/**
 * The trusted keys, and those sworn in by them. A log whose checkpoint a trusted key signed is not asked. Problems: those of
 * `shownRotations`; LOG_INCLUSION where the log does not hold what it shows; as of a checkpoint and of a tile.
 */
export async function keysFollowed(source: LogSource, trusted: readonly NoteKey[]): Promise<Result<readonly NoteKey[]>> {
  const known = await checkpointOf(source, trusted);
  if (known.ok || known.error.code !== 'LOG_SIG') return ok(trusted);
  const shown = await shownRotations(source);
  // Then nothing was sworn: the signature is by a stranger, and that is the answer.
  if (!shown.ok) return shown.error.code === 'LOG_UNREACHABLE' ? ok(trusted) : shown;
  const followed = sworn(trusted, shown.value);
  const keys = [...trusted, ...followed.map((r) => r.new)];
  const now = followed.length === 0 ? known : await checkpointOf(source, keys);
  if (!now.ok) return ok(trusted);
  for (const rotation of followed) {
    const held = await holdsEntry(source, now.value, rotation);
    if (!held.ok) return held;
  }
  return ok(keys);
}

async function holdsEntry(source: LogSource, { size, root }: SignedCheckpoint, { index, entry }: RotationEntry): Promise<Result<void>> {
  const plan = inclusionPlan(index, size);
  const nodes = plan === undefined ? ok([]) : await nodesOf(source, plan.nodes, size);
  if (!nodes.ok) return nodes;
  const hashes = plan && fill(plan, nodes.value);
  if (hashes !== undefined && verifyInclusion(leafHash(entry), index, size, hashes, root)) return ok(undefined);
  return err(
    problem('LOG_INCLUSION', `a new key is shown that entry ${index} of the log does not name`, { place: source.name, remedy: 'ask its operator which key signs the log' }),
  );
}
