/** SQL309: code the parser does not read (DO blocks, functions, procedures), where it is made and where this change runs it. */
import { rule } from '../finding.ts';
import type { Finding } from '../risk.ts';
import type { Body } from './bodies.ts';
import { bodyOf, functionName } from './bodies.ts';
import type { Statement } from './statement.ts';
import { at } from './statement.ts';
import { all, get } from './tree.ts';

const SQL309 = rule('SQL309', 'dynamic-sql', 'elevated', 'exact', ['the statements are written out']);
const LOUD = { severity: 'high', confidence: 'heuristic' } as const;
const LITERAL = { severity: 'critical', confidence: 'inferred' } as const;

export const judgeBodies = (s: Statement): readonly Finding[] => [...blocks(s), ...made(s), ...called(s)];

function blocks(s: Statement): readonly Finding[] {
  if (s.read) return all(s.node, 'DoStmt').map(() => SQL309({ ...at(s, 'DO block'), what: 'a code block decides at run time which of its statements run' }));
  return all(s.node, 'DoStmt').map((node) => {
    const body = bodyOf(node);
    const tables = strangers(s, body);
    if (tables.length > 0) return SQL309({ ...at(s, 'DO block'), ...LITERAL, what: `a code block empties or drops ${tables.join(', ')}` });
    if (['literal', 'loud', 'writes'].includes(body.kind))
      return SQL309({ ...at(s, 'DO block'), ...LOUD, what: 'a code block runs SQL that destroys or rewrites data and cannot be read as statements' });
    return SQL309({ ...at(s, 'DO block'), what: 'a code block runs SQL that is not visible as statements' });
  });
}

/** Making a function runs nothing yet, so even a literal loss is high until something calls it. */
function made(s: Statement): readonly Finding[] {
  return all(s.node, 'CreateFunctionStmt').flatMap((node) => {
    const body = bodyOf(node);
    const object = `function ${functionName(node)}`;
    if (body.kind === 'quiet') return [];
    if (body.kind === 'dynamic' || body.kind === 'writes')
      return [SQL309({ ...at(s, object), what: `the ${object} ${body.kind === 'writes' ? 'rewrites rows' : 'runs SQL that is not visible as statements'}` })];
    const what = body.tables.length > 0 ? `empties or drops ${body.tables.join(', ')}` : 'runs SQL that destroys or rewrites data and cannot be read as statements';
    return [SQL309({ ...at(s, object), ...LOUD, what: `the ${object} ${what} when it is called` })];
  });
}

function called(s: Statement): readonly Finding[] {
  const procedures = new Set(all(s.node, 'CallStmt').map((c) => functionName(get(c, 'funccall'))));
  const names = new Set([...procedures, ...all(s.node, 'FuncCall').map(functionName)]);
  return [...names].flatMap((name) => {
    const body = s.state.bodies.get(name);
    const object = `call of ${name}`;
    if (body === undefined) return procedures.has(name) ? [SQL309({ ...at(s, object), what: `the procedure ${name} runs, and what it does is not in this change` })] : [];
    if (!['literal', 'loud'].includes(body.kind)) return [];
    const tables = strangers(s, body);
    const what = tables.length > 0 ? `${name} runs, and empties or drops ${tables.join(', ')}` : `${name} runs, and destroys or rewrites data`;
    return [SQL309({ ...at(s, object), ...(tables.length > 0 ? LITERAL : LOUD), what })];
  });
}

/** Tables of a body that this change did not make. */
function strangers(s: Statement, body: Body): readonly string[] {
  const full = (table: string): string => {
    const bare = table.replaceAll('"', '');
    return bare.includes('.') ? bare : `${s.state.schema}.${bare}`;
  };
  return body.tables.filter((t) => !s.state.created.has(full(t)) && !s.state.created.has(full(t.toLowerCase())));
}
