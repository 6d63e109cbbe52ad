/**
 * CI111: what tells agents what to do and lets them do it runs on the machine of everybody who opens the repository. Hooks, servers,
 * permissions and modes are read as data; instructions in prose are less, for a person's agent still asks.
 */
import { canonical, type DataNode, entries, items } from '../data.ts';
import type { FileEvidence, Parsed } from '../evidence.ts';
import { rule } from '../finding.ts';
import { textOf } from '../lines.ts';
import type { Detector, Finding } from '../risk.ts';
import { agentFile } from './agent-paths.ts';

const CI111 = rule('CI111', 'agent-config', 'high', 'exact', ['somebody read it as code that runs on their machine']);

export const agents: Detector = { id: 'agents', detect: ({ files }) => files.filter((f) => agentFile(f.path) !== undefined).flatMap(ofFile) };

function ofFile(file: FileEvidence): readonly Finding[] {
  const kind = agentFile(file.path);
  const place = { path: file.path, side: file.head === undefined ? ('base' as const) : ('head' as const) };
  const verb = file.base === undefined ? 'is new' : file.head === undefined ? 'is gone' : 'changes';
  if (kind === 'code') return [CI111({ place, what: `${file.path} ${verb}: agents run it on the machine of everybody who works here` })];
  if (kind === 'prose') return onlySpace(file) ? [] : [CI111({ place, severity: 'elevated', what: `${file.path} ${verb}: it tells every agent that works here what to do` })];
  return settings(file, place, verb);
}

const onlySpace = ({ base, head }: FileEvidence): boolean => base !== undefined && head !== undefined && textOf(base).replace(/\s+/g, '') === textOf(head).replace(/\s+/g, '');

/** What in settings acts: by its name, anywhere in them. */
const ACTS =
  /^(?:hooks|mcp_?servers|servers|mcp|permissions?|permission_?mode|default_?mode|allow(?:ed)?(?:_?tools)?|deny|ask|disallowed_?tools|auto_?approve|always_?allow|yolo|core_?tools|exclude_?tools|tools?|sandbox|sandbox_?mode|approval_?policy|approval_?mode|enable_?all_?project_?mcp_?servers|enabled_?mcpjson_?servers|dangerously\w*|bypass\w*|trust|api_?key_?helper|aws_?auth_?refresh|status_?line|env|command|args|plugins?|enabled_?plugins|extra_?known_?marketplaces|install|start|terminals|auto_?commits|lint_?cmd|test_?cmd)$/i;

function settings(file: FileEvidence, place: Finding['place'], verb: string): readonly Finding[] {
  const [was, is] = [actsIn(file.base), actsIn(file.head)];
  if (was === undefined || is === undefined) return [CI111({ place, what: `${file.path} ${verb}: what it lets agents do could not be read`, confidence: 'heuristic' })];
  const names = [...new Set([...was.keys(), ...is.keys()])].filter((name) => was.get(name)?.text !== is.get(name)?.text);
  if (names.length === 0)
    return file.base === undefined || file.head === undefined || textOf(file.base) !== textOf(file.head)
      ? [CI111({ place, severity: 'elevated', what: `${file.path} ${verb}, and nothing in it runs or permits more` })]
      : [];
  return names.map((name) => {
    const line = is.get(name)?.line ?? was.get(name)?.line;
    const how = !is.has(name) ? 'goes' : !was.has(name) ? 'comes' : 'changes';
    return CI111({
      place: { ...place, object: name, ...(line === undefined ? {} : { line }) },
      what: `${file.path}: ${name} ${how}, which decides what agents run or may do on the machine of everybody who works here`,
      because: [['setting', (is.get(name)?.text ?? was.get(name)?.text ?? '').slice(0, 200)]],
    });
  });
}

/** Undefined where it is no data. A side that does not exist has none. */
function actsIn(side: Parsed | undefined): ReadonlyMap<string, { readonly text: string; readonly line: number }> | undefined {
  if (side === undefined) return new Map();
  if (side.kind === 'text') return tomlActs(side.text);
  if (side.kind !== 'data' || side.problem !== undefined) return undefined;
  const out = new Map<string, { readonly text: string; readonly line: number }>();
  for (const document of side.documents) look(document, '', out, 0);
  return out;
}

function look(node: DataNode, path: string, out: Map<string, { readonly text: string; readonly line: number }>, depth: number): void {
  if (depth > 6) return;
  for (const item of items(node)) look(item, path, out, depth + 1);
  for (const e of entries(node)) {
    const name = path === '' ? e.key : `${path}.${e.key}`;
    // the order of what is allowed says nothing
    if (ACTS.test(e.key)) out.set(name.slice(0, 100), { text: e.value.is === 'list' ? e.value.items.map(canonical).sort().join(' ') : canonical(e.value), line: e.line });
    else look(e.value, name, out, depth + 1);
  }
}

/** Codex keeps its settings in TOML: lines under their section. */
function tomlActs(source: string): ReadonlyMap<string, { readonly text: string; readonly line: number }> {
  const out = new Map<string, { readonly text: string; readonly line: number }>();
  let section = '';
  for (const [i, line] of source.split('\n').entries()) {
    if (line.length > 4_000) continue;
    section = /^\s*\[+([^\]]+)\]/.exec(line)?.[1] ?? section;
    const [, key, value] = /^\s*([\w-]+)\s*=\s*(.+)$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined && (ACTS.test(key.replace(/-/g, '_')) || section.split('.').some((s) => ACTS.test(s))))
      out.set(section === '' ? key : `${section}.${key}`, { text: value.trim(), line: i + 1 });
  }
  return out;
}
