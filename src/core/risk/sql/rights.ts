/** Who may do what in the database (SQL501 to SQL504), and ways out of it onto the server (SQL505). */
import { rule } from '../finding.ts';
import type { Finding } from '../risk.ts';
import { functionName } from './bodies.ts';
import type { Statement } from './statement.ts';
import { at, ours, say } from './statement.ts';
import { all, alwaysTrue, get, list, names, relation, str } from './tree.ts';

const SQL501 = rule('SQL501', 'grant-wide', 'critical', 'exact', ['the privileges that are needed, by name, to the role that needs them']);
const SQL502 = rule('SQL502', 'rls-off', 'critical', 'exact', ['a stricter policy in the same transaction']);
const SQL503 = rule('SQL503', 'revoke', 'high', 'exact', ['the role is not used any more']);
const SQL504 = rule('SQL504', 'definer', 'high', 'exact', ['SET search_path on the function']);
const SQL505 = rule('SQL505', 'server-escape', 'critical', 'exact', ['it is done by an operator, with a record']);

export const judgeRights = (s: Statement): readonly Finding[] => [...grants(s), ...roles(s), ...policies(s), ...security(s), ...definers(s), ...escapes(s)];

function grants(s: Statement): readonly Finding[] {
  const rights = all(s.node, 'GrantStmt').flatMap((g) => (get(g, 'is_grant') === true ? granted(s, g) : revoked(s, g)));
  const members = all(s.node, 'GrantRoleStmt').flatMap((g) => {
    const admin = list(g, 'opt').some((o) => str(o, 'DefElem', 'defname') === 'admin' && get(o, 'DefElem', 'arg', 'Boolean', 'boolval') === true);
    const to = names(list(g, 'grantee_roles').map((r) => ({ String: { sval: str(r, 'RoleSpec', 'rolename') } }))).join(', ');
    if (get(g, 'is_grant') !== true)
      return to.split(', ').every((r) => s.state.roles.has(r)) ? [] : [SQL503({ ...at(s, `role ${to}`), what: `${to} loses what a role that it belonged to may do` })];
    return admin ? [SQL501({ ...at(s, `role ${to}`), what: `${to} may pass on membership of a role to whomever it likes` })] : [];
  });
  return [...rights, ...members];
}

const granteesOf = (g: unknown): readonly string[] =>
  list(g, 'grantees').map((r) =>
    str(r, 'RoleSpec', 'roletype') === 'ROLESPEC_PUBLIC' ? 'PUBLIC' : str(r, 'RoleSpec', 'rolename') || str(r, 'RoleSpec', 'roletype').replace('ROLESPEC_', ''),
  );

const objectsOf = (s: Statement, g: unknown): readonly string[] =>
  list(g, 'objects').map((o) =>
    get(o, 'RangeVar') !== undefined ? relation(o, s.state.schema) : names([...list(o, 'ObjectWithArgs', 'objname'), ...list(o, 'List', 'items'), o]).join('.'),
  );

function granted(s: Statement, g: unknown): readonly Finding[] {
  const [to, on] = [granteesOf(g), objectsOf(s, g)];
  const made = on.length > 0 && on.every((o) => ours(s, o) || ours(s, `schema ${o}`));
  const object = `${on.slice(0, 3).map(say).join(', ') || 'all objects'} to ${to.join(', ')}`;
  const everything = list(g, 'privileges').length === 0;
  if (to.includes('PUBLIC') && !harmless(g))
    return [SQL501({ ...at(s, object), what: `every role of the database gets rights on ${on.slice(0, 3).map(say).join(', ') || 'everything of that kind'}` })];
  if (get(g, 'grant_option') === true) return [SQL501({ ...at(s, object), what: `${to.join(', ')} may pass the rights on to whomever it likes` })];
  return everything && !made
    ? [SQL501({ ...at(s, object), what: `${to.join(', ')} gets every right on ${on.slice(0, 3).map(say).join(', ') || 'everything of that kind'}, to empty it included` })]
    : [];
}

/** What PUBLIC has by default: to run functions, to use types and languages. */
const harmless = (g: unknown): boolean =>
  ['OBJECT_FUNCTION', 'OBJECT_TYPE', 'OBJECT_DOMAIN', 'OBJECT_LANGUAGE'].includes(str(g, 'objtype')) &&
  list(g, 'privileges').every((p) => /^(?:execute|usage)$/.test(str(p, 'AccessPriv', 'priv_name')));

/** Taking from PUBLIC narrows; what is given back in the same transaction is a reordering. */
function revoked(s: Statement, g: unknown): readonly Finding[] {
  const [to, on] = [granteesOf(g), objectsOf(s, g)];
  const quiet = to.every((r) => r === 'PUBLIC' || s.state.roles.has(r)) || (on.length > 0 && on.every((o) => ours(s, o))) || get(g, 'grant_option') === true;
  return quiet
    ? []
    : [
        SQL503({
          ...at(s, `${on.slice(0, 3).map(say).join(', ')} from ${to.join(', ')}`),
          what: `${to.join(', ')} loses rights on ${on.slice(0, 3).map(say).join(', ') || 'everything of that kind'}: what it runs may fail at once`,
        }),
      ];
}

const POWERS = new Set(['superuser', 'bypassrls', 'createrole', 'isreplication', 'replication']);

function roles(s: Statement): readonly Finding[] {
  return [...all(s.node, 'CreateRoleStmt'), ...all(s.node, 'AlterRoleStmt')].flatMap((r) => {
    const role = str(r, 'role') || str(r, 'role', 'rolename');
    const powers = list(r, 'options').filter((o) => POWERS.has(str(o, 'DefElem', 'defname')) && get(o, 'DefElem', 'arg', 'Boolean', 'boolval') === true);
    return powers.length === 0
      ? []
      : [SQL501({ ...at(s, `role ${role}`), what: `the role ${role} gets powers over the whole server (${powers.map((p) => str(p, 'DefElem', 'defname')).join(', ')})` })];
  });
}

function policies(s: Statement): readonly Finding[] {
  const dropped = all(s.node, 'DropStmt').flatMap((d) =>
    str(d, 'removeType') !== 'OBJECT_POLICY' ? [] : list(d, 'objects').flatMap((o) => dropPolicy(s, names(list(o, 'List', 'items')))),
  );
  // an altered policy keeps its name and may let everybody through; a condition that is not named stays as it was
  const altered = all(s.node, 'AlterPolicyStmt').flatMap((p) => openPolicy(s, p, 'holds for every row: it keeps nobody out'));
  // a restrictive one, or one that lets in only readers, is weighed with the others by a person
  const made = all(s.node, 'CreatePolicyStmt').flatMap((p) =>
    get(p, 'permissive') === true && !ours(s, relation(get(p, 'table'), s.state.schema)) ? openPolicy(s, p, 'lets every row through') : [],
  );
  return [...dropped, ...altered, ...made];
}

/** Made again below, it may be weaker or stricter: somebody reads it, and nobody is told that rows lie open. */
function dropPolicy(s: Statement, parts: readonly string[]): readonly Finding[] {
  const table = parts.length > 2 ? parts.slice(-3, -1).join('.') : `${s.state.schema}.${parts[0] ?? '?'}`;
  if (ours(s, table)) return [];
  const subject = `policy ${parts.slice(-2).join('.')}`;
  const remade = s.file.policyAfter(`${parts.length > 2 ? '' : '.'}${parts.join('.')}`, s.index);
  return [SQL502({ ...at(s, subject), ...(remade ? { severity: 'high' as const } : {}), what: `a row security policy is ${remade ? 'made anew' : 'dropped'} (${subject})` })];
}

function openPolicy(s: Statement, p: unknown, words: string): readonly Finding[] {
  const open = [get(p, 'qual'), get(p, 'with_check')].some((condition) => condition !== undefined && alwaysTrue(condition));
  const subject = `policy ${say(relation(get(p, 'table'), s.state.schema))}.${str(p, 'policy_name')}`;
  return open ? [SQL502({ ...at(s, subject), what: `the row security ${subject} ${words}` })] : [];
}

function security(s: Statement): readonly Finding[] {
  return all(s.node, 'AlterTableStmt').flatMap((a) => {
    const table = relation(get(a, 'relation'), s.state.schema);
    const off = list(a, 'cmds').some((c) => /^AT_(?:DisableRowSecurity|NoForceRowSecurity)$/.test(str(c, 'AlterTableCmd', 'subtype')));
    return off && !ours(s, table) ? [SQL502({ ...at(s, say(table)), what: `row security of ${say(table)} is switched off: everybody sees all rows` })] : [];
  });
}

const option = (f: unknown, name: string): unknown => list(f, 'options').find((o) => str(o, 'DefElem', 'defname') === name);

function definers(s: Statement): readonly Finding[] {
  return all(s.node, 'CreateFunctionStmt').flatMap((f) => {
    const definer = get(option(f, 'security'), 'DefElem', 'arg', 'Boolean', 'boolval') === true;
    const fixed = list(f, 'options').some((o) => str(o, 'DefElem', 'arg', 'VariableSetStmt', 'name') === 'search_path');
    const name = functionName(f);
    return definer && !fixed
      ? [
          SQL504({
            ...at(s, `function ${name}`),
            what: `whoever may call ${name} can make it run code of theirs with the rights of its owner: the schemas that it looks in are the caller's`,
          }),
        ]
      : [];
  });
}

const UNTRUSTED = /^(?:pl(?:python[23]?|perl|tcl|sh|rubyu?|java|r)u|plpython[23]?u|plsh|c)$/i;
const ESCAPES = new Set([
  'dblink',
  'dblink_exec',
  'dblink_connect',
  'lo_import',
  'lo_export',
  'pg_read_file',
  'pg_read_binary_file',
  'pg_write_file',
  'pg_file_write',
  'pg_ls_dir',
  'pg_execute_server_program',
]);

function escapes(s: Statement): readonly Finding[] {
  const out: Finding[] = [];
  const escaping = (object: string, what: string): number => out.push(SQL505({ ...at(s, object), what }));
  for (const c of all(s.node, 'CopyStmt')) {
    if (get(c, 'is_program') === true) escaping('COPY PROGRAM', 'a program is run on the database server');
    else if (str(c, 'filename') !== '') escaping('COPY file', 'a file of the database server is read or written');
  }
  if (all(s.node, 'AlterSystemStmt').length > 0) escaping('ALTER SYSTEM', 'the configuration of the database server is changed');
  for (const f of all(s.node, 'CreateFunctionStmt')) {
    const language = str(option(f, 'language'), 'DefElem', 'arg', 'String', 'sval');
    if (UNTRUSTED.test(language))
      escaping(`function ${functionName(f)}`, `the function ${functionName(f)} runs ${language} on the database server, with the rights of its process`);
  }
  for (const e of all(s.node, 'CreateExtensionStmt')) {
    const name = str(e, 'extname');
    if (UNTRUSTED.test(name) || /^(?:dblink|file_fdw|adminpack)$/.test(name))
      escaping(`extension ${name}`, `the extension ${name} lets SQL reach the server's files, programs or other databases`);
  }
  for (const name of new Set(all(s.node, 'FuncCall').map(functionName))) if (ESCAPES.has(name)) escaping(`call of ${name}`, `${name} reaches out of the database`);
  for (const v of all(s.node, 'VariableSetStmt'))
    if (str(v, 'name') === 'session_replication_role' && str(v, 'kind') === 'VAR_SET_VALUE' && !/^(?:origin|default)$/i.test(str(v, 'args', 0, 'A_Const', 'sval', 'sval')))
      escaping('session_replication_role', 'triggers and foreign keys are switched off for the session');
  return out;
}
