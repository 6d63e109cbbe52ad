/** What each agent's tools may do to files, by name. A name nobody knows may write anything. */
import type { ToolKind } from '../../core/provenance/session/event.ts';

const EDITS = [
  ...['write', 'edit', 'multiedit', 'notebookedit', 'strreplace', 'delete', 'applypatch', 'create', 'strreplaceeditor', 'createfile', 'editfile', 'insertedit', 'insert'],
  ...['inserteditintofile', 'replacestringinfile', 'multireplacestringinfile', 'editnotebookfile', 'writefile', 'replace', 'searchreplace', 'editfiles', 'edit notebook'],
];
const SHELLS = ['bash', 'shell', 'powershell', 'runshellcommand', 'execcommand', 'shellcommand', 'localshell', 'runinterminal', 'runterminalcmd', 'terminal', 'writestdin'];
const PLANS = ['todowrite', 'exitplanmode', 'updateplan', 'updatetodos', 'writetodos', 'managetodolist', 'reportintent', 'taskcreate', 'taskupdate'];
const OTHERS = [
  ...[
    'read',
    'grep',
    'glob',
    'ls',
    'list',
    'view',
    'search',
    'find',
    'fetch',
    'task',
    'agent',
    'skill',
    'toolsearch',
    'webfetch',
    'websearch',
    'bashoutput',
    'killshell',
    'readfile',
  ],
  ...['readmanyfiles', 'listdirectory', 'searchfilecontent', 'googlewebsearch', 'savememory', 'readbash', 'stopbash', 'askuser', 'askuserquestion', 'codebasesearch', 'grepsearch'],
  ...['filesearch', 'listdir', 'semanticsearch', 'readlints', 'fetchrules', 'geterrors', 'viewimage', 'enterplanmode', 'taskoutput', 'tasklist', 'taskget', 'notebookread'],
];

const KINDS: ReadonlyMap<string, ToolKind> = new Map([
  ...EDITS.map((name) => [name, 'edit'] as const),
  ...SHELLS.map((name) => [name, 'shell'] as const),
  ...PLANS.map((name) => [name, 'plan'] as const),
  ...OTHERS.map((name) => [name, 'other'] as const),
]);

/** @param paths what the input names: a tool that edits and names no file may write anything. */
export function kindOf(tool: string, paths: readonly string[]): ToolKind {
  const bare = tool.replace(/^functions\./, '');
  const kind = KINDS.get(bare.replace(/[_\s-]/g, '').toLowerCase()) ?? 'shell';
  return kind === 'edit' && paths.length === 0 ? 'shell' : kind;
}
