/** AUTH107: a query that no longer says whose rows it means. Read by function: it still queries, and no word of an owner is left in it. */
import type { FileEvidence } from '../evidence.ts';
import { rule } from '../finding.ts';
import type { Detector, Finding } from '../risk.ts';
import { isCode, isRehearsal } from '../source/files.ts';
import { type Body, functionsOf } from './functions.ts';
import { isServed } from './routes.ts';

const AUTH107 = rule('AUTH107', 'tenant-filter', 'critical', 'heuristic', ['the owner is checked before the query', 'row security asks for the owner']);

const OWNER = /\b(?:tenant|organi[sz]ation|org|account|workspace|owner|customer|company|team|created_by|createdBy|user|current_?user|currentUser)(?:_?[iI][dD]|Id|_uuid|_pk)?\b/;
/** A predicate: an owner's word in a condition of a query. */
const PREDICATE =
  /(?:\.(?:where|filter|filter_by|find|findOne|findFirst|findMany|findAll|findBy|find_by!?|get|scope|eq|andWhere|objects|exists|count|update|delete|updateMany|deleteMany)\w*\s*[({]|\bWHERE\b|\bAND\b|\bwhere\s*[:(=]|\bjoins?\b|\bfilter\b).{0,200}?\b(?:tenant|organi[sz]ation|org|account|workspace|owner|customer|company|created_by|createdBy|user)(?:_?[iI][dD]|Id|_uuid|_pk)?\b\s*(?:=|:|==|,|\)|\])|^(?:["']?)(?:tenant|organi[sz]ation|org|account|workspace|owner|customer|company)(?:_?id|Id)["']?\s*:\s*\S/i;
const QUERY =
  /\.(?:where|filter|filter_by|find|findOne|findFirst|findMany|findAll|find_by!?|findBy\w+|objects|query|execute|exec|select|first|all)\b|\bSELECT\b|\bUPDATE\s+\w+\s+SET\b|\bDELETE\s+FROM\b|\bQuery(?:Row|Context)?\(/;

export const tenant: Detector = { id: 'tenant-filter', detect: ({ files }) => files.filter((f) => isCode(f.path) && isServed(f.path)).flatMap(ofFile) };

function ofFile(file: FileEvidence): readonly Finding[] {
  if (file.base === undefined || file.head === undefined) return [];
  const head = functionsOf(file.head);
  return [...functionsOf(file.base).values()].flatMap((was) => {
    const is = was.name === '' ? undefined : head.get(was.name);
    const lost = is === undefined ? undefined : unowned(was, is);
    if (is === undefined || lost === undefined) return [];
    const place = { path: file.path, side: 'head' as const, line: is.line, object: is.name };
    return [
      AUTH107({
        place,
        ...(isRehearsal(file.path) ? { severity: 'elevated' } : {}),
        because: [['line that went', lost]],
        what: `${is.name} in ${file.path} no longer asks whose rows it reads or writes`,
      }),
    ];
  });
}

/** The predicate that went; undefined where the same query stands with another word for its owner, or no longer at all. */
function unowned(was: Body, is: Body): string | undefined {
  const now = new Set(is.lines.map((l) => l.text));
  const lost = was.lines.find((l) => !now.has(l.text) && PREDICATE.test(l.text));
  if (lost === undefined || is.lines.some((l) => OWNER.test(l.text.replace(/^(?:def|func|function|fn|async|export|public)\b.*$/, '')))) return undefined;
  // the query itself is still there, less its owner
  const before = was.lines.filter((l) => QUERY.test(l.text)).length;
  const after = is.lines.filter((l) => QUERY.test(l.text)).length;
  return after > 0 && after >= before && verbs(lost.text).every((v) => is.lines.some((l) => l.text.includes(v))) ? lost.text : undefined;
}
/** What the lost line asked, without its condition: `Order.where(` is still asked by `Order.all`. */
const verbs = (text: string): readonly string[] => (/\b([A-Z]\w+)\b(?=\.|::)/.exec(text) ?? []).slice(1, 2);
