/**
 * Limits, base against head: timeouts (CFG101), retries (CFG102), pools and rates (CFG103), capacity (CFG104), caches (CFG105),
 * retention (CFG107). A value is known by the words of its key. Replicas and what a pod asks for are Kubernetes' own.
 */
import { rule, type Saying } from '../finding.ts';
import type { Detector, Finding, Tier } from '../risk.ts';
import { smallerMachine } from './machines.ts';
import { isEndless, quantityOf, ratio } from './quantity.ts';
import { type Transition, transitionsOf } from './transitions.ts';

const CFG101 = rule('CFG101', 'timeout', 'elevated', 'inferred', ['callers and callees agree on the new time']);
const CFG102 = rule('CFG102', 'retry', 'high', 'inferred', ['backoff and jitter bound what a failure adds']);
const CFG103 = rule('CFG103', 'limit', 'high', 'inferred', ['the thing behind the limit takes the new load']);
const CFG104 = rule('CFG104', 'capacity', 'high', 'inferred', ['the peak of the last weeks fits']);
const CFG105 = rule('CFG105', 'cache', 'high', 'inferred', ['what is behind the cache takes every miss at once']);
const CFG107 = rule('CFG107', 'retention', 'critical', 'inferred', ['what falls out is copied elsewhere first']);

export const limits: Detector = {
  id: 'limits',
  detect: ({ files }) => transitionsOf(files).flatMap((t) => [timeout, retry, limit, capacity, cache, retention].flatMap((look) => look(t))),
};

const has = (words: readonly string[], pattern: RegExp): boolean => words.some((w) => pattern.test(w));
const isPod = (t: Transition): boolean => t.above.includes('resources') && has(t.above, /^(?:limits|requests)$/);

function say(make: (s: Saying) => Finding, t: Transition, what: string, severity?: Tier): readonly Finding[] {
  const at = t.is ?? t.was;
  if (at === undefined) return [];
  const because = [
    ['key', at.path],
    ['before', shown(t.was)],
    ['now', shown(t.is)],
  ] as const;
  const lighter: Tier | undefined = t.weight === 'production' ? severity : 'elevated';
  const place = { path: t.file.path, side: t.is === undefined ? ('base' as const) : ('head' as const), line: at.line, object: at.path };
  return [make({ place, because, what: `${at.path} in ${t.file.path} ${what}`, ...(lighter === undefined ? {} : { severity: lighter }) })];
}
const shown = (s: Transition['is']): string => (s === undefined ? 'not set' : String(s.value));
const step = (t: Transition): string => `goes from ${shown(t.was)} to ${shown(t.is)}`;

/** undefined where the two do not compare. */
const factor = (t: Transition): number | undefined => ratio(quantityOf(t.was?.value, t.words), quantityOf(t.is?.value, t.words));

function timeout(t: Transition): readonly Finding[] {
  const named = has(t.words, /^(?:timeouts?|deadline)$/) || (has(t.above.slice(-2), /^timeouts?$/) && quantityOf((t.is ?? t.was)?.value, t.words)?.kind === 'time');
  if (!named || t.was === undefined || quantityOf(t.was.value, t.words) === undefined) return [];
  if (t.is === undefined) return say(CFG101, t, `is removed: how long it waits is decided elsewhere`);
  if (isEndless(t.is.value) || t.is.value === 0) return say(CFG101, t, `${step(t)}: it may wait for ever, or not at all`);
  const by = factor(t);
  return by !== undefined && (by >= 2 || by <= 0.5) ? say(CFG101, t, `${step(t)}: callers give up at other times than before`) : [];
}

function retry(t: Transition): readonly Finding[] {
  const calms = has(t.words, /^(?:backoff|jitter)$/);
  if (calms && t.was !== undefined && (t.is === undefined || isEndless(t.is.value) || t.is.value === 0) && !isEndless(t.was.value) && t.was.value !== 0)
    return say(CFG102, t, `${step(t)}: everybody who failed tries again at once`);
  const counts =
    has(t.words, /^(?:retry|retries|attempts?|maxretries|maxattempts)$/) &&
    !has(t.words, /^(?:delay|interval|timeout|wait|backoff|after|period|window|ms|seconds|login|password)$/);
  if (!counts || t.was === undefined || t.is === undefined) return [];
  if (isEndless(t.is.value) && typeof t.was.value === 'number' && t.is.value !== false && t.is.value !== null) return say(CFG102, t, `${step(t)}: a failure is tried for ever`);
  const by = factor(t);
  return by !== undefined && by >= 2 ? say(CFG102, t, `${step(t)}: a failure behind it brings that much more load`) : [];
}

const STYLE =
  /^(?:line|width|length|complexity|coverage|sample|sampling|refresh|error|bit|frame|font|indent|tab|depth|level|changelog|log|search|page|results?|history|lines|chars|characters|title|description|display|age|pr|prs|open)$/;

function isLimit({ words, above }: Transition): boolean {
  if (has(words, STYLE)) return false;
  if (has(words, /^(?:concurrency|concurrent|ratelimit|throttle|burst|rps|qps|workers|threads|maxconn|maxclients|quota)$/)) return true;
  if (has(words, /^(?:pool|poolsize|queue|backlog)$/) && (has(words, /^(?:size|max|min|limit|length|capacity|count)$/) || words.length === 1)) return true;
  if (has(words, /^(?:connections?|clients|sessions|requests|processes|children|jobs|inflight|memory|heap|body|upload|files)$/) && has(words, /^(?:max|maximum|limit|min)$/))
    return true;
  return (has(words, /^limits?$/) || has(above.slice(-1), /^limits?$/)) && !has(words, /^(?:name|type|unit|enabled|by|key)$/);
}

function limit(t: Transition): readonly Finding[] {
  if (!isLimit(t) || isPod(t) || t.was === undefined || quantityOf(t.was.value, t.words) === undefined) return [];
  if (t.is === undefined) return say(CFG103, t, 'is removed: nothing here bounds it');
  if (isEndless(t.is.value)) return say(CFG103, t, `${step(t)}: nothing bounds it`);
  const by = factor(t);
  return by !== undefined && (by >= 1.5 || by <= 0.5) ? say(CFG103, t, `${step(t)}: what stands behind it gets a different load`) : [];
}

function capacity(t: Transition): readonly Finding[] {
  if (t.was === undefined || t.is === undefined) return [];
  if (has(t.words, /^(?:class|type|tier|size|flavor|sku)$/) && smallerMachine(String(t.was.value), String(t.is.value))) return say(CFG104, t, `${step(t)}: the machine is smaller`);
  const name = t.words.join('_');
  const bounds =
    /^(?:max_(?:size|replicas?|capacity|nodes?|node_count|instances|count|pods)|allocated_storage|max_allocated_storage|(?:root_|ebs_)?(?:volume|disk|storage)_size(?:_gb|_in_gb)?|disk_(?:gb|size)|iops|provisioned_(?:iops|throughput)|throughput|(?:read|write)_capacity(?:_units)?|quota)$/.test(
      name,
    );
  const by = bounds ? factor(t) : undefined;
  return by !== undefined && by < 1 ? say(CFG104, t, `${step(t)}: there is less room at the peak`) : [];
}

function cache(t: Transition): readonly Finding[] {
  const cached = has(t.words, /^cach(?:e|es|ed|ing)$/) || has(t.above.slice(-3), /^cach(?:e|es|ed|ing)$/);
  const by = factor(t);
  const name = t.words.join('_');
  if (has(t.words, /^ttl$/) && !has([...t.above, ...t.words], /^(?:dns|zones?|records?|jobs?|finished|token|session|tokens?|lease)$/) && by !== undefined && (by >= 2 || by <= 0.5))
    return say(CFG105, t, `${step(t)}: what is cached is older, or is asked for again`);
  if (t.was === undefined || t.is === undefined) return [];
  if (/^(?:maxmemory_policy|eviction_policy|evictionpolicy)$/.test(name)) return say(CFG105, t, `${step(t)}: other things fall out of the cache`);
  if (cached && /(?:^|_)(?:key_)?(?:prefix|version|namespace)$|^(?:key_format|cache_key)$/.test(name)) return say(CFG105, t, `${step(t)}: everything cached is missed at once`);
  return cached && has(t.words, /^(?:expir\w*|age|lifetime|duration)$/) && by !== undefined && (by >= 2 || by <= 0.5)
    ? say(CFG105, t, `${step(t)}: what is cached is older, or is asked for again`)
    : [];
}

const KEPT = /^(?:retention|retain|retained)$/;
const EXPIRES = /^expir\w*$/;
const DATA = /^(?:lifecycle|backups?|snapshots?|objects?|bucket|logs?|partitions?|messages?|events?|archive|noncurrent|data|records|history)$/;

function retention(t: Transition): readonly Finding[] {
  const all = [...t.above, ...t.words];
  const keeps =
    has(t.words, KEPT) || (has(t.above.slice(-3), KEPT) && has(t.words, /^(?:days|hours|weeks|months|size|time|period|count|limit|ms|minutes|bytes|keep|daily|weekly|monthly)$/));
  const expires =
    !keeps &&
    (has(t.words, EXPIRES) || (has(t.above.slice(-2), EXPIRES) && has(t.words, /^days?$/))) &&
    has(all, DATA) &&
    !has(all, /^(?:cache|token|session|cookie|jwt|certificates?|password|key|silence|link)$/);
  if (!keeps && !expires) return [];
  const now = quantityOf(t.is?.value, t.words);
  if (t.was === undefined) return expires && now !== undefined && now.amount > 0 ? say(CFG107, t, `is new: data that was kept is deleted after ${shown(t.is)}`) : [];
  const by = factor(t);
  if (by !== undefined && by < 1) return say(CFG107, t, `${step(t)}: what is older is deleted`);
  return t.is === undefined && quantityOf(t.was.value, t.words) !== undefined ? say(CFG107, t, 'is removed: how long data is kept is decided elsewhere', 'high') : [];
}
