/** Policy documents that lie in files of their own, or anywhere inside of a file of data: held by their place in it. */

import { resourcesOf } from '../cloudformation/templates.ts';
import { type DataNode, entries, items } from '../data.ts';
import type { FileEvidence } from '../evidence.ts';
import { isStatements, readPolicy } from './document.ts';
import { type Held, isTrust } from './held.ts';
import type { Policy } from './statement.ts';
import { placeAt } from './things.ts';

/** Without this word in it a file holds no policy, and most files are not walked. */
const MAYBE = /["']?\b(?:Action|NotAction|actions?)\b["']?\s*:/;

export function documentsIn(file: FileEvidence, side: 'base' | 'head'): readonly Held[] {
  const parsed = file[side];
  if (parsed?.kind !== 'data' || !MAYBE.test(parsed.text) || resourcesOf(parsed).size > 0) return [];
  const found: Held[] = [];
  parsed.documents.forEach((d, i) => {
    walk(d, i === 0 ? '' : `${i}`);
  });
  return found;

  function walk(node: DataNode, pointer: string): void {
    if (node.is === 'scalar' || node.is === 'unknown') return;
    const at = placeAt(file.path, side, pointer === '' ? 'policy' : pointer);
    const policy = isStatements(node) ? readPolicy({ is: 'map', line: node.line, entries: [{ key: 'Statement', line: node.line, value: node }] }, at) : readPolicy(node, at);
    if (policy !== undefined && isAws(policy)) {
      found.push({ holders: [`${file.path}\0${pointer}`], use: limits(file.path) ? 'limit' : isTrust(policy.statements) ? 'trust' : 'grant', name: file.path, policy });
      return;
    }
    for (const e of entries(node)) walk(e.value, `${pointer}/${e.key}`);
    items(node).forEach((item, i) => {
      walk(item, `${pointer}/${i}`);
    });
  }
}

/** By what it is kept under: what a service control policy allows, it gives to nobody. */
const limits = (path: string): boolean => /(?:^|[/_.-])(?:scps?|service[-_]control[-_]polic(?:y|ies)|permission(?:s)?[-_]boundar(?:y|ies)|rcps?)(?:[/_.-]|$)/i.test(path);

/** Other things have statements and actions too. */
const isAws = ({ statements, opaque }: Policy): boolean =>
  opaque.length > 0 || statements.some((s) => [...(s.actions ?? []), ...(s.notActions ?? [])].some((a) => a === '*' || /^[a-z0-9-]+:[a-z*?]/.test(a)));
