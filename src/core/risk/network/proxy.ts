/**
 * Proxies, firewalls and routers configured in text: NET112 (who answers behind them), NET106 (which location takes a request),
 * NET113 (code and lists that nothing checks). Patterns in lines, so a guess: files may be templates of Puppet or Ansible.
 */
import type { FileEvidence } from '../evidence.ts';
import { MAX_PATH } from '../kubernetes/objects.ts';
import { goneLines, type NewLine, newLines, textOf } from '../lines.ts';
import { MAX_LINE } from '../long-lines.ts';
import type { Finding } from '../risk.ts';
import { NET106, NET112, NET113 } from './rules.ts';

type Proxy = 'nginx' | 'haproxy' | 'varnish' | 'apache' | 'filter';

/** By its name and place; for the rest by its first words. */
export function proxyOf(file: FileEvidence): Proxy | undefined {
  const path = file.path.slice(-MAX_PATH).toLowerCase();
  const sides = [file.base, file.head].filter((s) => s !== undefined);
  if (sides.length === 0 || sides.some((s) => s.kind !== 'text')) return undefined;
  if (/\.vcl(?:\.\w+)?$/.test(path)) return 'varnish';
  if (!/\.(?:conf|cfg|erb|j2|epp|tpl|tmpl|template|rules|nft|inc)$|(?:^|\/)(?:nginx|haproxy|sites-(?:available|enabled))[^.]*$/.test(path)) return undefined;
  if (/haproxy/.test(path)) return 'haproxy';
  if (/(?:^|[/_.-])(?:nftables|iptables|ip6tables|ferm|bird6?|frr|quagga|bgpd?|exabgp|prefix-lists?|acls?)(?:[/_.-]|$)/.test(path)) return 'filter';
  const text = textOf(file.head ?? file.base).slice(0, 20_000);
  if (/(?:^|[/_.-])nginx/.test(path) || /^[ \t]*(?:upstream[ \t]|proxy_pass[ \t]|server[ \t]{0,8}\{)/m.test(text)) return 'nginx';
  return /^[ \t]*(?:ProxyPass|BalancerMember|RewriteRule)[ \t]/m.test(text) ? 'apache' : undefined;
}

/** Lines that say who answers, and what is done when nobody does. */
const ANSWERS: { readonly [P in Proxy]?: RegExp } = {
  nginx: /^(?:server\s+[^{;]+;|(?:proxy|fastcgi|uwsgi|scgi|grpc|memcached)_pass\s|(?:proxy|fastcgi|grpc)_next_upstream|upstream\s+\S+)/,
  haproxy: /^(?:server\s|server-template\s|use_backend\s|default_backend\s|backend\s|retries\s|retry-on\s|option\s+redispatch)/,
  varnish: /^(?:backend\s|set\s+(?:be)?req\.backend(?:_hint)?\s*=|\.host\s*=|\.port\s*=|new\s+\S+\s*=\s*directors\.|\S+\.add_backend\()/,
  apache: /^(?:ProxyPass(?:Match|Reverse)?\s|BalancerMember\s)/i,
};

export const proxies = (files: readonly FileEvidence[]): readonly Finding[] => files.flatMap(ofFile);

function ofFile(file: FileEvidence): readonly Finding[] {
  const proxy = proxyOf(file);
  if (proxy === undefined || file.base === undefined) return [];
  if (proxy === 'filter') return lists(file);
  const gone = goneLines(file).filter((l) => ANSWERS[proxy]?.test(l.text.slice(0, MAX_LINE)));
  return [...answers(file, gone), ...(proxy === 'nginx' ? locations(file) : []), ...(proxy === 'varnish' ? inline(file, gone.length > 0) : [])];
}

function answers(file: FileEvidence, gone: readonly NewLine[]): readonly Finding[] {
  const [first] = gone;
  if (first === undefined) return [];
  const because = gone.slice(0, 10).map((l) => ['line that went', l.text] as const);
  return [
    NET112({
      place: { path: file.path, side: 'base', line: first.line, object: 'who answers' },
      because,
      what: `${file.path}: who answers behind the proxy changes (${first.text.slice(0, 120)})`,
    }),
  ];
}

/** Of locations that are regular expressions the first one wins; all others go by length, and may stand anywhere. */
function locations(file: FileEvidence): readonly Finding[] {
  const of = (text: string): readonly string[] => text.split('\n').flatMap((l) => /^\s*location\s+~\*?\s+([^{]{1,500})/.exec(l.slice(0, MAX_LINE))?.[1]?.trim() ?? []);
  const [was, is] = [of(textOf(file.base)), of(textOf(file.head))];
  const [before, after] = [new Set(was), new Set(is)];
  const kept = is.filter((l) => before.has(l));
  const order = was.filter((l) => after.has(l));
  const at = kept.findIndex((l, i) => l !== order[i]);
  if (at < 0 || kept.length !== order.length) return [];
  return [
    NET106({
      place: { path: file.path, side: 'head', object: `location ${kept[at]}` },
      confidence: 'heuristic',
      because: [
        ['now first', kept[at] ?? ''],
        ['was first', order[at] ?? ''],
      ],
      what: `${file.path}: the first location that matches wins, and their order changes`,
    }),
  ];
}

/** Code that every request runs through, where no line about its backends says so already. */
function inline(file: FileEvidence, said: boolean): readonly Finding[] {
  const fresh = newLines(file).filter((l) => !/^(?:#|\/\/|\*|\/\*)/.test(l.text));
  const [first] = fresh;
  if (said || first === undefined) return [];
  return [
    NET113({ place: { path: file.path, side: 'head', line: first.line }, because: [['line', first.text]], what: `${file.path}: code that every request runs through changes` }),
  ];
}

function lists(file: FileEvidence): readonly Finding[] {
  const all = [...newLines(file).map((l) => ({ ...l, side: 'head' as const })), ...goneLines(file).map((l) => ({ ...l, side: 'base' as const }))].filter(
    (l) => !/^(?:#|\/\/|!|;)/.test(l.text),
  );
  const [first] = all;
  if (first === undefined) return [];
  return [
    NET113({
      place: { path: file.path, side: first.side, line: first.line },
      because: all.slice(0, 5).map((l) => [l.side === 'head' ? 'new line' : 'line that went', l.text]),
      what: `${file.path}: which packets or routes are accepted changes`,
    }),
  ];
}
