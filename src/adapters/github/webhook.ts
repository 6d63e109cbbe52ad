/**
 * What GitHub sends, read into events: hints which subject to look at again. Only what was signed gets here (`signed.ts`), but a signature covers
 * the body alone: whoever kept a delivery can send it again under another name or id, and learns nothing but that we look again.
 */
import type * as z from 'zod';
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';
import type { ForgeEvent, ForgeSubject } from '../../flows/ports-forge.ts';
import { CHECK_RUN, CHECK_SUITE, DEPLOYMENT, ENVELOPE, GROUP, PULL, PUSH, PUSHED_REF, REPOSITORIES, SYNCHRONIZED } from './payload.ts';
import { moverOf } from './schema.ts';
import { LOOK_AGAIN } from './write.ts';

/** What one delivery says, of one repository or of several. */
export interface Heard {
  readonly said: Omit<ForgeEvent, 'forgeId' | 'place'>;
  /** null: every repository the installation covers. GitHub does not say which. */
  readonly places: readonly Pick<ForgeEvent, 'forgeId' | 'place'>[] | null;
}

interface Payload {
  readonly action: string;
  readonly body: unknown;
  readonly appId: number;
}

/** null: it changes nothing that was decided. */
type Reading = (payload: Payload) => Result<ForgeSubject | null>;

const whole =
  (actions: readonly string[] | null): Reading =>
  ({ action }) =>
    ok(actions === null || actions.includes(action) ? { kind: 'repository' } : null);

/** By the name of the event. What is not here is taken and forgotten: reviews, comments and labels fill no seat. */
const READINGS: Readonly<Record<string, Reading>> = {
  pull_request: ofPull,
  push: ofPush,
  merge_group: ofGroup,
  check_run: ofCheckRun,
  check_suite: ofCheckSuite,
  deployment_protection_rule: ofDeployment,
  installation: whole(null),
  installation_repositories: whole(null),
  installation_target: whole(null),
  repository: whole(['edited', 'renamed', 'transferred', 'deleted', 'archived', 'unarchived', 'privatized', 'publicized']),
  branch_protection_rule: whole(null),
  branch_protection_configuration: whole(null),
  repository_ruleset: whole(null),
};

/**
 * null: taken, and nothing follows from it. Problem: FORGE_EVENT, with the field that is not of its shape.
 * @param header of the request, by its lower-case name. @param at milliseconds since 1970, by our clock.
 */
export function readEvent(header: (name: string) => string | null | undefined, body: Uint8Array, at: number, appId: number): Result<Heard | null> {
  const [event, delivery] = [header('x-github-event') ?? '', header('x-github-delivery') ?? ''];
  if (!/^[0-9A-Za-z-]{1,100}$/.test(delivery)) return err(unread('x-github-delivery', 'is no id of a delivery'));
  const reading = Object.hasOwn(READINGS, event) ? READINGS[event] : undefined;
  if (reading === undefined) return ok(null);
  const json = parsed(body);
  if (!json.ok) return json;
  const envelope = shaped(ENVELOPE, json.value);
  if (!envelope.ok) return envelope;
  const { action = '', sender } = envelope.value;
  const subject = reading({ action, body: json.value, appId });
  if (!subject.ok || subject.value === null) return subject.ok ? ok(null) : subject;
  const places = placesOf(envelope.value, json.value);
  if (!places.ok) return places;
  const account = sender == null ? null : moverOf(sender.login);
  const name = action === '' ? event : `${event}.${action}`;
  return ok({ said: { delivery, name, at, account, brings: bringsBy(action, subject.value), subject: subject.value }, places: places.value });
}

/** What a fork holds is not here before a proposal of it is opened, so whoever opens it brings it. A branch that is deleted brings nothing. */
function bringsBy(action: string, subject: ForgeSubject): boolean {
  if (subject.kind === 'ref') return !/^0+$/.test(subject.new);
  return subject.kind === 'pull' && (action === 'synchronize' || (subject.fork && (action === 'opened' || action === 'reopened')));
}

type Places = Heard['places'];

function placesOf({ repository, installation }: z.infer<typeof ENVELOPE>, body: unknown): Result<Places> {
  const lists = ['repositories', 'repositories_added', 'repositories_removed'].map((name) => shaped(REPOSITORIES, field(body, name), name));
  const wrong = lists.find((list) => !list.ok);
  if (wrong?.ok === false) return wrong;
  const listed = lists.flatMap((list) => (list.ok ? (list.value ?? []) : []));
  const all = repository == null ? listed : [repository];
  if (all.length > 0) return ok(all.map(({ id, full_name }) => ({ forgeId: id, place: full_name })));
  return installation == null ? err(unread('repository', 'names no repository and no installation')) : ok(null);
}

function ofPull({ action, body }: Payload): Result<ForgeSubject | null> {
  const moves = ['opened', 'reopened', 'synchronize', 'closed', 'ready_for_review', 'converted_to_draft', 'enqueued', 'dequeued', 'edited'];
  if (!moves.includes(action)) return ok(null);
  const read = shaped(PULL, body);
  if (!read.ok) return read;
  const { pull_request: pull, changes } = read.value;
  const moved = action === 'synchronize' ? shaped(SYNCHRONIZED, body) : ok({ before: null });
  if (!moved.ok) return moved;
  // Of what was edited, only where it is to go to.
  if (action === 'edited' && changes?.base === undefined) return ok(null);
  const { state, in: _, ...proposed } = pull;
  return ok({ kind: 'pull', ...proposed, before: moved.value.before, open: state === 'open' });
}

function ofPush({ body }: Payload): Result<ForgeSubject | null> {
  const pushed = shaped(PUSHED_REF, body);
  if (!pushed.ok) return pushed;
  if (!pushed.value.ref.startsWith('refs/heads/')) return ok(null);
  const read = shaped(PUSH, body);
  return read.ok ? ok({ kind: 'ref', ref: read.value.ref, old: read.value.before, new: read.value.after }) : read;
}

function ofGroup({ action, body }: Payload): Result<ForgeSubject | null> {
  if (action !== 'checks_requested' && action !== 'destroyed') return ok(null);
  const read = shaped(GROUP, body);
  if (!read.ok) return read;
  const { head_ref: ref, base_ref: targetRef, head_sha: head } = read.value.merge_group;
  return ok({ kind: 'queue', ref, targetRef, head, open: action === 'checks_requested' });
}

function ofCheckRun({ action, body, appId }: Payload): Result<ForgeSubject | null> {
  if (action !== 'rerequested' && action !== 'requested_action') return ok(null);
  const read = shaped(CHECK_RUN, body);
  if (!read.ok) return read;
  const { check_run: run, requested_action: asked } = read.value;
  const ours = run.app?.id === appId && (action === 'rerequested' || asked?.identifier === LOOK_AGAIN);
  return ok(ours ? { kind: 'head', head: run.head_sha } : null);
}

function ofCheckSuite({ action, body, appId }: Payload): Result<ForgeSubject | null> {
  if (action !== 'rerequested') return ok(null);
  const read = shaped(CHECK_SUITE, body);
  if (!read.ok) return read;
  return ok(read.value.check_suite.app?.id === appId ? { kind: 'head', head: read.value.check_suite.head_sha } : null);
}

function ofDeployment({ action, body }: Payload): Result<ForgeSubject | null> {
  if (action !== 'requested') return ok(null);
  const read = shaped(DEPLOYMENT, body);
  return read.ok ? ok({ kind: 'deploy', ...read.value }) : read;
}

function parsed(body: Uint8Array): Result<unknown> {
  try {
    return ok(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)));
  } catch {
    return err(unread('body', 'is no JSON'));
  }
}

function shaped<T>(shape: z.ZodType<T>, value: unknown, within = ''): Result<T> {
  const read = shape.safeParse(value);
  if (read.success) return ok(read.data);
  const [issue] = read.error.issues;
  const at = [within, ...(issue?.path ?? []).map(String)].filter((part) => part !== '').join('.');
  return err(unread(at === '' ? 'body' : at, issue?.message ?? 'is not of its shape'));
}

const field = (body: unknown, name: string): unknown => (typeof body === 'object' && body !== null && Object.hasOwn(body, name) ? Reflect.get(body, name) : undefined);

const unread = (place: string, message: string): Problem =>
  problem('FORGE_EVENT', `what GitHub sent cannot be read: ${message}`, {
    place,
    remedy: 'let its webhook send application/json; if it does, this program is older than what GitHub sends',
  });
