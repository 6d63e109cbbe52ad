/** What stood between a change and production: CI105 checks, CI106 approvals, CI109 slow rollouts, CI110 signatures. */
import { type DataNode, dig, entries, items, text } from '../data.ts';
import { rule } from '../finding.ts';
import type { Finding } from '../risk.ts';
import { checksIn, isCheck } from './checks.ts';
import { environmentOf, type Job, matchedJobs, matchedSteps, type Pipeline, type Step, wordsOf } from './pipeline.ts';
import type { Sides } from './sides.ts';
import { onOf } from './triggers.ts';

export const CI105 = rule('CI105', 'check-gone', 'critical', 'exact', ['another check asks for the same']);
export const CI106 = rule('CI106', 'approval-gone', 'critical', 'exact', ['the deployment still waits for a person']);
export const CI109 = rule('CI109', 'rollout-gone', 'critical', 'exact', ['the rollout is as slow and as watched as before']);
const CI110 = rule('CI110', 'release-integrity', 'high', 'exact', ['what is released is signed as before', 'releases read no cache that proposals write']);

export const gates = (sides: Sides): readonly Finding[] => [...checks(sides), ...softened(sides), ...filters(sides), ...approvals(sides), ...rollout(sides), ...release(sides)];

const place = (sides: Sides, side: 'base' | 'head', line: number, object?: string) => ({
  path: sides.file.path,
  side,
  line,
  ...(object === undefined ? {} : { object: object.slice(0, 120) }),
});

/** A check is gone where nothing at the head runs it, in this file or in another of the change. */
function checks(sides: Sides): readonly Finding[] {
  const before = checksIn(sides.file.base, sides.was);
  const gone = new Map(before.filter((c) => !sides.change.checks.has(c.key)).map((c) => [c.key, c]));
  const known = new Set(before.map((c) => c.key));
  const come = [...new Set(checksIn(sides.file.head, sides.is).map((c) => c.key))].filter((key) => !known.has(key));
  return [...gone.values()].map((c) => {
    // `test:all` where `test:integration` was: perhaps another name, perhaps less
    const at = come.findIndex((key) => stem(key) === stem(c.key));
    const [instead] = at < 0 ? [] : come.splice(at, 1);
    const what = instead === undefined ? `no longer runs a check: ${c.key}` : `runs the check ${instead} where it ran ${c.key}`;
    return CI105({
      place: place(sides, 'base', c.line, c.key),
      what: `${sides.file.path} ${what}`,
      because: [['check that went', c.key]],
      ...(instead === undefined ? {} : { severity: 'high' as const }),
    });
  });
}

const stem = (key: string): string => key.replace(/:.*$/, '');

/** A condition of its own that was not there: it may hold for nobody. Those that every pipeline has say nothing. */
const ALWAYS = /^(?:\$\{\{\s*)?(?:always\(\)|!cancelled\(\)|success\(\)|true)(?:\s*\}\})?$/;
const conditioned = (was: DataNode, is: DataNode): boolean => {
  const condition = text(dig(is, 'if'));
  return dig(was, 'if') === undefined && condition !== undefined && !ALWAYS.test(condition) && !NEVER.test(condition);
};

/** A shell that is told what to do with a script may do nothing with it: `shell: "true {0}"`. The ones a forge knows by name do. */
const SHELL =
  /^(?:bash|sh|zsh|pwsh|powershell|cmd|python3?|node|bash -l \{0\}|bash -e[lux]* \{0\}|bash --noprofile --norc -e[lux]*(?: -o pipefail)? \{0\}|bash -e[lux]* -o pipefail \{0\})$/;
const ownShell = (node: DataNode | undefined): string | undefined => {
  const shell = text(dig(node, 'shell')) ?? text(dig(node, 'defaults', 'run', 'shell'));
  return shell === undefined || SHELL.test(shell.trim()) || /^(?:nix|micromamba|msys2|conda|wsl)/.test(shell) ? undefined : shell;
};

const NEVER = /^(?:\$\{\{\s*)?false(?:\s*\}\})?$/;
const off = (node: DataNode): string | undefined =>
  text(dig(node, 'continue-on-error')) === 'true'
    ? 'may fail without consequence'
    : NEVER.test(text(dig(node, 'if')) ?? '')
      ? 'never runs'
      : text(dig(node, 'allow_failure')) === 'true'
        ? 'may fail without consequence'
        : undefined;

/** `continue-on-error`, `if: false`, `allow_failure`, on what was there before. */
function softened(sides: Sides): readonly Finding[] {
  const { pairs, come } = matchedJobs(sides.was, sides.is);
  const found = pairs.flatMap(({ was, is }) => {
    const job =
      off(is.node) !== undefined && off(was.node) === undefined
        ? [{ what: `job ${is.id} ${off(is.node)}`, line: is.line, object: is.id, check: is.steps.some(isCheck) || isCheck({ ...EMPTY, name: is.id }) }]
        : [];
    const bound =
      conditioned(was.node, is.node) && is.steps.some(isCheck)
        ? [{ what: `job ${is.id} checks only under a condition it did not have`, line: is.line, object: is.id, check: false }]
        : [];
    const steps = matchedSteps(was, is).pairs.flatMap((s) =>
      off(s.is.node) !== undefined && off(s.was.node) === undefined
        ? [{ what: `step ${s.is.name.slice(0, 60)} ${off(s.is.node)}`, line: s.is.line, object: s.is.name, check: isCheck(s.is) }]
        : conditioned(s.was.node, s.is.node) && isCheck(s.is)
          ? [{ what: `step ${s.is.name.slice(0, 60)} checks only under a condition it did not have`, line: s.is.line, object: s.is.name, check: false }]
          : [],
    );
    return [...job, ...bound, ...steps];
  });
  const shells = sides.was === undefined || sides.is === undefined || checksIn(sides.file.base, sides.was).length === 0 ? [] : shellsOf(sides.was, sides.is);
  // a check that comes soft takes nothing away
  const soft = come.flatMap((j) =>
    off(j.node) !== undefined && j.steps.some(isCheck) && sides.was !== undefined ? [{ what: `job ${j.id} ${off(j.node)}`, line: j.line, object: j.id, check: false }] : [],
  );
  return [...[...found, ...shells].map((f) => ({ ...f, severity: f.check ? undefined : ('high' as const) })), ...soft.map((f) => ({ ...f, severity: 'elevated' as const }))].map(
    (f) => CI105({ place: place(sides, 'head', f.line, f.object), what: `${sides.file.path}: ${f.what}`, ...(f.severity === undefined ? {} : { severity: f.severity }) }),
  );
}
/** Of the workflow, of jobs and of steps that check: a shell of its own that was not there. */
function shellsOf(was: Pipeline, is: Pipeline): readonly { what: string; line: number; object: string; check: boolean }[] {
  const say = (where: string, shell: string, line: number, check: boolean) => ({
    what: `${where} hands its scripts to ${JSON.stringify(shell.slice(0, 60))}, which need not run them`,
    line,
    object: where,
    check,
  });
  const top = ownShell(is.root);
  const jobs = matchedJobs(was, is).pairs;
  return [
    ...(top !== undefined && ownShell(was.root) !== top ? [say('the workflow', top, dig(is.root, 'defaults')?.line ?? 1, true)] : []),
    ...jobs.flatMap((j) => {
      const shell = ownShell(j.is.node);
      return shell !== undefined && ownShell(j.was.node) !== shell ? [say(`job ${j.is.id}`, shell, j.is.line, j.is.steps.some(isCheck))] : [];
    }),
    ...jobs.flatMap((j) =>
      matchedSteps(j.was, j.is).pairs.flatMap((s) => {
        const shell = ownShell(s.is.node);
        return shell !== undefined && ownShell(s.was.node) !== shell ? [say(`step ${s.is.name.slice(0, 60)}`, shell, s.is.line, isCheck(s.is))] : [];
      }),
    ),
  ];
}

const EMPTY: Step = { node: { is: 'scalar', value: null, line: 1 }, line: 1, name: '' };

/** Proposals that used to be checked and no longer start the workflow. */
function filters(sides: Sides): readonly Finding[] {
  const { was, is } = sides;
  if (was === undefined || is === undefined || checksIn(sides.file.base, was).length === 0) return [];
  return ['pull_request', 'push', 'merge_group'].flatMap((event): readonly Finding[] => {
    if (!was.triggers.has(event)) return [];
    if (!is.triggers.has(event))
      return event === 'push'
        ? []
        : [CI105({ place: place(sides, 'head', onOf(is.root)?.line ?? 1, event), what: `${sides.file.path} no longer starts on ${event}: what it checked is not checked there` })];
    const list = (p: Pipeline, key: string): ReadonlySet<string> => new Set(items(dig(onOf(p.root), event, key)).map((n) => text(n) ?? ''));
    const ignored = [...list(is, 'paths-ignore')].filter((x) => !list(was, 'paths-ignore').has(x));
    const lost = list(is, 'paths').size > 0 ? [...list(was, 'paths')].filter((x) => !list(is, 'paths').has(x) && !x.startsWith('!')) : [];
    const narrowed = list(was, 'paths').size === 0 && list(is, 'paths').size > 0 ? ['only some paths start it'] : [];
    const found = [...ignored.filter((x) => !/\.(?:md|rst|txt|adoc)$|^docs?\//.test(x)), ...lost, ...narrowed];
    return found.length === 0
      ? []
      : [
          CI105({
            place: place(sides, 'head', dig(onOf(is.root), event)?.line ?? 1, `${event} paths`),
            severity: 'high',
            what: `${sides.file.path} is started by fewer changes than before: ${found.join(', ').slice(0, 120)}`,
          }),
        ];
  });
}

function approvals(sides: Sides): readonly Finding[] {
  return matchedJobs(sides.was, sides.is).pairs.flatMap(({ was, is }): readonly Finding[] => {
    const [before, after] = [environmentOf(was), environmentOf(is)];
    const environment =
      before !== undefined && before !== after && !/^(?:review|preview|pr[-/]|test|testing|github-pages)/.test(before)
        ? [`waits for ${after === undefined ? 'no environment' : `the environment ${after}`} and not for ${before}`]
        : [];
    const manual = isManual(was.node) && !isManual(is.node) ? ['no longer waits for a person (when: manual)'] : [];
    return [...environment, ...manual].map((why) =>
      CI106({ place: place(sides, 'head', is.line, is.id), what: `${sides.file.path}: job ${is.id} ${why}`, because: [['before', before ?? 'when: manual']] }),
    );
  });
}

const isManual = (job: DataNode): boolean => text(dig(job, 'when')) === 'manual' || items(dig(job, 'rules')).some((r) => text(dig(r, 'when')) === 'manual');

const SLOW = /\b(?:canary|bake|soak|analysis run|smoke[- ]?tests?|progressive|rollout status|wait for (?:healthy|rollout))\b/i;
const DEPLOYS = /deploy|release|publish|rollout|apply|migrate|production|promote/i;

function rollout(sides: Sides): readonly Finding[] {
  const { pairs, gone } = matchedJobs(sides.was, sides.is);
  const lost = [...gone.flatMap((j) => j.steps), ...pairs.flatMap(({ was, is }) => matchedSteps(was, is).gone)].filter(
    (s) => SLOW.test(wordsOf(s)) && !sides.change.steps.some((t) => t === wordsOf(s) || (SLOW.exec(t)?.[0] ?? '') === SLOW.exec(wordsOf(s))?.[0]),
  );
  const jobs = pairs
    .filter(
      ({ was, is }) => dig(was.node, 'concurrency') !== undefined && dig(is.node, 'concurrency') === undefined && dig(sides.is?.root, 'concurrency') === undefined && deploys(was),
    )
    .map(({ is }) => is);
  const top =
    sides.was !== undefined &&
    sides.is !== undefined &&
    dig(sides.was.root, 'concurrency') !== undefined &&
    dig(sides.is.root, 'concurrency') === undefined &&
    sides.is.jobs.some((j) => deploys(j) && dig(j.node, 'concurrency') === undefined);
  return [
    ...lost.map((s) => CI109({ place: place(sides, 'base', s.line, s.name), what: `${sides.file.path} no longer watches a rollout: ${s.name.slice(0, 80)} is gone` })),
    ...jobs.map((j) => CI109({ place: place(sides, 'head', j.line, j.id), what: `${sides.file.path}: two runs of job ${j.id} may deploy at the same time` })),
    ...(top ? [CI109({ place: place(sides, 'head', 1, 'concurrency'), what: `${sides.file.path}: two runs may deploy at the same time` })] : []),
  ];
}

const deploys = (job: Job): boolean => environmentOf(job) !== undefined || DEPLOYS.test(`${job.id} ${text(dig(job.node, 'name')) ?? ''}`);

const SIGNS = /cosign|sigstore|attest|slsa|provenance|sbom|syft|notation|gpg\s+(?:--\S+\s+)*(?:--sign|--detach-sign|-b\b)|minisign|signtool|codesign|rekor|in-toto/i;

function release(sides: Sides): readonly Finding[] {
  const { pairs, gone } = matchedJobs(sides.was, sides.is);
  const lost = [...gone.flatMap((j) => j.steps), ...pairs.flatMap(({ was, is }) => matchedSteps(was, is).gone)].filter(
    (s) => signs(s) !== undefined && !sides.change.steps.some((t) => SIGNS.exec(t)?.[0].toLowerCase() === signs(s)),
  );
  const releases = sides.is !== undefined && (sides.is.triggers.has('release') || dig(onOf(sides.is.root), 'push', 'tags') !== undefined);
  const cached = (p: Pipeline | undefined): readonly Step[] =>
    (p?.jobs ?? []).flatMap((j) =>
      j.steps.filter(
        (s) =>
          /(?:^|\/)cache(?:\/restore)?$|rust-cache|sccache/.test(s.uses ?? '') ||
          entries(dig(s.node, 'with')).some((e) => e.key === 'cache' && !/^(?:false|)$/.test(text(e.value) ?? '')),
      ),
    );
  const caches = releases && cached(sides.is).length > cached(sides.was).length ? cached(sides.is).slice(-1) : [];
  return [
    ...lost.map((s) =>
      CI110({ place: place(sides, 'base', s.line, s.name), what: `${sides.file.path} no longer signs or attests what it releases: ${s.name.slice(0, 80)} is gone` }),
    ),
    ...caches.map((s) =>
      CI110({ place: place(sides, 'head', s.line, 'cache'), what: `${sides.file.path} builds a release from a cache that other runs write: ${s.name.slice(0, 80)}` }),
    ),
  ];
}

const signs = (s: Step): string | undefined => SIGNS.exec(wordsOf(s))?.[0].toLowerCase();
