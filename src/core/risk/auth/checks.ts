/**
 * AUTH102: a permission function that answers otherwise: `&&` for `||`, a negation more or less, a constant, an early yes. Only
 * functions whose name says that they decide who may.
 */
import type { FileEvidence } from '../evidence.ts';
import { rule } from '../finding.ts';
import type { Detector, Finding } from '../risk.ts';
import { isCode, isRehearsal } from '../source/files.ts';
import { type Body, functionsOf } from './functions.ts';
import { isServed } from './routes.ts';

const AUTH102 = rule('AUTH102', 'check-inverted', 'critical', 'heuristic', ['a test shows who is refused']);

const DECIDES =
  /^(?:_*(?:is|can|may|has|have|check|verify|ensure|require|assert|validate|should|must)_?(?:\w*_?)?(?:auth\w*|allowed|permitted|permission\w*|perm|perms|admin\w*|access\w*|owner\w*|role\w*|superuser|staff|login|logged_?in|signed_?in|member\w*|privilege\w*|grant\w*|authori[sz]\w*|edit|delete|write|view|manage|read|publish|approve)\w*[!?]?|_*(?:authori[sz]e\w*|authenticate\w*|permit\w*|allow\w*|can)[!?]?|\w*_?(?:[Pp]ermission|[Aa]ccess)_?(?:check|granted|allowed|filter|guard)\w*|(?:can|may)[A-Z_]\w*[!?]?|\w+_(?:allowed|permitted|authorized)\?*|canActivate|has_object_permission|has_permission|test_func)$/i;

export const checks: Detector = { id: 'permission-checks', detect: ({ files }) => files.filter((f) => isCode(f.path) && isServed(f.path)).flatMap(ofFile) };

function ofFile(file: FileEvidence): readonly Finding[] {
  if (file.base === undefined || file.head === undefined) return [];
  const head = functionsOf(file.head);
  return [...functionsOf(file.base).values()].flatMap((was) => {
    const is = was.name.length <= 80 && DECIDES.test(was.name) ? head.get(was.name) : undefined;
    const found = is === undefined ? undefined : inverted(was, is);
    if (is === undefined || found === undefined) return [];
    const place = { path: file.path, side: 'head' as const, line: found.line, object: is.name };
    return [
      AUTH102({
        place,
        ...(isRehearsal(file.path) ? { severity: 'elevated' } : {}),
        because: [
          ['before', found.before],
          ['now', found.now],
        ],
        what: `${is.name} in ${file.path} decides who may, and ${found.why}`,
      }),
    ];
  });
}

interface Inverted {
  readonly line: number;
  readonly before: string;
  readonly now: string;
  readonly why: string;
}

const YES = /^(?:return\s+(?:true|True|TRUE|nil|1|ok\(\))\s*;?|true;?|True)$/;
const CONSTANT = /^(?:\}?\s*(?:else\s+)?if|elif|elsif|unless|while)\s*\(?\s*(?:true|false|True|False|1|0|!0|!1)\b/;

function inverted(was: Body, is: Body): Inverted | undefined {
  const [old, now] = [new Set(was.lines.map((l) => l.text)), new Set(is.lines.map((l) => l.text))];
  const gone = was.lines.filter((l) => !now.has(l.text));
  const added = is.lines.filter((l) => !old.has(l.text));
  const byShape = new Map(gone.map((l) => [shape(l.text), l.text]));
  for (const { line, text } of added) {
    const before = byShape.get(shape(text));
    const why = before === undefined ? undefined : turned(before, text);
    if (before !== undefined && why !== undefined) return { line, before, now: text, why };
  }
  const constant = added.find((l) => CONSTANT.test(l.text));
  if (constant !== undefined) return { line: constant.line, before: gone[0]?.text ?? '', now: constant.text, why: 'a condition in it is decided in advance' };
  return early(was, is, gone, added);
}

/** A yes that is new and that nothing but the first line of the body leads to, or that takes the place of a condition. */
function early(was: Body, is: Body, gone: Body['lines'], added: Body['lines']): Inverted | undefined {
  const yes = added.find((l) => YES.test(l.text));
  if (yes === undefined || was.lines.some((l) => YES.test(l.text))) return undefined;
  const at = is.lines.indexOf(yes);
  const conditional = is.lines.slice(Math.max(1, at - 2), at).some((l) => /^\}?\s*(?:if|elif|elsif|else|unless|case|when|for|while|switch|match|try|with)\b|=>|\?$/.test(l.text));
  const first = at <= 1 || !conditional;
  const decided = gone.some((l) => /^return\b/.test(l.text));
  return first && (decided || at < is.lines.length - 2) ? { line: yes.line, before: gone[0]?.text ?? '', now: yes.text, why: 'it says yes before it asks' } : undefined;
}

/** Without what a flip changes: negations, and the words that join conditions. */
const shape = (text: string): string =>
  text
    .replace(/&&|\|\||\b(?:and|or|any|all|some|every)\b/g, '@')
    .replace(/!==?|===?|\bis not\b|\bis\b|\bnot in\b|\bin\b/g, '=')
    .replace(/!|\bnot\b|\bunless\b|\bif\b/g, '')
    .replace(/\b(?:true|false)\b/gi, '%')
    .replace(/[\s()]+/g, '');

function turned(before: string, after: string): string | undefined {
  const count = (text: string, of: RegExp): number => (text.match(of) ?? []).length;
  const ors = /\|\||\bor\b|\bany\b|\bsome\b/g;
  if (count(after, ors) > count(before, ors) && count(after, /&&|\band\b|\ball\b|\bevery\b/g) < count(before, /&&|\band\b|\ball\b|\bevery\b/g))
    return 'one condition is enough where all were needed';
  const nots = /!(?!=)|!==?|\bnot\b|\bunless\b/g;
  if (count(after, nots) !== count(before, nots) && (count(after, nots) - count(before, nots)) % 2 !== 0) return 'a condition in it means its opposite now';
  return /\bfalse\b/i.test(before) && /\btrue\b/i.test(after) && !/\btrue\b/i.test(before) ? 'it says yes where it said no' : undefined;
}
