/** CFG106: where a system goes for its data is switched: hosts, regions, buckets, topics, databases, the name of a credential. */
import { rule } from '../finding.ts';
import type { Detector, Finding } from '../risk.ts';
import { type Transition, transitionsOf } from './transitions.ts';

const CFG106 = rule('CFG106', 'endpoint', 'high', 'inferred', ['the new place holds the same data', 'the old one still answers until nobody asks it']);

const PLACE =
  /^(?:host|hostname|hosts|endpoint|endpoints|server|servers|broker|brokers|bootstrap|region|bucket|topic|queue|database|dbname|db|dsn|upstream|master|primary|replica|cluster)$/;
const ADDRESS = /^(?:url|uri|address|addr)$/;
const CREDENTIAL = /^(?:secret|credential|credentials|vault|keyvault|passwordfrom|existingsecret|serviceaccount|kms)$/;
/** Words that make a place one for readers, or a name something else. */
const OTHER =
  /^(?:home|homepage|doc|docs|documentation|repo|repository|repositories|repourl|bugs|license|schema|help|support|image|images|icon|logo|avatar|href|link|links|source|download|downloads|changelog|issues?|website|site|page|about|blog|contact|author|title|description|label|type|size|engine|version|count|enabled|check|health|port|timeout|max|min|path|prefix|suffix|length|depth|limit|interval|update|example|badge|chart|font|feedback|tutorial|runbook|dashboard|summary|annotations|labels|maintainers?|sources)$/;

export const endpoints: Detector = { id: 'endpoints', detect: ({ files }) => transitionsOf(files).flatMap(look) };

function look(t: Transition): readonly Finding[] {
  const { was, is } = t;
  if (was === undefined || is === undefined || typeof was.value !== 'string' || typeof is.value !== 'string') return [];
  const kind = kindOf(t, was.value, is.value);
  if (kind === undefined) return [];
  const because = [
    ['key', is.path],
    ['before', was.value],
    ['now', is.value],
  ] as const;
  const place = { path: t.file.path, side: 'head' as const, line: is.line, object: is.path };
  return [
    CFG106({ place, because, ...(t.weight === 'production' ? {} : { severity: 'elevated' }), what: `${is.path} in ${t.file.path} goes from ${was.value} to ${is.value}: ${kind}` }),
  ];
}

function kindOf({ words, above }: Transition, was: string, is: string): string | undefined {
  const around = [...words, ...above.slice(-2)];
  if (around.some((w) => OTHER.test(w)) || was.trim() === '' || is.trim() === '' || /\s/.test(was.trim()) || /\s/.test(is.trim())) return undefined;
  const last = words.at(-1) ?? '';
  if (words.some((w) => CREDENTIAL.test(w)) && /^(?:name|ref|reference|path|id|arn|key|secret|account|credentials?)$/.test(last)) return 'it uses another credential';
  if (ADDRESS.test(last) || words.some((w) => w === 'dsn')) return hostOf(was) !== hostOf(is) && hostOf(was) !== '' && hostOf(is) !== '' ? 'it talks to another place' : undefined;
  if (!PLACE.test(last) && !(words.length > 1 && /^(?:name|id|arn)$/.test(last) && PLACE.test(words.at(-2) ?? ''))) return undefined;
  return plain(was) !== plain(is) ? 'it talks to another place' : undefined;
}

/** Host and port of an address, where it has one; a path alone is none. */
function hostOf(address: string): string {
  const [, host = ''] = /^(?:[\w+.-]{1,30}:)?\/\/(?:[^@/\s]{1,200}@)?([^/?#\s]{1,300})/.exec(address.trim()) ?? [];
  return (host === '' && /^[\w-]+(?:\.[\w-]+)+(?::\d+)?$/.test(address.trim()) ? address.trim() : host).toLowerCase();
}
const plain = (value: string): string => (hostOf(value) || value).toLowerCase().replace(/[/.]+$/, '');
