/**
 * Guards that are settings and not statements, base against head: boundaries and locks (IAM105), public access (IAM111), keys
 * (IAM112), credentials as resources (IAM113), sign-in (IAM114) and what is written down of all that (IAM115). An expression that
 * stood where a guard was on may have been on: that it goes counts; that one appears does not.
 */
import { canonical, type DataNode, dig, entries, scalar } from '../data.ts';
import { rule } from '../finding.ts';
import type { Detector, Finding, Tier } from '../risk.ts';
import { written } from './document.ts';
import { SETTINGS, type Setting, WHOLE } from './guard-table.ts';
import { seen } from './seen.ts';
import { reference, type Thing, type Things, thingsOf } from './things.ts';

const MAKE = {
  IAM105: rule('IAM105', 'boundary-gone', 'critical', 'exact', ['the boundary stays, or the object goes with it']),
  IAM111: rule('IAM111', 'public', 'critical', 'exact', ['the principals are named']),
  IAM112: rule('IAM112', 'key-policy', 'critical', 'exact', ['the key stays usable by whoever holds data under it']),
  IAM113: rule('IAM113', 'long-lived-key', 'high', 'exact', ['short-lived credentials of a role or a workload identity']),
  IAM114: rule('IAM114', 'auth-policy', 'high', 'exact', ['the setting stays as strict as it was']),
  IAM115: rule('IAM115', 'audit-off', 'critical', 'exact', ['the same is recorded elsewhere, for as long']),
} as const;

export const settings: Detector = {
  id: 'iam-settings',
  detect: ({ files }) => {
    const things = thingsOf(seen(files));
    const pairs = pairsOf(things);
    return [...pairs.flatMap(([before, after]) => (after === undefined ? removed(before, things) : changed(before, after))), ...appeared(things)];
  },
};

const pairsOf = (things: Things): readonly (readonly [Thing, Thing | undefined])[] =>
  [...things.base.values()].filter((t) => t.kind === 'resource').map((t) => [t, things.head.get(things.renamed.get(t.key) ?? t.key) ?? elsewhere(t, things)]);

/** The same in another folder or file: it moved. */
function elsewhere(t: Thing, things: Things): Thing | undefined {
  if (!WHOLE.some((w) => w.type.test(t.type)) && !SETTINGS.some((s) => s.type.test(t.type))) return undefined;
  return byContent(things).get(contentOf(t));
}

const contentOf = (t: Thing): string => `${t.type}\0${canonical(t.node)}`;
const contents = new WeakMap<Things, ReadonlyMap<string, Thing>>();
function byContent(things: Things): ReadonlyMap<string, Thing> {
  const known = contents.get(things);
  if (known !== undefined) return known;
  const fresh = new Map([...things.head.values()].filter((t) => t.kind === 'resource' && !things.base.has(t.key)).map((t) => [contentOf(t), t]));
  contents.set(things, fresh);
  return fresh;
}

/** A guard that goes together with what it guards guards nothing. */
function removed(t: Thing, things: Things): readonly Finding[] {
  const whole = WHOLE.find((w) => w.type.test(t.type));
  if (whole === undefined) return [];
  const gone = entries(t.node).some(({ key, value }) => GUARDED.test(key) && isGone(reference(value, t), things));
  if (gone) return [];
  return [
    MAKE[whole.rule]({
      place: { path: t.path, side: 'base', line: t.line, object: t.address },
      because: [['removed', `${t.type} ${t.address}`]],
      what: `${t.address} is removed: ${whole.what}`,
    }),
  ];
}

const GUARDED = /^(?:scope|vpc_id|subnet_id|bucket|target_id|target_resource_id|role|user|policy_id|project|key_id|resource_id|VpcId|ResourceId|Bucket|trail_name)$/;
const isGone = (key: string | undefined, things: Things): boolean => key !== undefined && things.base.has(key) && !things.head.has(key) && !things.renamed.has(key);

function changed(before: Thing, after: Thing): readonly Finding[] {
  return SETTINGS.filter((s) => s.type.test(after.type)).flatMap((s) => {
    const [was, is] = [at(before, s), at(after, s)];
    const tier = canonical(was) === canonical(is) ? undefined : weaker(s, was, is);
    if (tier === undefined) return [];
    const name = s.path.join('.');
    const change = `${was === undefined ? '(absent)' : written(was)} -> ${is === undefined ? '(absent)' : written(is)}`;
    return [
      MAKE[s.rule]({
        place: { path: after.path, side: 'head', line: is?.line ?? after.line, object: `${after.address}.${name}` },
        ...(tier === 'as the rule' ? {} : { severity: tier }),
        because: [[name, change]],
        what: `${name} of ${after.address} changes (${change}): ${s.what}`,
      }),
    ];
  });
}

/** Nested blocks are lists of maps. */
const at = (t: Thing, s: Setting): DataNode | undefined =>
  s.path.reduce<DataNode | undefined>((node, step) => {
    const next = dig(node, step);
    return next?.is === 'list' && step !== s.path.at(-1) ? next.items[0] : next;
  }, t.node);

const truth = (node: DataNode | undefined): boolean | undefined => {
  const value = node === undefined ? undefined : scalar(node);
  return /^(?:true|enabled|on)$/i.test(String(value)) ? true : /^(?:false|disabled|off)$/i.test(String(value)) ? false : undefined;
};
const amount = (node: DataNode | undefined): number | undefined => {
  const value = node === undefined ? undefined : scalar(node);
  const found = typeof value === 'string' && value.trim() !== '' ? Number(value.replace(/s$/, '')) : value;
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined;
};

function weaker(s: Setting, was: DataNode | undefined, is: DataNode | undefined): Tier | 'as the rule' | undefined {
  if (s.safe === 'there') return gone(was, is);
  if (s.safe === 'on' || s.safe === 'off') {
    const [before, after] = [truth(was) ?? (was === undefined ? s.unsaid : undefined), truth(is) ?? (is === undefined ? s.unsaid : undefined)];
    const safe = s.safe === 'on';
    if (before === !safe || after === safe) return undefined;
    return after === undefined ? (before === safe ? 'high' : undefined) : 'as the rule';
  }
  if (s.safe instanceof RegExp)
    return was !== undefined && s.safe.test(written(was)) && (is === undefined || (is.is === 'scalar' && !s.safe.test(written(is)))) ? 'as the rule' : undefined;
  const [before, after] = [forever(s, amount(was)), forever(s, amount(is))];
  if (before === undefined) return undefined;
  if (after === undefined) return is === undefined && s.unsaid !== 'strict' ? 'as the rule' : undefined;
  return (s.safe === 'more' ? after < before : after > before) ? 'as the rule' : undefined;
}

/** 0 days of a log are all of them. */
const forever = (s: Setting, n: number | undefined): number | undefined => (n === 0 && s.path.at(-1)?.toLowerCase().startsWith('retention') ? Number.POSITIVE_INFINITY : n);

const isNothing = (node: DataNode | undefined): boolean => node === undefined || (node.is === 'scalar' && (node.value === null || node.value === ''));
const gone = (was: DataNode | undefined, is: DataNode | undefined): Tier | 'as the rule' | undefined => (isNothing(was) ? undefined : isNothing(is) ? 'as the rule' : 'high');

const CREDENTIAL =
  /^(?:aws_iam_(?:access_key|user_login_profile|service_specific_credential)|google_service_account_key|google_storage_hmac_key|azuread_(?:application_password|service_principal_password)|AWS::IAM::AccessKey|kubernetes_service_account_token)$/;
const ACL = /^(?:public-read|public-read-write|authenticated-read|PublicRead|PublicReadWrite|AuthenticatedRead)$/;

/** What is there now and was not: credentials that do not end, and buckets for everybody. */
function appeared(things: Things): readonly Finding[] {
  const old = new Map([...things.base.values()].map((t) => [things.renamed.get(t.key) ?? t.key, t]));
  // one in place of another is how they are changed
  const spare = new Map<string, number>();
  for (const [side, by] of [
    [things.base, 1],
    [things.head, -1],
  ] as const)
    for (const t of side.values()) if (CREDENTIAL.test(t.type)) spare.set(`${t.within}\0${t.type}`, (spare.get(`${t.within}\0${t.type}`) ?? 0) + by);
  const moved = new Set([...things.base.values()].filter((t) => CREDENTIAL.test(t.type)).map((t) => t.address));
  return [...things.head.values()].flatMap((t) => {
    if (t.kind !== 'resource' && t.kind !== 'module') return [];
    const before = old.get(t.key);
    const place = { path: t.path, side: 'head' as const, line: t.line, object: t.address };
    if (CREDENTIAL.test(t.type) && before === undefined && !moved.has(t.address) && (spare.get(`${t.within}\0${t.type}`) ?? 0) < 0)
      return [
        MAKE.IAM113({ place, because: [['resource', t.type]], what: `${t.address} is a credential that does not end: it lies in the state, and works for whoever finds it` }),
      ];
    const [acl, was] = ['acl', 'AccessControl']
      .map((name) => dig(t.node, name))
      .flatMap((n, i) => (n === undefined ? [] : [n, before === undefined ? undefined : dig(before.node, ['acl', 'AccessControl'][i] ?? '')]));
    if (acl === undefined || !ACL.test(written(acl)) || (was !== undefined && written(was) === written(acl))) return [];
    return [MAKE.IAM111({ place: { ...place, line: acl.line }, because: [['acl', written(acl)]], what: `${t.address} is open to everybody: its access list is ${written(acl)}` })];
  });
}
