/** What a pipeline may do: CI102 rights gained, CI104 code of others that may change, CI107 secrets handed on. */
import { type DataNode, dig, entries, text } from '../data.ts';
import { rule } from '../finding.ts';
import type { Finding } from '../risk.ts';
import { type Job, matchedJobs, type Pipeline } from './pipeline.ts';
import type { Sides } from './sides.ts';

export const CI102 = rule('CI102', 'permissions-up', 'high', 'exact', ['the permissions are the least the job needs']);
export const CI104 = rule('CI104', 'unpinned', 'elevated', 'exact', ['the action is pinned by its full commit id']);
const CI107 = rule('CI107', 'secret-flow', 'high', 'exact', ['only the secrets that are needed are named', 'what gets them is our own or pinned']);

export const rights = (sides: Sides): readonly Finding[] => [...permissions(sides), ...pins(sides), ...secrets(sides)];

/** Scopes a block lets be written; undefined where there is none, and the setting of the repository decides. */
function written(block: DataNode | undefined): ReadonlySet<string> | undefined {
  if (block === undefined) return undefined;
  if (text(block) === 'write-all') return new Set(['everything']);
  return new Set(entries(block).flatMap((e) => (text(e.value) === 'write' ? [e.key] : [])));
}

const effective = (p: Pipeline | undefined, job: Job): ReadonlySet<string> | undefined => written(dig(job.node, 'permissions')) ?? written(dig(p?.root, 'permissions'));

/** Of these, what can be written is what others run or trust. */
const GRAVE =
  /^(?:everything|id-token|contents|packages|actions|deployments|administration|attestations|pages|checks|statuses|security-events|pull-requests|issues|workflows|repository-projects)$/;
const TRUSTED = /^(?:everything|id-token|contents|packages|actions|deployments|administration|attestations|workflows)$/;

function permissions({ file, was, is }: Sides): readonly Finding[] {
  if (is?.forge !== 'github' || is.triggers.size === 0) return [];
  const { pairs, come } = matchedJobs(was, is);
  const gained = [...pairs.map((p) => ({ job: p.is, before: effective(was, p.was), new: false })), ...come.map((job) => ({ job, before: new Set<string>(), new: true }))].flatMap(
    ({ job, before, new: isNew }) => {
      const now = effective(is, job);
      // nothing was said before either: the same setting decides
      if (now === undefined) return before === undefined || isNew ? [] : [{ job, scopes: 'whatever the repository allows', severe: true }];
      if (before === undefined || before.has('everything')) return [];
      const more = [...now].filter((s) => !before.has(s) && GRAVE.test(s));
      return more.length === 0 ? [] : [{ job, scopes: more.join(', '), severe: more.some((s) => TRUSTED.test(s)) }];
    },
  );
  // one block at the top gives the same to every job
  const bySame = new Map(gained.map((g) => [g.scopes, gained.filter((o) => o.scopes === g.scopes)]));
  return [...bySame].flatMap(([scopes, of]) => {
    const [first] = of;
    if (first === undefined) return [];
    const jobs = of
      .map((o) => o.job.id)
      .join(', ')
      .slice(0, 120);
    return [
      CI102({
        place: { path: file.path, side: 'head', line: first.job.line, object: `permissions ${scopes}` },
        what: `${file.path} gains the right to write ${scopes} (${jobs})`,
        because: [['jobs', jobs]],
        ...(first.severe ? {} : { severity: 'elevated' as const }),
      }),
    ];
  });
}

interface Used {
  readonly what: string;
  readonly owner: string;
  readonly pinned: boolean;
  readonly line: number;
}

/** `./x` and `$/x` are files of this repository. */
const OURS = /^(?:\.|\$$|actions$|github$)/;

function usedIn(p: Pipeline | undefined): readonly Used[] {
  return (p?.jobs ?? []).flatMap((job) => {
    const called = [dig(job.node, 'uses'), ...job.steps.map((s) => dig(s.node, 'uses'))].flatMap((n) => {
      const what = text(n);
      return what === undefined || n === undefined ? [] : [{ what, line: n.line }];
    });
    const images = ['container', 'image'].flatMap((key) => {
      const n = dig(job.node, key);
      const what = text(n) ?? text(dig(n, 'image')) ?? text(dig(n, 'name'));
      return what === undefined || n === undefined || /[$]/.test(what) ? [] : [{ what: `docker://${what}`, line: n.line }];
    });
    return [...called, ...images].map(({ what, line }) => ({
      what,
      line,
      owner: what.startsWith('docker://') ? what.replace(/[@:][^/]*$/, '') : (what.split('/')[0] ?? ''),
      pinned: /@[0-9a-f]{40}$|@sha256:[0-9a-f]{64}$/.test(what),
    }));
  });
}

function pins({ file, was, is }: Sides): readonly Finding[] {
  const before = usedIn(was);
  const [known, owners] = [new Set(before.map((u) => u.what)), new Set(before.map((u) => u.owner))];
  const said = new Set<string>();
  return usedIn(is).flatMap((u) => {
    if (OURS.test(u.owner) || known.has(u.what) || said.has(u.what) || (u.pinned && (before.length === 0 || owners.has(u.owner)))) return [];
    said.add(u.what);
    const why = u.pinned ? 'runs an action of a publisher that is new here' : 'runs what can change under it';
    return [CI104({ place: { path: file.path, side: 'head', line: u.line, object: u.what.slice(0, 120) }, what: `${file.path} ${why}: ${u.what.slice(0, 120)}` })];
  });
}

interface Handed {
  readonly key: string;
  readonly what: string;
  readonly line: number;
}

function handedIn(p: Pipeline | undefined): readonly Handed[] {
  return (p?.jobs ?? []).flatMap((job) => {
    const inherits =
      text(dig(job.node, 'secrets')) === 'inherit' && !/^[.$]\//.test(text(dig(job.node, 'uses')) ?? '')
        ? [{ key: 'inherit', what: 'hands all secrets to another workflow', line: job.line }]
        : [];
    const steps = job.steps.flatMap((s): readonly Handed[] => {
      const values = [...entries(dig(s.node, 'with')), ...entries(dig(s.node, 'env'))].flatMap((e) => namesOf(text(e.value) ?? ''));
      const others = s.uses !== undefined && !OURS.test(s.uses.split('/')[0] ?? '');
      const shown = (s.run ?? '')
        .split('\n')
        .filter((l) => /secrets\./.test(l) && /GITHUB_OUTPUT|GITHUB_STEP_SUMMARY|set-output|\becho\b/.test(l) && !/add-mask|--password-stdin|\|\s*(?:docker|gpg|base64)/.test(l));
      return [
        ...(others ? values.map((name) => ({ key: `${s.uses} ${name}`, what: `hands the secret ${name} to ${s.uses}`, line: s.line })) : []),
        ...shown.flatMap(namesOf).map((name) => ({ key: `shown ${name}`, what: `writes the secret ${name} where others read it`, line: s.line })),
      ];
    });
    return [...inherits, ...steps];
  });
}

/** The token of the run itself is everybody's anyway. */
const namesOf = (value: string): readonly string[] => [...value.matchAll(/\bsecrets\.(\w{1,100})/g)].flatMap((m) => (m[1] === undefined || m[1] === 'GITHUB_TOKEN' ? [] : [m[1]]));

function secrets({ file, was, is }: Sides): readonly Finding[] {
  const before = new Set(handedIn(was).map((h) => h.key));
  const fresh = new Map(
    handedIn(is)
      .filter((h) => !before.has(h.key))
      .map((h) => [h.key, h]),
  );
  return [...fresh.values()].map((h) => CI107({ place: { path: file.path, side: 'head', line: h.line, object: h.key.slice(0, 120) }, what: `${file.path} ${h.what}` }));
}
