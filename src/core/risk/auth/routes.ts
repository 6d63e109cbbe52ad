/**
 * AUTH101 and half of AUTH109: a route, controller or action that stands on both sides and lost what guarded it. A route that goes
 * takes its guard along, a guard that moves up to the class or the file still holds, and one that another takes the place of is less.
 */
import type { FileEvidence } from '../evidence.ts';
import { rule, type Saying } from '../finding.ts';
import { textOf } from '../lines.ts';
import type { Detector, Finding, Tier } from '../risk.ts';
import { isGenerated, isRehearsal, isTest, isVendored } from '../source/files.ts';
import { rawLines } from '../source/raw-lines.ts';
import { aspnet } from './dotnet.ts';
import { type Framework, outline, type Subject } from './framework.ts';
import { golang } from './golang.ts';
import { spring } from './jvm.ts';
import { express, nest } from './node.ts';
import { laravel } from './php.ts';
import { python } from './python.ts';
import { rails } from './rails.ts';

const AUTH101 = rule('AUTH101', 'guard-removed', 'critical', 'heuristic', ['another guard stands before the same route', 'the route itself is gone']);
const AUTH109 = rule('AUTH109', 'throttle-or-audit', 'high', 'heuristic', ['the limit is kept by whatever stands in front']);

const FRAMEWORKS: readonly Framework[] = [express, nest, python, rails, spring, aspnet, laravel, golang];

export const routes: Detector = { id: 'routes', detect: ({ files }) => files.filter((f) => isServed(f.path)).flatMap(ofFile) };

/** What is run by nobody but its authors guards nothing. */
export const isServed = (path: string): boolean => !isTest(path) && !isVendored(path) && !isGenerated(path);

function ofFile(file: FileEvidence): readonly Finding[] {
  if (file.base === undefined || file.head === undefined) return [];
  return FRAMEWORKS.filter((f) => f.files.test(file.path) && f.sounds.test(`${textOf(file.base)}\n${textOf(file.head)}`)).flatMap((f) => {
    const [base, head] = [outline(f, rawLines(file.base)), outline(f, rawLines(file.head))];
    return [...base.values()].flatMap((was) => {
      const is = head.get(was.name);
      return is === undefined ? [] : [...guardsLost(file, was, is, base, head), ...opened(file, was, is), ...throttlesLost(file, was, is, head)];
    });
  });
}

type Outline = ReadonlyMap<string, Subject>;

const say = (make: (s: Saying) => Finding, file: FileEvidence, is: Subject, what: string, because: Saying['because'] = [], severity?: Tier): Finding => {
  const named = is.name === '' ? 'everything below' : is.name;
  const lighter: Tier | undefined = isRehearsal(file.path) ? 'elevated' : severity;
  return make({
    place: { path: file.path, side: 'head', line: is.line, object: named },
    what: `${named} in ${file.path} ${what}`,
    because,
    ...(lighter === undefined ? {} : { severity: lighter }),
  });
};

const around = (subject: Subject, all: Outline): readonly Subject[] => [
  subject,
  ...subject.within.flatMap((n) => (n === subject.name ? [] : [all.get(n)])).filter((s) => s !== undefined),
];

function guardsLost(file: FileEvidence, was: Subject, is: Subject, base: Outline, head: Outline): readonly Finding[] {
  const held = around(is, head);
  const now = new Set(held.flatMap((s) => [...s.guards.keys()]));
  const lost = [...was.guards].filter(([name]) => !now.has(name));
  const [first] = lost;
  if (first === undefined || spread(was, base, head)) return [];
  const before = new Set(around(was, base).flatMap((s) => [...s.guards.keys()]));
  const others = [...now].filter((name) => !before.has(name));
  const because = [
    ['before', first[1]],
    ['guards now', [...now].join(', ') || 'none'],
  ] as const;
  // every guard that went has another in its place: who may call it is another question, and may be none at all
  if (others.length >= lost.length) return [say(AUTH101, file, is, `is guarded by ${others.join(', ')} where it was by ${lost.map(([n]) => n).join(', ')}`, because, 'elevated')];
  return [
    say(
      AUTH101,
      file,
      is,
      `is no longer guarded by ${lost.map(([n]) => n).join(', ')}${now.size === 0 ? ': anybody may call it' : ''}`,
      because,
      now.size === 0 ? undefined : 'high',
    ),
  ];
}

const inside = new WeakMap<Outline, ReadonlyMap<string, readonly Subject[]>>();
/** By scope, all that stands in it. */
function insideOf(all: Outline): ReadonlyMap<string, readonly Subject[]> {
  const known = inside.get(all);
  if (known !== undefined) return known;
  const out = new Map<string, Subject[]>();
  for (const subject of all.values()) for (const scope of subject.within) out.get(scope)?.push(subject) ?? out.set(scope, [subject]);
  inside.set(all, out);
  return out;
}

/** What the class no longer asks, each of its handlers asks itself. */
function spread(was: Subject, base: Outline, head: Outline): boolean {
  const inner = (insideOf(base).get(was.name) ?? []).filter((s) => s !== was && head.has(s.name));
  return inner.length > 0 && inner.every((s) => (head.get(s.name)?.guards.size ?? 0) > 0);
}

function opened(file: FileEvidence, was: Subject, is: Subject): readonly Finding[] {
  const fresh = [...is.opens].filter(([name]) => !was.opens.has(name));
  const [first] = fresh;
  return first === undefined ? [] : [say(AUTH101, file, is, `lets everybody in: ${first[0]}`, [['now', first[1]]])];
}

function throttlesLost(file: FileEvidence, was: Subject, is: Subject, head: Outline): readonly Finding[] {
  const now = new Set(around(is, head).flatMap((s) => [...s.throttles.keys()]));
  const lost = [...was.throttles].filter(([name]) => !now.has(name));
  const [first] = lost;
  return first === undefined || now.size > 0 ? [] : [say(AUTH109, file, is, `no longer limits how often it is tried: ${first[0]}`, [['before', first[1]]])];
}
