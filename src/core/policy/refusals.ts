/** What no sign-off can cure: content nobody could see, and identities that may be anyone. */
import type { Problem } from '../base/result.ts';
import type { Change } from '../change/change.ts';
import { GITLINK } from '../change/manifest.ts';
import type { FileEvidence } from '../risk/evidence.ts';
import { named } from '../roster/principals.ts';
import type { Principal } from '../roster/roster.ts';
import type { Refusal, Seat } from './decision.ts';
import type { Policy } from './document.ts';
import { fillSeats } from './quorum.ts';
import { seatText } from './seats.ts';

export function contentRefusals(policy: Policy, change: Change, files: readonly FileEvidence[]): readonly Refusal[] {
  const unseen = change.unseen.map((what): Refusal => ({ code: 'CONTENT_UNSEEN', text: what, remedy: 'fetch the full history and objects, then ask again' }));
  const links = change.records.filter((r) => r.oldMode === GITLINK || r.newMode === GITLINK);
  const elsewhere = [...(policy.submodules === 'refuse' ? links.map(submodule) : []), ...(policy.largeFiles === 'refuse' ? files.flatMap(largeFile) : [])];
  return [...unseen, ...emptiness(change), ...elsewhere];
}

/** What lands decides about what comes next: a policy that is none would refuse everything, and its own repair too. */
export const broughtRefusals = (problems: readonly Problem[]): readonly Refusal[] =>
  problems.map((p) => ({ code: p.code, text: `this change would bring in ${p.place ?? 'a policy'}: ${p.message}`, ...(p.remedy === undefined ? {} : { remedy: p.remedy }) }));

/** Commits without a difference hide something from whoever signs differences; a difference without commits has no author. */
function emptiness(change: Change): readonly Refusal[] {
  if (change.records.length === 0 && change.commits.length > 0) {
    return [{ code: 'CONTENT_EMPTY', text: `${change.commits.length} commits change no file`, remedy: 'drop the empty commits, or add what they should change' }];
  }
  if (change.records.length > 0 && change.commits.length === 0) {
    return [{ code: 'CONTENT_UNSEEN', text: 'files change and no commit says who changed them', remedy: 'fetch the full history, then ask again' }];
  }
  return [];
}

const submodule = (record: { readonly path: string }): Refusal => ({
  code: 'CONTENT_SUBMODULE',
  text: `${record.path} is a submodule: what it points to was not reviewed here`,
  remedy: 'copy the content in, or set submodules: review in countersign.yml',
});

/** The side that lands alone: taking a pointer away brings in nothing unseen. */
function largeFile({ path, head }: FileEvidence): readonly Refusal[] {
  if (head?.kind !== 'large-file') return [];
  const text = `${path} is a large file pointer: its content, ${head.oid} with ${head.size} bytes, was not reviewed here`;
  return [{ code: 'CONTENT_LFS', text, remedy: 'commit the content itself, or set large_files: review in countersign.yml' }];
}

/** An unknown author, committer or pusher may be the very person who signs. Unknown co-authors add a seat instead. */
export function identityRefusals(unresolved: readonly Principal[]): readonly Refusal[] {
  const serious = unresolved.filter((p) => !named(p));
  const roles = Map.groupBy(serious, (p) => p.identity);
  return [...roles].map(([identity, principals]) => ({
    code: 'SOD_UNRESOLVED',
    text: `${identity === '' ? 'an empty address' : identity} (${principals.map((p) => p.role).join(', ')}) is nobody on the roster, so it may be anyone`,
    remedy: `add this ${principals.some((p) => p.role === 'pusher') ? 'account' : 'e-mail'} to .countersign/roster.yml on the target, as a change of its own: to a person, or to an agent with an owner`,
  }));
}

/** Seats that the roster cannot fill, even if everybody signed. */
export function seatRefusals(seats: readonly Seat[]): readonly Refusal[] {
  const { missing } = fillSeats(
    seats,
    seats.flatMap((s) => s.candidates),
  );
  return missing.map(({ seat, count }) => ({
    code: 'SEAT_UNFILLABLE',
    text: `${seat.rule} asks for ${seatText(seat)}, and ${count} of them cannot be found on the roster outside the people behind the change`,
    remedy: 'add qualified people to .countersign/roster.yml, or let somebody else make the change',
  }));
}
