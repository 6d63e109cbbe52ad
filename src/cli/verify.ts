/**
 * `countersign verify`: proves offline that humans signed exactly what a commit brought. Reads two files and one clone and
 * nothing else: no network, no server, and a clock for expiry and `--max-age` alone. The bundle is the attacker's; the trust file is the caller's.
 */
import { text } from '../core/base/bytes.ts';
import { err, ok, type Problem, problem, problemText, type Result } from '../core/base/result.ts';
import { examineGlass } from '../core/gate/offline-glass.ts';
import { parseWitnessPolicy, type WitnessPolicy } from '../core/log/witness-policy.ts';
import { coveredRules } from '../core/policy/carry.ts';
import type { Decision } from '../core/policy/decision.ts';
import type { Policy } from '../core/policy/document.ts';
import { lengthOf } from '../core/policy/time.ts';
import type { Roster } from '../core/roster/roster.ts';
import { type Bundle, parseBundle } from '../core/signoff/bundle.ts';
import { CHECKS, GLASS_CHECKS } from '../core/signoff/checks.ts';
import type { Move } from '../core/signoff/landing.ts';
import { claimedMove, claimedTime, examineBundle, namedRepository, type OfflineReport } from '../core/signoff/offline.ts';
import type { TrustBundle } from '../core/signoff/trust-file.ts';
import { considerChange } from '../flows/gather.ts';
import { type Floor, governanceAt } from '../flows/governance.ts';
import type { Parsers, Repository } from '../flows/ports.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { floorsAt } from './floors.ts';
import { fileAt, fileOf, type KnownOfTrust, trustAt } from './named-file.ts';
import { visibleLines } from './terminal.ts';
import { checksTable, type NotAsked, notAsked, notAskedText } from './verify-checks.ts';
import { glassAnswer, glassAsked } from './verify-glass.ts';

/** As the command line gives them. */
export interface VerifyOptions extends KnownOfTrust {
  readonly bundle?: string;
  readonly trust?: string;
  readonly repo: string;
  readonly commit?: string;
  /** Print what is checked; without a bundle only. */
  readonly checks?: boolean;
  readonly target?: string;
  readonly name?: string;
  readonly demo?: boolean;
  readonly breakGlass?: boolean;
  readonly maxAge?: string;
  readonly tlogPolicy?: string;
  readonly floor?: readonly string[];
  readonly json?: boolean;
}

export interface VerifyRequest {
  /** Paths. */
  readonly bundle: string;
  readonly trust: string;
  readonly repoDir: string;
  /** Any revision; what landed. */
  readonly commit: string;
  /** `refs/heads/main` where absent. */
  readonly targetRef?: string;
  /** What the statement must call the repository; absent: whatever the first sign-off says. */
  readonly repo?: string;
  readonly json: boolean;
  readonly demo: boolean;
  /** A change that landed by break-glass is judged as that, and not refused for having no sign-off. */
  readonly breakGlass?: boolean;
  readonly known?: KnownOfTrust;
  /** Path of a tlog-policy: the verifier's own, in the place of the trust file's. */
  readonly policy?: string;
  /** Milliseconds: what was taken back has to be known as of then. */
  readonly maxAge?: number;
}

export interface VerifyWorld {
  readonly repository: Repository;
  readonly parsers: Parsers;
  readonly floors?: readonly Floor[];
}

export async function verify(options: VerifyOptions): Promise<Answer> {
  const { bundle, trust, commit, checks } = options;
  const given = [bundle, trust, commit].filter((name) => name !== undefined);
  if (checks === true && given.length === 0) return checksTable(options.json === true);
  // A list of checks beside a bundle would end with 0 and have verified nothing.
  if (checks === true)
    return refusal([problem('USAGE', '--checks verifies nothing', { place: 'command line', remedy: 'give it without --bundle, --trust and --commit' })], options.json);
  if (bundle === undefined) return missing('--bundle <file>', options);
  if (trust === undefined) return missing('--trust <file>', options);
  if (commit === undefined) return missing('--commit <rev>', options);
  const { openClone } = await import('../world.ts');
  const maxAge = options.maxAge === undefined ? undefined : lengthOf(options.maxAge);
  if (options.maxAge !== undefined && maxAge === undefined)
    return refusal([problem('USAGE', `${options.maxAge} is no time`, { place: '--max-age', remedy: 'for example 90m, 24h or 7d' })], options.json);
  const own = await floorsAt(options.floor);
  if (!own.ok) return refusal(own.error, options.json);
  const { repository, parsers, floors } = await openClone(options.repo, own.value);
  const request: VerifyRequest = {
    ...{ bundle, trust, commit },
    repoDir: options.repo,
    json: options.json === true,
    demo: options.demo === true,
    breakGlass: options.breakGlass === true,
    known: options,
    ...(maxAge === undefined ? {} : { maxAge }),
    ...(options.tlogPolicy === undefined ? {} : { policy: options.tlogPolicy }),
    ...(options.target === undefined ? {} : { targetRef: options.target.startsWith('refs/') ? options.target : `refs/heads/${options.target}` }),
    ...(options.name === undefined ? {} : { repo: options.name }),
  };
  return runVerify(request, { repository, parsers, floors });
}

const missing = (option: string, { json }: VerifyOptions): Answer =>
  refusal(
    [problem('USAGE', `required option '${option}' not specified`, { place: 'command line', remedy: 'countersign --help lists commands, and --help behind one its options' })],
    json,
  );

/** 0 proven, 1 the evidence does not hold, 2 cannot decide: treat it as a no. */
export async function runVerify(request: VerifyRequest, world: VerifyWorld): Promise<Answer> {
  const inputs = await gather(request, world);
  if (!inputs.ok) return answer(request, { problems: inputs.error, signoffs: [], setAside: [] }, '', false);
  const { bundle, trust, decision, policy, roster } = inputs.value;
  const { change, tier, seats, soloAfter, policyDigest } = decision;
  const known = { provenance: decision.provenance.level, covers: (paths: readonly string[]) => coveredRules(policy, decision, paths) };
  const repo = request.repo ?? namedRepository(bundle) ?? '';
  const excluded = new Map(decision.excluded.map((e) => [e.person, e.roles]));
  const moves = await movesOf(bundle, change.head, world.repository);
  const landed = { ...change, repo, moves, excluded };
  const fresh = request.maxAge === undefined ? {} : { fresh: { now: Date.now(), maxAge: request.maxAge } };
  const what = `${repo} ${change.targetRef} ${change.head}`;
  const asked = {
    pin: request.known?.pin !== undefined,
    trustSize: request.known?.trustSize !== undefined,
    maxAge: request.maxAge !== undefined,
    witnesses: (trust.witnesses?.quorum ?? null) !== null,
    ownership: decision.ownership !== null,
    gate: bundle.gate !== undefined && trust.gates.length > 0,
  };
  if (isGlass(request, bundle)) {
    const terms = glassAsked({ decision: { ...decision, change: { ...change, repo } }, policy, roster }, request.demo);
    const glass = examineGlass(bundle, trust, landed, { ...fresh, allowDemo: request.demo }, terms);
    const told = { problems: glass.problems, signoffs: [], setAside: [] };
    return glass.problems.length > 0
      ? answer(request, told, what, true)
      : glassAnswer(
          glass,
          what,
          request.json,
          notAsked(asked, told, 1).filter((c) => BOTH.has(c.step)),
        );
  }
  const report = examineBundle(bundle, trust, landed, {
    ...{ policyDigest, tier, seats, soloAfter, ...known, allowDemo: request.demo },
    ...(decision.authenticators === undefined ? {} : { authenticators: decision.authenticators }),
    ...(decision.ownership === null ? {} : { ownership: { files: change.paths.length } }),
    ...fresh,
  });
  const unasked = notAsked(asked, report, bundle.signoffs.length);
  return answer(request, report, what, bundle.landed !== undefined, unasked);
}

/** Steps that are the same for sign-offs and for break-glass. */
const BOTH: ReadonlySet<number> = new Set([1, 8, 9]);

/** It is asked about break-glass, and there is one to ask about. */
const isGlass = ({ breakGlass }: VerifyRequest, { glass }: Bundle): boolean => breakGlass === true && glass !== undefined;

/** The claimed move, where this clone says that it brought the commit. */
async function movesOf(bundle: Bundle, commit: string, repository: Repository): Promise<readonly Move[]> {
  const claimed = claimedMove(bundle);
  const steps = claimed === undefined ? undefined : await repository.steps(claimed.old, claimed.new);
  return claimed !== undefined && steps?.some((s) => s.commit === commit) ? [claimed] : [];
}

interface Inputs {
  readonly bundle: Bundle;
  readonly trust: TrustBundle;
  /** What policy asks of what landed, as far as this clone shows: a floor, for pushers and plans are not in it. */
  readonly decision: Decision;
  readonly policy: Policy;
  readonly roster: Roster;
}

async function gather(request: VerifyRequest, world: VerifyWorld): Promise<Result<Inputs, readonly Problem[]>> {
  const [file, trust, policy] = await Promise.all([fileAt('--bundle', request.bundle), trustAt(request.trust, request.known), witnessesAt(request)]);
  const bundle = file.ok ? bundleIn(file.value.bytes) : file;
  const unread = [...(trust.ok ? [] : trust.error), ...(bundle.ok ? [] : [bundle.error]), ...(policy.ok ? [] : [policy.error])];
  // Without one of them there is nothing to ask a clone about.
  if (unread.some((p) => p.code === 'USAGE')) return err(unread);
  const landed = await decide(request, world, bundle.ok ? claimedTime(bundle.value) : null, bundle.ok && isGlass(request, bundle.value));
  if (!bundle.ok || !trust.ok || !policy.ok || !landed.ok) return err([...unread, ...(landed.ok ? [] : landed.error)]);
  return ok({ bundle: bundle.value, trust: { ...trust.value, witnesses: policy.value ?? trust.value.witnesses }, ...landed.value });
}

function bundleIn(bytes: Uint8Array): Result<Bundle> {
  const bundle = parseBundle(bytes);
  return bundle.ok ? bundle : err(serverSaid(bytes) ?? bundle.error);
}

/** The verifier's own; undefined where none is named. `quorum none` only for demo data. Problems: USAGE, TRUST_FORMAT. */
async function witnessesAt({ policy: name, demo }: VerifyRequest): Promise<Result<WitnessPolicy | undefined>> {
  const file = await fileOf('--tlog-policy', name);
  if (!file.ok || file.value === null) return file.ok ? ok(undefined) : file;
  const policy = parseWitnessPolicy(text(file.value.bytes) ?? '', demo);
  return policy.ok ? policy : err({ ...policy.error, place: policy.error.place === undefined ? file.value.name : `${file.value.name}:${policy.error.place}` });
}

/** Where somebody saved the answer of a server that had no bundle to give (RFC 9457), what it said. */
function serverSaid(bytes: Uint8Array): Problem | undefined {
  try {
    const { title, code, remedy }: { title?: unknown; code?: unknown; remedy?: unknown } = JSON.parse(text(bytes) ?? '');
    if (typeof title !== 'string' || typeof code !== 'string') return undefined;
    return problem('BUNDLE_FORMAT', `this file is a server's refusal, no bundle: ${title} [${code}]`, typeof remedy === 'string' ? { remedy } : {});
  } catch {
    return undefined;
  }
}

/** What the commit brought against its first parent, judged by the policy that stood there, at the time it says it landed. */
async function decide(
  request: VerifyRequest,
  { repository, parsers, floors = [] }: VerifyWorld,
  at: number | null,
  glass: boolean,
): Promise<Result<Pick<Inputs, 'decision' | 'policy' | 'roster'>, readonly Problem[]>> {
  const head = await repository.resolve(request.commit);
  if (head === null) return err([problem('NOT_FOUND', `there is no commit ${request.commit}`, { place: request.repoDir, remedy: 'fetch it, or name another clone with --repo' })]);
  const base = await repository.resolve(`${head}^1`);
  if (base === null)
    return err([
      problem('CONTENT_UNSEEN', `the first parent of ${head.slice(0, 12)} is not in this clone`, {
        place: request.repoDir,
        remedy: 'git fetch --unshallow; a root commit has no policy to be signed under',
      }),
    ]);
  const governance = await governanceAt(repository, base, floors);
  if (!governance.ok) return governance;
  const asked = { repo: request.repo ?? '', targetRef: request.targetRef ?? 'refs/heads/main', base, head, pusher: null, sticky: [], at, floors };
  const considered = await considerChange(repository, parsers, governance.value, asked);
  if (!considered.ok) return considered;
  const { change, decision } = considered.value;
  if (change.records.length === 0) return err([problem('CONTENT_EMPTY', `${head.slice(0, 12)} changes nothing`)]);
  // What no sign-off cures a break-glass may: it says itself what it is no answer to.
  const refusals = glass ? [] : decision.refusals.map((r) => problem(r.code, r.text));
  return refusals.length > 0 ? err(refusals) : ok({ decision, policy: governance.value.policy, roster: governance.value.roster });
}

/** @param landed whether the bundle shows the landing too: without it a sign-off may have been spent on another commit of this content. */
function answer({ json }: VerifyRequest, report: OfflineReport, what: string, landed: boolean, unasked: readonly NotAsked[] = []): Answer {
  const { problems, signoffs, setAside } = report;
  const undecided = problems.some((p) => UNDECIDABLE.test(p.code));
  const code = problems.length === 0 ? EXIT.ok : undecided ? EXIT.refused : EXIT.signoff;
  if (json) return { code, stdout: (problems.length === 0 ? [OK(what, landed, unasked)] : problems.map(line)).map((l) => `${JSON.stringify(l)}\n`).join(''), stderr: '' };
  if (problems.length > 0) return { code, stdout: '', stderr: problems.map((p) => `countersign: ${visibleLines(problemText(p))}\n`).join('') };
  const signers = signoffs.map(
    ({ signer, level, statement: { predicate }, keyid, rules }) =>
      `  signed by ${signer} (${level}), ${predicate.stage}, tier ${predicate.policy.tier}, ${predicate.review.signedAt}, key ${keyid}${rules === undefined ? '' : `; an earlier form, whose files of ${rules.join(', ')} are what landed`}\n`,
  );
  const aside = setAside.map((p) => `  set aside: ${problemText(p)}\n`);
  const open = unasked.map(notAskedText);
  return { code, stdout: visibleLines(`verified: ${what}\n${[...signers, ...aside, ...(landed ? [] : [NO_LANDING]), ...open].join('')}`), stderr: '' };
}

const NO_LANDING = '  not shown: the landing; the bundle was exported before it, so where the sign-off was spent is not known\n';

const UNDECIDABLE = /^(?:BUNDLE_FORMAT|TRUST_FORMAT|NOT_FOUND|CONTENT_UNSEEN|CONTENT_DUPLICATE|GIT_FAILED|POLICY_|ROSTER_|USAGE|SOLO$|INTERNAL)/;

/** Steps of docs/spec/bundle.md for what only a clone can fail with, by the code's family. */
const STEPS: readonly (readonly [RegExp, number])[] = [
  [/^(?:POLICY|ROSTER)_/, 5],
  [/^(?:CONTENT|GIT|NOT_FOUND)/, 6],
  [/^(?:SOD|SEAT)_/, 7],
];

const stepOf = (code: string): number => [...CHECKS, ...GLASS_CHECKS].find((c) => c.codes.includes(code))?.step ?? STEPS.find(([family]) => family.test(code))?.[1] ?? 0;

const line = ({ code, message, place }: Problem) => ({
  code,
  step: stepOf(code),
  detail: message,
  ...(place === undefined ? {} : { place }),
});
const OK = (what: string, landed: boolean, unasked: readonly NotAsked[]) => ({ code: 'OK' as const, step: 8, detail: what, landed, notAsked: unasked });
